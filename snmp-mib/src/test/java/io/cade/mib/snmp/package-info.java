@NullMarked
package io.cade.mib.snmp;

import org.jspecify.annotations.NullMarked;
