/**
 * The DHCP server (SPEC B2). A packet passes the rooms in this order: {@code transport} (datagram),
 * {@code wire} (decode), {@code decide} (facts and pure decision), here (make durable, build the
 * reply, send). An ACK leaves only after its lease is durable.
 */
@NullMarked
package io.cade.engine.dhcp;

import org.jspecify.annotations.NullMarked;
