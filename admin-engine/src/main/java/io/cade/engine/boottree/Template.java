package io.cade.engine.boottree;

import java.io.IOException;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text with places of the form <code>${name}</code>; a dollar sign is written twice. Stateless. */
final class Template {
  private static final Pattern PLACE = Pattern.compile("\\$(?:\\{([a-z]+)}|(\\$)|)");

  private Template() {}

  /**
   * Fills the places.
   *
   * @throws IOException when there is a place without a value: half-filled settings are worse than
   *     none
   */
  static String fill(String text, Map<String, String> values) throws IOException {
    StringBuilder out = new StringBuilder(text.length() + 256);
    Matcher match = PLACE.matcher(text);
    while (match.find()) {
      String name = match.group(1);
      String value = name == null ? (match.group(2) == null ? null : "$") : values.get(name);
      if (value == null) {
        throw new IOException(
            "'"
                + text.substring(match.start(), Math.min(text.length(), match.start() + 20))
                + "' has no value; known are "
                + new TreeSet<>(values.keySet())
                + ", and a dollar sign is written twice");
      }
      match.appendReplacement(out, Matcher.quoteReplacement(value));
    }
    return match.appendTail(out).toString();
  }
}
