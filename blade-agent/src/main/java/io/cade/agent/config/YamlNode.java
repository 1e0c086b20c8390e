package io.cade.agent.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A YAML document whose parts know their lines, so that a problem can be shown where it is. */
sealed interface YamlNode {
  /** No configuration nests deeper. */
  int MAX_DEPTH = 8;

  /** What is missing where a scalar or a list stands in place of a mapping. */
  String KEYS_EXPECTED =
      "keys with values are expected here, for example 'stateDirectory: /var/lib/cade'";

  /** From 1. */
  int line();

  /** A key without a value: as good as absent. */
  record Nothing(int line) implements YamlNode {}

  /** A scalar, as written: {@code 0.10} stays that. */
  record Text(String value, int line) implements YamlNode {}

  record Items(List<YamlNode> items, int line) implements YamlNode {}

  record Fields(Map<String, YamlNode> fields, int line) implements YamlNode {}

  /**
   * Parses a document.
   *
   * @param problems gets what is wrong, each with its line
   * @return the root; an empty mapping when there is none or it is malformed
   */
  static Fields parse(String text, Problems problems) {
    try (JsonParser parser = new YAMLFactory().createParser(text)) {
      if (parser.nextToken() == null) {
        return new Fields(Map.of(), 1);
      }
      switch (read(parser, problems, 0)) {
        case Fields fields -> {
          if (parser.nextToken() != null) {
            problems.at(
                parser.currentTokenLocation().getLineNr(), "one document is expected, not two");
          }
          return fields;
        }
        case Nothing nothing -> {
          return new Fields(Map.of(), nothing.line());
        }
        case Text scalar -> problems.at(scalar.line(), KEYS_EXPECTED);
        case Items items -> problems.at(items.line(), KEYS_EXPECTED);
      }
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
      problems.at(line, "not YAML: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (IOException e) {
      problems.at(1, "not YAML: " + e.getMessage());
    }
    return new Fields(Map.of(), 1);
  }

  private static YamlNode read(JsonParser parser, Problems problems, int depth) throws IOException {
    int line = parser.currentTokenLocation().getLineNr();
    if (depth > MAX_DEPTH) {
      throw new IOException("nested more than " + MAX_DEPTH + " deep");
    }
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      List<YamlNode> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(read(parser, problems, depth + 1));
      }
      return new Items(items, line);
    }
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      Map<String, YamlNode> fields = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        int keyLine = parser.currentTokenLocation().getLineNr();
        parser.nextToken();
        if (fields.put(key, read(parser, problems, depth + 1)) != null) {
          problems.at(keyLine, "'" + key + "' is given twice");
        }
      }
      return new Fields(fields, line);
    }
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return new Nothing(line);
    }
    String value = parser.getText();
    return new Text(value == null ? "" : value, line);
  }
}
