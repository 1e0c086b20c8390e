package io.cade.image.trust;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.TreeSet;

/**
 * The one form of a JSON value that is signed: OLPC canonical JSON, as TUF uses it (§4.2): keys in
 * order of their UTF-8 bytes, no white space, no fractions, only quote and backslash escaped.
 * Stateless.
 */
final class CanonicalJson {
  private CanonicalJson() {}

  /**
   * @throws IllegalArgumentException when the value holds a fraction
   */
  static byte[] encode(JsonNode value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(JsonNode value, StringBuilder out) {
    switch (value.getNodeType()) {
      case OBJECT -> {
        // Keys of metadata are ASCII where order matters; String's order is then that of UTF-8.
        TreeSet<String> names = new TreeSet<>();
        value.fieldNames().forEachRemaining(names::add);
        char before = '{';
        for (String name : names) {
          out.append(before);
          text(name, out);
          out.append(':');
          write(value.path(name), out);
          before = ',';
        }
        out.append(names.isEmpty() ? "{}" : "}");
      }
      case ARRAY -> {
        out.append('[');
        for (Iterator<JsonNode> each = value.elements(); each.hasNext(); ) {
          write(each.next(), out);
          if (each.hasNext()) {
            out.append(',');
          }
        }
        out.append(']');
      }
      case STRING -> text(value.textValue(), out);
      case NUMBER -> {
        if (!value.isIntegralNumber()) {
          throw new IllegalArgumentException("metadata has no fractions");
        }
        out.append(value.bigIntegerValue());
      }
      case BOOLEAN -> out.append(value.booleanValue());
      case NULL -> out.append("null");
      case BINARY, MISSING, POJO ->
          throw new IllegalArgumentException("metadata is made of plain JSON values");
    }
  }

  private static void text(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\');
      }
      out.append(c);
    }
    out.append('"');
  }
}
