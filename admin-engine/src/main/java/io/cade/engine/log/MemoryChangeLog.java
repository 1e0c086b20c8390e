package io.cade.engine.log;

import io.cade.engine.change.Commit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A log for simulations: what it holds survives the engine, as a disk would. Not thread-safe. */
public final class MemoryChangeLog implements ChangeLog {
  private final List<Commit> durable = new ArrayList<>();
  private long truncated;
  private boolean failing;

  @Override
  public void append(List<Commit> commits) throws IOException {
    if (failing) {
      throw new IOException("simulated failure of the disk");
    }
    for (Commit commit : commits) {
      if (commit.position() != lastPosition() + 1) {
        throw new IllegalArgumentException(
            "commit " + commit.position() + " where " + (lastPosition() + 1) + " is due");
      }
      durable.add(commit);
    }
  }

  /** From now on, or no longer, nothing can be written. */
  public void failing(boolean on) {
    failing = on;
  }

  @Override
  public long lastPosition() {
    return truncated + durable.size();
  }

  @Override
  public void replay(long after, Consumer<Commit> consumer) throws IOException {
    if (after < truncated) {
      throw new IOException("changes up to " + truncated + " are gone");
    }
    List.copyOf(durable).stream().filter(c -> c.position() > after).forEach(consumer);
  }

  @Override
  public void truncate(long upTo) {
    while (truncated < upTo && !durable.isEmpty()) {
      durable.removeFirst();
      truncated++;
    }
  }

  @Override
  public void close() {
    // The disk stays.
  }
}
