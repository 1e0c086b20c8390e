package io.cade.engine.log;

import io.cade.engine.change.Commit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A log for simulations: what it holds survives the engine, as a disk would, until it is opened
 * again by {@link #crash}. Thread-safe, as the real one is.
 */
public final class MemoryChangeLog implements ChangeLog {
  private final List<Commit> durable = new ArrayList<>();
  private long truncated;
  private boolean failing;
  private int tear = -1;
  private boolean broken;
  private int maxChanges = Integer.MAX_VALUE;

  @Override
  public synchronized void append(List<Commit> commits) throws IOException {
    if (broken) {
      throw new IOException("the change log could not be written; restart the engine");
    }
    long position = lastPosition();
    for (Commit commit : commits) {
      if (commit.position() != ++position) {
        throw new IllegalArgumentException(
            "commit " + commit.position() + " where " + position + " is due");
      }
      if (commit.changes().size() > maxChanges) {
        throw new IllegalArgumentException("commit " + position + " is too large");
      }
    }
    if (failing || tear >= 0) {
      broken = true;
      durable.addAll(commits.subList(0, Math.clamp(tear, 0, commits.size())));
      tear = -1;
      throw new IOException("simulated failure of the disk");
    }
    durable.addAll(commits);
  }

  /** From now on, or no longer, nothing can be written. */
  public synchronized void failing(boolean on) {
    failing = on;
  }

  /** From now on a commit of more changes is too large to be written. */
  public synchronized void refuseLargerThan(int changes) {
    maxChanges = changes;
  }

  /**
   * The next batch is torn: its first {@code survivors} commits reach the disk, and its submitters
   * are not told.
   */
  public synchronized void tearNext(int survivors) {
    tear = survivors;
  }

  /**
   * The engine is gone and the log is opened again: it holds what was acknowledged, and of a torn
   * batch what had reached the disk.
   */
  public synchronized void crash() {
    broken = false;
    tear = -1;
  }

  @Override
  public synchronized long lastPosition() {
    return truncated + durable.size();
  }

  @Override
  public void replay(long after, Consumer<Commit> consumer) throws IOException {
    List<Commit> snapshot;
    synchronized (this) {
      if (after < truncated) {
        throw new IOException("changes up to " + truncated + " are gone");
      }
      snapshot = List.copyOf(durable);
    }
    snapshot.stream().filter(c -> c.position() > after).forEach(consumer);
  }

  @Override
  public synchronized void truncate(long upTo) {
    int gone = Math.clamp(upTo - truncated, 0, durable.size());
    durable.subList(0, gone).clear();
    truncated += gone;
  }

  @Override
  public void close() {
    // The disk stays.
  }
}
