package io.cade.agent.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
    return read(file, text(file), schema);
  }

  /**
   * Likewise, of a text that came another way.
   *
   * @param shownAs name of the file for the problems
   */
  public static <T> T read(Path shownAs, String text, Function<Section, T> schema)
      throws ConfigProblems {
    Problems problems = new Problems(shownAs);
    Section section = new Section("", YamlNode.parse(text, problems), problems);
    T result = null;
    if (problems.isEmpty()) {
      try {
        result = schema.apply(section);
      } catch (IllegalArgumentException e) {
        problems.at(1, String.valueOf(e.getMessage()));
      }
      section.refuseUnknown();
    }
    if (result == null || !problems.isEmpty()) {
      throw new ConfigProblems(problems.lines());
    }
    return result;
  }

  private static String text(Path file) throws ConfigProblems {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ConfigProblems(List.of(file + ": larger than " + MAX_BYTES + " bytes"));
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ConfigProblems(
          List.of(file + ": no such file; name the configuration with --config"));
    } catch (IOException e) {
      throw new ConfigProblems(List.of(file + ": cannot be read as UTF-8 text: " + e.getMessage()));
    }
  }
}
