package io.cade.engine.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The same commands, line by line. A failure ends nothing; without a terminal the first failure's
 * exit code becomes the shell's own, so that scripts notice.
 */
final class Shell {
  private static final int MAX_LINE = 8_192;

  private final Surroundings surroundings;
  private final Runner runner;
  private final Runner.Defaults defaults;

  Shell(Surroundings surroundings, Runner runner, Runner.Defaults defaults) {
    this.surroundings = surroundings;
    this.runner = runner;
    this.defaults = defaults;
  }

  int run() throws CommandFailure {
    int first = 0;
    while (true) {
      if (surroundings.terminal()) {
        surroundings.out().print("cade> ");
        surroundings.out().flush();
      }
      String line = line();
      if (line == null) {
        if (surroundings.terminal()) {
          surroundings.out().print("\n");
        }
        return surroundings.terminal() ? 0 : first;
      }
      List<String> words;
      try {
        words = words(line);
      } catch (CommandFailure e) {
        int code = runner.complain(e.code(), e.line());
        first = first == 0 ? code : first;
        continue;
      }
      if (words.isEmpty() || words.getFirst().startsWith("#")) {
        continue;
      }
      switch (words.getFirst()) {
        case "exit", "quit" -> {
          return surroundings.terminal() ? 0 : first;
        }
        case "help" -> {
          words.removeFirst();
          words.add(CommandTree.HELP);
        }
        case "cade", "./cade" -> words.removeFirst();
        default -> {
          // A command.
        }
      }
      int code = runner.run(defaults, false, words.toArray(String[]::new));
      first = first == 0 ? code : first;
    }
  }

  private @Nullable String line() throws CommandFailure {
    try {
      StringBuilder line = new StringBuilder();
      int c;
      while ((c = surroundings.in().read()) >= 0 && c != '\n') {
        if (line.length() == MAX_LINE) {
          throw new CommandFailure(
              ExitCode.USAGE, "a line is longer than " + MAX_LINE + " characters");
        }
        line.append((char) c);
      }
      return c < 0 && line.isEmpty() ? null : line.toString();
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "the input cannot be read: " + e.getMessage());
    }
  }

  /** Splits at blanks; single and double quotes keep them, a backslash keeps the next character. */
  static List<String> words(String line) throws CommandFailure {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
        word.append(line.charAt(++i));
        inWord = true;
      } else if (quote != 0 ? c == quote : c == '"' || c == '\'') {
        quote = quote == 0 ? c : 0;
        inWord = true;
      } else if (quote == 0 && Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
        }
        inWord = false;
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != 0) {
      throw new CommandFailure(ExitCode.USAGE, "a quotation mark is not closed: " + line);
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }
}
