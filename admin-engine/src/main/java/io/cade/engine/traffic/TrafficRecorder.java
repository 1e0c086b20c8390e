package io.cade.engine.traffic;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Change;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts on durable record what the ledger has gathered: in its turns, and once more at the end. What
 * proxies say after the last turn before a crash is on record all the same: they say it again, and
 * the difference is what counts. Used by one thread.
 */
public final class TrafficRecorder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrafficRecorder.class);
  private static final long LAST_SECONDS = 2;

  private final ChangeWriter writer;
  private final TrafficLedger ledger;

  public TrafficRecorder(ChangeWriter writer, TrafficLedger ledger) {
    this.writer = writer;
    this.ledger = ledger;
  }

  /** One turn; does not wait for it to be durable. */
  public void run() {
    ledger.retain(writer.current().services().keySet());
    var _ = record();
  }

  private CompletableFuture<Boolean> record() {
    List<Change> changes = ledger.takeUnrecorded();
    if (changes.isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    return writer
        .submit((cabinet, now) -> new Decision<>(changes, true))
        .whenComplete((done, e) -> {
          if (e != null) {
            ledger.notRecorded();
            LOG.warn("what visitors used is not on record yet, tried again: {}", e.toString());
          }
        });
  }

  @Override
  public void close() {
    try {
      var _ = record().get(LAST_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("the proxies say it again", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
