package io.cade.agent.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
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
  private final JsonNode node;
  private final List<String> problems;
  private final Set<String> asked = new LinkedHashSet<>();
  private final List<Section> children = new ArrayList<>();

  Section(String path, JsonNode node, List<String> problems) {
    this.path = path;
    this.node = node;
    this.problems = problems;
  }

  /** A text that must be there. */
  public String text(String key) {
    JsonNode value = get(key);
    if (value == null) {
      missing(key);
      return "";
    }
    return textOf(key, value);
  }

  public String text(String key, String otherwise) {
    JsonNode value = get(key);
    return value == null ? otherwise : textOf(key, value);
  }

  /** A whole number within bounds. */
  public int integer(String key, int min, int max, int otherwise) {
    JsonNode value = get(key);
    if (value == null) {
      return otherwise;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      problem(key, "'" + value.asText() + "' is not a whole number");
      return otherwise;
    }
    int number = value.asInt();
    if (number < min || number > max) {
      problem(key, number + " is outside " + min + " to " + max);
      return otherwise;
    }
    return number;
  }

  public boolean flag(String key, boolean otherwise) {
    JsonNode value = get(key);
    if (value == null) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      problem(key, "'" + value.asText() + "' is neither true nor false");
      return otherwise;
    }
    return value.asBoolean();
  }

  /** A time with its unit: {@code 250 ms}, {@code 2 s}, {@code 5 min}, {@code 1 h}, {@code 1 d}. */
  public Duration duration(String key, Duration min, Duration max, Duration otherwise) {
    JsonNode value = get(key);
    if (value == null) {
      return otherwise;
    }
    Matcher m = DURATION.matcher(value.asText().toLowerCase(Locale.ROOT));
    if (!m.matches()) {
      problem(key, "'" + value.asText() + "' is not a time like 250 ms, 2 s, 5 min or 1 h");
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
      problem(key, value.asText() + " is outside " + min + " to " + max);
      return otherwise;
    }
    return result;
  }

  /** A path that must be there. */
  public Path path(String key) {
    return Path.of(text(key));
  }

  /** A text that a parser turns into a value; its refusal becomes a problem. */
  public <T> T parsed(String key, T otherwise, Function<String, T> parser) {
    JsonNode value = get(key);
    if (value == null) {
      return otherwise;
    }
    try {
      return parser.apply(value.asText());
    } catch (IllegalArgumentException e) {
      problem(key, String.valueOf(e.getMessage()));
      return otherwise;
    }
  }

  /** A list of texts, each turned into a value; absent means empty. */
  public <T> List<T> list(String key, int maxSize, Function<String, T> parser) {
    JsonNode value = get(key);
    List<T> result = new ArrayList<>();
    if (value == null) {
      return result;
    }
    if (!value.isArray() || value.size() > maxSize) {
      problem(key, "a list of at most " + maxSize + " entries is expected");
      return result;
    }
    for (JsonNode entry : value) {
      try {
        result.add(parser.apply(entry.asText()));
      } catch (IllegalArgumentException e) {
        problem(key, String.valueOf(e.getMessage()));
      }
    }
    return result;
  }

  /** The section below a key; absent means an empty one. */
  public Section section(String key) {
    JsonNode value = get(key);
    if (value != null && !value.isObject()) {
      problem(key, "keys and values are expected");
      value = null;
    }
    Section child =
        new Section(
            path + key + ".",
            value == null ? JsonNodeFactory.instance.objectNode() : value,
            problems);
    children.add(child);
    return child;
  }

  /** Every entry of a section whose keys are names of the operator's choice. */
  public <T> List<T> entries(String key, BiFunction<String, String, T> parser) {
    JsonNode value = get(key);
    List<T> result = new ArrayList<>();
    if (value == null) {
      return result;
    }
    if (!value.isObject()) {
      problem(key, "keys and values are expected");
      return result;
    }
    value
        .properties()
        .forEach(e -> {
          try {
            result.add(parser.apply(e.getKey(), e.getValue().asText()));
          } catch (IllegalArgumentException x) {
            problem(key + "." + e.getKey(), String.valueOf(x.getMessage()));
          }
        });
    return result;
  }

  /**
   * Every section below a key, whose names are of the operator's choice.
   *
   * @param maxSize more are a problem
   * @param parser its refusal becomes a problem
   */
  public <T> List<T> sections(String key, int maxSize, BiFunction<String, Section, T> parser) {
    JsonNode value = get(key);
    List<T> result = new ArrayList<>();
    if (value == null) {
      return result;
    }
    if (!value.isObject() || value.size() > maxSize) {
      problem(key, "at most " + maxSize + " names with keys and values are expected");
      return result;
    }
    Section parent = section(key);
    value
        .properties()
        .forEach(e -> {
          try {
            result.add(parser.apply(e.getKey(), parent.section(e.getKey())));
          } catch (IllegalArgumentException x) {
            problem(key + "." + e.getKey(), String.valueOf(x.getMessage()));
          }
        });
    return result;
  }

  /** Notes a problem that the caller found. */
  public void problem(String key, String what) {
    problems.add(path + key + ": " + what);
  }

  void refuseUnknown() {
    node.fieldNames()
        .forEachRemaining(name -> {
          if (!asked.contains(name)) {
            problems.add(
                "unknown key '" + path + name + "' (known here: " + new TreeSet<>(asked) + ")");
          }
        });
    children.forEach(Section::refuseUnknown);
  }

  private @Nullable JsonNode get(String key) {
    asked.add(key);
    JsonNode value = node.get(key);
    return value == null || value.isNull() ? null : value;
  }

  private String textOf(String key, JsonNode value) {
    if (!value.isValueNode()) {
      problem(key, "one value is expected");
      return "";
    }
    return value.asText();
  }

  private void missing(String key) {
    problem(key, "is missing");
  }
}
