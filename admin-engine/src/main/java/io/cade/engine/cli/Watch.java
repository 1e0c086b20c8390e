package io.cade.engine.cli;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;

/**
 * Looks at what goes on while a command waits for it. An engine that restarts meanwhile carries its
 * work on; so one that does not answer is looked for again, for a bounded time, and that is said.
 * Orders do not go this way: nobody could know whether one was taken. Used by one thread.
 */
final class Watch {
  /** So long an engine may be silent. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration LOOK = Duration.ofSeconds(1);

  private final ApiClient client;
  private final Surroundings surroundings;
  private final String tells;
  private final Duration patience;

  /**
   * @param tells the command that shows later what became of it
   */
  Watch(ApiClient client, Surroundings surroundings, String tells) {
    this(client, surroundings, tells, PATIENCE);
  }

  /**
   * @param patience for an engine that is expected to be silent
   */
  Watch(ApiClient client, Surroundings surroundings, String tells, Duration patience) {
    this.client = client;
    this.surroundings = surroundings;
    this.tells = tells;
    this.patience = patience;
  }

  /**
   * What the engine says, when it says something.
   *
   * @throws CommandFailure UNREACHABLE when it was silent for too long
   */
  ApiClient.Answer get(String path) throws CommandFailure {
    Instant began = surroundings.clock().instant();
    for (Duration paused = Duration.ZERO; ; paused = paused.plus(LOOK)) {
      String silence;
      try {
        ApiClient.Answer answer = client.get(path);
        if (answer.status() != HttpURLConnection.HTTP_UNAVAILABLE) {
          if (!paused.isZero()) {
            say("the engine answers again");
          }
          return answer;
        }
        // It stops, or has too much to do for the moment.
        silence = "the engine at " + client.address() + " is busy or stops";
      } catch (CommandFailure e) {
        if (e.code() != ExitCode.UNREACHABLE) {
          throw e;
        }
        silence = e.line();
      }
      Duration silent = Duration.between(began, surroundings.clock().instant());
      if (paused.compareTo(patience) >= 0 || silent.compareTo(patience) >= 0) {
        throw new CommandFailure(
            ExitCode.UNREACHABLE,
            silence
                + "; looked for it for "
                + patience.toSeconds()
                + " s. What was ordered goes on when the engine does: see "
                + tells);
      }
      if (paused.isZero()) {
        say("the engine does not answer; still waiting");
      }
      surroundings.pause().last(LOOK);
      if (Thread.currentThread().isInterrupted()) {
        throw new CommandFailure(ExitCode.UNREACHABLE, silence + "; see " + tells);
      }
    }
  }

  private void say(String what) {
    surroundings.err().print("cade: " + what + "\n");
    surroundings.err().flush();
  }
}
