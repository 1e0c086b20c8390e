package io.cade.engine.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** One line about a command that was typed wrongly: what is wrong, what is right, where help is. */
final class UsageLine {
  private UsageLine() {}

  static String help(CommandSpec spec) {
    return spec.commandLine().getUsageMessage(CommandLine.Help.Ansi.OFF);
  }

  static String of(ParameterException e) {
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    return switch (e) {
      case UnmatchedArgumentException u when !u.getUnmatched().isEmpty() -> unmatched(u, spec);
      case MissingParameterException m when !m.getMissing().isEmpty() ->
          called(spec)
              + " needs "
              + String.join(", ", m.getMissing().stream().map(a -> label(a)).toList())
              + see(spec);
      default -> first(e) + see(spec);
    };
  }

  private static String label(CommandLine.Model.ArgSpec argument) {
    return argument instanceof CommandLine.Model.OptionSpec option
        ? option.longestName() + " " + option.paramLabel()
        : argument.paramLabel();
  }

  static String incomplete(CommandSpec spec) {
    return called(spec) + " needs one of " + choices(spec) + see(spec);
  }

  private static String unmatched(UnmatchedArgumentException e, CommandSpec spec) {
    String word = e.getUnmatched().getFirst();
    boolean option = word.startsWith("-");
    boolean choosing = !option && !spec.subcommands().isEmpty();
    StringBuilder line =
        new StringBuilder(option ? "unknown option '" : choosing ? "unknown command '" : "'")
            .append(word)
            .append(option || choosing ? "'" : "' is one word too many");
    if (!spec.qualifiedName().equals(spec.name())) {
      line.append(choosing ? " after " : " for ").append(called(spec));
    }
    List<String> near = option ? e.getSuggestions() : List.of();
    if (!near.isEmpty()) {
      line.append("; did you mean ").append(String.join(" or ", near)).append('?');
    } else if (choosing) {
      line.append("; one of ").append(choices(spec));
    }
    return line.append(see(spec)).toString();
  }

  private static String choices(CommandSpec spec) {
    return String.join(", ", spec.subcommands().keySet());
  }

  private static String called(CommandSpec spec) {
    return spec.qualifiedName();
  }

  private static String see(CommandSpec spec) {
    return " (see " + spec.qualifiedName() + " --help)";
  }

  private static String first(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
  }
}
