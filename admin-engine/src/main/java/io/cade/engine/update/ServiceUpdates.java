package io.cade.engine.update;

import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.Rollouts;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServiceVersion;
import io.cade.engine.operate.AuditedActions;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.NewRelease;
import io.cade.engine.operate.NewVersion;
import io.cade.engine.operate.ReleaseOperations;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Updates of a service by a bundle (SPEC U1, U2). There is no record of their own: the bundle
 * becomes a version of the service's content, and how far it has come is how far that version has.
 * Thread-safe.
 */
final class ServiceUpdates {
  private final AuditedActions actions;
  private final BundleDepot depot;
  private final ReleaseOperations releases;
  private final InstantSource clock;

  ServiceUpdates(
      AuditedActions actions, BundleDepot depot, ReleaseOperations releases, InstantSource clock) {
    this.actions = actions;
    this.depot = depot;
    this.releases = releases;
    this.clock = clock;
  }

  /**
   * @param part what the bundle brings to its service
   * @param action in words, for the record
   */
  CompletionStage<UpdateViews.UpdateView> start(
      Caller caller,
      StoredBundle bundle,
      StoredBundle.ForService part,
      NewUpdate order,
      String action) {
    NewRelease release;
    try {
      release = release(bundle, part, UpdateOperations.noticed(bundle, order, clock.instant()));
    } catch (Refusal e) {
      return actions.refused(caller, action, e);
    }
    return releases
        .start(caller, action + " of service " + part.name(), release)
        .thenApply(service -> UpdateViews.of(service).orElseThrow());
  }

  private NewRelease release(StoredBundle bundle, StoredBundle.ForService part, NewUpdate order)
      throws Refusal {
    if (!bundle.architecture().equals("any")) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "bundle "
              + bundle.label()
              + " is about a service and for processors "
              + bundle.architecture()
              + "; services go to cards of any");
    }
    var _ = order.course();
    if (order.canary() != NewUpdate.STANDARD_CANARY
        || order.parallel() != NewUpdate.STANDARD_PARALLEL) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "the cards of a service go one at a time: canary and parallel are for boot images");
    }
    Map<String, Path> files = new HashMap<>();
    part.files().forEach((path, file) -> files.put(path, depot.part(bundle, file)));
    return new NewRelease(
        new ServiceVersion.Release(
            bundle.name(), bundle.version(), bundle.build(), bundle.digest()),
        bundle.from(),
        part.content().isEmpty() ? null : depot.part(bundle, part.content()),
        files,
        part.program().isEmpty() ? null : depot.part(bundle, part.program()),
        part.timeoutSeconds(),
        new NewVersion(part.name(), "update " + bundle.label(), order.gate(), order.drain()),
        order.window());
  }

  /** The service that is on its way to what a bundle brought. */
  static Optional<Service> active(Cabinet cabinet, String name) {
    return cabinet.services().values().stream()
        .filter(service -> {
          ServiceVersion.Release release =
              service
                  .rollout()
                  .flatMap(r -> service.versions().version(r.to()))
                  .map(ServiceVersion::release)
                  .orElse(null);
          return release != null
              && (name.equals(release.label())
                  || name.equals(release.name())
                  || release.bundle().equals(name)
                  || (name.length() >= 4 && release.bundle().startsWith("sha256:" + name)));
        })
        .findFirst();
  }

  static Decision<UpdateViews.UpdateView> cancelled(
      Cabinet cabinet, Service service, Caller caller, Instant now) {
    boolean returning =
        service.rollout().filter(r -> r.stage() == Rollout.Stage.RETURNING).isPresent();
    List<Change> changes =
        returning ? List.of() : Rollouts.cancel(cabinet, service, caller.user(), now);
    return new Decision<>(
        changes,
        UpdateViews.of(Rollouts.after(cabinet, changes, now).service(service.name()).orElseThrow())
            .orElseThrow());
  }
}
