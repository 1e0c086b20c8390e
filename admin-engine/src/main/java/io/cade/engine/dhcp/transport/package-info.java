/**
 * The seam between the boot services and the network: one loop (a thread with its sockets and
 * timers) behind {@link io.cade.engine.dhcp.transport.DatagramLoop}, real ({@link
 * io.cade.engine.dhcp.transport.NettyDatagramLoop}) or in virtual time ({@link
 * io.cade.engine.dhcp.transport.VirtualNetwork}). One contract suite runs against both.
 */
@NullMarked
package io.cade.engine.dhcp.transport;

import org.jspecify.annotations.NullMarked;
