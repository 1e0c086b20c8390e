package io.cade.engine.model;

import io.cade.agent.wire.SensorReading;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Limits of some sensors. A high limit is reached at or above it, a low one below it. A limit that
 * is absent does not exist. Immutable.
 *
 * @param key which sensors
 * @param hysteresis how far back behind a limit a reading must come before the level ends, in the
 *     unit of the kind; 0 to 1,000,000
 * @param readings so many readings in a row must stand beyond a limit before the level counts, 1 to
 *     100
 * @param hold and for so long, up to one hour
 */
public record SensorThreshold(
    Key key,
    @Nullable Double lowCritical,
    @Nullable Double lowMajor,
    @Nullable Double lowWarning,
    @Nullable Double highWarning,
    @Nullable Double highMajor,
    @Nullable Double highCritical,
    double hysteresis,
    int readings,
    Duration hold) {
  /** Largest limit and hysteresis, in the unit of the kind; limits may be as far below 0. */
  public static final double MAX_VALUE = 1e6;

  private static final int MAX_READINGS = 100;
  private static final Duration MAX_HOLD = Duration.ofHours(1);

  /** The names of the limits, from low to high. */
  public static final List<String> LIMITS =
      List.of("lowCritical", "lowMajor", "lowWarning", "highWarning", "highMajor", "highCritical");

  /**
   * Which sensors are meant.
   *
   * @param kind of readings
   * @param name of the sensor; {@code *} stands for any text
   * @param model of the card's hardware, empty for every one and for the chassis' own sensors
   * @param at {@code card 1.3} or {@code chassis 1}, empty for everywhere
   */
  public record Key(SensorReading.Kind kind, String name, String model, String at)
      implements Comparable<Key> {
    /** Chassis 0 (management) to 20, slots 1 to 14 (SPEC C1). */
    private static final Pattern PLACE =
        Pattern.compile("chassis (\\d|1\\d|20)|card (\\d|1\\d|20)\\.([1-9]|1[0-4])");

    public Key {
      if (name.isEmpty() || name.length() > 32) {
        throw new IllegalArgumentException("a sensor's name has 1 to 32 characters");
      }
      if (model.length() > 64 || at.length() > 32) {
        throw new IllegalArgumentException("model has 64 characters at most, place 32");
      }
    }

    /** Whether a sensor is meant. */
    public boolean matches(
        SensorReading.Kind otherKind, String otherName, String otherModel, String otherAt) {
      return kind == otherKind
          && (model.isEmpty() || model.equals(otherModel))
          && (at.isEmpty() || at.equals(otherAt))
          && Globs.matches(name, otherName);
    }

    /** Of two that match, the one that says more counts. */
    int precision() {
      return (at.isEmpty() ? 0 : 10_000)
          + (model.isEmpty() ? 0 : 1_000)
          + (name.indexOf('*') < 0 ? 100 : 0)
          + name.replace("*", "").length();
    }

    /**
     * Whether some sensor can be there. Not asked by the constructor: what is on record stays
     * readable.
     */
    public boolean isSomewhere() {
      return at.isEmpty() || PLACE.matcher(at).matches();
    }

    /** {@code celsius cpu*}, with model and place where there are any. */
    public String words() {
      return kind.name().toLowerCase(Locale.ROOT)
          + " "
          + name
          + (model.isEmpty() ? "" : " of model " + model)
          + (at.isEmpty() ? "" : " at " + at);
    }

    /** Reads what {@link #toString} wrote. */
    public static Key parse(String text) {
      String[] parts = text.split("\\|", -1);
      if (parts.length != 4) {
        throw new IllegalArgumentException("not a threshold's key: '" + text + "'");
      }
      return new Key(kindOf(parts[0]), parts[1], parts[2], parts[3]);
    }

    @Override
    public int compareTo(Key other) {
      return toString().compareTo(other.toString());
    }

    /** {@code kind|name|model|at}. */
    @Override
    public String toString() {
      return kind.name().toLowerCase(Locale.ROOT) + "|" + name + "|" + model + "|" + at;
    }
  }

  public SensorThreshold {
    if (hysteresis < 0 || hysteresis > MAX_VALUE || !Double.isFinite(hysteresis)) {
      throw new IllegalArgumentException("hysteresis is " + hysteresis + ", not 0 to 1,000,000");
    }
    if (readings < 1 || readings > MAX_READINGS) {
      throw new IllegalArgumentException("readings is " + readings + ", not 1 to " + MAX_READINGS);
    }
    if (hold.isNegative() || hold.compareTo(MAX_HOLD) > 0) {
      throw new IllegalArgumentException("hold is " + hold.toSeconds() + " s, not 0 s to 1 h");
    }
    List<Double> known = new ArrayList<>();
    for (Double limit :
        new @Nullable Double[] {
          lowCritical, lowMajor, lowWarning, highWarning, highMajor, highCritical
        }) {
      if (limit == null) {
        continue;
      }
      if (!Double.isFinite(limit) || Math.abs(limit) > MAX_VALUE) {
        throw new IllegalArgumentException("a limit is " + limit + ", not within ±1,000,000");
      }
      if (!known.isEmpty() && known.getLast() > limit) {
        throw new IllegalArgumentException(
            "limits do not ascend: "
                + limit
                + " after "
                + known.getLast()
                + "; the order is "
                + String.join(", ", LIMITS));
      }
      known.add(limit);
    }
    Double low = highest(lowCritical, lowMajor, lowWarning);
    Double high = lowest(highWarning, highMajor, highCritical);
    if (low != null && high != null && low + hysteresis > high - hysteresis) {
      throw new IllegalArgumentException(
          "no value between "
              + low
              + " and "
              + high
              + " would end an alarm: hysteresis "
              + hysteresis
              + " is too large");
    }
  }

  /**
   * Down to where a reading must fall so that no high level counts any more; null without high
   * limits.
   */
  public @Nullable Double highEnd() {
    Double high = lowest(highWarning, highMajor, highCritical);
    return high == null ? null : high - hysteresis;
  }

  private static @Nullable Double highest(@Nullable Double... limits) {
    Double best = null;
    for (Double limit : limits) {
      best = limit == null || (best != null && best > limit) ? best : limit;
    }
    return best;
  }

  private static @Nullable Double lowest(@Nullable Double... limits) {
    Double best = null;
    for (Double limit : limits) {
      best = limit == null || (best != null && best < limit) ? best : limit;
    }
    return best;
  }

  /** Limits on the high side only. */
  public static SensorThreshold high(
      SensorReading.Kind kind, double warning, double major, double critical, double hysteresis) {
    return new SensorThreshold(
        new Key(kind, "*", "", ""),
        null,
        null,
        null,
        warning,
        major,
        critical,
        hysteresis,
        1,
        Duration.ZERO);
  }

  /** Some sensors without limits. */
  public static SensorThreshold none(Key key) {
    return new SensorThreshold(key, null, null, null, null, null, null, 0, 1, Duration.ZERO);
  }

  /** The limit at which a level begins; null when there is none. */
  public @Nullable Double limit(SensorLevel level) {
    return switch (level) {
      case LOW_CRITICAL -> lowCritical;
      case LOW_MAJOR -> lowMajor;
      case LOW_WARNING -> lowWarning;
      case NORMAL -> null;
      case HIGH_WARNING -> highWarning;
      case HIGH_MAJOR -> highMajor;
      case HIGH_CRITICAL -> highCritical;
    };
  }

  /**
   * This threshold with some values changed.
   *
   * @param values by the names of the limits, {@code hysteresis}, {@code readings}, {@code hold}
   *     (seconds); an empty value takes a limit away
   * @throws IllegalArgumentException with what is wrong
   */
  public SensorThreshold with(Key newKey, Map<String, String> values) {
    Map<String, String> left = new TreeMap<>(values);
    SensorThreshold changed =
        new SensorThreshold(
            newKey,
            number(left, "lowCritical", lowCritical),
            number(left, "lowMajor", lowMajor),
            number(left, "lowWarning", lowWarning),
            number(left, "highWarning", highWarning),
            number(left, "highMajor", highMajor),
            number(left, "highCritical", highCritical),
            required(left, "hysteresis", hysteresis),
            (int) required(left, "readings", readings),
            Duration.ofMillis(Math.round(1000 * required(left, "hold", hold.toMillis() / 1000.0))));
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown '"
              + left.keySet().iterator().next()
              + "'; there are "
              + String.join(", ", LIMITS)
              + ", hysteresis, readings, hold");
    }
    return changed;
  }

  private static @Nullable Double number(
      Map<String, String> values, String name, @Nullable Double otherwise) {
    String text = values.remove(name);
    if (text == null) {
      return otherwise;
    }
    return text.isEmpty() ? null : Double.valueOf(parsed(name, text));
  }

  private static double required(Map<String, String> values, String name, double otherwise) {
    String text = values.remove(name);
    return text == null ? otherwise : parsed(name, text);
  }

  private static double parsed(String name, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " is '" + text + "', a number is meant", e);
    }
  }

  /**
   * A kind by its word.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static SensorReading.Kind kindOf(String word) {
    for (SensorReading.Kind kind : SensorReading.Kind.values()) {
      if (kind.name().equalsIgnoreCase(word)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "'"
            + word
            + "' is no kind of sensor; there are celsius, rpm, percent, volts, amperes,"
            + " watts, truth");
  }
}
