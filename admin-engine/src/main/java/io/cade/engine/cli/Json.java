package io.cade.engine.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON by Jackson's streaming core alone: data binding would cost a cold JVM another 100 ms of CPU.
 * Nesting and length of texts are limited by Jackson's own read constraints, size by the caller.
 */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /**
   * Reads one object.
   *
   * @throws IOException when the text is something else
   */
  static Fields object(String text) throws IOException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.nextToken();
      Object value = value(parser);
      if (!(value instanceof Fields fields) || parser.nextToken() != null) {
        throw new IOException("is not one JSON object");
      }
      return fields;
    }
  }

  /** An object of texts, and objects of texts, as JSON. */
  static String text(Map<String, ?> object) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(text)) {
      write(generator, object);
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory cannot be written", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator generator, Map<?, ?> object) throws IOException {
    generator.writeStartObject();
    for (Map.Entry<?, ?> each : object.entrySet()) {
      generator.writeFieldName(String.valueOf(each.getKey()));
      if (each.getValue() instanceof Map<?, ?> inner) {
        write(generator, inner);
      } else {
        generator.writeString(String.valueOf(each.getValue()));
      }
    }
    generator.writeEndObject();
  }

  private static @Nullable Object value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new IOException("ends too early");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          members.put(name, value(parser));
        }
        yield new Fields(members);
      }
      case START_ARRAY -> {
        List<@Nullable Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser));
        }
        yield items;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> parser.getText();
    };
  }

  /**
   * The same JSON indented, values untouched.
   *
   * @param member of the object that alone is wanted; null for all of it
   * @throws IOException when the text is not an object, or has no such member
   */
  static String pretty(String text, @Nullable String member) throws IOException {
    StringWriter out = new StringWriter();
    DefaultIndenter indent = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indent);
    printer.indentArraysWith(indent);
    try (JsonParser parser = FACTORY.createParser(text);
        JsonGenerator generator = FACTORY.createGenerator(out)) {
      generator.setPrettyPrinter(printer);
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("is not one JSON object");
      }
      if (member != null) {
        seek(parser, member);
      }
      generator.copyCurrentStructureExact(parser);
    }
    return out.toString();
  }

  /** Text that is JSON already, to be a member's value. */
  record Verbatim(String json) {}

  /** A list of flat objects, each on a line of its own when there are several. */
  static String lines(List<? extends Map<String, ?>> objects) {
    StringWriter out = new StringWriter();
    out.append('[');
    for (int i = 0; i < objects.size(); i++) {
      out.append(i == 0 ? "\n  " : ",\n  ").append(line(objects.get(i)));
    }
    return out.append(objects.isEmpty() ? "]" : "\n]").toString();
  }

  /** An object of texts, and of what is {@link Verbatim}, on one line. */
  static String line(Map<String, ?> object) {
    StringWriter out = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      generator.writeStartObject();
      for (Map.Entry<String, ?> member : object.entrySet()) {
        generator.writeFieldName(member.getKey());
        if (member.getValue() instanceof Verbatim verbatim) {
          copy(verbatim, generator);
        } else {
          generator.writeString(String.valueOf(member.getValue()));
        }
      }
      generator.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("into memory", e);
    }
    return out.toString();
  }

  /** As it is, if it is JSON; else as a text. */
  private static void copy(Verbatim verbatim, JsonGenerator generator) throws IOException {
    StringWriter whole = new StringWriter();
    try (JsonParser parser = FACTORY.createParser(verbatim.json());
        JsonGenerator compact = FACTORY.createGenerator(whole)) {
      parser.nextToken();
      compact.copyCurrentStructureExact(parser);
    } catch (JsonParseException e) {
      generator.writeString(verbatim.json());
      return;
    }
    generator.writeRawValue(whole.toString());
  }

  private static void seek(JsonParser parser, String member) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean found = parser.currentName().equals(member);
      parser.nextToken();
      if (found) {
        return;
      }
      parser.skipChildren();
    }
    throw new IOException("has no member " + member);
  }
}
