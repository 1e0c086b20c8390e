package io.cade.engine.backup;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.operate.AuditedActions;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.Role;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Backups for those who may have the module's keys, put on record (SPEC A5, A9). Thread-safe. */
public final class BackupOperations {
  /** Where the state comes from. */
  @FunctionalInterface
  public interface Source {
    EngineBackup.Held hold() throws IOException;
  }

  private static final String ACTION = "back the engine up";

  private final AuditedActions actions;
  private final Source source;
  private final Executor blocking;

  /**
   * @param blocking carries out what waits for the disk
   */
  public BackupOperations(ChangeWriter writer, Source source, Executor blocking) {
    this.actions = new AuditedActions(writer);
    this.source = source;
    this.blocking = blocking;
  }

  /**
   * Holds the engine's state still, after the order is on record; the record is part of the backup.
   *
   * @return what is to be closed; fails with {@link Refusal}, or what the disk says
   */
  public CompletionStage<EngineBackup.Held> hold(Caller caller) {
    return actions
        .carryOut(caller, Role.ADMINISTRATOR, ACTION, true, (_, _) -> Decision.nothing(true))
        .thenComposeAsync(_ -> held(caller), blocking);
  }

  private CompletionStage<EngineBackup.Held> held(Caller caller) {
    try {
      return CompletableFuture.completedFuture(source.hold());
    } catch (EngineBackup.Busy e) {
      return actions.refused(
          caller, ACTION, new Refusal(Refusal.Kind.CONFLICT, String.valueOf(e.getMessage())));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
