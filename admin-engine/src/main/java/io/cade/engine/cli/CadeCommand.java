package io.cade.engine.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Entry point of {@code ./cade
 * show|service|card|alarm|lease|image|mibs|backup|each|user|update|shell}.
 */
public final class CadeCommand {
  private CadeCommand() {}

  /**
   * Runs one command and ends the JVM with its exit code (DESIGN §5).
   *
   * @param args for example {@code show cards --json}
   */
  public static void main(String[] args) {
    PrintStream out = stream(FileDescriptor.out);
    PrintStream err = stream(FileDescriptor.err);
    Map<String, String> properties = new HashMap<>();
    for (String name : List.of("cade.home", "java.home", "java.class.path", "os.arch")) {
      String value = System.getProperty(name);
      if (value != null) {
        properties.put(name, value);
      }
    }
    Surroundings surroundings =
        new Surroundings(
            new BufferedReader(
                new InputStreamReader(
                    new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8)),
            out,
            err,
            Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false),
            System.getenv(),
            properties,
            InstantSource.system(),
            CadeCommand::pause);
    int code = new Runner(surroundings, ApiClient.Patience.usual()).run(args);
    System.exit(code);
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** UTF-8 whatever the locale: JSON has no other encoding and tables have a degree sign. */
  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }
}
