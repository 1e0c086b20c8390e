package io.cade.engine.dhcp;

import io.cade.engine.dhcp.wire.Ipv4Address;
import java.util.concurrent.CompletableFuture;

/**
 * One network that the DHCP server serves: a UDP socket, an interface, a VLAN. An answer leaves by
 * the wire that its request came in on.
 *
 * <p>All methods are called on the thread of the service's {@link
 * io.cade.engine.datagram.DatagramLoop} and must not block. What arrives is handed to the {@link
 * WireReceiver} that the wire was opened with, on that same thread. A wire must not hand on what it
 * sent itself.
 */
public interface Wire extends AutoCloseable {
  /**
   * Sends one message without waiting. It may get lost like any datagram; a wire that cannot send
   * counts that and does not throw.
   *
   * @param payload of the UDP datagram; the wire's to keep
   */
  void send(byte[] payload, Destination to);

  /**
   * The server's own address on this wire: server identifier (option 54) and source address of what
   * it sends; clients renew there. It also says which subnet a client on the wire itself, without
   * relay agent, is in. Constant.
   */
  Ipv4Address address();

  /** For logs and counters: {@code eth0}, {@code eth0.12}, {@code 127.0.0.1:1067}. Constant. */
  String name();

  /**
   * Whether somebody uses the address on this wire already, before it is offered from a pool (RFC
   * 2131 §3.1 step 2, §4.4.1): an ARP probe (RFC 5227 §2.1.1) where the wire is an interface.
   *
   * @return completes on any thread, within a second: true when somebody answered; false when
   *     nobody did, or when this wire cannot tell. Never exceptionally
   */
  CompletableFuture<Boolean> inUse(Ipv4Address address);

  /**
   * Whether {@link Destination.Broadcast} and {@link Destination.Hardware} reach a client that has
   * no address. Where not, the service falls back to unicast to an address that the client may
   * have. Constant.
   */
  default boolean broadcasts() {
    return true;
  }

  /**
   * Whether this is the port of PXE boot servers (UDP 4011, PXE 2.1 §2.2.3): only boot questions
   * are answered here, no leases given. Constant.
   */
  default boolean bootServer() {
    return false;
  }

  /** Stops; nothing is received any more. A second call does nothing. */
  @Override
  void close();
}
