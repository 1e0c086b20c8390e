package io.cade.engine.boottree;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The name of a file in a boot tree: segments of letters, digits, {@code . _ + - =}, divided by
 * slashes, relative to the card's root, at most {@value #MAX_LENGTH} characters. There is no way to
 * say a place outside of the tree: a name that tries is refused, not corrected.
 */
public final class BootName {
  public static final int MAX_LENGTH = 255;

  private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._+=-]+");

  private BootName() {}

  /** A name that is good, or why it is not. */
  public sealed interface Parsed {
    record Good(String name) implements Parsed {}

    record Bad(BootOutcome why) implements Parsed {}
  }

  /** Takes out empty and {@code .} segments; refuses everything doubtful. */
  public static Parsed parse(String name) {
    if (name.isEmpty() || name.length() > MAX_LENGTH) {
      return new Parsed.Bad(BootOutcome.REFUSED_NAME);
    }
    if (name.startsWith("/")) {
      return new Parsed.Bad(BootOutcome.REFUSED_ABSOLUTE);
    }
    List<String> segments = new ArrayList<>();
    for (String segment : name.split("/", -1)) {
      if (segment.equals("..")) {
        return new Parsed.Bad(BootOutcome.REFUSED_TRAVERSAL);
      }
      if (segment.isEmpty() || segment.equals(".")) {
        continue;
      }
      if (!SEGMENT.matcher(segment).matches()) {
        // A backslash, %2e, NUL or a drive's colon is somebody's path outside.
        return new Parsed.Bad(BootOutcome.REFUSED_NAME);
      }
      segments.add(segment);
    }
    return segments.isEmpty()
        ? new Parsed.Bad(BootOutcome.REFUSED_NAME)
        : new Parsed.Good(String.join("/", segments));
  }
}
