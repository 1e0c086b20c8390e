package io.cade.agent.wire;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * How a service of kind {@code java} is started: what {@code service.properties} in its content
 * says, or the defaults. Engine and agent read it alike.
 *
 * @param memoryMib heap, MiB; 16 to 4,096
 * @param health path that answers 200 over HTTP when the service is well
 * @param arguments of the program; at most 32
 */
public record ProgramForm(int memoryMib, String health, List<String> arguments) {
  /** The program, in the content of a service. */
  public static final String JAR = "service.jar";

  /** The form, in the content of a service; need not be there. */
  public static final String FILE = "service.properties";

  /** Longest text of a form, in characters. */
  public static final int MAX_LENGTH = 16 << 10;

  private static final Pattern PATH = Pattern.compile("/[!-~]{0,255}");

  public ProgramForm {
    Limits.range("memory", memoryMib, 16, 4_096);
    arguments = Limits.list("arguments", arguments, 32);
    arguments.forEach(argument -> Limits.text("argument", argument, 1_024));
    if (!PATH.matcher(health).matches()) {
      throw new IllegalArgumentException("health is '" + health + "', not a path beginning with /");
    }
  }

  /** What holds without a form. */
  public static ProgramForm standard() {
    return new ProgramForm(64, "/.cade/health", List.of());
  }

  /**
   * Reads a form.
   *
   * @throws IllegalArgumentException for whatever is wrong with it, in words for its author
   */
  public static ProgramForm parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(FILE + " is longer than " + MAX_LENGTH + " characters");
    }
    Properties form = new Properties();
    try {
      form.load(new StringReader(text));
    } catch (IOException e) {
      throw new IllegalArgumentException(FILE + " cannot be read: " + e.getMessage(), e);
    }
    ProgramForm standard = standard();
    int memory = standard.memoryMib();
    String health = standard.health();
    List<String> arguments = new ArrayList<>();
    for (String key : new TreeSet<>(form.stringPropertyNames())) {
      String value = form.getProperty(key, "").strip();
      switch (key) {
        case "memory" -> {
          if (!value.matches("\\d{1,5}")) {
            throw new IllegalArgumentException(
                FILE + ": memory is '" + value + "', not a number of MiB");
          }
          memory = Integer.parseInt(value);
        }
        case "health" -> health = value;
        case "arguments" -> {
          for (String argument : value.split("\\s+")) {
            if (!argument.isEmpty()) {
              arguments.add(argument);
            }
          }
        }
        default ->
            throw new IllegalArgumentException(
                FILE + ": '" + key + "' is none of arguments, health, memory");
      }
    }
    return new ProgramForm(memory, health, arguments);
  }
}
