package io.cade.engine.store;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * A state directory whose data are older than the module (SPEC A9, U3): a backup was restored, or
 * the guard has put its copy back. Cards remember what they did since then by the ids of commands,
 * and answer a repeated id without doing anything. So whoever puts older data in place leaves a
 * mark, and the first change of the engine that finds it has ids of commands leap over all that may
 * have been given. Stateless.
 */
public final class RestoredData {
  /** Name of the mark in the state directory. */
  public static final String MARK = "restored";

  /**
   * More commands than a module gives in the time that is lost, for an engine whose clock is wrong.
   */
  static final long LEAP = 1L << 20;

  private RestoredData() {}

  /** What the mark says, for whoever looks. */
  public static byte[] mark() {
    return "ids of commands leap at the next start of the engine\n"
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Has ids of commands leap, durably, if the directory is marked; then takes the mark away. An
   * engine that is killed in between leaps once more, which does no harm.
   */
  static void settle(Path directory, ChangeWriter writer) throws IOException {
    Path mark = directory.resolve(MARK);
    if (!Files.exists(mark)) {
      return;
    }
    try {
      var _ =
          writer
              .submit((cabinet, now) -> {
                long next = next(cabinet, now);
                return new Decision<>(
                    List.of(
                        new Change.CommandIdsLeapt(next),
                        new Change.Audited(
                            "engine", "go on with restored data", "commands from " + next)),
                    next);
              })
              .get();
    } catch (ExecutionException e) {
      throw new IOException("that the data were restored cannot be put on record", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    Files.delete(mark);
  }

  /**
   * Milliseconds since 1970: higher than any id of a module that gave less than a thousand commands
   * a second since its last leap, also when the same backup is restored again and again; and below
   * 2<sup>53</sup>, so that every reader of JSON knows it exactly.
   */
  private static long next(Cabinet cabinet, Instant now) {
    return Math.max(cabinet.nextCommand() + LEAP, now.toEpochMilli());
  }
}
