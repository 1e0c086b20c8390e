package io.cade.engine.change;

import io.cade.engine.log.ChangeLog;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The core of the writer, stepped: decides a batch of transactions one after the other, makes their
 * changes durable with one append, then publishes. Owned by one thread; {@link #current} may be
 * read by any.
 */
final class ChangeProcessor {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeProcessor.class);

  /** A transaction and who waits for it. */
  record Pending<T>(Transaction<T> transaction, CompletableFuture<T> future) {}

  private final ChangeLog log;
  private final InstantSource clock;
  private final List<CommitListener> listeners = new CopyOnWriteArrayList<>();
  private volatile Cabinet current;

  ChangeProcessor(ChangeLog log, InstantSource clock, Cabinet start) {
    if (log.lastPosition() != start.position()) {
      throw new IllegalArgumentException(
          "log ends at " + log.lastPosition() + ", the state at " + start.position());
    }
    this.log = log;
    this.clock = clock;
    this.current = start;
  }

  Cabinet current() {
    return current;
  }

  void listen(CommitListener listener) {
    listeners.add(listener);
  }

  /** Runs a batch to its end: every future is completed when it returns. */
  void process(List<Pending<?>> batch) {
    List<Commit> commits = new ArrayList<>();
    List<Runnable> outcomes = new ArrayList<>(batch.size());
    Cabinet working = current;
    for (Pending<?> pending : batch) {
      working = decide(pending, working, commits, outcomes);
    }
    if (!commits.isEmpty()) {
      try {
        log.append(commits);
      } catch (IllegalArgumentException e) {
        // Nothing was written: one commit of the batch cannot be. The others are not to suffer.
        if (batch.size() > 1) {
          batch.forEach(pending -> process(List.of(pending)));
        } else {
          LOG.error("a transaction cannot be written and changed nothing", e);
          fail(batch, e);
        }
        return;
      } catch (Throwable e) {
        LOG.error("the change log cannot be written; nothing was acknowledged", e);
        fail(batch, e);
        return;
      }
      publish(commits, working);
    }
    outcomes.forEach(Runnable::run);
  }

  private void publish(List<Commit> commits, Cabinet after) {
    current = after;
    List<Commit> published = List.copyOf(commits);
    for (CommitListener listener : listeners) {
      try {
        listener.committed(published, after);
      } catch (Throwable e) {
        // Even an Error: the changes are durable, and whoever waits for them must be told.
        LOG.error("a listener of changes failed", e);
      }
    }
  }

  private static void fail(List<Pending<?>> batch, Throwable cause) {
    for (Pending<?> pending : batch) {
      pending.future().completeExceptionally(cause);
    }
  }

  private <T> Cabinet decide(
      Pending<T> pending, Cabinet working, List<Commit> commits, List<Runnable> outcomes) {
    try {
      // To the microsecond, as the store keeps it: what is replayed equals what was.
      Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
      Decision<T> decision = pending.transaction().decide(working, now);
      Runnable success = () -> pending.future().complete(decision.result());
      if (decision.changes().isEmpty()) {
        outcomes.add(success);
        return working;
      }
      // A builder of its own for each transaction: a change that contradicts the state leaves no
      // trace.
      CabinetBuilder builder = new CabinetBuilder(working);
      for (Change change : decision.changes()) {
        builder.apply(change, now);
      }
      Commit commit = new Commit(working.position() + 1, now, decision.changes());
      commits.add(commit);
      outcomes.add(success);
      return builder.freeze(commit.position());
    } catch (Refusal e) {
      outcomes.add(() -> pending.future().completeExceptionally(e));
      return working;
    } catch (Throwable e) {
      // Even an Error, a stack overflow say: it is that transaction's, and the writer goes on.
      LOG.error("a transaction failed and changed nothing", e);
      outcomes.add(() -> pending.future().completeExceptionally(e));
      return working;
    }
  }
}
