/**
 * Ethernet interfaces below the UDP sockets, on Linux: packet sockets (packet(7)) through Java's
 * foreign-function interface, without native code of our own. They hear UDP broadcasts together
 * with the interface they came in by, reach a client that has no IP address yet, and probe
 * addresses by ARP. {@link io.cade.engine.datagram.raw.EthernetPort} is the way in; frames are
 * built and read by pure code.
 */
@NullMarked
package io.cade.engine.datagram.raw;

import org.jspecify.annotations.NullMarked;
