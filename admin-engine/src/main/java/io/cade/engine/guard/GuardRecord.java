package io.cade.engine.guard;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the guard must not forget: one file, replaced as a whole. Immutable.
 *
 * @param stable version that runs when nothing is on trial
 * @param installed version of the distribution that the guard itself came with, when {@code stable}
 *     was decided; another one there later means that somebody has installed by hand
 * @param order what is under way; null in {@link Phase#IDLE}
 * @param cause why it goes back; empty when it does not
 * @param format of the data when the checkpoint was taken; see {@link DataFormat}
 * @param outcome how the last one ended; null when there was none
 */
public record GuardRecord(
    Phase phase,
    String stable,
    String installed,
    @Nullable UpgradeOrder order,
    String cause,
    String format,
    @Nullable Outcome outcome) {

  /** How far an update has come. Each is durable before what it stands for begins. */
  public enum Phase {
    /** The stable release runs. */
    IDLE,
    /** Nothing runs; the data is being copied. May be begun anew. */
    PREPARING,
    /** The new release runs, on probation. Found at a start of the guard, it has failed. */
    TRIAL,
    /** The new release is being ended. */
    RETURNING,
    /** The stable release runs with the data as the new one left it, on probation. */
    BACK,
    /** Nothing runs; the checkpoint is being put back. */
    RESTORING
  }

  /** How an update ended. */
  public enum Result {
    CONFIRMED,
    RETURNED
  }

  /** What became of the data. */
  public enum Data {
    /** It went on, with all that was acknowledged. */
    KEPT,
    /** The checkpoint was put back. */
    RESTORED
  }

  /**
   * How an update ended.
   *
   * @param number 1 for the first one, ascending
   * @param cause empty when it was confirmed
   */
  public record Outcome(
      long number,
      Result result,
      String version,
      String from,
      String by,
      String cause,
      Data data,
      Instant at) {}

  /** Before the first update. */
  static GuardRecord first(String installed) {
    return new GuardRecord(Phase.IDLE, installed, installed, null, "", "", null);
  }

  /** Whether what the engine is told now may be forgotten by a return. */
  public boolean isOnProbation() {
    return phase == Phase.TRIAL || phase == Phase.BACK;
  }

  GuardRecord into(Phase next) {
    return new GuardRecord(next, stable, installed, order, cause, format, outcome);
  }

  GuardRecord ordered(UpgradeOrder order) {
    return new GuardRecord(Phase.PREPARING, stable, installed, order, "", "", outcome);
  }

  GuardRecord onTrial(String format) {
    return new GuardRecord(Phase.TRIAL, stable, installed, order, "", format, outcome);
  }

  GuardRecord returning(String why) {
    return new GuardRecord(Phase.RETURNING, stable, installed, order, why, format, outcome);
  }

  GuardRecord withStable(String version, String installed) {
    return new GuardRecord(phase, version, installed, order, cause, format, outcome);
  }

  /** The end of what is under way. */
  GuardRecord ended(Result result, String why, Data data, Instant at) {
    UpgradeOrder ended = order;
    if (ended == null) {
      throw new IllegalStateException("nothing is under way");
    }
    Outcome last = outcome;
    return new GuardRecord(
        Phase.IDLE,
        result == Result.CONFIRMED ? ended.version() : stable,
        installed,
        null,
        "",
        "",
        new Outcome(
            last == null ? 1 : last.number() + 1,
            result,
            ended.version(),
            ended.from(),
            ended.by(),
            why,
            data,
            at));
  }

  byte[] encode() {
    Map<String, String> all = new TreeMap<>();
    all.put("phase", phase.name());
    all.put("stable", stable);
    all.put("installed", installed);
    all.put("cause", cause);
    all.put("format", format);
    if (order != null) {
      order.put(all);
    }
    Outcome last = outcome;
    if (last != null) {
      all.put("outcome.number", String.valueOf(last.number()));
      all.put("outcome.result", last.result().name());
      all.put("outcome.version", last.version());
      all.put("outcome.from", last.from());
      all.put("outcome.by", last.by());
      all.put("outcome.cause", last.cause());
      all.put("outcome.data", last.data().name());
      all.put("outcome.at", String.valueOf(last.at().toEpochMilli()));
    }
    return new Texts(all).bytes();
  }

  static GuardRecord decode(byte[] content) throws IOException {
    Texts t = Texts.read(content);
    Phase phase = t.word("phase", Phase.class);
    UpgradeOrder order = t.has("order.version") ? UpgradeOrder.of(t) : null;
    if ((order == null) != (phase == Phase.IDLE)) {
      throw new IOException("phase " + phase + " does not fit the order");
    }
    return new GuardRecord(
        phase,
        t.text("stable"),
        t.text("installed"),
        order,
        t.text("cause"),
        t.text("format"),
        t.has("outcome.number")
            ? new Outcome(
                t.number("outcome.number"),
                t.word("outcome.result", Result.class),
                t.text("outcome.version"),
                t.text("outcome.from"),
                t.text("outcome.by"),
                t.text("outcome.cause"),
                t.word("outcome.data", Data.class),
                Instant.ofEpochMilli(t.number("outcome.at")))
            : null);
  }
}
