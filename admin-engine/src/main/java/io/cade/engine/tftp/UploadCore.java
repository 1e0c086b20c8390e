package io.cade.engine.tftp;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Receives one file (RFC 1350 §4 and 6, RFC 7440), as steps like {@link TransferCore}. The last
 * block is acknowledged only when the file is durable; then the transfer lingers, so that an
 * acknowledgement that got lost can be repeated (RFC 1350 §6).
 *
 * <p>Of a block that came before only the newest is acknowledged again: older ones are copies on
 * the network. A gap is told once, by acknowledging what came before it (RFC 7440 §4).
 *
 * <p>Not thread-safe: owned by the server's loop.
 */
final class UploadCore {
  /** What happened. */
  sealed interface Event {
    record Start() implements Event {}

    record Received(TftpPacket packet) implements Event {}

    /** The file is durable under its name. */
    record Committed() implements Event {}

    record Tick() implements Event {}
  }

  /**
   * What to do.
   *
   * @param write appended first; not copied: nobody may change it
   * @param complete then make the file durable and say {@link Event.Committed}
   * @param send at last
   * @param end present when the transfer is over
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Step(
      byte @Nullable [] write,
      boolean complete,
      Optional<TftpPacket> send,
      long wakeAtNanos,
      Optional<TftpOutcome> end) {}

  private enum State {
    RECEIVING,
    COMMITTING,
    LINGERING
  }

  private final Negotiation agreed;
  private final TftpConfig config;

  private State state = State.RECEIVING;

  /** Blocks are counted without roll-over. */
  private long received;

  private long acked;
  private boolean gapTold;
  private int retries;
  private long timeoutNanos;
  private long wakeAtNanos;

  UploadCore(Negotiation agreed, TftpConfig config) {
    this.agreed = agreed;
    this.config = config;
    this.timeoutNanos = firstTimeout();
  }

  Step step(Event event, long now) {
    return switch (event) {
      case Event.Start s -> send(first(), now);
      case Event.Received r -> received(r.packet(), now);
      case Event.Committed c -> {
        state = State.LINGERING;
        timeoutNanos = Math.max(firstTimeout(), config.maxTimeout().toNanos());
        yield send(ack(), now);
      }
      case Event.Tick t -> tick(now);
    };
  }

  private Step received(TftpPacket packet, long now) {
    return switch (packet) {
      case TftpPacket.Data d -> data(d, now);
      case TftpPacket.Failure f ->
          state == State.RECEIVING ? over(Optional.empty(), TftpOutcome.ABORTED_BY_CLIENT) : idle();
      case TftpPacket.Ack a -> idle();
      case TftpPacket.ReadRequest r -> idle();
      case TftpPacket.WriteRequest w -> idle();
      case TftpPacket.OptionAck o -> idle();
      case TftpPacket.Malformed m -> idle();
    };
  }

  private Step data(TftpPacket.Data data, long now) {
    int ahead = (data.block() - (int) received) & 0xffff;
    if (state != State.RECEIVING || ahead == 0) {
      boolean repeat = state != State.COMMITTING && ahead == 0 && received > 0;
      return repeat ? send(ack(), now) : idle();
    }
    if (ahead != 1) {
      if (ahead > agreed.window() || gapTold) {
        return idle();
      }
      gapTold = true;
      return send(ack(), now);
    }
    if (data.bytes().length > agreed.blockBytes()) {
      return over(
          Optional.of(new TftpPacket.Failure(TftpPacket.ERROR_ILLEGAL, "block too long")),
          TftpOutcome.WRITE_FAILED);
    }
    received++;
    retries = 0;
    gapTold = false;
    timeoutNanos = firstTimeout();
    wakeAtNanos = now + timeoutNanos;
    boolean last = data.bytes().length < agreed.blockBytes();
    if (last) {
      state = State.COMMITTING;
    }
    boolean windowFull = received - acked >= agreed.window();
    Optional<TftpPacket> answer = windowFull && !last ? Optional.of(ack()) : Optional.empty();
    return new Step(data.bytes(), last, answer, wakeAtNanos, Optional.empty());
  }

  private Step tick(long now) {
    if (now - wakeAtNanos < 0) {
      return idle();
    }
    return switch (state) {
      case COMMITTING -> {
        wakeAtNanos = now + timeoutNanos;
        yield idle();
      }
      case LINGERING -> over(Optional.empty(), TftpOutcome.UPLOADED);
      case RECEIVING -> {
        if (retries == config.maxRetries()) {
          yield over(
              Optional.of(new TftpPacket.Failure(TftpPacket.ERROR_OTHER, "no data")),
              TftpOutcome.GAVE_UP);
        }
        retries++;
        gapTold = false;
        if (agreed.fixedTimeout().isEmpty()) {
          timeoutNanos = Math.min(2 * timeoutNanos, config.maxTimeout().toNanos());
        }
        yield send(received == 0 ? first() : ack(), now);
      }
    };
  }

  /** How often something was sent again since the last progress. */
  int retries() {
    return retries;
  }

  private TftpPacket first() {
    return agreed.accepted().isEmpty()
        ? new TftpPacket.Ack(0)
        : new TftpPacket.OptionAck(agreed.accepted());
  }

  private TftpPacket ack() {
    acked = received;
    return new TftpPacket.Ack((int) (received & 0xffff));
  }

  private long firstTimeout() {
    return agreed.fixedTimeout().orElse(config.firstTimeout()).toNanos();
  }

  private Step send(TftpPacket packet, long now) {
    wakeAtNanos = now + timeoutNanos;
    return new Step(null, false, Optional.of(packet), wakeAtNanos, Optional.empty());
  }

  private Step idle() {
    return new Step(null, false, Optional.empty(), wakeAtNanos, Optional.empty());
  }

  private Step over(Optional<TftpPacket> send, TftpOutcome outcome) {
    return new Step(null, false, send, wakeAtNanos, Optional.of(outcome));
  }
}
