package io.cade.engine.operate;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.change.Transaction;
import io.cade.engine.model.Change;
import io.cade.engine.web.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries actions out for those who may, and puts them on record (SPEC A5). Thread-safe. */
public final class AuditedActions {
  private static final Logger LOG = LoggerFactory.getLogger(AuditedActions.class);

  private final ChangeWriter writer;

  public AuditedActions(ChangeWriter writer) {
    this.writer = writer;
  }

  /**
   * Authorises, carries out and puts on record, in one transaction.
   *
   * @param needed role that the caller must have
   * @param action in words, for the record
   * @param record whether success goes on record; refusal always does
   * @return completes exceptionally with {@link Refusal}, or with what {@link ChangeWriter#submit}
   *     says
   */
  public <T> CompletionStage<T> carryOut(
      Caller caller, Role needed, String action, boolean record, Transaction<T> transaction) {
    if (!caller.role().includes(needed)) {
      return refused(
          caller,
          action,
          new Refusal(
              Refusal.Kind.NOT_ALLOWED,
              "this needs the role "
                  + needed.word()
                  + ", "
                  + caller.user()
                  + " is "
                  + caller.role().word()));
    }
    return carryOut(caller, action, record, transaction);
  }

  /**
   * As {@link #carryOut}, for who has the role and for the tenant of the service.
   *
   * @param service what the action is about
   */
  <T> CompletionStage<T> carryOutOn(
      String service,
      Caller caller,
      Role needed,
      String action,
      boolean record,
      Transaction<T> transaction) {
    if (caller.role() == Role.TENANT && !caller.rents(service)) {
      return refused(
          caller,
          action,
          new Refusal(
              Refusal.Kind.NOT_ALLOWED,
              caller.user() + " does not rent service " + Operations.cut(service)));
    }
    return caller.rents(service)
        ? carryOut(caller, action, record, transaction)
        : carryOut(caller, needed, action, record, transaction);
  }

  private <T> CompletionStage<T> carryOut(
      Caller caller, String action, boolean record, Transaction<T> transaction) {
    return writer
        .submit((cabinet, now) -> {
          Decision<T> decision = transaction.decide(cabinet, now);
          if (!record) {
            return decision;
          }
          List<Change> changes = new ArrayList<>(decision.changes());
          changes.add(new Change.Audited(caller.user(), action, "done"));
          return new Decision<>(changes, decision.result());
        })
        .exceptionallyCompose(e ->
            Failures.cause(e) instanceof Refusal refusal
                ? refused(caller, action, refusal)
                : CompletableFuture.failedFuture(e));
  }

  /** Fails with the refusal, once it is on record. */
  public <T> CompletableFuture<T> refused(Caller caller, String action, Refusal refusal) {
    Change.Audited record =
        new Change.Audited(caller.user(), action, "refused: " + refusal.getMessage());
    return writer
        .submit((_, _) -> Decision.of(true, record))
        .handle((_, e) -> {
          if (e != null) {
            LOG.error("cannot put on record: {}", record, e);
          }
          throw new CompletionException(refusal);
        });
  }
}
