package io.cade.proxy.app;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A mapping of the configuration, read key by key. What is wrong goes to the problems and a
 * stand-in is returned, so that reading goes on and finds the rest. Owned by the reading thread.
 */
final class Section {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  private final String path;
  private final YamlNode.Fields node;
  private final Problems problems;
  private final Set<String> known = new HashSet<>();

  Section(String path, YamlNode.Fields node, Problems problems) {
    this.path = path;
    this.node = node;
    this.problems = problems;
  }

  boolean has(String key) {
    return node.fields().containsKey(key);
  }

  int line(String key) {
    YamlNode value = node.fields().get(key);
    return value == null ? node.line() : value.line();
  }

  void problem(String key, String text) {
    problems.at(line(key), "'" + path + key + "' " + text);
  }

  /** The text of a key, or null when it is absent. */
  @Nullable String text(String key) {
    known.add(key);
    return switch (node.fields().get(key)) {
      case null -> null;
      case YamlNode.Text text -> text.value();
      case YamlNode.Items items -> wrongKind(key);
      case YamlNode.Fields fields -> wrongKind(key);
    };
  }

  private @Nullable String wrongKind(String key) {
    problem(key, "should be a single value");
    return null;
  }

  /** The text of a key that must be there. */
  String required(String key, String standIn) {
    String value = text(key);
    if (value == null || value.isEmpty()) {
      if (!(node.fields().get(key) instanceof YamlNode.Items)) {
        problem(key, "is missing");
      }
      return standIn;
    }
    return value;
  }

  <E extends Enum<E>> E choice(String key, Class<E> type, @Nullable E otherwise) {
    String value = text(key);
    E[] all = type.getEnumConstants();
    if (value == null) {
      if (otherwise == null) {
        problem(key, "is missing");
        return all[0];
      }
      return otherwise;
    }
    Set<String> names = new TreeSet<>();
    for (E each : all) {
      String name = each.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
      if (name.equals(value)) {
        return each;
      }
      names.add(name);
    }
    problem(key, "is '" + value + "', one of " + String.join(", ", names) + " is meant");
    return otherwise == null ? all[0] : otherwise;
  }

  Duration duration(String key, Duration otherwise, Duration atLeast, Duration atMost) {
    String value = text(key);
    if (value == null) {
      return otherwise;
    }
    Matcher matcher = DURATION.matcher(value);
    if (!matcher.matches()) {
      problem(key, "is '" + value + "', a time like 500ms, 10s, 5m or 1h is meant");
      return otherwise;
    }
    long number = Long.parseLong(matcher.group(1));
    Duration time =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          default -> Duration.ofHours(number);
        };
    if (time.compareTo(atLeast) < 0 || time.compareTo(atMost) > 0) {
      problem(key, "is " + value + ", outside " + shown(atLeast) + " to " + shown(atMost));
      return otherwise;
    }
    return time;
  }

  private static String shown(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }

  int integer(String key, int otherwise, int atLeast, int atMost) {
    String value = text(key);
    if (value == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= atLeast && number <= atMost) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    problem(key, "is '" + value + "', a number from " + atLeast + " to " + atMost + " is meant");
    return otherwise;
  }

  /** A list of texts; a single text counts as a list of one. */
  List<YamlNode.Text> texts(String key) {
    known.add(key);
    List<YamlNode.Text> texts = new ArrayList<>();
    switch (node.fields().get(key)) {
      case null -> {}
      case YamlNode.Text text -> texts.add(text);
      case YamlNode.Fields fields -> problem(key, "should be a list");
      case YamlNode.Items items -> {
        for (YamlNode item : items.items()) {
          if (item instanceof YamlNode.Text text) {
            texts.add(text);
          } else {
            problems.at(item.line(), "'" + path + key + "' should hold single values");
          }
        }
      }
    }
    return texts;
  }

  List<InetSocketAddress> socketAddresses(String key) {
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (YamlNode.Text text : texts(key)) {
      InetSocketAddress address = socketAddress(text.value());
      if (address == null) {
        problems.at(
            text.line(),
            "'"
                + path
                + key
                + "' has '"
                + text.value()
                + "', ADDRESS:PORT like 127.1.0.4:8080 is"
                + " meant");
      } else {
        addresses.add(address);
      }
    }
    return addresses;
  }

  List<String> addresses(String key) {
    List<String> addresses = new ArrayList<>();
    for (YamlNode.Text text : texts(key)) {
      try {
        addresses.add(InetAddress.ofLiteral(text.value()).getHostAddress());
      } catch (IllegalArgumentException e) {
        problems.at(
            text.line(),
            "'" + path + key + "' has '" + text.value() + "', a numeric address is meant");
      }
    }
    return addresses;
  }

  private static @Nullable InetSocketAddress socketAddress(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      return null;
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      String host = text.substring(0, colon);
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      }
      return port < 0 || port > 65535
          ? null
          : new InetSocketAddress(InetAddress.ofLiteral(host), port);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** A section within this one; an empty one when it is absent. */
  Section section(String key) {
    known.add(key);
    YamlNode value = node.fields().get(key);
    if (value != null && !(value instanceof YamlNode.Fields)) {
      problem(key, "should hold keys with values");
    }
    return new Section(
        path + key + ".",
        value instanceof YamlNode.Fields fields ? fields : new YamlNode.Fields(Map.of(), line(key)),
        problems);
  }

  /** All keys have been asked for: any other is a mistake. */
  void end() {
    for (Map.Entry<String, YamlNode> field : node.fields().entrySet()) {
      if (!known.contains(field.getKey())) {
        problems.at(
            field.getValue().line(),
            "unknown key '"
                + path
                + field.getKey()
                + "'; known here: "
                + String.join(", ", new TreeSet<>(known)));
      }
    }
  }
}
