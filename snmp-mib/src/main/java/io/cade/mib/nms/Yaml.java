package io.cade.mib.nms;

import java.util.List;
import java.util.Map;

/**
 * Writes maps, lists, texts, numbers and truth values as YAML 1.2. Every text is in double quotes,
 * so that no reader takes one for a number or {@code on} for true. Owned by one thread.
 */
final class Yaml {
  private final StringBuilder out = new StringBuilder();

  private Yaml() {}

  /**
   * A document.
   *
   * @param comment lines above it, without the number sign
   */
  static String document(String comment, Map<String, ?> root) {
    var yaml = new Yaml();
    comment.lines().forEach(line -> yaml.out.append("# ").append(line).append('\n'));
    yaml.map(root, 0);
    return yaml.out.toString();
  }

  private void map(Map<?, ?> map, int depth) {
    map.forEach((key, value) -> {
      indent(depth);
      entry(key, value, depth);
    });
  }

  private void entry(Object key, Object value, int depth) {
    out.append(key instanceof String text && !isWord(text) ? quoted(text) : key).append(':');
    switch (value) {
      case Map<?, ?> m when !m.isEmpty() -> {
        out.append('\n');
        map(m, depth + 1);
      }
      case List<?> l when !l.isEmpty() -> {
        out.append('\n');
        list(l, depth + 1);
      }
      default -> out.append(' ').append(scalar(value)).append('\n');
    }
  }

  private void list(List<?> list, int depth) {
    for (Object value : list) {
      indent(depth);
      out.append("- ");
      if (value instanceof Map<?, ?> m && !m.isEmpty()) {
        boolean first = true;
        for (Map.Entry<?, ?> e : m.entrySet()) {
          if (!first) {
            indent(depth + 1);
          }
          first = false;
          entry(e.getKey(), e.getValue(), depth + 1);
        }
      } else {
        out.append(scalar(value)).append('\n');
      }
    }
  }

  private void indent(int depth) {
    out.append("  ".repeat(depth));
  }

  private static boolean isWord(String text) {
    return text.matches("[A-Za-z_][A-Za-z0-9_-]*")
        && !List.of("on", "off", "yes", "no", "y", "n", "true", "false", "null")
            .contains(text.toLowerCase(java.util.Locale.ROOT));
  }

  private static String scalar(Object value) {
    return switch (value) {
      case Number n -> n.toString();
      case Boolean b -> b.toString();
      case Map<?, ?> _ -> "{}";
      case List<?> _ -> "[]";
      default -> quoted(value.toString());
    };
  }

  private static String quoted(String text) {
    var q = new StringBuilder("\"");
    text.chars()
        .forEach(c -> {
          switch (c) {
            case '"' -> q.append("\\\"");
            case '\\' -> q.append("\\\\");
            case '\n' -> q.append("\\n");
            default -> q.append((char) c);
          }
        });
    return q.append('"').toString();
  }
}
