package io.cade.engine.store;

import io.cade.engine.change.Commit;
import io.cade.engine.change.CommitListener;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import io.cade.engine.model.EntityKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the store behind the log up to date, on a thread of its own: what gathers while one batch
 * is being applied is the next batch. The log is the truth meanwhile, so that nothing is lost when
 * the store lags or fails; a failed batch is tried again with what came after it.
 */
public final class Materialiser implements CommitListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Materialiser.class);

  /** Commits that may wait in memory; the writer waits for the store beyond that. */
  static final int MAX_WAITING = 100_000;

  private static final long RETRY_MILLIS = 1_000;

  private final CabinetStore store;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Object lock = new Object();
  // Guarded by the lock.
  private List<Commit> waiting = new ArrayList<>();
  private Cabinet newest;
  private boolean closed;
  // Owned by the thread: the state at the end of what was applied.
  private Cabinet applied;

  public Materialiser(CabinetStore store, Cabinet start) {
    this.store = store;
    this.newest = start;
    this.applied = start;
    thread = Thread.ofPlatform().name("materialiser").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  @Override
  public void committed(List<Commit> commits, Cabinet after) {
    synchronized (lock) {
      while (waiting.size() >= MAX_WAITING && !closed) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
      waiting.addAll(commits);
      newest = after;
      lock.notifyAll();
    }
  }

  private void run() {
    List<Commit> batch = new ArrayList<>();
    while (true) {
      Cabinet upTo;
      synchronized (lock) {
        while (waiting.isEmpty() && batch.isEmpty() && !closed) {
          try {
            lock.wait();
          } catch (InterruptedException e) {
            LOG.warn("interrupted; going on", e);
          }
        }
        batch.addAll(waiting);
        waiting = new ArrayList<>();
        upTo = newest;
        lock.notifyAll();
        if (batch.isEmpty()) {
          return;
        }
      }
      try {
        store.apply(batch, upTo, touched(batch));
        applied = upTo;
        batch.clear();
      } catch (IOException | RuntimeException e) {
        LOG.error("the store lags {} commits behind the log and is tried again", batch.size(), e);
        if (pauseOrClosed()) {
          return;
        }
      }
    }
  }

  private Set<EntityKey> touched(List<Commit> batch) {
    // The changes name what they touch only by being applied, and that is cheap.
    Set<EntityKey> touched = new LinkedHashSet<>();
    CabinetBuilder builder = new CabinetBuilder(applied);
    for (Commit commit : batch) {
      for (Change change : commit.changes()) {
        builder.apply(change, commit.at());
      }
    }
    touched.addAll(builder.touched());
    return touched;
  }

  private boolean pauseOrClosed() {
    try {
      return closing.await(RETRY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      LOG.warn("interrupted; going on", e);
      return false;
    }
  }

  /** Applies what waits, then stops. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    closing.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
