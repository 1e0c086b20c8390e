package io.cade.engine.store;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.ThreadedChangeWriter;
import io.cade.engine.log.ChangeLog;
import io.cade.engine.log.FileChangeLog;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Log, store and writer of one state directory, opened together: the store is loaded, the rest of
 * the log is replayed, and both go on from there.
 */
public final class EngineState implements AutoCloseable {
  private final FileChangeLog log;
  private final H2CabinetStore store;
  private final ThreadedChangeWriter writer;
  private final Materialiser materialiser;

  private EngineState(
      FileChangeLog log,
      H2CabinetStore store,
      ThreadedChangeWriter writer,
      Materialiser materialiser) {
    this.log = log;
    this.store = store;
    this.writer = writer;
    this.materialiser = materialiser;
  }

  /**
   * Opens or begins the state in a directory that the caller has locked. Ids of commands leap first
   * when its data are marked as restored ({@link RestoredData}).
   *
   * @throws IOException when log or store cannot be used; the message says which and why
   */
  public static EngineState open(Path directory, InstantSource clock) throws IOException {
    H2CabinetStore store = H2CabinetStore.open(directory.resolve("store").resolve("cabinet"));
    FileChangeLog log = null;
    EngineState opened = null;
    try {
      log = FileChangeLog.open(directory.resolve("log"));
      Cabinet stored = store.load();
      Cabinet start = replay(log, stored);
      ThreadedChangeWriter writer = new ThreadedChangeWriter(log, clock, start);
      Materialiser materialiser = new Materialiser(store, log, stored);
      writer.listen(materialiser);
      materialiser.start();
      writer.start();
      EngineState state = new EngineState(log, store, writer, materialiser);
      opened = state;
      RestoredData.settle(directory, writer);
      return state;
    } catch (IOException | RuntimeException e) {
      if (opened != null) {
        try {
          opened.close();
        } catch (IOException suppressed) {
          e.addSuppressed(suppressed);
        }
        throw e;
      }
      try (store) {
        if (log != null) {
          log.close();
        }
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /**
   * The state after the whole log.
   *
   * @throws IOException when the log ends before the store does, or a commit contradicts the state
   */
  public static Cabinet replay(ChangeLog log, Cabinet from) throws IOException {
    if (log.lastPosition() < from.position()) {
      throw new IOException(
          "the change log ends at "
              + log.lastPosition()
              + " but the database has "
              + from.position()
              + ": parts of the state directory are from different times; restore a backup");
    }
    CabinetBuilder builder = CabinetBuilder.replaying(from);
    try {
      log.replay(
          from.position(),
          commit -> {
            for (Change change : commit.changes()) {
              builder.apply(change, commit.at());
            }
          });
    } catch (IllegalStateException e) {
      throw new IOException(
          "the change log does not fit the database (" + e.getMessage() + "); restore a backup", e);
    }
    return builder.freeze(log.lastPosition());
  }

  /** Version of the store's tables that this program writes. */
  public static int tablesVersion() {
    return H2Schema.VERSION;
  }

  public ChangeWriter writer() {
    return writer;
  }

  public CabinetStore store() {
    return store;
  }

  /**
   * Forces the store and drops the part of the log that is not needed any more; waits for it. The
   * store does so by itself, too, after {@value Materialiser#CHECKPOINT_EVERY} commits.
   */
  public void checkpoint() throws IOException {
    try {
      var _ = materialiser.checkpoint().get();
    } catch (ExecutionException e) {
      throw new IOException("the store could not be forced to disk: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** As {@link #checkpoint}, without waiting: for threads that may not block. */
  public CompletableFuture<Long> requestCheckpoint() {
    return materialiser.checkpoint();
  }

  /**
   * Copies log and store into {@code log} and {@code store} of another directory, while changes go
   * on: what {@link #open} opens there has every change that was acknowledged before the call.
   * Blocks.
   *
   * @param target the caller's alone; has neither yet
   * @return position of the last change in the copy
   */
  public long copyTo(Path target) throws IOException {
    try (FileChangeLog.Hold _ = log.hold()) {
      // The database first: the log must not end before it does, and reaches back far enough
      // because it is held.
      store.copyTo(Files.createDirectory(target.resolve("store")));
      return log.copyTo(Files.createDirectory(target.resolve("log")));
    }
  }

  /** Stops in reverse order; a part that fails does not keep the others from closing. */
  @Override
  public void close() throws IOException {
    writer.close();
    materialiser.close();
    try {
      log.close();
    } finally {
      store.close();
    }
  }
}
