package io.cade.sim.firmware;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Commit;
import io.cade.engine.change.CommitListener;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.change.Transaction;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A writer whose disk the test holds in its hand: while held, transactions wait; then they become
 * durable, or fail. Applies changes as the real one does.
 */
final class PeerChangeWriter implements ChangeWriter {
  private final InstantSource clock;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private final List<CommitListener> listeners = new ArrayList<>();
  private final List<Change> log = new ArrayList<>();
  private volatile Cabinet current = Cabinet.empty();
  private boolean held;
  private @Nullable Throwable failing;

  PeerChangeWriter(InstantSource clock) {
    this.clock = clock;
  }

  /** From now on nothing becomes durable. */
  public synchronized void hold() {
    held = true;
  }

  /** What waits becomes durable, and all that follows. */
  public synchronized void release() {
    held = false;
    while (!waiting.isEmpty()) {
      waiting.removeFirst().run();
    }
  }

  /** From now on every transaction fails so; null for none. */
  public synchronized void fail(@Nullable Throwable with) {
    failing = with;
  }

  public synchronized int waiting() {
    return waiting.size();
  }

  /** All changes so far. */
  public synchronized List<Change> log() {
    return List.copyOf(log);
  }

  /** Makes changes durable at once. */
  public synchronized void put(Change... changes) {
    Instant now = clock.instant();
    CabinetBuilder builder = new CabinetBuilder(current);
    for (Change change : changes) {
      builder.apply(change, now);
    }
    log.addAll(List.of(changes));
    current = builder.freeze(current.position() + 1);
    Commit commit = new Commit(current.position(), now, List.of(changes));
    listeners.forEach(l -> l.committed(List.of(commit), current));
  }

  @Override
  public synchronized <T> CompletableFuture<T> submit(Transaction<T> transaction) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable run = () -> run(transaction, result);
    if (held) {
      waiting.add(run);
    } else {
      run.run();
    }
    return result;
  }

  private <T> void run(Transaction<T> transaction, CompletableFuture<T> result) {
    if (failing != null) {
      result.completeExceptionally(failing);
      return;
    }
    try {
      Decision<T> decision = transaction.decide(current, clock.instant());
      put(decision.changes().toArray(Change[]::new));
      result.complete(decision.result());
    } catch (Refusal e) {
      result.completeExceptionally(e);
    } catch (IllegalStateException e) {
      result.completeExceptionally(new Refusal(Refusal.Kind.CONFLICT, String.valueOf(e)));
    }
  }

  @Override
  public Cabinet current() {
    return current;
  }

  @Override
  public synchronized void listen(CommitListener listener) {
    listeners.add(listener);
  }
}
