package io.cade.sim.firmware;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.DatagramPort;
import io.cade.engine.datagram.LoopTimer;
import io.cade.engine.dhcp.wire.Decoded;
import io.cade.engine.dhcp.wire.DhcpCodec;
import io.cade.sim.hub.Backplane;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A card that has power. State is owned by the loop; {@link #booted}, {@link #unbound} and {@link
 * #powerOff} may be used by any thread.
 */
public final class PoweredCard {
  private static final Logger LOG = LoggerFactory.getLogger(PoweredCard.class);
  private static final int MAX_BYTES = 1472;
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofSeconds(30);

  private final DatagramLoop loop;
  private final Backplane backplane;
  private final FirmwareConfig config;
  private final CardPosition position;
  private final MacAddress mac;
  private final FirmwareStatistics statistics;
  private final CompletableFuture<BootResult> booted = new CompletableFuture<>();
  private final CompletableFuture<String> unbound = new CompletableFuture<>();

  // Owned by the loop.
  private final DhcpClientCore dhcp;
  private @Nullable DatagramPort wire;
  private @Nullable DatagramPort address;
  private @Nullable LoopTimer timer;
  private @Nullable TftpFetch fetch;
  private @Nullable ClientLease lease;
  private Duration retry = FIRST_RETRY;
  private long beganNanos;
  private boolean off;

  PoweredCard(
      DatagramLoop loop,
      Backplane backplane,
      FirmwareConfig config,
      RandomGenerator random,
      CardPosition position,
      MacAddress mac,
      FirmwareStatistics statistics) {
    this.loop = loop;
    this.backplane = backplane;
    this.config = config;
    this.position = position;
    this.mac = mac;
    this.statistics = statistics;
    this.dhcp = new DhcpClientCore(mac, config.firstPause(), random);
  }

  public CardPosition position() {
    return position;
  }

  public MacAddress mac() {
    return mac;
  }

  /**
   * Completes, on the loop's thread, when the card has its configuration; fails with {@link
   * java.util.concurrent.CancellationException} when power goes before that, with {@link
   * java.net.BindException} when the wire's address is in use.
   */
  public CompletableFuture<BootResult> booted() {
    return booted.copy();
  }

  /** Completes with the cause when the card first loses its lease; never when all is well. */
  public CompletableFuture<String> unbound() {
    return unbound.copy();
  }

  /** Power is gone, or the card is pulled: it says nothing more, not even goodbye. */
  public void powerOff() {
    loop.execute(() -> {
      off = true;
      cancelTimer();
      endFetch();
      if (wire != null) {
        wire.close();
      }
      closeAddress();
      booted.cancel(false);
    });
  }

  void begin() {
    beganNanos = loop.nanoTime();
    var _ =
        loop.open(backplane.cardWire(position), MAX_BYTES, this::received)
            .whenComplete((port, failure) ->
                loop.execute(() -> {
                  if (port == null) {
                    booted.completeExceptionally(
                        failure == null ? new IllegalStateException("no wire") : failure);
                  } else if (off) {
                    port.close();
                  } else {
                    wire = port;
                    take(dhcp.start(loop.nanoTime()));
                  }
                }));
  }

  private void received(InetSocketAddress from, byte[] datagram) {
    if (!off && DhcpCodec.decode(datagram) instanceof Decoded.Message m) {
      take(dhcp.received(m.message(), loop.nanoTime()));
    }
  }

  private void take(DhcpClientCore.Step step) {
    step.send().ifPresent(this::send);
    cancelTimer();
    timer =
        loop.schedule(
            Duration.ofNanos(Math.max(0, step.wakeAtNanos() - loop.nanoTime())),
            () -> {
              if (!off) {
                take(dhcp.tick(loop.nanoTime()));
              }
            });
    step.news().ifPresent(this::hear);
  }

  private void send(DhcpClientCore.Send send) {
    statistics.dhcp(send.again());
    byte[] datagram = DhcpCodec.encode(send.message(), MAX_BYTES);
    ClientLease held = lease;
    DatagramPort own = address;
    switch (send.route()) {
      case WIRE -> {
        if (wire != null) {
          wire.send(datagram, backplane.hubWire(position.chassis()));
        }
      }
      case UNICAST -> {
        if (own != null && held != null) {
          own.send(datagram, held.server().port(backplane.engineDhcp().getPort()));
        }
      }
    }
  }

  private void hear(DhcpClientCore.News news) {
    switch (news) {
      case DhcpClientCore.News.Renewed r -> lease = r.lease();
      case DhcpClientCore.News.Lost l -> {
        lease = null;
        endFetch();
        closeAddress();
        unbound.complete(l.why());
      }
      case DhcpClientCore.News.Bound b -> {
        lease = b.lease();
        var _ =
            loop.open(b.lease().address().port(backplane.clientPort()), MAX_BYTES, this::received)
                .whenComplete((port, failure) -> loop.execute(() -> bound(port, failure)));
      }
    }
  }

  private void bound(@Nullable DatagramPort port, @Nullable Throwable failure) {
    ClientLease held = lease;
    if (port == null) {
      booted.completeExceptionally(
          failure == null ? new IllegalStateException("no address") : failure);
    } else if (off || held == null) {
      port.close();
    } else {
      address = port;
      if (!booted.isDone()) {
        fetch(held);
      }
    }
  }

  private void fetch(ClientLease held) {
    endFetch();
    fetch =
        TftpFetch.begin(
            loop,
            held.address(),
            held.tftpServer().port(backplane.tftpPort()),
            new TftpClientCore(
                held.bootFile(), config.blockBytes(), config.windowBlocks(), config.maxFileBytes()),
            statistics,
            end -> fetched(held, end));
  }

  private void fetched(ClientLease held, TftpClientCore.End end) {
    switch (end) {
      case TftpClientCore.End.Fetched f ->
          booted.complete(
              new BootResult(
                  position,
                  mac,
                  held.address().toInetAddress(),
                  held.bootFile(),
                  f.content(),
                  Duration.ofNanos(loop.nanoTime() - beganNanos)));
      case TftpClientCore.End.Failed f -> {
        statistics.tftpRestarted();
        LOG.warn("card {} fetches {} again in {}: {}", position, held.bootFile(), retry, f.why());
        loop.schedule(
            retry,
            () -> {
              ClientLease newest = lease;
              if (!off && newest != null && !booted.isDone()) {
                fetch(newest);
              }
            });
        retry =
            retry.multipliedBy(2).compareTo(LAST_RETRY) < 0 ? retry.multipliedBy(2) : LAST_RETRY;
      }
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
    }
  }

  private void endFetch() {
    if (fetch != null) {
      fetch.close();
    }
  }

  private void closeAddress() {
    if (address != null) {
      address.close();
      address = null;
    }
  }
}
