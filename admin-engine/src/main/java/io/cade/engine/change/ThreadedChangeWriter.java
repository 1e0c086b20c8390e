package io.cade.engine.change;

import io.cade.engine.log.ChangeLog;
import io.cade.engine.model.Cabinet;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer of a running engine: one thread takes what has gathered, up to {@value #MAX_BATCH}
 * transactions, and makes it durable with one sync.
 */
public final class ThreadedChangeWriter implements ChangeWriter, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadedChangeWriter.class);

  /** Transactions that may wait; more are refused. */
  public static final int MAX_WAITING = 65_536;

  static final int MAX_BATCH = 1_024;

  private final ChangeProcessor processor;
  private final BlockingQueue<ChangeProcessor.Pending<?>> queue =
      new LinkedBlockingQueue<>(MAX_WAITING);
  private final Thread thread;
  private volatile boolean closed;

  public ThreadedChangeWriter(ChangeLog log, InstantSource clock, Cabinet start) {
    processor = new ChangeProcessor(log, clock, start);
    thread = Thread.ofPlatform().name("change-writer").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  @Override
  public <T> CompletableFuture<T> submit(Transaction<T> transaction) {
    CompletableFuture<T> future = new CompletableFuture<>();
    ChangeProcessor.Pending<T> pending = new ChangeProcessor.Pending<>(transaction, future);
    if (closed) {
      future.completeExceptionally(new RejectedExecutionException("the engine is stopping"));
    } else if (!queue.offer(pending)) {
      future.completeExceptionally(full());
    } else if (closed && queue.remove(pending)) {
      // Closed in between: the thread may have looked for the last time.
      future.completeExceptionally(new RejectedExecutionException("the engine is stopping"));
    }
    return future;
  }

  static RejectedExecutionException full() {
    return new RejectedExecutionException(
        MAX_WAITING + " changes are waiting to be written; try again");
  }

  private void run() {
    List<ChangeProcessor.Pending<?>> batch = new ArrayList<>();
    while (!closed || !queue.isEmpty()) {
      try {
        batch.add(queue.take());
      } catch (InterruptedException e) {
        // Nobody interrupts this thread: it would close the log's file under its hands.
        LOG.warn("the writer of changes was interrupted and goes on", e);
        continue;
      }
      queue.drainTo(batch, MAX_BATCH - 1);
      try {
        processor.process(batch);
      } catch (Throwable e) {
        // Without this thread nothing could change any more, and nobody would know.
        LOG.error("a batch of changes failed", e);
        batch.forEach(p -> p.future().completeExceptionally(e));
      }
      batch.clear();
    }
  }

  @Override
  public Cabinet current() {
    return processor.current();
  }

  @Override
  public void listen(CommitListener listener) {
    processor.listen(listener);
  }

  /** Writes what was submitted before, then stops. */
  @Override
  public void close() {
    closed = true;
    // Wakes the thread; when the queue is full it is awake.
    var _ =
        queue.offer(
            new ChangeProcessor.Pending<>(
                (cabinet, now) -> Decision.nothing(true), new CompletableFuture<>()));
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Whoever slipped in after the thread's last look is told.
    for (ChangeProcessor.Pending<?> p = queue.poll(); p != null; p = queue.poll()) {
      p.future().completeExceptionally(new RejectedExecutionException("the engine is stopping"));
    }
  }
}
