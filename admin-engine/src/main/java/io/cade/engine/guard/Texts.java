package io.cade.engine.guard;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Small files of names and values. Not JSON: the guard of an older version must be able to read
 * what a newer engine wrote, and takes no library for that. Names that are not known are left
 * alone.
 */
final class Texts {
  static final Charset CHARSET = StandardCharsets.UTF_8;

  private final Map<String, String> values;

  Texts(Map<String, String> values) {
    this.values = values;
  }

  static Texts read(byte[] content) throws IOException {
    Properties all = new Properties();
    try {
      all.load(new StringReader(new String(content, StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException e) {
      throw new IOException("malformed: " + e.getMessage(), e);
    }
    Map<String, String> values = new TreeMap<>();
    all.stringPropertyNames().forEach(name -> values.put(name, all.getProperty(name)));
    return new Texts(values);
  }

  byte[] bytes() {
    Properties all = new Properties();
    all.putAll(values);
    StringWriter out = new StringWriter();
    try {
      all.store(out, null);
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail", e);
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** A file of one line. */
  static byte[] line(String text) {
    return (text + "\n").getBytes(CHARSET);
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  String text(String name) throws IOException {
    String value = values.get(name);
    if (value == null) {
      throw new IOException("'" + name + "' is missing");
    }
    return value;
  }

  long number(String name) throws IOException {
    try {
      return Long.parseLong(text(name));
    } catch (NumberFormatException e) {
      throw new IOException("'" + name + "' is no number", e);
    }
  }

  <E extends Enum<E>> E word(String name, Class<E> type) throws IOException {
    try {
      return Enum.valueOf(type, text(name));
    } catch (IllegalArgumentException e) {
      throw new IOException("'" + name + "' is '" + text(name) + "', which is not known", e);
    }
  }
}
