package io.cade.proxy.vrrp;

import java.io.IOException;
import java.net.Inet4Address;
import java.util.function.Consumer;

/**
 * The way to the other balancers, and the addresses on this machine. Called by one thread; what is
 * received comes on another.
 */
sealed interface VrrpLink extends AutoCloseable permits NetworkLink, LoopbackLink {
  /** Primary address of this balancer. */
  Inet4Address own();

  /** Whether the network can be reached at all. */
  boolean isUp();

  /**
   * Begins to receive.
   *
   * @param inbox takes what was received; must not block
   * @throws IOException with what to do, when it cannot
   */
  void open(VrrpSettings settings, Consumer<VrrpReading> inbox) throws IOException;

  /** Sends to all others. */
  void send(VrrpPacket packet) throws IOException;

  /**
   * Has the addresses on this machine, for some time only: called again with each advertisement, it
   * keeps them.
   */
  void take() throws IOException;

  /** Has them no more. */
  void release() throws IOException;

  /** Tells the neighbours where they are. */
  void announce() throws IOException;

  @Override
  void close();
}
