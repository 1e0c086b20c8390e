/**
 * The DHCP server (SPEC B2). A packet passes the rooms in this order: a {@link
 * io.cade.engine.dhcp.Wire} (datagram), {@code wire} (decode), {@code decide} (facts and pure
 * decision, as {@code policy} wants it), here (make durable, probe, build the reply, send by the
 * wire that it came in on). An ACK leaves only after its lease is durable.
 */
@NullMarked
package io.cade.engine.dhcp;

import org.jspecify.annotations.NullMarked;
