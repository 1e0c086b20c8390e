package io.cade.engine.tftp;

import io.cade.engine.datagram.DatagramPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One client's transfer with its port and its timer. Owned by the server's loop. */
abstract class Transfer {
  private final TransferHost host;
  private final InetSocketAddress client;
  private @Nullable DatagramPort port;
  private final long sinceNanos;
  private boolean over;
  private boolean answered;
  private boolean timerSet;
  private long wakeAtNanos;

  Transfer(TransferHost host, InetSocketAddress client) {
    this.host = host;
    this.client = client;
    this.sinceNanos = host.loop().nanoTime();
  }

  final InetSocketAddress client() {
    return client;
  }

  final TransferHost host() {
    return host;
  }

  final boolean isOver() {
    return over;
  }

  /**
   * Whether it has waited that long for the client's first word to its port. Until then nobody
   * knows whether the request's source is who sent it.
   */
  final boolean isUnanswered(long forNanos) {
    return !answered && host.loop().nanoTime() - sinceNanos >= forNanos;
  }

  /** The transfer has its port: the first step. */
  abstract void start();

  abstract void packet(TftpPacket packet);

  abstract void tick();

  /** Gives back what the transfer holds besides its port; called once or twice. */
  abstract void release();

  /**
   * @param opened null when no port could be had
   */
  final void begin(@Nullable DatagramPort opened) {
    port = opened;
    if (over) {
      end(null);
    } else if (opened == null) {
      end(TftpOutcome.REFUSED_LIMIT);
    } else {
      start();
    }
  }

  final void received(InetSocketAddress from, byte[] datagram) {
    DatagramPort open = port;
    if (over || open == null) {
      return;
    }
    if (!from.equals(client)) {
      host.count(TftpOutcome.UNKNOWN_TID);
      // An error is not answered, or two servers could talk for ever.
      if (!(TftpCodec.decode(datagram) instanceof TftpPacket.Failure)) {
        open.send(
            TftpCodec.encode(
                new TftpPacket.Failure(TftpPacket.ERROR_UNKNOWN_TID, "not your transfer")),
            from);
      }
      return;
    }
    TftpPacket packet = TftpCodec.decode(datagram);
    if (packet instanceof TftpPacket.Malformed) {
      host.count(TftpOutcome.REFUSED_MALFORMED);
    } else {
      answered = true;
      packet(packet);
    }
  }

  /** The open port, for sending; null when there is none any more. */
  final @Nullable DatagramPort port() {
    return over ? null : port;
  }

  final void send(TftpPacket packet) {
    DatagramPort open = port();
    if (open != null && !open.send(TftpCodec.encode(packet), client)) {
      host.count(TftpOutcome.SEND_DROPPED);
    }
  }

  /** One timer at a time, which looks for itself whether it is too early: no timer a packet. */
  final void wakeAt(long nanos) {
    wakeAtNanos = nanos;
    if (timerSet || over) {
      return;
    }
    timerSet = true;
    host.loop()
        .schedule(
            Duration.ofNanos(Math.max(0, nanos - host.loop().nanoTime())),
            () -> {
              timerSet = false;
              if (over) {
                return;
              }
              if (wakeAtNanos - host.loop().nanoTime() > 0) {
                wakeAt(wakeAtNanos);
              } else {
                tick();
              }
            });
  }

  final void end(@Nullable TftpOutcome outcome) {
    if (!over) {
      over = true;
      host.ended(this);
      if (outcome != null) {
        host.count(outcome);
      }
    }
    release();
    if (port != null) {
      port.close();
    }
  }
}
