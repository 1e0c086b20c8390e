package io.cade.engine.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Values as people read them. */
final class Words {
  private Words() {}

  /** {@code 12 s ago}; a time that a slow clock puts into the future counts as now. */
  static String age(Optional<Instant> then, Instant now) {
    return then.map(t -> age(Duration.between(t, now))).orElse("-");
  }

  private static String age(Duration age) {
    long seconds = Math.max(0, age.toSeconds());
    if (seconds < 120) {
      return seconds + " s ago";
    }
    if (seconds < 7_200) {
      return seconds / 60 + " min ago";
    }
    return seconds < 172_800 ? seconds / 3_600 + " h ago" : seconds / 86_400 + " d ago";
  }

  /** {@code 2026-01-31T12:00:00Z}: fractions of a second tell nobody anything. */
  static String second(Optional<Instant> time) {
    return time.map(t -> t.truncatedTo(ChronoUnit.SECONDS).toString()).orElse("-");
  }

  /** {@code 12:00:00Z}: the time of day. */
  static String clock(Optional<Instant> time) {
    return time.map(t -> t.truncatedTo(ChronoUnit.SECONDS).toString().substring(11)).orElse("-");
  }

  /** {@code 41.5 °C}, {@code 3012 rpm}: whole numbers where a fraction says nothing. */
  static String measured(Number value, String unit) {
    double v = value.doubleValue();
    return switch (unit) {
      case "celsius" -> tenths(v) + " °C";
      case "rpm" -> Math.round(v) + " rpm";
      case "percent" -> tenths(v) + " %";
      case "volts" -> hundredths(v) + " V";
      case "amperes" -> hundredths(v) + " A";
      case "watts" -> tenths(v) + " W";
      case "boolean" -> v == 0 ? "bad" : "good";
      default -> unit.isEmpty() ? value.toString() : value + " " + unit;
    };
  }

  private static String tenths(double v) {
    long scaled = Math.round(v * 10);
    return (scaled < 0 ? "-" : "") + Math.abs(scaled) / 10 + "." + Math.abs(scaled) % 10;
  }

  private static String hundredths(double v) {
    long scaled = Math.round(v * 100);
    long fraction = Math.abs(scaled) % 100;
    return (scaled < 0 ? "-" : "")
        + Math.abs(scaled) / 100
        + (fraction < 10 ? ".0" : ".")
        + fraction;
  }

  /** {@code 512 MiB}. */
  static String bytes(Number value) {
    long v = value.longValue();
    if (v < 10_240) {
      return v + " B";
    }
    return v < 10L << 20 ? (v >> 10) + " KiB" : (v >> 20) + " MiB";
  }

  static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }

  /**
   * Text from the engine for one cell: characters that would move the cursor or break the line
   * become spaces, so that nobody paints on the operator's terminal.
   */
  static String printable(String text) {
    StringBuilder clean = null;
    for (int i = 0; i < text.length(); i++) {
      int type = Character.getType(text.charAt(i));
      if (type == Character.CONTROL
          || type == Character.FORMAT
          || type == Character.LINE_SEPARATOR
          || type == Character.PARAGRAPH_SEPARATOR) {
        if (clean == null) {
          clean = new StringBuilder(text);
        }
        clean.setCharAt(i, ' ');
      }
    }
    return clean == null ? text : clean.toString();
  }
}
