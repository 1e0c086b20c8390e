package io.cade.engine.operate;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.change.Transaction;
import io.cade.engine.model.Change;
import io.cade.engine.web.Failures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries actions out for those who may, and puts them on record (SPEC A5). Thread-safe. */
public final class AuditedActions {
  private static final Logger LOG = LoggerFactory.getLogger(AuditedActions.class);

  private final ChangeWriter writer;
  private final RefusalPace pace = new RefusalPace();

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

  /** What is done outside the log, on the disk. */
  @FunctionalInterface
  public interface Work<S, T> {
    /**
     * @param found result of the transaction that let it begin
     */
    T carryOut(S found) throws IOException, Refusal;
  }

  /**
   * As {@link #carryOut} for what is done outside the log: that it begins is on record before, and
   * how it ended after. So nothing is done for which there is no room on the record.
   *
   * @param check whether it may begin; itself without changes
   * @param blocking carries the work out
   */
  public <S, T> CompletionStage<T> carryOutBeside(
      Caller caller,
      Role needed,
      String action,
      Transaction<S> check,
      Executor blocking,
      Work<S, T> work) {
    return carryOut(
            caller,
            needed,
            action,
            false,
            (cabinet, now) ->
                Decision.of(
                    check.decide(cabinet, now).result(),
                    new Change.Audited(caller.user(), action, "begun")))
        .thenComposeAsync(
            found -> {
              T done;
              try {
                done = work.carryOut(found);
              } catch (Refusal e) {
                return failed(caller, action, "refused: " + e.getMessage(), e);
              } catch (IOException | RuntimeException e) {
                return failed(caller, action, "failed: " + e.getMessage(), e);
              }
              return writer.submit(
                  (_, _) -> Decision.of(done, new Change.Audited(caller.user(), action, "done")));
            },
            blocking);
  }

  private <T> CompletableFuture<T> failed(
      Caller caller, String action, String outcome, Exception cause) {
    return failing(onRecord(new Change.Audited(caller.user(), action, outcome)), cause);
  }

  /**
   * Fails with the refusal, once it is on record; of refusals that come again and again only some
   * are (see {@link RefusalPace}).
   */
  public <T> CompletableFuture<T> refused(Caller caller, String action, Refusal refusal) {
    return failing(
        writer
            .submit((_, now) -> Decision.nothing(now))
            .thenCompose(now ->
                pace.admit(caller.user(), action, now)
                    .map(more ->
                        onRecord(
                            new Change.Audited(
                                caller.user(), action, "refused: " + refusal.getMessage() + more)))
                    .orElseGet(() -> CompletableFuture.completedFuture(false))),
        refusal);
  }

  private CompletableFuture<Boolean> onRecord(Change.Audited record) {
    return writer
        .submit((_, _) -> Decision.of(true, record))
        .whenComplete((_, e) -> {
          if (e != null) {
            LOG.error("cannot put on record: {}", record, e);
          }
        });
  }

  private static <T> CompletableFuture<T> failing(CompletableFuture<?> after, Exception cause) {
    return after.handle((_, _) -> {
      throw new CompletionException(cause);
    });
  }
}
