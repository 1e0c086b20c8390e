package io.cade.agent.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Reads a YAML file of at most {@value #MAX_BYTES} bytes through a function that asks a {@link
 * Section} for each key it knows. Whatever the function did not ask for is an unknown key; every
 * problem is collected, so that the operator mends the file once.
 */
public final class StrictYaml {
  /** No configuration file is larger. */
  public static final int MAX_BYTES = 1 << 20;

  private StrictYaml() {}

  /**
   * @param schema builds the configuration; its result is used only when there was no problem
   * @throws ConfigProblems when the file is missing, no YAML, or a key is unknown, missing or wrong
   */
  public static <T> T read(Path file, Function<Section, T> schema) throws ConfigProblems {
    List<String> problems = new ArrayList<>();
    JsonNode root = parse(file, problems);
    if (problems.isEmpty()) {
      Section section = new Section("", root, problems);
      T result = null;
      try {
        result = schema.apply(section);
      } catch (IllegalArgumentException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
      section.refuseUnknown();
      if (problems.isEmpty() && result != null) {
        return result;
      }
    }
    throw new ConfigProblems(file, problems);
  }

  private static JsonNode parse(Path file, List<String> problems) {
    YAMLFactory factory =
        YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(16).build())
            .build();
    try {
      if (Files.size(file) > MAX_BYTES) {
        problems.add("larger than " + MAX_BYTES + " bytes");
        return JsonNodeFactory.instance.objectNode();
      }
      JsonNode root = new YAMLMapper(factory).readTree(Files.readAllBytes(file));
      if (root == null || root.isMissingNode() || root.isNull()) {
        return JsonNodeFactory.instance.objectNode();
      }
      if (!root.isObject()) {
        problems.add("keys and values are expected, for example 'stateDirectory: /var/lib/cade'");
      }
      return root;
    } catch (NoSuchFileException e) {
      problems.add("no such file");
    } catch (JsonProcessingException e) {
      problems.add(
          "line "
              + (e.getLocation() == null ? "?" : e.getLocation().getLineNr())
              + ": "
              + firstLine(e.getOriginalMessage()));
    } catch (IOException e) {
      problems.add("cannot be read: " + e.getMessage());
    }
    return JsonNodeFactory.instance.objectNode();
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
