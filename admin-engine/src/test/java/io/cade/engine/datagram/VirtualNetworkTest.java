package io.cade.engine.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.dhcp.wire.Ipv4Address;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class VirtualNetworkTest extends DatagramLoopContract {
  private final VirtualNetwork network =
      new VirtualNetwork(Instant.EPOCH, VirtualNetwork.perfect());

  @Override
  DatagramLoop loop() {
    return network;
  }

  @Override
  <T> T await(CompletableFuture<T> future) throws Exception {
    assertThat(network.runUntil(future::isDone, Duration.ofMinutes(1))).isTrue();
    return future.get();
  }

  @Test
  void timePassesOnlyWhenItIsTold() {
    network.run(Duration.ofHours(3));
    assertThat(network.instant()).isEqualTo(Instant.EPOCH.plus(Duration.ofHours(3)));
    assertThat(network.nanoTime()).isEqualTo(Duration.ofHours(3).toNanos());
  }

  @Test
  void aLinkMayLoseAndDuplicate() {
    VirtualNetwork bad =
        new VirtualNetwork(
            Instant.EPOCH,
            (from, to, payload) ->
                payload[0] == 0 ? List.of() : List.of(Duration.ofMillis(1), Duration.ofMillis(2)));
    AtomicInteger arrived = new AtomicInteger();
    DatagramPort port =
        bad.open(Ipv4Address.of(127, 0, 0, 1).port(9), 9, (f, b) -> arrived.incrementAndGet())
            .join();
    port.send(new byte[] {0}, port.local());
    port.send(new byte[] {1}, port.local());
    bad.run(Duration.ofSeconds(1));
    assertThat(arrived).hasValue(2);
  }
}
