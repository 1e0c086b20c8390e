/**
 * Files that let other people's monitoring programs know the cabinet, made from the MIB files (SPEC
 * S4): a Prometheus snmp_exporter module, a Zabbix template, LibreNMS definitions and OpenNMS
 * events.
 */
@NullMarked
package io.cade.mib.nms;

import org.jspecify.annotations.NullMarked;
