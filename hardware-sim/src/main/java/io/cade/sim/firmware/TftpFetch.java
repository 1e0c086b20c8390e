package io.cade.sim.firmware;

import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.DatagramPort;
import io.cade.engine.datagram.LoopTimer;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.tftp.TftpCodec;
import io.cade.engine.tftp.TftpPacket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Joins one {@link TftpClientCore} to a socket and a timer. Owned by the loop. */
final class TftpFetch implements AutoCloseable {
  /** After the end the last acknowledgement is repeated when asked for, for so long. */
  private static final Duration DALLY = Duration.ofSeconds(3);

  private final DatagramLoop loop;
  private final InetSocketAddress server;
  private final TftpClientCore core;
  private final FirmwareStatistics statistics;
  private final Consumer<TftpClientCore.End> then;
  private @Nullable DatagramPort port;
  private @Nullable InetSocketAddress transfer;
  private @Nullable LoopTimer timer;
  private boolean over;
  private boolean closed;

  private TftpFetch(
      DatagramLoop loop,
      InetSocketAddress server,
      TftpClientCore core,
      FirmwareStatistics statistics,
      Consumer<TftpClientCore.End> then) {
    this.loop = loop;
    this.server = server;
    this.core = core;
    this.statistics = statistics;
    this.then = then;
  }

  static TftpFetch begin(
      DatagramLoop loop,
      Ipv4Address own,
      InetSocketAddress server,
      TftpClientCore core,
      FirmwareStatistics statistics,
      Consumer<TftpClientCore.End> then) {
    TftpFetch fetch = new TftpFetch(loop, server, core, statistics, then);
    var _ =
        loop.open(own.port(0), TftpCodec.MAX_BYTES, fetch::received)
            .whenComplete((port, failure) -> loop.execute(() -> fetch.opened(port)));
    return fetch;
  }

  private void opened(@Nullable DatagramPort opened) {
    port = opened;
    if (opened == null) {
      finish(new TftpClientCore.End.Failed("no free port"));
    } else if (closed) {
      opened.close();
    } else {
      take(core.start(loop.nanoTime()), false);
    }
  }

  private void received(InetSocketAddress from, byte[] datagram) {
    DatagramPort open = port;
    if (closed || open == null) {
      return;
    }
    if (transfer == null && from.getAddress().equals(server.getAddress())) {
      transfer = from;
    }
    if (!from.equals(transfer)) {
      // A second transfer begun for a repeated request, or a stranger (RFC 1350 §4).
      open.send(
          TftpCodec.encode(new TftpPacket.Failure(TftpPacket.ERROR_UNKNOWN_TID, "not yours")),
          from);
      return;
    }
    take(core.received(TftpCodec.decode(datagram), loop.nanoTime()), false);
  }

  private void take(TftpClientCore.Step step, boolean again) {
    DatagramPort open = port;
    if (open != null) {
      InetSocketAddress to = transfer == null ? server : transfer;
      step.send()
          .ifPresent(p -> {
            statistics.tftp(again);
            open.send(TftpCodec.encode(p), to);
          });
    }
    if (step.end().isPresent()) {
      finish(step.end().get());
    } else if (!over) {
      if (timer != null) {
        timer.cancel();
      }
      timer =
          loop.schedule(
              Duration.ofNanos(Math.max(0, step.wakeAtNanos() - loop.nanoTime())),
              () -> {
                if (!closed && !over) {
                  take(core.tick(loop.nanoTime()), true);
                }
              });
    }
  }

  private void finish(TftpClientCore.End end) {
    if (over || closed) {
      return;
    }
    over = true;
    if (timer != null) {
      timer.cancel();
    }
    timer = loop.schedule(DALLY, this::close);
    then.accept(end);
  }

  @Override
  public void close() {
    closed = true;
    if (timer != null) {
      timer.cancel();
    }
    if (port != null) {
      port.close();
    }
  }
}
