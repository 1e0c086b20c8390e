package io.cade.engine.gateway;

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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A writer that decides and applies at once, in memory. Thread-safe. */
public final class TestWriter implements ChangeWriter {
  private final InstantSource clock;
  private final List<CommitListener> listeners = new CopyOnWriteArrayList<>();
  private final List<Change> log = new CopyOnWriteArrayList<>();
  private volatile Cabinet cabinet = Cabinet.empty();

  public TestWriter(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized <T> CompletableFuture<T> submit(Transaction<T> transaction) {
    Instant now = clock.instant();
    try {
      Decision<T> decision = transaction.decide(cabinet, now);
      if (!decision.changes().isEmpty()) {
        CabinetBuilder builder = new CabinetBuilder(cabinet);
        decision.changes().forEach(c -> builder.apply(c, now));
        cabinet = builder.freeze(cabinet.position() + 1);
        log.addAll(decision.changes());
        Commit commit = new Commit(cabinet.position(), now, decision.changes());
        listeners.forEach(l -> l.committed(List.of(commit), cabinet));
      }
      return CompletableFuture.completedFuture(decision.result());
    } catch (Refusal | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Applies changes without question, to set the scene. */
  public void given(Change... changes) {
    submit((c, now) -> Decision.of(true, changes)).join();
  }

  /** All changes so far of a type. */
  public <C extends Change> List<C> changes(Class<C> type) {
    List<C> found = new ArrayList<>();
    for (Change c : log) {
      if (type.isInstance(c)) {
        found.add(type.cast(c));
      }
    }
    return found;
  }

  @Override
  public Cabinet current() {
    return cabinet;
  }

  @Override
  public void listen(CommitListener listener) {
    listeners.add(listener);
  }
}
