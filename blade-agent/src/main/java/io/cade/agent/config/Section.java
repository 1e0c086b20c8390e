package io.cade.agent.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One level of a configuration file. Each getter names the key it reads; a wrong or missing value
 * is noted as a problem and a stand-in is returned, so that reading goes on to the next problem.
 * Not thread-safe.
 */
public final class Section {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|min|h|d)");

  private final String path;
  private final YamlNode.Fields node;
  private final Problems problems;
  private final Set<String> known = new HashSet<>();
  private final List<Section> children = new ArrayList<>();

  Section(String path, YamlNode.Fields node, Problems problems) {
    this.path = path;
    this.node = node;
    this.problems = problems;
  }

  /** Whether the key is there, with a value. */
  public boolean has(String key) {
    known.add(key);
    return value(key) != null;
  }

  /** The keys that are there, in the order of the file. */
  public List<String> names() {
    return List.copyOf(node.fields().keySet());
  }

  /** A text that must be there. */
  public String text(String key) {
    String value = scalar(key);
    if (value == null || value.isEmpty()) {
      if (value != null || value(key) == null) {
        problem(key, "is missing");
      }
      return "";
    }
    return value;
  }

  /** A text, or what stands for it when it is absent. */
  public String text(String key, String otherwise) {
    String value = scalar(key);
    return value == null ? otherwise : value;
  }

  /** A whole number within bounds. */
  public int integer(String key, int min, int max, int otherwise) {
    String value = scalar(key);
    if (value == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    problem(key, "is '" + value + "', a whole number from " + min + " to " + max + " is meant");
    return otherwise;
  }

  /** {@code true} or {@code false}. */
  public boolean flag(String key, boolean otherwise) {
    String value = scalar(key);
    if (value == null) {
      return otherwise;
    }
    if (!value.equals("true") && !value.equals("false")) {
      problem(key, "is '" + value + "', true or false is meant");
      return otherwise;
    }
    return value.equals("true");
  }

  /** A constant of an enum, written in lower case with hyphens. */
  public <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
    E chosen = constant(key, type);
    return chosen == null ? otherwise : chosen;
  }

  /** Likewise, and it must be there; the stand-in is the first constant. */
  public <E extends Enum<E>> E choice(String key, Class<E> type) {
    E chosen = constant(key, type);
    if (chosen == null && value(key) == null) {
      problem(key, "is missing");
    }
    return chosen == null ? type.getEnumConstants()[0] : chosen;
  }

  private <E extends Enum<E>> @Nullable E constant(String key, Class<E> type) {
    String value = scalar(key);
    if (value == null) {
      return null;
    }
    Set<String> names = new TreeSet<>();
    for (E each : type.getEnumConstants()) {
      String name = each.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (name.equals(value)) {
        return each;
      }
      names.add(name);
    }
    problem(key, "is '" + value + "', one of " + String.join(", ", names) + " is meant");
    return null;
  }

  /** A time with its unit: {@code 250 ms}, {@code 2s}, {@code 5 min}, {@code 1 h}, {@code 1 d}. */
  public Duration duration(String key, Duration min, Duration max, Duration otherwise) {
    String value = scalar(key);
    if (value == null) {
      return otherwise;
    }
    Matcher m = DURATION.matcher(value.toLowerCase(Locale.ROOT));
    if (!m.matches()) {
      problem(key, "is '" + value + "', a time like 250 ms, 2 s, 5 min or 1 h is meant");
      return otherwise;
    }
    long number = Long.parseLong(m.group(1));
    Duration result =
        switch (m.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "h" -> Duration.ofHours(number);
          case "d" -> Duration.ofDays(number);
          default -> Duration.ofMinutes(number);
        };
    if (result.compareTo(min) < 0 || result.compareTo(max) > 0) {
      problem(key, "is " + value + ", outside " + shown(min) + " to " + shown(max));
      return otherwise;
    }
    return result;
  }

  private static String shown(Duration time) {
    if (time.toMillis() % 1000 != 0) {
      return time.toMillis() + " ms";
    }
    return time.toSeconds() % 3600 == 0 && !time.isZero()
        ? time.toHours() + " h"
        : time.toSeconds() + " s";
  }

  /** A path that must be there. */
  public Path path(String key) {
    return Path.of(text(key));
  }

  /** A text that a parser turns into a value; its refusal becomes a problem. */
  public <T> T parsed(String key, T otherwise, Function<String, T> parser) {
    String value = scalar(key);
    if (value == null) {
      return otherwise;
    }
    try {
      return parser.apply(value);
    } catch (IllegalArgumentException e) {
      problem(key, "is wrong: " + e.getMessage());
      return otherwise;
    }
  }

  /**
   * A list of texts, each turned into a value; a single text counts as a list of one, absent means
   * empty.
   */
  public <T> List<T> list(String key, int maxSize, Function<String, T> parser) {
    known.add(key);
    List<YamlNode> entries =
        switch (value(key)) {
          case null -> List.of();
          case YamlNode.Items items -> items.items();
          case YamlNode other -> List.of(other);
        };
    if (entries.size() > maxSize) {
      problem(key, "has " + entries.size() + " entries, at most " + maxSize + " are meant");
      return new ArrayList<>();
    }
    List<T> result = new ArrayList<>();
    for (YamlNode entry : entries) {
      if (!(entry instanceof YamlNode.Text text)) {
        problems.at(entry.line(), "'" + path + key + "' should be a list of single values");
        continue;
      }
      try {
        result.add(parser.apply(text.value()));
      } catch (IllegalArgumentException e) {
        problems.at(
            text.line(),
            "'" + path + key + "' has '" + text.value() + "', which is wrong: " + e.getMessage());
      }
    }
    return result;
  }

  /** A list of {@code ADDRESS:PORT}, numeric only: a name server may not be there yet. */
  public List<InetSocketAddress> socketAddresses(String key) {
    return list(key, 256, Section::socketAddress);
  }

  /** A list of numeric addresses. */
  public List<InetAddress> addresses(String key) {
    return list(key, 256, Section::address);
  }

  /**
   * A numeric address.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static InetAddress address(String text) {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a numeric address like 127.1.0.4 is meant", e);
    }
  }

  /**
   * A numeric address with a port.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static InetSocketAddress socketAddress(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 1 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      return new InetSocketAddress(
          InetAddress.ofLiteral(host), Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("ADDRESS:PORT like 127.1.0.4:8080 is meant", e);
    }
  }

  /** The section below a key; absent means an empty one. */
  public Section section(String key) {
    known.add(key);
    YamlNode value = value(key);
    if (value != null && !(value instanceof YamlNode.Fields)) {
      problem(key, "should hold keys with values");
    }
    Section child =
        new Section(
            path + key + ".",
            value instanceof YamlNode.Fields fields
                ? fields
                : new YamlNode.Fields(Map.of(), line(key)),
            problems);
    children.add(child);
    return child;
  }

  /** Every entry of a section whose keys are names of the operator's choice. */
  public <T> List<T> entries(String key, BiFunction<String, String, T> parser) {
    known.add(key);
    List<T> result = new ArrayList<>();
    switch (value(key)) {
      case null -> {}
      case YamlNode.Fields fields ->
          fields
              .fields()
              .forEach((name, value) -> {
                try {
                  if (!(value instanceof YamlNode.Text text)) {
                    throw new IllegalArgumentException("should be a single value");
                  }
                  result.add(parser.apply(name, text.value()));
                } catch (IllegalArgumentException e) {
                  problems.at(value.line(), "'" + path + key + "." + name + "' " + e.getMessage());
                }
              });
      case YamlNode other -> problem(key, "should hold keys with values");
    }
    return result;
  }

  /**
   * Every section below a key, whose names are of the operator's choice.
   *
   * @param maxSize more are a problem
   * @param parser its refusal becomes a problem
   */
  public <T> List<T> sections(String key, int maxSize, BiFunction<String, Section, T> parser) {
    Section parent = section(key);
    List<T> result = new ArrayList<>();
    if (parent.node.fields().size() > maxSize) {
      problem(key, "has " + parent.node.fields().size() + " entries, at most " + maxSize);
      parent.known.addAll(parent.node.fields().keySet());
      return result;
    }
    for (String name : parent.node.fields().keySet()) {
      try {
        result.add(parser.apply(name, parent.section(name)));
      } catch (IllegalArgumentException e) {
        parent.problem(name, String.valueOf(e.getMessage()));
      }
    }
    return result;
  }

  /** Notes a problem that the caller found; the text goes on after the key's name. */
  public void problem(String key, String what) {
    problems.at(line(key), "'" + path + key + "' " + what);
  }

  void refuseUnknown() {
    node.fields()
        .forEach((name, value) -> {
          if (!known.contains(name)) {
            problems.at(
                value.line(),
                "unknown key '"
                    + path
                    + name
                    + "'; known here: "
                    + String.join(", ", new TreeSet<>(known)));
          }
        });
    children.forEach(Section::refuseUnknown);
  }

  private int line(String key) {
    YamlNode value = node.fields().get(key);
    return value == null ? node.line() : value.line();
  }

  private @Nullable YamlNode value(String key) {
    YamlNode value = node.fields().get(key);
    return value instanceof YamlNode.Nothing ? null : value;
  }

  private @Nullable String scalar(String key) {
    known.add(key);
    return switch (value(key)) {
      case null -> null;
      case YamlNode.Text text -> text.value();
      case YamlNode other -> {
        problem(key, "should be a single value");
        yield null;
      }
    };
  }
}
