package io.cade.engine.model;

import io.cade.agent.wire.SensorReading;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All thresholds that hold: those of the configuration, and over them those that an operator has
 * set. Of several that match a sensor the most precise one counts: a place before a model, a model
 * before a name, a whole name before a pattern. Immutable.
 */
public final class ThresholdBook {
  /** Thresholds that may be set. */
  public static final int MAX_SET = 1_000;

  private final TreeMap<SensorThreshold.Key, SensorThreshold> all = new TreeMap<>();

  private ThresholdBook(Collection<SensorThreshold> base, Collection<SensorThreshold> over) {
    base.forEach(t -> all.put(t.key(), t));
    over.forEach(t -> all.put(t.key(), t));
  }

  /**
   * What holds when nobody has said anything: temperatures 65/75/85 °C (commercial parts end at 70
   * to 85 °C ambient), fans below 600 rpm, supplies that give no power, the usual rails at ±5 % and
   * ±10 % (ATX12VO and Intel's ATX design guide allow ±5 %).
   */
  public static ThresholdBook standard() {
    return new ThresholdBook(
        List.of(
            SensorThreshold.high(SensorReading.Kind.CELSIUS, 65, 75, 85, 5),
            low(SensorReading.Kind.RPM, "*", 600, 300),
            low(SensorReading.Kind.TRUTH, "*", 0.5, 0),
            rail("*12v*", 12),
            rail("*5v*", 5),
            rail("*3v3*", 3.3)),
        List.of());
  }

  private static SensorThreshold low(
      SensorReading.Kind kind, String name, double major, double hysteresis) {
    return new SensorThreshold(
        new SensorThreshold.Key(kind, name, "", ""),
        null,
        major,
        null,
        null,
        null,
        null,
        hysteresis,
        1,
        Duration.ZERO);
  }

  private static SensorThreshold rail(String name, double volts) {
    return new SensorThreshold(
        new SensorThreshold.Key(SensorReading.Kind.VOLTS, name, "", ""),
        null,
        part(volts, 900),
        part(volts, 950),
        part(volts, 1_050),
        part(volts, 1_100),
        null,
        part(volts, 5),
        1,
        Duration.ZERO);
  }

  /** So many thousandths, as a person would write it: 11.4, not 11.399999999999999. */
  private static double part(double of, int thousandths) {
    return Math.round(of * 10 * thousandths) / 10_000.0;
  }

  /** This book with others over it. */
  public ThresholdBook over(Collection<SensorThreshold> others) {
    return others.isEmpty() ? this : new ThresholdBook(all.values(), others);
  }

  /** All of them, in the order of their keys. */
  public List<SensorThreshold> all() {
    return new ArrayList<>(all.values());
  }

  /**
   * The threshold of one sensor; null when it has none.
   *
   * @param model of the card, empty for a chassis
   * @param at {@code card 1.3} or {@code chassis 1}
   */
  public @Nullable SensorThreshold of(
      SensorReading.Kind kind, String name, String model, String at) {
    SensorThreshold best = null;
    for (SensorThreshold t : all.values()) {
      if (t.key().matches(kind, name, model, at)
          && (best == null || t.key().precision() > best.key().precision())) {
        best = t;
      }
    }
    return best;
  }

  /**
   * The level of a value, with hysteresis: a level is entered at its limit and left when the value
   * is better than the limit by more than the hysteresis. Pure.
   *
   * @param previous level before, {@link SensorLevel#NORMAL} when there was none
   */
  public static SensorLevel levelOf(SensorThreshold t, SensorLevel previous, double value) {
    for (SensorLevel level :
        List.of(SensorLevel.HIGH_CRITICAL, SensorLevel.HIGH_MAJOR, SensorLevel.HIGH_WARNING)) {
      Double limit = t.limit(level);
      boolean held = previous.isHigh() && previous.distance() >= level.distance();
      if (limit != null && value >= limit - (held ? t.hysteresis() : 0)) {
        return level;
      }
    }
    for (SensorLevel level :
        List.of(SensorLevel.LOW_CRITICAL, SensorLevel.LOW_MAJOR, SensorLevel.LOW_WARNING)) {
      Double limit = t.limit(level);
      boolean held = previous.isLow() && previous.distance() >= level.distance();
      if (limit != null && value < limit + (held ? t.hysteresis() : 0)) {
        return level;
      }
    }
    return SensorLevel.NORMAL;
  }
}
