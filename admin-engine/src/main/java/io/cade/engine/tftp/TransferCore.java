package io.cade.engine.tftp;

import java.util.Optional;

/**
 * Sends one file (RFC 1350 §4 and 6, RFC 7440), as steps: each takes an event and a time and says
 * what to send and when to be called again. Does no input or output.
 *
 * <p>Duplicate acknowledgements: in lock-step they never cause a block to be sent again (the
 * sorcerer's apprentice, RFC 1123 §4.2.3.1). With windows, the receiver says by repeating an
 * acknowledgement that it misses a block (RFC 7440 §4); this is believed once a window, and only
 * when a round trip has passed since it was sent, so that a mere duplicate on the network does
 * nothing. An acknowledgement from the middle of a window starts the next window right behind it;
 * one from before the window, late or out of order, does nothing.
 *
 * <p>Not thread-safe: owned by the server's loop.
 */
final class TransferCore {
  /** What happened. */
  sealed interface Event {
    record Start() implements Event {}

    record Received(TftpPacket packet) implements Event {}

    record Tick() implements Event {}
  }

  /**
   * Blocks to send in one go, and how the file is cut into them.
   *
   * @param firstBlock counted from 1, without roll-over
   * @param blocks at least 1
   * @param bytes of the file in them; only the last block may be shorter than {@code blockBytes}
   */
  record Window(long firstBlock, int blocks, int blockBytes, int bytes) {
    /** Where in the file they begin. */
    long offset() {
      return (firstBlock - 1) * blockBytes;
    }
  }

  /**
   * What to do.
   *
   * @param send first
   * @param window next
   * @param wakeAtNanos when to be called with a tick; meaningless when there is an end
   * @param end present when the transfer is over
   */
  record Step(
      Optional<TftpPacket> send,
      Optional<Window> window,
      long wakeAtNanos,
      Optional<TftpOutcome> end) {}

  private final long size;
  private final Negotiation agreed;
  private final TftpConfig config;
  private final long lastBlock;
  private final RoundTrip roundTrip;

  /** Blocks are counted without roll-over; 0 stands for the OACK, -1 for nothing. */
  private long acked;

  private long sent;
  private long sentAtNanos;
  private long wakeAtNanos;
  private long timeoutNanos;
  private boolean resent;
  private boolean believedDuplicate;
  private int retries;

  /**
   * @param agreed with an OACK, block 1 waits for its acknowledgement
   */
  TransferCore(long size, Negotiation agreed, TftpConfig config) {
    this.size = size;
    this.agreed = agreed;
    this.config = config;
    // A file that fills its last block needs an empty one to show its end.
    this.lastBlock = size / agreed.blockBytes() + 1;
    this.roundTrip =
        new RoundTrip(
            agreed.fixedTimeout().orElse(config.firstTimeout()).toNanos(),
            config.maxTimeout().toNanos());
    this.timeoutNanos = roundTrip.timeoutNanos();
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
      case TftpPacket.Failure f -> over(Optional.empty(), TftpOutcome.ABORTED_BY_CLIENT);
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
      return over(Optional.empty(), TftpOutcome.COMPLETED);
    }
    if (!resent) {
      roundTrip.measured(now - sentAtNanos);
      if (agreed.fixedTimeout().isEmpty()) {
        timeoutNanos = roundTrip.timeoutNanos();
      }
    }
    // What was sent twice tells no round trip; until one is known again the longer pause stays, or
    // a network that has become slower would make every window be sent twice (RFC 6298 §5).
    retries = 0;
    resent = false;
    believedDuplicate = false;
    sent = acked;
    return sendWindow(now);
  }

  private Step duplicateAck(long now) {
    boolean gap =
        agreed.window() > 1
            && sent > acked
            && !believedDuplicate
            && roundTrip.canBeAnswered(now - sentAtNanos);
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
          Optional.of(new TftpPacket.Failure(TftpPacket.ERROR_OTHER, "no acknowledgement")),
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
    sentAtNanos = now;
    wakeAtNanos = now + timeoutNanos;
    if (acked < 0) {
      sent = 0;
      return new Step(
          Optional.of(new TftpPacket.OptionAck(agreed.accepted())),
          Optional.empty(),
          wakeAtNanos,
          Optional.empty());
    }
    int blocks = (int) Math.min(agreed.window(), lastBlock - acked);
    long offset = acked * agreed.blockBytes();
    int bytes = (int) Math.min((long) blocks * agreed.blockBytes(), size - offset);
    sent = acked + blocks;
    return new Step(
        Optional.empty(),
        Optional.of(new Window(acked + 1, blocks, agreed.blockBytes(), bytes)),
        wakeAtNanos,
        Optional.empty());
  }

  /** How often something was sent again since the last progress. */
  int retries() {
    return retries;
  }

  private Step nothing() {
    return new Step(Optional.empty(), Optional.empty(), wakeAtNanos, Optional.empty());
  }

  private Step over(Optional<TftpPacket> send, TftpOutcome outcome) {
    return new Step(send, Optional.empty(), wakeAtNanos, Optional.of(outcome));
  }
}
