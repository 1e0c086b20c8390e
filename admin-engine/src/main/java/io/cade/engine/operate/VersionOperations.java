package io.cade.engine.operate;

import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.change.Transaction;
import io.cade.engine.conduct.Moves;
import io.cade.engine.conduct.Rollouts;
import io.cade.engine.conduct.Routing;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.ServiceVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * What can be done to the versions of a service's content (SPEC R1, U1, U2): publish one, go back
 * to one, cancel what is under way. The conductor then leads the cards there one after the other.
 * Thread-safe; stages complete exceptionally as those of {@link Operations} do.
 */
public final class VersionOperations {
  private final AuditedActions actions;
  private final ContentIntake intake;
  private final Executor blocking;

  VersionOperations(AuditedActions actions, ContentIntake intake, Executor blocking) {
    this.actions = actions;
    this.intake = intake;
    this.blocking = blocking;
  }

  /** Where an upload is to be put before it is given to {@link #publish}. */
  public Path newUpload() throws IOException {
    return intake.newUpload();
  }

  /**
   * Whether a version would be accepted as things stand: to be asked before it is uploaded. A
   * refusal goes on record.
   */
  public CompletionStage<Boolean> check(Caller caller, NewVersion order) {
    return actions.carryOutOn(
        order.service(),
        caller,
        Role.OPERATOR,
        publishing(order),
        false,
        (cabinet, _) -> {
          require(cabinet, order.checked());
          return Decision.nothing(true);
        });
  }

  /**
   * Adds a version and begins to bring it to the cards. The same content as the current version's
   * is refused.
   *
   * @param upload a ZIP within {@link ContentArchive}'s limits, in a file of {@link #newUpload};
   *     deleted in any case
   */
  public CompletionStage<Views.ServiceView> publish(Caller caller, NewVersion order, Path upload) {
    return actions
        .carryOutOn(
            order.service(),
            caller,
            Role.OPERATOR,
            publishing(order),
            false,
            (cabinet, _) -> Decision.nothing(require(cabinet, order.checked())))
        .thenComposeAsync(
            service -> {
              String digest;
              try {
                digest = intake.take(service.definition().kind(), upload);
              } catch (Refusal e) {
                return actions.<Views.ServiceView>refused(caller, publishing(order), e);
              } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
              }
              return add(caller, order, digest);
            },
            blocking)
        .whenCompleteAsync((_, _) -> ContentIntake.discard(upload), blocking);
  }

  private CompletionStage<Views.ServiceView> add(Caller caller, NewVersion order, String digest) {
    return actions.carryOutOn(
        order.service(),
        caller,
        Role.OPERATOR,
        publishing(order),
        true,
        (cabinet, now) -> {
          Service service = require(cabinet, order);
          if (service.version().contentDigest().equals(digest)) {
            throw new Refusal(
                Refusal.Kind.CONFLICT,
                "this is the content that "
                    + service.name()
                    + " has already, as version "
                    + service.version().number());
          }
          int number = service.versions().next();
          ServiceVersion version =
              new ServiceVersion(
                  number,
                  digest,
                  "",
                  0,
                  now,
                  caller.user(),
                  order.why(),
                  null,
                  service.version().data());
          return decided(
              cabinet,
              now,
              List.of(
                  new Change.VersionAdded(service.name(), version),
                  begin(service, number, order, caller.user(), now)),
              service.name());
        });
  }

  /** Begins to bring a version that there is already to the cards. */
  public CompletionStage<Views.ServiceView> use(Caller caller, NewVersion order, int number) {
    return actions.carryOutOn(
        order.service(),
        caller,
        Role.OPERATOR,
        "bring service " + Operations.cut(order.service()) + " to version " + number,
        true,
        using(caller.user(), order, number));
  }

  /** What {@link #use} decides, without authorisation and record. */
  static Transaction<Views.ServiceView> using(String by, NewVersion order, int number) {
    return (cabinet, now) -> {
      Service service = require(cabinet, order.checked());
      if (service.versions().version(number).isEmpty()) {
        throw new Refusal(
            Refusal.Kind.NOT_FOUND,
            "service "
                + service.name()
                + " has no version "
                + number
                + "; there are "
                + service.versions().list().stream().map(ServiceVersion::number).toList());
      }
      if (service.versions().current() == number) {
        throw new Refusal(
            Refusal.Kind.CONFLICT,
            "service " + service.name() + " has version " + number + " already");
      }
      return decided(cabinet, now, List.of(begin(service, number, order, by, now)), service.name());
    };
  }

  /**
   * The cards that have got the version that is under way go back to the one that they had; a move
   * from card to card is undone.
   */
  public CompletionStage<Views.ServiceView> cancel(Caller caller, String name) {
    return actions.carryOutOn(
        name,
        caller,
        Role.OPERATOR,
        "cancel what is under way of service " + Operations.cut(name),
        true,
        caller.role() == Role.TENANT
            ? cancellingVersion(caller.user(), name)
            : cancelling(caller.user(), name));
  }

  /** What {@link #cancel} decides, without authorisation and record. */
  static Transaction<Views.ServiceView> cancelling(String by, String name) {
    return (cabinet, now) -> {
      Service service = Inspection.requireService(cabinet, name);
      // While a version waits, the engine moves by itself.
      if (service.move().isPresent() && service.rollout().isEmpty()) {
        return decided(cabinet, now, Moves.cancel(cabinet, service, by, now), name);
      }
      return cancellingVersion(by, name).decide(cabinet, now);
    };
  }

  /** Tenants have to do with their versions, not with cards. */
  private static Transaction<Views.ServiceView> cancellingVersion(String by, String name) {
    return (cabinet, now) -> {
      Service service = Inspection.requireService(cabinet, name);
      Rollout rollout =
          service
              .rollout()
              .orElseThrow(() ->
                  new Refusal(
                      Refusal.Kind.CONFLICT,
                      "service "
                          + name
                          + " is neither on its way to another version nor to another card"));
      if (rollout.stage() == Rollout.Stage.RETURNING) {
        return Decision.nothing(Inspection.view(service));
      }
      return decided(cabinet, now, Rollouts.cancel(cabinet, service, by, now), name);
    };
  }

  private static Decision<Views.ServiceView> decided(
      Cabinet cabinet, Instant now, List<Change> changes, String name) {
    return new Decision<>(
        changes,
        Inspection.view(Rollouts.after(cabinet, changes, now).service(name).orElseThrow()));
  }

  private static Change begin(
      Service service, int number, NewVersion order, String by, Instant now) {
    return new Change.RolloutChanged(
        service.name(),
        Rollout.begin(service.versions().current(), number, order.gate(), order.drain(), by, now));
  }

  /** The service, when a version can be brought to its cards as things stand. */
  static Service require(Cabinet cabinet, NewVersion order) throws Refusal {
    Service service = Inspection.requireService(cabinet, order.service());
    if (service.phase() != ServicePhase.ANNOUNCED) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "service "
              + service.name()
              + " is in phase "
              + service.phase()
              + ": a version can be published while it is served (ANNOUNCED)");
    }
    requireNoRollout(service);
    requireNoMove(service);
    if (Routing.isStopped(service)) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "service "
              + service.name()
              + " is stopped: no version can prove itself without visitors; service start "
              + service.name()
              + " first");
    }
    if (service.placements().size() > service.definition().cards()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "service "
              + service.name()
              + " is giving back cards: a version can be published when they are released");
    }
    return service;
  }

  /**
   * Refuses while cards are between two versions.
   *
   * @throws Refusal CONFLICT, with what can be done
   */
  static void requireNoRollout(Service service) throws Refusal {
    if (service.rollout().isPresent()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "version "
              + service.rollout().get().to()
              + " of service "
              + service.name()
              + " is on its way: wait for it, or cancel it");
    }
  }

  /**
   * Refuses while one card takes the place of another.
   *
   * @throws Refusal CONFLICT, with what can be done
   */
  static void requireNoMove(Service service) throws Refusal {
    if (service.move().isPresent()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "service " + service.name() + ": " + service.move().get().words() + "; wait for it");
    }
  }

  private static String publishing(NewVersion order) {
    return "publish a version of service "
        + Operations.cut(order.service())
        + (order.why().isEmpty() ? "" : " (" + Operations.cut(order.why()) + ")");
  }
}
