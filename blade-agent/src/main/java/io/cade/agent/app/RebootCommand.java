package io.cade.agent.app;

import io.cade.agent.run.CardPower;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Restarts the card by a program of its system, as the agent's configuration names it. There is no
 * default: an agent that is tried out on somebody's computer must not restart that.
 */
record RebootCommand(List<String> words) implements CardPower {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  RebootCommand {
    words = List.copyOf(words);
  }

  @Override
  public void reboot() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      throw new IOException(words.getFirst() + " did not end within " + LIMIT.toSeconds() + " s");
    }
    if (process.exitValue() != 0) {
      throw new IOException(words.getFirst() + " ended with exit code " + process.exitValue());
    }
  }
}
