package io.cade.agent.app;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The command line of the agent. */
final class Arguments {
  static final String USAGE = "usage: ./cade agent --config FILE | --bus-scan [--bus N]";

  private Arguments() {}

  /** Whether a scan of buses is asked for. */
  static boolean isBusScan(String[] args) {
    return args.length > 0 && args[0].equals("--bus-scan");
  }

  /**
   * The bus to be scanned, null for all.
   *
   * @throws IllegalArgumentException when the arguments are not {@code --bus-scan [--bus N]}
   */
  static @Nullable Integer bus(String[] args) {
    if (args.length == 1) {
      return null;
    }
    if (args.length == 3 && args[1].equals("--bus") && args[2].matches("\\d{1,5}")) {
      return Integer.valueOf(args[2]);
    }
    throw new IllegalArgumentException(USAGE);
  }

  /**
   * The configuration file.
   *
   * @throws IllegalArgumentException when the arguments are not {@code --config FILE}
   */
  static Path configFile(String[] args) {
    if (args.length != 2 || !args[0].equals("--config")) {
      throw new IllegalArgumentException(USAGE);
    }
    return Path.of(args[1]);
  }
}
