/**
 * The seam between the boot services and the network: one loop (a thread with its sockets and
 * timers) behind {@link io.cade.engine.datagram.DatagramLoop}, real ({@link
 * io.cade.engine.datagram.NettyDatagramLoop}) or in virtual time ({@link
 * io.cade.engine.datagram.VirtualNetwork}). One contract suite runs against both.
 */
@NullMarked
package io.cade.engine.datagram;

import org.jspecify.annotations.NullMarked;
