package io.cade.sim.firmware;

import io.cade.engine.tftp.TftpPacket;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Fetches one file by TFTP with options (RFC 1350, 2347, 2348, 7440) as steps. Not thread-safe. */
final class TftpClientCore {
  private static final long FIRST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long MAX_PAUSE_NANOS = Duration.ofSeconds(8).toNanos();
  private static final int MAX_RETRIES = 6;

  /** How a transfer ends. */
  sealed interface End {
    @SuppressWarnings("ArrayRecordComponent")
    record Fetched(byte[] content) implements End {}

    record Failed(String why) implements End {}
  }

  /**
   * @param end once; the last acknowledgement may have to be repeated after it
   */
  record Step(Optional<TftpPacket> send, Optional<End> end, long wakeAtNanos) {}

  private final String file;
  private final int askedBlock;
  private final int askedWindow;
  private final int maxBytes;
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();

  private TftpPacket last;
  private boolean over;
  private int block = 512;
  private int window = 1;
  private long received;
  private long acked;
  private boolean gapTold;
  private int retries;
  private long pauseNanos = FIRST_PAUSE_NANOS;
  private long wakeNanos;

  TftpClientCore(String file, int askedBlock, int askedWindow, int maxBytes) {
    this.file = file;
    this.askedBlock = askedBlock;
    this.askedWindow = askedWindow;
    this.maxBytes = maxBytes;
    Map<String, String> options = new LinkedHashMap<>();
    options.put("blksize", Integer.toString(askedBlock));
    options.put("windowsize", Integer.toString(askedWindow));
    options.put("tsize", "0");
    this.last = new TftpPacket.ReadRequest(file, "octet", options);
  }

  Step start(long now) {
    return send(last, now);
  }

  Step tick(long now) {
    if (over || now - wakeNanos < 0) {
      return nothing();
    }
    if (retries == MAX_RETRIES) {
      return fail("no answer from the server for " + file, Optional.empty());
    }
    retries++;
    pauseNanos = Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
    return send(last, now);
  }

  Step received(TftpPacket packet, long now) {
    return switch (packet) {
      case TftpPacket.Data d -> data(d, now);
      case TftpPacket.OptionAck o -> options(o.options(), now);
      case TftpPacket.Failure f ->
          over ? nothing() : fail("server says " + f.code() + " " + f.message(), Optional.empty());
      case TftpPacket.Ack a -> nothing();
      case TftpPacket.ReadRequest r -> nothing();
      case TftpPacket.WriteRequest w -> nothing();
      case TftpPacket.Malformed m -> nothing();
    };
  }

  private Step options(Map<String, String> agreed, long now) {
    if (received > 0 || over) {
      return nothing();
    }
    try {
      block = Integer.parseInt(agreed.getOrDefault("blksize", "512"));
      window = Integer.parseInt(agreed.getOrDefault("windowsize", "1"));
      long size = Long.parseLong(agreed.getOrDefault("tsize", "0"));
      if (block >= 8
          && block <= askedBlock
          && window >= 1
          && window <= askedWindow
          && size <= maxBytes) {
        progress();
        return send(new TftpPacket.Ack(0), now);
      }
    } catch (NumberFormatException e) {
      // Falls through to the refusal: the answer is not among what was asked for.
    }
    return fail(
        "server's options " + agreed + " for " + file,
        Optional.of(new TftpPacket.Failure(TftpPacket.ERROR_OPTIONS, "options refused")));
  }

  private Step data(TftpPacket.Data d, long now) {
    int ahead = (d.block() - (int) received) & 0xffff;
    if (over || ahead == 0) {
      // The server repeats a block whose acknowledgement was lost.
      boolean repeat = ahead == 0 && received > 0;
      return repeat ? send(new TftpPacket.Ack((int) (received & 0xffff)), now) : nothing();
    }
    if (ahead != 1) {
      if (ahead > window || gapTold) {
        return nothing();
      }
      gapTold = true;
      acked = received;
      return send(new TftpPacket.Ack((int) (received & 0xffff)), now);
    }
    if (d.bytes().length > block || content.size() + d.bytes().length > maxBytes) {
      return fail(
          file + " is larger than allowed",
          Optional.of(new TftpPacket.Failure(TftpPacket.ERROR_ILLEGAL, "too large")));
    }
    received++;
    content.writeBytes(d.bytes());
    progress();
    boolean end = d.bytes().length < block;
    if (!end && received - acked < window) {
      wakeNanos = now + pauseNanos;
      return nothing();
    }
    acked = received;
    TftpPacket ack = new TftpPacket.Ack((int) (received & 0xffff));
    if (!end) {
      return send(ack, now);
    }
    over = true;
    return new Step(
        Optional.of(ack), Optional.of(new End.Fetched(content.toByteArray())), wakeNanos);
  }

  private void progress() {
    gapTold = false;
    retries = 0;
    pauseNanos = FIRST_PAUSE_NANOS;
  }

  private Step send(TftpPacket packet, long now) {
    last = packet;
    wakeNanos = now + pauseNanos;
    return new Step(Optional.of(packet), Optional.empty(), wakeNanos);
  }

  private Step fail(String why, Optional<TftpPacket> goodbye) {
    over = true;
    return new Step(goodbye, Optional.of(new End.Failed(why)), wakeNanos);
  }

  private Step nothing() {
    return new Step(Optional.empty(), Optional.empty(), wakeNanos);
  }
}
