package io.cade.sim.virtual;

import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.DatagramPort;
import io.cade.engine.datagram.DatagramReceiver;
import io.cade.engine.datagram.LoopTimer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** The cards' side of the network: two cards under power with one address are a broken rule. */
final class BindingWatch implements DatagramLoop {
  private final DatagramLoop network;
  private final BiConsumer<String, String> broken;

  BindingWatch(DatagramLoop network, BiConsumer<String, String> broken) {
    this.network = network;
    this.broken = broken;
  }

  @Override
  public CompletableFuture<DatagramPort> open(
      InetSocketAddress local, int maxBytes, DatagramReceiver receiver) {
    return network
        .open(local, maxBytes, receiver)
        .whenComplete((port, failure) -> {
          if (failure != null) {
            broken.accept(Invariants.ADDRESS_HELD_TWICE, String.valueOf(failure.getMessage()));
          }
        });
  }

  @Override
  public void execute(Runnable task) {
    network.execute(task);
  }

  @Override
  public LoopTimer schedule(Duration delay, Runnable task) {
    return network.schedule(delay, task);
  }

  @Override
  public long nanoTime() {
    return network.nanoTime();
  }
}
