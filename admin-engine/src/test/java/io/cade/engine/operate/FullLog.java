package io.cade.engine.operate;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.CommitListener;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Transaction;
import io.cade.engine.model.Cabinet;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** A writer whose disk may have no room left: what changes nothing still goes through. */
public final class FullLog implements ChangeWriter {
  private final ChangeWriter writer;
  private volatile boolean full;

  public FullLog(ChangeWriter writer) {
    this.writer = writer;
  }

  /** From now on there is no room, or there is again. */
  public void full(boolean now) {
    full = now;
  }

  @Override
  public <T> CompletableFuture<T> submit(Transaction<T> transaction) {
    boolean[] left = new boolean[1];
    CompletableFuture<T> done =
        writer.submit((cabinet, now) -> {
          Decision<T> decision = transaction.decide(cabinet, now);
          left[0] = full && !decision.changes().isEmpty();
          return left[0] ? Decision.nothing(decision.result()) : decision;
        });
    return done.thenCompose(result ->
        left[0]
            ? CompletableFuture.failedFuture(new IOException("No space left on device"))
            : CompletableFuture.completedFuture(result));
  }

  @Override
  public Cabinet current() {
    return writer.current();
  }

  @Override
  public void listen(CommitListener listener) {
    writer.listen(listener);
  }
}
