package io.cade.agent.wire;

import java.util.regex.Pattern;

/**
 * Names of what lines come from: {@code agent}, {@code service:NAME}, {@code unit:NAME} (systemd's
 * journal of that unit).
 */
public final class LogSource {
  /** The card's agent itself. */
  public static final String AGENT = "agent";

  private static final String SERVICE = "service:";
  private static final String UNIT = "unit:";
  private static final Pattern FORM =
      Pattern.compile(
          "agent|service:[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|unit:[A-Za-z0-9][A-Za-z0-9@_.-]{0,119}");

  private LogSource() {}

  /** A service of the card. */
  public static String service(String name) {
    return require(SERVICE + name);
  }

  /** A unit of the card's system. */
  public static String unit(String name) {
    return require(UNIT + name);
  }

  /** The name of the unit that the source is; empty when it is none. */
  public static String unitOf(String source) {
    return source.startsWith(UNIT) ? source.substring(UNIT.length()) : "";
  }

  /** Whether it is a name as above. */
  public static boolean isSource(String source) {
    return source.length() <= 128 && FORM.matcher(source).matches();
  }

  /**
   * The name itself.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static String require(String source) {
    if (!isSource(source)) {
      throw new IllegalArgumentException(
          "'"
              + LogText.harmless(source.substring(0, Math.min(64, source.length())))
              + "' is no source of a log: agent, service:NAME or unit:NAME");
    }
    return source;
  }
}
