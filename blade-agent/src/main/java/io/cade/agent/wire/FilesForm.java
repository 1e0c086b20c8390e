package io.cade.agent.wire;

import java.io.IOException;
import java.io.StringReader;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the files of a {@code vsftpd} service are served: what {@code files.properties} in its
 * content says, or the defaults. Engine and agent read it alike.
 *
 * @param uploadMib what visitors may put into {@code incoming}, all together, MiB of the card's
 *     memory; 0 to 1,024, 0: nothing
 * @param passiveFirst first port of data connections, 1,024 to 65,535
 * @param passiveLast last one; at least 9 above the first
 * @param clients at one time, 1 to 2,000
 */
public record FilesForm(int uploadMib, int passiveFirst, int passiveLast, int clients) {
  /** The form, in the content of a service; need not be there. */
  public static final String FILE = "files.properties";

  /** Longest text of a form, in characters. */
  public static final int MAX_LENGTH = 16 << 10;

  private static final int LEAST_PORTS = 10;
  private static final Pattern RANGE = Pattern.compile("(\\d{1,5})-(\\d{1,5})");

  /** What holds without a form. */
  public static FilesForm standard() {
    return new FilesForm(0, 40_000, 40_499, 200);
  }

  /**
   * Reads a form.
   *
   * @throws IllegalArgumentException for whatever is wrong with it, in words for its author
   */
  public static FilesForm parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(FILE + " is longer than " + MAX_LENGTH + " characters");
    }
    Properties form = new Properties();
    try {
      form.load(new StringReader(text));
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(FILE + " cannot be read: " + e.getMessage(), e);
    }
    FilesForm result = standard();
    for (String key : new TreeSet<>(form.stringPropertyNames())) {
      String value = form.getProperty(key, "").strip();
      result =
          switch (key) {
            case "clients" ->
                new FilesForm(
                    result.uploadMib,
                    result.passiveFirst,
                    result.passiveLast,
                    number(key, value, 1, 2_000));
            case "passive-ports" -> result.withPorts(value);
            case "upload" ->
                new FilesForm(
                    value.equals("off") ? 0 : number(key, value, 1, 1_024),
                    result.passiveFirst,
                    result.passiveLast,
                    result.clients);
            default ->
                throw new IllegalArgumentException(
                    FILE + ": '" + cut(key) + "' is none of clients, passive-ports, upload");
          };
    }
    return result;
  }

  private static int number(String key, String value, int least, int most) {
    int number = value.matches("\\d{1,5}") ? Integer.parseInt(value) : -1;
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          FILE
              + ": "
              + key
              + " is '"
              + cut(value)
              + "', not "
              + (key.equals("upload") ? "off or a number of MiB, " : "a number, ")
              + least
              + " to "
              + most);
    }
    return number;
  }

  private FilesForm withPorts(String value) {
    Matcher range = RANGE.matcher(value);
    if (range.matches()) {
      int first = Integer.parseInt(range.group(1));
      int last = Integer.parseInt(range.group(2));
      if (first >= 1_024 && last <= 65_535 && last - first + 1 >= LEAST_PORTS) {
        return new FilesForm(uploadMib, first, last, clients);
      }
    }
    throw new IllegalArgumentException(
        FILE
            + ": passive-ports is '"
            + cut(value)
            + "', not FIRST-LAST with at least "
            + LEAST_PORTS
            + " ports from 1024 to 65535");
  }

  private static String cut(String text) {
    return text.length() > 64 ? text.substring(0, 64) + "…" : text;
  }
}
