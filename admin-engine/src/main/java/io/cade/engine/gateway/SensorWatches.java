package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SensorWatch;
import io.cade.engine.conduct.SensorLevels;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.SensorLevel;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.ThresholdBook;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which readings an agent is to report at once: those that would change the level of their sensor.
 * Thread-safe.
 */
public final class SensorWatches {
  private static final int MAX_WATCHES = 128;

  private final ThresholdBook configured;

  /**
   * @param configured thresholds of the configuration
   */
  public SensorWatches(ThresholdBook configured) {
    this.configured = configured;
  }

  /** For the reporter, until its next report. */
  List<SensorWatch> of(Cabinet cabinet, Report report, boolean chassisReader) {
    ThresholdBook book = configured.over(cabinet.alarmState().thresholds().values());
    List<SensorWatch> watches = new ArrayList<>();
    CardPosition at = report.position();
    Card card = cabinet.cards().get(at);
    String model = card == null || card.hardware() == null ? "" : card.hardware().model();
    for (SensorReading r : report.readings()) {
      add(watches, cabinet, book, r, model, "card " + at, false);
    }
    ChassisStatus chassis = report.chassis();
    if (chassisReader && chassis != null) {
      for (SensorReading r : chassis.readings()) {
        add(watches, cabinet, book, r, "", "chassis " + chassis.chassis(), true);
      }
    }
    return watches.size() > MAX_WATCHES ? watches.subList(0, MAX_WATCHES) : watches;
  }

  /** Names a list of watches: the same for the same ones, also after a restart; empty for none. */
  static String name(List<SensorWatch> watches) {
    long name = 0;
    for (SensorWatch w : watches) {
      name = name * 31 + w.name().hashCode();
      name = name * 31 + w.kind().name().hashCode();
      name = name * 31 + Boolean.hashCode(w.onChassis());
      name = name * 31 + bits(w.below());
      name = name * 31 + bits(w.atOrAbove());
    }
    return watches.isEmpty() ? "" : Long.toHexString(name);
  }

  private static long bits(@Nullable Double limit) {
    return limit == null ? 0 : Double.doubleToLongBits(limit) * 0x9e37_79b9_7f4a_7c15L;
  }

  private static void add(
      List<SensorWatch> to,
      Cabinet cabinet,
      ThresholdBook book,
      SensorReading r,
      String model,
      String at,
      boolean onChassis) {
    SensorThreshold t = book.of(r.kind(), r.name(), model, at);
    if (t == null) {
      return;
    }
    SensorLevel level = SensorLevels.current(cabinet, r.kind(), at + " " + r.name());
    if (r.quality() == SensorReading.Quality.OK && t.readings() == 1) {
      // Known by now: what counts is where it goes from there. Where several readings must agree,
      // they are wanted at once.
      level = ThresholdBook.levelOf(t, level, r.value());
    }
    SensorWatch watch =
        new SensorWatch(r.name(), r.kind(), onChassis, below(t, level), atOrAbove(t, level));
    if (watch.below() != null || watch.atOrAbove() != null) {
      to.add(watch);
    }
  }

  private static @Nullable Double atOrAbove(SensorThreshold t, SensorLevel level) {
    Double limit = t.limit(level);
    if (level.isLow()) {
      return limit == null ? null : limit + t.hysteresis();
    }
    Double next = null;
    for (SensorLevel each :
        List.of(SensorLevel.HIGH_CRITICAL, SensorLevel.HIGH_MAJOR, SensorLevel.HIGH_WARNING)) {
      Double begin = t.limit(each);
      next = each.distance() > level.distance() && begin != null ? begin : next;
    }
    return next;
  }

  private static @Nullable Double below(SensorThreshold t, SensorLevel level) {
    Double limit = t.limit(level);
    if (level.isHigh()) {
      return limit == null ? null : limit - t.hysteresis();
    }
    Double next = null;
    for (SensorLevel each :
        List.of(SensorLevel.LOW_CRITICAL, SensorLevel.LOW_MAJOR, SensorLevel.LOW_WARNING)) {
      Double begin = t.limit(each);
      next = each.distance() > level.distance() && begin != null ? begin : next;
    }
    return next;
  }
}
