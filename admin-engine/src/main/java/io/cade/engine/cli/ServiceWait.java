package io.cade.engine.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/**
 * Follows a service until what was asked for has happened, and says each step. Only the looking
 * ends when time is up: the engine goes on. Used by one thread.
 *
 * @param longest zero: does not wait at all
 */
record ServiceWait(Duration longest) {
  private static final Duration LOOK = Duration.ofMillis(200);

  /** Seconds that a command waits unless told otherwise. */
  static final int USUAL = 60;

  /** What the options say. */
  static ServiceWait of(ParseResult leaf) throws CommandFailure {
    return of(leaf, USUAL);
  }

  /**
   * What the options say.
   *
   * @param otherwise seconds if they say nothing
   */
  static ServiceWait of(ParseResult leaf, int otherwise) throws CommandFailure {
    int seconds = leaf.matchedOptionValue(CommandTree.WAIT, otherwise);
    if (seconds < 1 || seconds > 3600) {
      throw new CommandFailure(
          ExitCode.USAGE, CommandTree.WAIT + " is " + seconds + ", outside 1 to 3600");
    }
    return new ServiceWait(
        leaf.hasMatchedOption(CommandTree.NO_WAIT) ? Duration.ZERO : Duration.ofSeconds(seconds));
  }

  /**
   * Waits until visitors are served on every proxy that is up.
   *
   * @param ordered the engine's answer to the order
   * @return the engine's last answer about it
   */
  ApiClient.Answer served(
      ApiClient client, String name, ApiClient.Answer ordered, Surroundings surroundings)
      throws CommandFailure {
    return follow(client, name, ordered, surroundings, ServiceWait::isServed).orElse(ordered);
  }

  /**
   * Waits until all cards have the version that is under way.
   *
   * @param back whether going back is what was asked for
   */
  ApiClient.Answer rolledOut(
      ApiClient client,
      String name,
      ApiClient.Answer ordered,
      Surroundings surroundings,
      boolean back)
      throws CommandFailure {
    return follow(
            client,
            name,
            ordered,
            surroundings,
            service -> {
              String stage = service.object("rollout").text("stage");
              if (stage.equals("RETURNED") && !back) {
                throw new CommandFailure(
                    ExitCode.FAILED, name + ": " + VersionPages.rollout(service));
              }
              // Without a stage it was a move from card to card that was cancelled.
              return stage.equals("RETURNED") || stage.equals("DONE") || (back && stage.isEmpty());
            })
        .orElse(ordered);
  }

  /** Waits until a move from card to card has ended. */
  ApiClient.Answer moved(
      ApiClient client, String name, ApiClient.Answer ordered, Surroundings surroundings)
      throws CommandFailure {
    return follow(
            client,
            name,
            ordered,
            surroundings,
            service -> {
              Fields move = service.object("move");
              if (move.text("stage").equals("UNDONE")) {
                throw new CommandFailure(ExitCode.FAILED, name + ": " + move.text("words"));
              }
              return !MoveTree.isActive(move);
            })
        .orElse(ordered);
  }

  /** What is still to be done; empty when nothing is. */
  interface Rest {
    String of(Fields service);
  }

  /** Waits until the service has the cards that it is to have. */
  ApiClient.Answer resized(
      ApiClient client, String name, ApiClient.Answer ordered, Surroundings surroundings, Rest rest)
      throws CommandFailure {
    return follow(client, name, ordered, surroundings, new Resized(rest)).orElse(ordered);
  }

  private record Resized(Rest rest) implements Goal {
    @Override
    public boolean isReached(Fields service) {
      return rest.of(service).isEmpty();
    }

    @Override
    public String step(Fields service) {
      return rest.of(service);
    }
  }

  /** Waits until it is gone; tells whether it is, or was not waited for. */
  boolean gone(ApiClient client, String name, ApiClient.Answer accepted, Surroundings surroundings)
      throws CommandFailure {
    return follow(client, name, accepted, surroundings, _ -> false).isEmpty();
  }

  private interface Goal {
    boolean isReached(Fields service) throws CommandFailure;

    /** How far it is, for the operator. */
    default String step(Fields service) {
      return ServiceWait.step(service);
    }
  }

  private static boolean isServed(Fields service) throws CommandFailure {
    if (service.text("phase").equals("FAILED")) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "setting up "
              + service.text("name")
              + " failed: "
              + service.text("waitsFor")
              + "; delete it to try again");
    }
    return service.text("phase").equals("ANNOUNCED")
        && service.text("proxiesServing").equals(service.text("proxies"));
  }

  /** The last answer; empty when the service does not exist any more. */
  private Optional<ApiClient.Answer> follow(
      ApiClient client, String name, ApiClient.Answer first, Surroundings surroundings, Goal goal)
      throws CommandFailure {
    ApiClient.Answer answer = first;
    String said = "";
    Watch watch = new Watch(client, surroundings, "service show " + name);
    for (Duration waited = Duration.ZERO; ; waited = waited.plus(LOOK)) {
      Fields service = fields(answer);
      String step = goal.step(service);
      if (longest.isZero() || goal.isReached(service)) {
        return Optional.of(answer);
      }
      if (!step.equals(said)) {
        surroundings.err().print(Words.printable(name + ": " + step) + "\n");
        surroundings.err().flush();
        said = step;
      }
      if (waited.compareTo(longest) >= 0) {
        throw new CommandFailure(
            ExitCode.FAILED,
            name
                + " is not there yet after "
                + longest.toSeconds()
                + " s ("
                + step
                + "); the engine goes on, service show "
                + name
                + " tells how far it is");
      }
      surroundings.pause().last(LOOK);
      answer = watch.get("/api/v1/services/" + Runner.encode(name));
      if (answer.status() == 404) {
        return Optional.empty();
      }
      Runner.refuse(answer);
    }
  }

  static Fields fields(ApiClient.Answer answer) throws CommandFailure {
    try {
      return Json.object(answer.body());
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "the engine's answer cannot be understood: " + e.getMessage());
    }
  }

  private static String step(Fields service) {
    String stage = service.object("rollout").text("stage");
    if (!stage.isEmpty() && !stage.equals("DONE") && !stage.equals("RETURNED")) {
      return VersionPages.rollout(service);
    }
    String moves = MoveTree.step(service);
    if (!moves.isEmpty()) {
      return moves;
    }
    String waitsFor = service.text("waitsFor");
    String phase =
        service.text("phase").equals("ANNOUNCED")
            ? "ANNOUNCED, used by "
                + service.text("proxiesServing")
                + " of "
                + service.text("proxies")
                + " proxies"
            : service.text("phase");
    return waitsFor.isEmpty() ? phase : phase + ", waits for " + waitsFor;
  }
}
