package io.cade.engine.device;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that may be otherwise on each type, service or card.
 *
 * @param name a lower-case letter, then letters, digits, hyphens; at most 32
 * @param standard value where none is set; null when one has to be
 * @param choices for {@link Type#CHOICE}, else empty; at most 64
 * @param min least number, or least length of a text
 * @param max greatest number, or greatest length of a text
 * @param secret its value is shown to nobody
 */
public record ModelParameter(
    String name,
    ModelRole role,
    Type type,
    @Nullable String standard,
    List<String> choices,
    @Nullable Long min,
    @Nullable Long max,
    String description,
    boolean secret) {
  /** What stands in the place of a secret. */
  public static final String MASK = "********";

  /** Longest value, in characters. */
  public static final int MAX_VALUE = 8 << 10;

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  /** What a value has to be. */
  public enum Type {
    TEXT,
    /** A whole number. */
    NUMBER,
    /** {@code true} or {@code false}. */
    BOOLEAN,
    /** One of the values that the model names. */
    CHOICE,
    /** A numeric address of IPv4 or IPv6. */
    ADDRESS;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public ModelParameter {
    choices = List.copyOf(choices);
  }

  /** Whether a parameter may be called so. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches() && !Facts.NAMES.contains(text);
  }

  /** Why the text is no value for it; empty when it is one. Never repeats a secret. */
  public Optional<String> objection(String value) {
    String shown = secret ? MASK : value.length() > 64 ? value.substring(0, 64) + "…" : value;
    String wanted =
        switch (type) {
          case TEXT ->
              value.length() > MAX_VALUE || outside(value.length())
                  ? "a text" + range(" of ", " characters") + " is meant"
                  : "";
          case NUMBER ->
              isNumber(value) ? "" : "a whole number" + range(" from ", "") + " is meant";
          case BOOLEAN ->
              value.equals("true") || value.equals("false") ? "" : "true or false is meant";
          case CHOICE ->
              choices.contains(value) ? "" : "one of " + String.join(", ", choices) + " is meant";
          case ADDRESS -> isAddress(value) ? "" : "a numeric address like 192.0.2.1 is meant";
        };
    return wanted.isEmpty()
        ? Optional.empty()
        : Optional.of(name + " is '" + shown + "', " + wanted);
  }

  private boolean outside(long size) {
    return (min != null && size < min) || (max != null && size > max);
  }

  private String range(String before, String after) {
    if (min == null && max == null) {
      return "";
    }
    return before + (min == null ? "any" : min) + " to " + (max == null ? "any" : max) + after;
  }

  private boolean isNumber(String value) {
    try {
      return !outside(Long.parseLong(value));
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static boolean isAddress(String value) {
    try {
      return !InetAddress.ofLiteral(value).getHostAddress().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The same with another default. */
  public ModelParameter withStandard(@Nullable String value) {
    return new ModelParameter(name, role, type, value, choices, min, max, description, secret);
  }
}
