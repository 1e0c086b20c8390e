package io.cade.engine.change;

import io.cade.engine.log.ChangeLog;
import io.cade.engine.model.Cabinet;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A writer for simulations: nothing happens until {@link #step}. Owned by one thread. */
public final class SteppedChangeWriter implements ChangeWriter {
  private final ChangeProcessor processor;
  private List<ChangeProcessor.Pending<?>> queue = new ArrayList<>();

  public SteppedChangeWriter(ChangeLog log, InstantSource clock, Cabinet start) {
    processor = new ChangeProcessor(log, clock, start);
  }

  @Override
  public <T> CompletableFuture<T> submit(Transaction<T> transaction) {
    CompletableFuture<T> future = new CompletableFuture<>();
    if (queue.size() >= ThreadedChangeWriter.MAX_WAITING) {
      future.completeExceptionally(ThreadedChangeWriter.full());
      return future;
    }
    queue.add(new ChangeProcessor.Pending<>(transaction, future));
    return future;
  }

  /**
   * Runs what was submitted before the call, in batches as the threaded writer would; returns
   * whether there was anything.
   */
  public boolean step() {
    if (queue.isEmpty()) {
      return false;
    }
    List<ChangeProcessor.Pending<?>> batch = queue;
    queue = new ArrayList<>();
    for (int from = 0; from < batch.size(); from += ThreadedChangeWriter.MAX_BATCH) {
      int to = Math.min(from + ThreadedChangeWriter.MAX_BATCH, batch.size());
      processor.process(List.copyOf(batch.subList(from, to)));
    }
    return true;
  }

  @Override
  public Cabinet current() {
    return processor.current();
  }

  @Override
  public void listen(CommitListener listener) {
    processor.listen(listener);
  }
}
