package io.cade.sim.tools;

import io.cade.agent.wire.WireJson;
import io.cade.sim.control.ControlClient;
import io.cade.sim.control.ControlReply;
import io.cade.sim.control.StateLocation;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code cade sim …}: the technician's hands on the simulated cabinet. Exit codes: 0 done, 1 the
 * simulator could not do it, 2 usage, 3 no simulator is running.
 */
public final class SimCommand {
  private SimCommand() {}

  public static void main(String[] args) {
    Path state = StateLocation.standard(System::getenv, System::getProperty);
    System.exit(run(args, state, System.out, System.err));
  }

  static int run(String[] args, Path standardState, PrintStream out, PrintStream err) {
    Path state = standardState;
    boolean json = false;
    List<String> words = new ArrayList<>();
    try {
      for (int i = 0; i < args.length; i++) {
        switch (args[i]) {
          case "--json" -> json = true;
          case "--help", "-h" -> {
            out.println(SimWords.USAGE);
            return 0;
          }
          case "--state" -> {
            if (++i == args.length) {
              throw new SimWords.Wrong("--state needs a directory");
            }
            state = Path.of(args[i]).toAbsolutePath().normalize();
          }
          default -> {
            if (args[i].startsWith("--") && !isPlain(words, args[i])) {
              throw new SimWords.Wrong("unknown option '" + args[i] + "'; see cade sim --help");
            }
            words.add(args[i]);
          }
        }
      }
      SimWords.check(words);
    } catch (SimWords.Wrong | InvalidPathException e) {
      err.println("cade sim: " + e.getMessage());
      return 2;
    }
    return ask(state, words, json, out, err);
  }

  /** What is written into a file may begin as it likes. */
  private static boolean isPlain(List<String> words, String word) {
    return words.size() == 3
        && words.getFirst().equals("edit")
        && (word.equals("--delete") || word.indexOf(' ') > 0);
  }

  private static int ask(
      Path state, List<String> words, boolean json, PrintStream out, PrintStream err) {
    try {
      ControlReply reply = ControlClient.ask(state.resolve("sim"), words);
      if (json) {
        out.println(new String(new WireJson().encode(reply), StandardCharsets.UTF_8));
      } else if (reply.ok()) {
        out.println(reply.message());
      } else {
        err.println("cade sim: " + reply.message());
      }
      return reply.ok() ? 0 : 1;
    } catch (ControlClient.Unreachable e) {
      err.println(
          "cade sim: "
              + e.getMessage()
              + "; start one with ./cade demo, or name its directory with --state DIR");
      return 3;
    } catch (IOException e) {
      err.println(
          "cade sim: the simulator of "
              + state
              + " broke off: "
              + e.getMessage()
              + "; see "
              + state.resolve("log").resolve("sim.log"));
      return 1;
    }
  }
}
