package io.cade.agent.app;

import java.nio.file.Path;

/** The command line of the agent. */
final class Arguments {
  static final String USAGE = "usage: ./cade agent --config FILE";

  private Arguments() {}

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
