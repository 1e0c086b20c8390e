package io.cade.engine.change;

import io.cade.engine.model.Cabinet;
import java.util.concurrent.CompletableFuture;

/** The single writer of the engine's state. Thread-safe. */
public interface ChangeWriter {
  /**
   * Runs a transaction after all those submitted before it.
   *
   * <p>The future is completed on the writer's thread, so that its order is the order of the log:
   * what hangs on it without an executor of its own ({@code thenApply}, not {@code thenApplyAsync})
   * must be quick and may not block, or all other changes wait.
   *
   * @return completes when the changes are durable and visible in {@link #current}; exceptionally
   *     with {@link Refusal} when the state does not allow it, with {@link
   *     java.util.concurrent.RejectedExecutionException} when the queue of waiting transactions is
   *     full or the writer is closed, with {@link java.io.IOException} when the log cannot be
   *     written: the changes are not visible then, but a restart may find them in the log
   */
  <T> CompletableFuture<T> submit(Transaction<T> transaction);

  /** The newest durable state. */
  Cabinet current();

  /**
   * Tells about every batch after it has become durable and visible, in order, on the writer's
   * thread: a listener must be quick and may not block.
   */
  void listen(CommitListener listener);
}
