package io.cade.agent.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Codes of HTTP answers (RFC 9110 §15) as an operator writes them: {@code 200-399}, {@code
 * 200,301-308}. Immutable.
 */
public final class StatusRanges {
  private static final Pattern FORM = Pattern.compile("\\d{3}(-\\d{3})?(,\\d{3}(-\\d{3})?){0,15}");
  private static final int LEAST = 100;
  private static final int MOST = 599;

  private record Range(int from, int to) {
    /** {@code 2xx/3xx} for whole hundreds, else as it is written. */
    String shown() {
      if (from % 100 != 0 || to % 100 != 99) {
        return from == to ? Integer.toString(from) : from + "-" + to;
      }
      List<String> classes = new ArrayList<>();
      for (int each = from / 100; each <= to / 100; each++) {
        classes.add(each + "xx");
      }
      return String.join("/", classes);
    }
  }

  private final List<Range> ranges;

  private StatusRanges(List<Range> ranges) {
    this.ranges = List.copyOf(ranges);
  }

  static boolean isGood(String text) {
    if (!FORM.matcher(text).matches()) {
      return false;
    }
    return parts(text).stream()
        .allMatch(r -> r.from() >= LEAST && r.to() <= MOST && r.from() <= r.to());
  }

  /**
   * Reads what {@link Setting#GATE_STATUS} permits.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static StatusRanges parse(String text) {
    if (!isGood(text)) {
      throw new IllegalArgumentException("no codes of answers: " + text);
    }
    return new StatusRanges(parts(text));
  }

  private static List<Range> parts(String text) {
    List<Range> parts = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      int from = Integer.parseInt(part.substring(0, 3));
      parts.add(new Range(from, part.length() == 3 ? from : Integer.parseInt(part.substring(4))));
    }
    return parts;
  }

  /** Whether a code is one of them. */
  public boolean contains(int status) {
    return ranges.stream().anyMatch(r -> status >= r.from() && status <= r.to());
  }

  /** For people: {@code 2xx/3xx}. */
  @Override
  public String toString() {
    return String.join(", ", ranges.stream().map(Range::shown).toList());
  }
}
