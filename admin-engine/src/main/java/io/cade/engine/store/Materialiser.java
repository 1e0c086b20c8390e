package io.cade.engine.store;

import io.cade.engine.change.Commit;
import io.cade.engine.change.CommitListener;
import io.cade.engine.log.ChangeLog;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the store behind the log up to date, on a thread of its own: what gathers while one batch
 * is being applied is the next batch. The log is the truth meanwhile, so that nothing is lost when
 * the store lags or fails, and the writer never waits: when more than {@value #MAX_WAITING} commits
 * have gathered, or a batch has failed, they are forgotten and read from the log again.
 */
public final class Materialiser implements CommitListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Materialiser.class);

  /** Commits that may wait in memory. */
  static final int MAX_WAITING = 20_000;

  /** Commits in one transaction of the store when it catches up from the log. */
  static final int CATCH_UP = 5_000;

  /** Commits after which the store is forced and the log is shortened without being asked. */
  static final int CHECKPOINT_EVERY = 100_000;

  /**
   * Pause between two batches: what alters the same entities meanwhile, a card's lease say, costs
   * the database one write.
   */
  static final long GATHER_MILLIS = 100;

  /** Likewise after {@value #BUSY} commits or more at once, when the processors are dear. */
  static final long GATHER_BUSY_MILLIS = 500;

  static final int BUSY = 250;

  private static final long FIRST_RETRY_MILLIS = 1_000;
  private static final long LAST_RETRY_MILLIS = 30_000;

  private final CabinetStore store;
  private final ChangeLog log;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Semaphore hurry = new Semaphore(0);
  private final Object lock = new Object();
  // Guarded by the lock.
  private List<Commit> waiting = new ArrayList<>();
  private boolean behind;
  private boolean closed;
  private List<CompletableFuture<Long>> checkpoints = new ArrayList<>();
  // Owned by the thread: the state at the end of what was applied.
  private Cabinet applied;
  private long checkpointed;

  /**
   * @param stored what the store holds; the log may be ahead of it
   */
  public Materialiser(CabinetStore store, ChangeLog log, Cabinet stored) {
    this.store = store;
    this.log = log;
    this.applied = stored;
    this.checkpointed = stored.position();
    this.behind = log.lastPosition() > stored.position();
    thread = Thread.ofPlatform().name("materialiser").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  @Override
  public void committed(List<Commit> commits, Cabinet after) {
    synchronized (lock) {
      if (behind) {
        // They will be read from the log with those before them.
        return;
      }
      if (waiting.size() + commits.size() > MAX_WAITING) {
        waiting = new ArrayList<>();
        behind = true;
      } else {
        waiting.addAll(commits);
      }
      wake();
    }
  }

  /**
   * Asks for the store to be forced to disk and the log to be shortened.
   *
   * @return completes with the position up to which the store is durable; exceptionally when it
   *     could not be forced, or the engine is being closed
   */
  public CompletableFuture<Long> checkpoint() {
    CompletableFuture<Long> done = new CompletableFuture<>();
    synchronized (lock) {
      if (closed) {
        done.completeExceptionally(new IOException("the store is being closed"));
      } else {
        checkpoints.add(done);
        wake();
      }
    }
    return done;
  }

  private void run() {
    long retryMillis = FIRST_RETRY_MILLIS;
    while (awaitWork()) {
      try {
        boolean busy = work() >= BUSY;
        retryMillis = FIRST_RETRY_MILLIS;
        gather(busy ? GATHER_BUSY_MILLIS : GATHER_MILLIS);
      } catch (Throwable e) {
        // Even an Error: without this thread the log would grow for ever.
        LOG.error(
            "the store stays at position {} while the log is at {}; tried again in {} ms",
            applied.position(),
            log.lastPosition(),
            retryMillis,
            e);
        synchronized (lock) {
          waiting = new ArrayList<>();
          behind = true;
        }
        if (pauseOrClosed(retryMillis)) {
          break;
        }
        retryMillis = Math.min(2 * retryMillis, LAST_RETRY_MILLIS);
      }
      answerCheckpoints();
    }
    answerCheckpoints();
  }

  /** False when there is nothing left to do and there will not be. */
  private boolean awaitWork() {
    synchronized (lock) {
      while (waiting.isEmpty() && !behind && checkpoints.isEmpty()) {
        if (closed) {
          return false;
        }
        try {
          lock.wait();
        } catch (InterruptedException e) {
          LOG.warn("interrupted; going on", e);
        }
      }
      return true;
    }
  }

  /** Waits a moment, unless somebody waits for the store or much has gathered. */
  private void gather(long millis) {
    hurry.drainPermits();
    synchronized (lock) {
      if (isUrgent()) {
        return;
      }
    }
    try {
      var _ = hurry.tryAcquire(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      LOG.warn("interrupted; going on", e);
    }
  }

  // With the lock.
  private void wake() {
    lock.notifyAll();
    if (isUrgent()) {
      hurry.release();
    }
  }

  // With the lock.
  private boolean isUrgent() {
    return closed || behind || !checkpoints.isEmpty() || waiting.size() > MAX_WAITING / 2;
  }

  /** How many commits had gathered. */
  private int work() throws IOException {
    List<Commit> batch;
    boolean fromLog;
    synchronized (lock) {
      batch = waiting;
      waiting = new ArrayList<>();
      fromLog = behind;
      // Before the log is read: what is committed from now on waits in memory again.
      behind = false;
    }
    if (fromLog) {
      catchUp();
    }
    apply(batch);
    if (applied.position() - checkpointed >= CHECKPOINT_EVERY) {
      force();
    }
    return batch.size();
  }

  private void catchUp() throws IOException {
    List<Commit> part = new ArrayList<>();
    try {
      log.replay(
          applied.position(),
          commit -> {
            part.add(commit);
            if (part.size() >= CATCH_UP) {
              applyPart(part);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    apply(part);
  }

  private void applyPart(List<Commit> part) {
    try {
      apply(part);
      part.clear();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void apply(List<Commit> commits) throws IOException {
    // Some may have been read from the log already.
    List<Commit> fresh = commits.stream().filter(c -> c.position() > applied.position()).toList();
    if (fresh.isEmpty()) {
      return;
    }
    if (fresh.getFirst().position() != applied.position() + 1) {
      throw new IllegalStateException(
          "commit " + fresh.getFirst().position() + " does not follow " + applied.position());
    }
    CabinetBuilder builder = new CabinetBuilder(applied);
    for (Commit commit : fresh) {
      for (Change change : commit.changes()) {
        builder.apply(change, commit.at());
      }
    }
    Cabinet after = builder.freeze(fresh.getLast().position());
    store.apply(fresh, after, builder.touched());
    applied = after;
  }

  private long force() throws IOException {
    checkpointed = store.checkpoint();
    log.truncate(checkpointed);
    return checkpointed;
  }

  private void answerCheckpoints() {
    List<CompletableFuture<Long>> asked;
    synchronized (lock) {
      asked = checkpoints;
      checkpoints = new ArrayList<>();
    }
    if (asked.isEmpty()) {
      return;
    }
    try {
      long position = force();
      asked.forEach(f -> f.complete(position));
    } catch (Throwable e) {
      asked.forEach(f -> f.completeExceptionally(e));
    }
  }

  private boolean pauseOrClosed(long millis) {
    try {
      return closing.await(millis, TimeUnit.MILLISECONDS);
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
      wake();
    }
    closing.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
