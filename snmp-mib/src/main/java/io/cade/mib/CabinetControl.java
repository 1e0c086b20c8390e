package io.cade.mib;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Carries out what SNMP managers set (SPEC S3). The engine implements it over the same operations,
 * authorisation and audit as its API.
 *
 * <p>Thread-safety: both methods are called on the SNMP thread and must return at once.
 */
public interface CabinetControl {

  /** How it went. */
  sealed interface Outcome {}

  /** Possible, or done and durable. */
  record Done() implements Outcome {}

  /**
   * Nothing was changed (unless the cause says otherwise).
   *
   * @param command index in the list of the command that was refused
   * @param text for the log
   */
  record Refused(int command, Cause cause, String text) implements Outcome {}

  /** Why something was refused; each becomes an error status of RFC 3416 section 4.2.5. */
  enum Cause {
    /** This manager may not: noAccess. */
    NOT_ALLOWED,
    /** Never a good value, whatever the state of the cabinet: wrongValue. */
    BAD_VALUE,
    /** Not in the present state of the cabinet: inconsistentValue. */
    CONFLICT,
    /** Too much is under way: resourceUnavailable. */
    BUSY,
    /** Tried and failed; what was begun is undone: commitFailed. */
    FAILED,
    /** Tried and failed; something of it stays: undoFailed. */
    UNDO_FAILED
  }

  /** Whether the commands could be carried out now. Changes nothing. */
  Outcome check(List<CabinetCommand> commands, String securityName, ManagerRole role);

  /**
   * Carries out all commands or none. The stage completes when the change is durable, on any
   * thread; the manager's answer waits for it.
   */
  CompletionStage<Outcome> carryOut(
      List<CabinetCommand> commands, String securityName, ManagerRole role);

  /** Refuses everything: a cabinet that can only be read. */
  static CabinetControl none() {
    return new CabinetControl() {
      @Override
      public Outcome check(List<CabinetCommand> commands, String securityName, ManagerRole role) {
        return new Refused(0, Cause.NOT_ALLOWED, "this cabinet can only be read by SNMP");
      }

      @Override
      public CompletionStage<Outcome> carryOut(
          List<CabinetCommand> commands, String securityName, ManagerRole role) {
        return CompletableFuture.completedFuture(check(commands, securityName, role));
      }
    };
  }
}
