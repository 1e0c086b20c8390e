package io.cade.engine.snmp;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.change.Transaction;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.operate.AuditedActions;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.Role;
import io.cade.mib.CabinetCommand;
import io.cade.mib.CabinetControl;
import io.cade.mib.ManagerRole;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;

/**
 * Carries out what SNMP managers set: all commands of a SET in one transaction, authorised and on
 * record like an operator's at the API, under the user's name with {@code snmp:} before it.
 * Thread-safe.
 */
public final class EngineControl implements CabinetControl {

  /** What a command comes to. */
  @FunctionalInterface
  public interface Commands {
    /** The transaction of a command, which refuses what is not possible. Pure. */
    Transaction<Boolean> of(CabinetCommand command, Caller caller);
  }

  private final ChangeWriter writer;
  private final AuditedActions actions;
  private final Commands commands;
  private final InstantSource clock;

  public EngineControl(ChangeWriter writer, Commands commands, InstantSource clock) {
    this.writer = writer;
    this.actions = new AuditedActions(writer);
    this.commands = commands;
    this.clock = clock;
  }

  /** Says which command of a list was refused. */
  private static final class RefusedAt extends Exception {
    private static final long serialVersionUID = 1L;
    final int command;
    final transient Refusal refusal;

    RefusedAt(int command, Refusal refusal) {
      super(refusal);
      this.command = command;
      this.refusal = refusal;
    }
  }

  /** Decides on the newest state, which it does not change. */
  @Override
  public Outcome check(List<CabinetCommand> list, String securityName, ManagerRole role) {
    Caller caller = caller(securityName, role);
    if (!caller.role().includes(Role.OPERATOR)) {
      return new Refused(0, Cause.NOT_ALLOWED, "a " + role.word() + " only reads");
    }
    return tried(list, caller, securityName);
  }

  private Outcome tried(List<CabinetCommand> list, Caller caller, String securityName) {
    try {
      var _ = decide(list, caller, writer.current(), clock.instant());
      return new Done();
    } catch (RefusedAt e) {
      return new Refused(e.command, cause(e.refusal), securityName + ": " + e.refusal.getMessage());
    }
  }

  @Override
  public CompletionStage<Outcome> carryOut(
      List<CabinetCommand> list, String securityName, ManagerRole role) {
    Caller caller = caller(securityName, role);
    return actions
        .carryOut(
            caller,
            Role.OPERATOR,
            "SNMP set " + list.stream().map(Object::toString).collect(Collectors.joining(", ")),
            true,
            (cabinet, now) -> {
              try {
                return new Decision<>(decide(list, caller, cabinet, now), true);
              } catch (RefusedAt e) {
                throw e.refusal;
              }
            })
        .<Outcome>thenApply(done -> new Done())
        .exceptionally(e -> {
          // The same question again, to name the command; what has changed since is a conflict.
          Outcome now = tried(list, caller, securityName);
          Throwable root = e;
          while (root.getCause() != null && !(root instanceof Refusal)) {
            root = root.getCause();
          }
          if (!(root instanceof Refusal refusal)) {
            return new Refused(
                0,
                root instanceof RejectedExecutionException ? Cause.BUSY : Cause.FAILED,
                String.valueOf(root.getMessage()));
          }
          return now instanceof Refused
              ? now
              : new Refused(0, cause(refusal), String.valueOf(refusal.getMessage()));
        });
  }

  private List<Change> decide(
      List<CabinetCommand> list, Caller caller, Cabinet cabinet, Instant now) throws RefusedAt {
    var changes = new ArrayList<Change>();
    for (int i = 0; i < list.size(); i++) {
      try {
        changes.addAll(commands.of(list.get(i), caller).decide(cabinet, now).changes());
      } catch (Refusal e) {
        throw new RefusedAt(i, e);
      }
    }
    return changes;
  }

  private static Cause cause(Refusal refusal) {
    return switch (refusal.kind()) {
      case NOT_FOUND, CONFLICT -> Cause.CONFLICT;
      case NOT_ALLOWED -> Cause.NOT_ALLOWED;
      case INVALID -> Cause.BAD_VALUE;
      case LIMIT -> Cause.BUSY;
    };
  }

  /** The agent has checked already what a technician may; here both change the cabinet. */
  private static Caller caller(String securityName, ManagerRole role) {
    return new Caller(
        "snmp:" + securityName, role == ManagerRole.MONITOR ? Role.VIEWER : Role.OPERATOR);
  }
}
