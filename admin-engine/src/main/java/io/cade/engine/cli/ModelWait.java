package io.cade.engine.cli;

import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.ParseResult;

/**
 * Follows what becomes of a model or a device, and says each step. Only the looking ends when time
 * is up: the engine goes on. Used by one thread.
 */
final class ModelWait {
  /** Seconds that a command waits for all cards of a type unless told otherwise. */
  static final int RUN = 1_800;

  /** Likewise for one card: its own five minutes, and a little. */
  static final int DEVICE = 330;

  private static final Duration LOOK = Duration.ofMillis(200);

  private final ApiClient client;
  private final Surroundings surroundings;
  private final ParseResult leaf;

  /**
   * @throws CommandFailure for a wait that is too long or too short, before anything is ordered
   */
  ModelWait(ApiClient client, Surroundings surroundings, ParseResult leaf) throws CommandFailure {
    var _ = ServiceWait.of(leaf, RUN);
    this.client = client;
    this.surroundings = surroundings;
    this.leaf = leaf;
  }

  private interface Look {
    /** Whether it has ended; fails when it ended badly. */
    boolean ended(Fields now) throws CommandFailure;

    String step(Fields now);
  }

  /** Until the version is on all cards, or has gone back. */
  ApiClient.Answer run(String type, ApiClient.Answer ordered) throws CommandFailure {
    return follow(
        type,
        "/api/v1/models/" + Runner.encode(type) + "/run",
        "model status " + type,
        RUN,
        ordered,
        new Look() {
          @Override
          public boolean ended(Fields run) throws CommandFailure {
            if (run.text("stage").equals("STOPPED")) {
              throw new CommandFailure(ExitCode.FAILED, type + ": " + run.text("summary"));
            }
            return !run.is("active");
          }

          @Override
          public String step(Fields run) {
            return run.text("summary");
          }
        });
  }

  /** Until the card is as its model says. */
  ApiClient.Answer restored(String card, ApiClient.Answer ordered) throws CommandFailure {
    return device(card, ordered, (device, failed) -> failed.isEmpty() && device.is("right"));
  }

  /** Until the card has what is tried. */
  ApiClient.Answer tried(String card, ApiClient.Answer ordered) throws CommandFailure {
    // With --confirm it waits for the operator, who cannot confirm while this waits for him.
    return device(
        card,
        ordered,
        (device, failed) ->
            failed.isEmpty() && (device.text("doing").isEmpty() || device.is("waits")));
  }

  private interface Goal {
    boolean reached(Fields device, String failed);
  }

  private ApiClient.Answer device(String card, ApiClient.Answer ordered, Goal goal)
      throws CommandFailure {
    return follow(
        "card " + card,
        "/api/v1/devices/" + Runner.encode(card),
        "model devices",
        DEVICE,
        ordered,
        new Look() {
          @Override
          public boolean ended(Fields device) throws CommandFailure {
            String failed = device.text("failed");
            if (!failed.isEmpty() && device.text("doing").isEmpty()) {
              throw new CommandFailure(ExitCode.FAILED, "card " + card + ": " + failed);
            }
            return goal.reached(device, failed);
          }

          @Override
          public String step(Fields device) {
            return Words.orDash(device.text("doing"));
          }
        });
  }

  /** Until what was found is a version, then until that has come to all. */
  ApiClient.Answer adopted(String card, ApiClient.Answer ordered) throws CommandFailure {
    ApiClient.Answer read =
        follow(
            "card " + card,
            "/api/v1/devices/" + Runner.encode(card),
            "model devices",
            DEVICE,
            ordered,
            new Look() {
              @Override
              public boolean ended(Fields device) throws CommandFailure {
                if (device.text("adoption").startsWith("reads")) {
                  return false;
                }
                if (!device.is("adopted")) {
                  throw new CommandFailure(
                      ExitCode.FAILED, "card " + card + ": " + device.text("adoption"));
                }
                return true;
              }

              @Override
              public String step(Fields device) {
                return device.text("adoption");
              }
            });
    if (leaf.hasMatchedOption(CommandTree.NO_WAIT)) {
      return read;
    }
    String type = fields(read).text("type");
    Watch watch = new Watch(client, surroundings, "model devices");
    var _ = run(type, watch.get("/api/v1/models/" + Runner.encode(type) + "/run"));
    ApiClient.Answer last = watch.get("/api/v1/devices/" + Runner.encode(card));
    Runner.refuse(last);
    return last;
  }

  private ApiClient.Answer follow(
      String name, String path, String tells, int usual, ApiClient.Answer first, Look look)
      throws CommandFailure {
    Runner.refuse(first);
    Duration longest = ServiceWait.of(leaf, usual).longest();
    ApiClient.Answer answer = first;
    String said = "";
    Watch watch = new Watch(client, surroundings, tells);
    for (Duration waited = Duration.ZERO; ; waited = waited.plus(LOOK)) {
      Fields now = fields(answer);
      if (longest.isZero() || look.ended(now)) {
        return answer;
      }
      String step = look.step(now);
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
                + "); the engine goes on, "
                + tells
                + " tells how far it is");
      }
      surroundings.pause().last(LOOK);
      answer = watch.get(path);
      Runner.refuse(answer);
    }
  }

  private static Fields fields(ApiClient.Answer answer) throws CommandFailure {
    try {
      return Json.object(answer.body());
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "the engine's answer cannot be understood: " + e.getMessage());
    }
  }
}
