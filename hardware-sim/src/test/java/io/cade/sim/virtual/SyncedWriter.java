package io.cade.sim.virtual;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.CommitListener;
import io.cade.engine.change.SteppedChangeWriter;
import io.cade.engine.change.Transaction;
import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.log.ChangeLog;
import io.cade.engine.model.Cabinet;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The real writer, stepped when the virtual disk has had its time: what gathers is one batch. */
final class SyncedWriter implements ChangeWriter {
  private final SteppedChangeWriter writer;
  private final DatagramLoop loop;
  private final Supplier<Duration> syncTime;
  private boolean due;

  SyncedWriter(
      ChangeLog log,
      InstantSource clock,
      Cabinet start,
      DatagramLoop loop,
      Supplier<Duration> syncTime) {
    this.writer = new SteppedChangeWriter(log, clock, start);
    this.loop = loop;
    this.syncTime = syncTime;
  }

  @Override
  public <T> CompletableFuture<T> submit(Transaction<T> transaction) {
    CompletableFuture<T> future = writer.submit(transaction);
    if (!due) {
      due = true;
      loop.schedule(
          syncTime.get(),
          () -> {
            due = false;
            writer.step();
          });
    }
    return future;
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
