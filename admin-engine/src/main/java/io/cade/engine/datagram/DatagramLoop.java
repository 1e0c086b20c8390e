package io.cade.engine.datagram;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * One thread with its UDP sockets and timers. All receivers and tasks of a loop run on that one
 * thread, one after another, so that a service owned by a loop needs no locks. All methods may be
 * called from any thread, unless an implementation says otherwise.
 */
public interface DatagramLoop {
  /**
   * Opens a UDP socket.
   *
   * @param local address and port; port 0 takes any free one
   * @param maxBytes longer datagrams are dropped on receipt, 1 to 65507
   * @param receiver hears of datagrams, on the loop's thread
   * @return completes exceptionally with {@link java.net.BindException}, whose message names
   *     address and port, when they cannot be had
   */
  CompletableFuture<DatagramPort> open(
      InetSocketAddress local, int maxBytes, DatagramReceiver receiver);

  /** Runs a task soon, on the loop's thread. */
  void execute(Runnable task);

  /** Runs a task once, after the delay, on the loop's thread. */
  LoopTimer schedule(Duration delay, Runnable task);

  /** Monotonic nanoseconds; only differences have a meaning. */
  long nanoTime();
}
