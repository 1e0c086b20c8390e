package io.cade.engine.tftp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sends one file (RFC 1350 §4 and 6, RFC 7440), as steps: each takes an event and a time and says
 * what to send and when to be called again. Does no input or output but reading the file.
 *
 * <p>Duplicate acknowledgements: in lock-step they never cause a block to be sent again (the
 * sorcerer's apprentice). With windows, the receiver says by repeating an acknowledgement that it
 * misses a block (RFC 7440 §4); this is believed once a window, and only when a round trip has
 * passed since it was sent, so that a mere duplicate on the network does nothing.
 *
 * <p>Not thread-safe: owned by the server's loop.
 */
final class TransferCore {
  /** Reads a part of the file. */
  @FunctionalInterface
  interface Reader {
    byte[] read(long offset, int length) throws IOException;
  }

  /** What happened. */
  sealed interface Event {
    record Start() implements Event {}

    record Received(TftpPacket packet) implements Event {}

    record Tick() implements Event {}
  }

  /**
   * What to do.
   *
   * @param send in this order
   * @param wakeAtNanos when to be called with a tick; meaningless when there is an end
   * @param end present when the transfer is over
   */
  record Step(List<TftpPacket> send, long wakeAtNanos, Optional<TftpOutcome> end) {}

  private static final long MIN_TIMEOUT_NANOS = 50_000_000;

  private final Reader reader;
  private final long size;
  private final Negotiation agreed;
  private final TftpConfig config;
  private final long lastBlock;

  /** Blocks are counted without roll-over; 0 stands for the OACK. */
  private long acked;

  private long sent;
  private long sentAtNanos;
  private long wakeAtNanos;
  private long timeoutNanos;
  private long smoothedNanos = -1;
  private long quickestNanos = -1;
  private boolean resent;
  private boolean believedDuplicate;
  private int retries;

  /**
   * @param agreed with an OACK, block 1 waits for its acknowledgement
   */
  TransferCore(Reader reader, long size, Negotiation agreed, TftpConfig config) {
    this.reader = reader;
    this.size = size;
    this.agreed = agreed;
    this.config = config;
    // A file that fills its last block needs an empty one to show its end.
    this.lastBlock = size / agreed.blockBytes() + 1;
    this.timeoutNanos = baseTimeout();
  }

  Step step(Event event, long nowNanos) {
    return switch (event) {
      case Event.Start s -> {
        acked = agreed.accepted().isEmpty() ? 0 : -1;
        sent = acked;
        yield sendWindow(nowNanos);
      }
      case Event.Tick t -> tick(nowNanos);
      case Event.Received r -> received(r.packet(), nowNanos);
    };
  }

  private Step received(TftpPacket packet, long now) {
    return switch (packet) {
      case TftpPacket.Ack a -> ack(a.block(), now);
      case TftpPacket.Failure f -> over(List.of(), TftpOutcome.ABORTED_BY_CLIENT);
      case TftpPacket.ReadRequest r -> nothing();
      case TftpPacket.WriteRequest w -> nothing();
      case TftpPacket.Data d -> nothing();
      case TftpPacket.OptionAck o -> nothing();
      case TftpPacket.Malformed m -> nothing();
    };
  }

  private Step ack(int block, long now) {
    // The number has 16 bits and rolls over: it is the one among those under way, or none.
    int ahead = (block - (int) acked) & 0xffff;
    if (ahead == 0) {
      return duplicateAck(now);
    }
    if (ahead > sent - acked) {
      return nothing();
    }
    acked += ahead;
    if (acked == lastBlock) {
      return over(List.of(), TftpOutcome.COMPLETED);
    }
    if (!resent) {
      measure(now - sentAtNanos);
    }
    retries = 0;
    resent = false;
    believedDuplicate = false;
    timeoutNanos = adaptiveTimeout();
    sent = acked;
    return sendWindow(now);
  }

  private Step duplicateAck(long now) {
    boolean gap =
        agreed.window() > 1
            && sent > acked
            && !believedDuplicate
            && quickestNanos >= 0
            && now - sentAtNanos >= quickestNanos;
    if (!gap) {
      return nothing();
    }
    believedDuplicate = true;
    resent = true;
    sent = acked;
    return sendWindow(now);
  }

  private Step tick(long now) {
    if (now - wakeAtNanos < 0) {
      return nothing();
    }
    if (retries == config.maxRetries()) {
      return over(
          List.of(new TftpPacket.Failure(TftpPacket.ERROR_OTHER, "no acknowledgement")),
          TftpOutcome.GAVE_UP);
    }
    retries++;
    resent = true;
    believedDuplicate = false;
    if (agreed.fixedTimeout().isEmpty()) {
      timeoutNanos = Math.min(2 * timeoutNanos, config.maxTimeout().toNanos());
    }
    sent = acked;
    return sendWindow(now);
  }

  private Step sendWindow(long now) {
    List<TftpPacket> out = new ArrayList<>();
    sentAtNanos = now;
    wakeAtNanos = now + timeoutNanos;
    if (acked < 0) {
      out.add(new TftpPacket.OptionAck(agreed.accepted()));
      sent = 0;
      return new Step(out, wakeAtNanos, Optional.empty());
    }
    try {
      while (sent < lastBlock && sent - acked < agreed.window()) {
        long offset = sent * agreed.blockBytes();
        int length = (int) Math.min(agreed.blockBytes(), size - offset);
        sent++;
        out.add(new TftpPacket.Data((int) (sent & 0xffff), reader.read(offset, length)));
      }
    } catch (IOException e) {
      return over(
          List.of(new TftpPacket.Failure(TftpPacket.ERROR_OTHER, "file cannot be read")),
          TftpOutcome.READ_FAILED);
    }
    return new Step(out, wakeAtNanos, Optional.empty());
  }

  private void measure(long roundTrip) {
    smoothedNanos = smoothedNanos < 0 ? roundTrip : (7 * smoothedNanos + roundTrip) / 8;
    quickestNanos = quickestNanos < 0 ? roundTrip : Math.min(quickestNanos, roundTrip);
  }

  private long adaptiveTimeout() {
    return agreed.fixedTimeout().isPresent() || smoothedNanos < 0
        ? baseTimeout()
        : Math.clamp(
            8 * smoothedNanos, MIN_TIMEOUT_NANOS, Math.max(MIN_TIMEOUT_NANOS, baseTimeout()));
  }

  private long baseTimeout() {
    return agreed.fixedTimeout().orElse(config.firstTimeout()).toNanos();
  }

  private Step nothing() {
    return new Step(List.of(), wakeAtNanos, Optional.empty());
  }

  private Step over(List<TftpPacket> send, TftpOutcome outcome) {
    return new Step(send, wakeAtNanos, Optional.of(outcome));
  }
}
