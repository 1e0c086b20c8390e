package io.cade.sim.virtual;

import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.DatagramPort;
import io.cade.engine.datagram.DatagramReceiver;
import io.cade.engine.datagram.LoopTimer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What one process has of the virtual world. When it dies, its sockets are gone and nothing that it
 * had planned happens any more.
 */
final class ProcessLoop implements DatagramLoop {
  private final DatagramLoop world;
  private final List<DatagramPort> ports = new ArrayList<>();
  private boolean dead;

  ProcessLoop(DatagramLoop world) {
    this.world = world;
  }

  boolean isDead() {
    return dead;
  }

  void kill() {
    dead = true;
    ports.forEach(DatagramPort::close);
    ports.clear();
  }

  private Runnable whileAlive(Runnable task) {
    return () -> {
      if (!dead) {
        task.run();
      }
    };
  }

  @Override
  public CompletableFuture<DatagramPort> open(
      InetSocketAddress local, int maxBytes, DatagramReceiver receiver) {
    return world
        .open(
            local,
            maxBytes,
            (from, payload) -> {
              if (!dead) {
                receiver.received(from, payload);
              }
            })
        .whenComplete((port, failure) -> {
          if (port != null) {
            ports.add(port);
          }
        });
  }

  @Override
  public void execute(Runnable task) {
    world.execute(whileAlive(task));
  }

  @Override
  public LoopTimer schedule(Duration delay, Runnable task) {
    return world.schedule(delay, whileAlive(task));
  }

  @Override
  public long nanoTime() {
    return world.nanoTime();
  }
}
