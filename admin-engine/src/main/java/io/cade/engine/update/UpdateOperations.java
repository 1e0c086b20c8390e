package io.cade.engine.update;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.ImageUpdateOrders;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.ImageUpdate.Stage;
import io.cade.engine.model.Service;
import io.cade.engine.operate.AuditedActions;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.ReleaseOperations;
import io.cade.engine.operate.Role;
import io.cade.image.DurableFile;
import io.cade.image.release.ReleasePackage;
import io.cade.image.trust.Notice;
import io.cade.image.trust.RepositoryClient;
import io.cade.image.trust.Target;
import io.cade.image.trust.TrustStore;
import io.cade.image.trust.Untrusted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with updates. Each action is carried out together with its record of audit.
 * Thread-safe; stages complete exceptionally with {@link Refusal} or what the disk says.
 */
public final class UpdateOperations {
  private static final String TRUST = "trust a repository of updates";
  private static final String PROFILE = "profile";
  private static final String STANDARD_PROFILE = "standard";

  private final ChangeWriter writer;
  private final AuditedActions actions;
  private final BundleDepot depot;
  private final EngineUpdates engine;
  private final ServiceUpdates services;
  private final TrustStore trust;
  private final String module;
  private final InstantSource clock;
  private final Executor blocking;
  private final AtomicBoolean looking = new AtomicBoolean();

  /**
   * @param engine updates of the engine itself
   * @param releases brings services what bundles hold for them
   * @param module name of this module, by which updates are meant for it
   * @param blocking carries out what waits for the disk and the network
   */
  public UpdateOperations(
      ChangeWriter writer,
      BundleDepot depot,
      EngineUpdates engine,
      ReleaseOperations releases,
      String module,
      InstantSource clock,
      Executor blocking) {
    this.engine = engine;
    this.writer = writer;
    this.actions = new AuditedActions(writer);
    this.depot = depot;
    this.services = new ServiceUpdates(actions, depot, releases, clock);
    this.trust = new TrustStore(depot.trust());
    this.module = module;
    this.clock = clock;
    this.blocking = blocking;
  }

  /** All bundles, newest first. */
  public List<StoredBundle> bundles() {
    return depot.list();
  }

  /** The last update of each image, then the last of each service. */
  public List<UpdateViews.UpdateView> updates() {
    Cabinet cabinet = writer.current();
    return Stream.concat(
            cabinet.updates().values().stream().map(UpdateViews::of),
            cabinet.services().values().stream().flatMap(s -> UpdateViews.of(s).stream()))
        .toList();
  }

  /** Updates of the engine itself. */
  public EngineUpdates engine() {
    return engine;
  }

  /** Where an upload is to be put before it is given to {@link #importBundle}. */
  public Path newUpload() throws IOException {
    return depot.newUpload();
  }

  /** Whether an import would be accepted as things stand; asked before the upload. */
  public CompletionStage<Boolean> checkImport(Caller caller) {
    return actions.carryOut(
        caller, Role.OPERATOR, "import an update bundle", false, (_, _) -> Decision.nothing(true));
  }

  /** Whether the caller may have a repository trusted; asked before its root is read. */
  public CompletionStage<Boolean> checkTrust(Caller caller) {
    return actions.carryOut(
        caller, Role.ADMINISTRATOR, TRUST, false, (_, _) -> Decision.nothing(true));
  }

  /**
   * Takes a bundle that somebody hands over.
   *
   * @param upload file of {@link #newUpload}; deleted in any case
   */
  public CompletionStage<StoredBundle> importBundle(Caller caller, Path upload) {
    return blocking(() -> keep(upload, null, caller))
        .handle((kept, e) -> onRecord(caller, "import an update bundle", kept, e))
        .thenCompose(stage -> stage)
        .whenCompleteAsync((_, _) -> discard(upload), blocking);
  }

  private StoredBundle keep(Path file, @Nullable Notice notice, Caller caller)
      throws IOException, Refusal {
    return switch (depot.take(file, notice, caller.user())) {
      case BundleDepot.Taken.Rejected r ->
          throw new Refusal(Refusal.Kind.CONTENT, "the bundle is refused: " + r.reason());
      case BundleDepot.Taken.Kept k -> k.bundle();
    };
  }

  private CompletionStage<StoredBundle> onRecord(
      Caller caller, String action, @Nullable StoredBundle kept, @Nullable Throwable failure) {
    if (kept == null) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      return cause instanceof Refusal refusal
          ? actions.refused(caller, action, refusal)
          : CompletableFuture.failedFuture(
              cause == null ? new IllegalStateException("no outcome") : cause);
    }
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        action + ": " + kept.label(),
        true,
        (_, _) -> Decision.nothing(kept));
  }

  private static void discard(Path upload) {
    try {
      Files.deleteIfExists(upload);
    } catch (IOException e) {
      // The next start of the engine clears it.
    }
  }

  /** Removes a bundle that no update needs. */
  public CompletionStage<StoredBundle> remove(Caller caller, String name) {
    return actions
        .carryOut(
            caller,
            Role.OPERATOR,
            "remove update bundle " + cut(name),
            true,
            (cabinet, _) -> {
              StoredBundle bundle = require(name);
              for (ImageUpdate update : cabinet.updates().values()) {
                if (update.stage().isActive() && update.image().bundle().equals(bundle.digest())) {
                  throw new Refusal(
                      Refusal.Kind.CONFLICT,
                      "bundle " + bundle.label() + " is on its way to cards: cancel that first");
                }
              }
              return Decision.nothing(bundle);
            })
        .thenApplyAsync(
            bundle -> {
              try {
                depot.remove(bundle.digest());
                return bundle;
              } catch (IOException e) {
                throw new CompletionException(e);
              }
            },
            blocking);
  }

  /**
   * Trusts a repository from now on: the one thing about it that is done by hand.
   *
   * @param root its root metadata
   * @param profile kind of module that this is; empty for {@code standard}
   */
  public CompletionStage<UpdateViews.TrustView> trust(Caller caller, byte[] root, String profile) {
    return actions.carryOutBeside(
        caller,
        Role.ADMINISTRATOR,
        TRUST,
        (_, _) -> {
          if (!profile.matches("[A-Za-z0-9._-]{0,64}")) {
            throw new Refusal(
                Refusal.Kind.INVALID, "a profile is up to 64 letters, digits and . _ -");
          }
          return Decision.nothing(true);
        },
        blocking,
        _ -> {
          try {
            long version = trust.begin(root, clock.instant());
            if (!profile.isEmpty()) {
              DurableFile.replace(
                  depot.trust().resolve(PROFILE), profile.getBytes(StandardCharsets.US_ASCII));
            }
            return new UpdateViews.TrustView(version, profile());
          } catch (Untrusted e) {
            throw new Refusal(Refusal.Kind.CONTENT, String.valueOf(e.getMessage()));
          }
        });
  }

  private String profile() throws IOException {
    try {
      return Files.readString(depot.trust().resolve(PROFILE)).strip();
    } catch (NoSuchFileException e) {
      return STANDARD_PROFILE;
    }
  }

  /** Looks at a repository and tells what it offers. */
  public CompletionStage<UpdateViews.OffersView> check(Caller caller, String url) {
    return actions
        .carryOut(
            caller,
            Role.OPERATOR,
            "look for updates at " + cut(url),
            false,
            (_, _) -> Decision.nothing(true))
        .thenCompose(_ -> looking(() -> offers(url)));
  }

  private UpdateViews.OffersView offers(String url)
      throws IOException, InterruptedException, Refusal {
    try (WebRepository repository = new WebRepository(url)) {
      RepositoryClient.View view = refresh(repository);
      String own = profile();
      Instant now = clock.instant();
      List<String> stored = depot.list().stream().map(StoredBundle::digest).toList();
      return new UpdateViews.OffersView(
          view.root(),
          view.targetsVersion(),
          view.expires(),
          view.targets().stream()
              .map(t ->
                  new UpdateViews.OfferView(
                      t.name(),
                      t.length(),
                      t.digest(),
                      t.notice(),
                      t.notice().concerns(own, module),
                      t.notice().mayBegin(now),
                      stored.contains(t.digest())))
              .toList());
    }
  }

  private RepositoryClient.View refresh(WebRepository repository)
      throws IOException, InterruptedException, Refusal {
    try {
      return new RepositoryClient(trust, repository).refresh(clock.instant());
    } catch (Untrusted e) {
      throw new Refusal(Refusal.Kind.CONTENT, "the repository is not believed: " + e.getMessage());
    }
  }

  /**
   * Fetches a bundle once, going on where an earlier try ended, and keeps it when all is well.
   *
   * @param wanted {@code NAME:VERSION} or the file's name
   */
  public CompletionStage<StoredBundle> fetch(Caller caller, String url, String wanted) {
    String action = "fetch update " + cut(wanted) + " from " + cut(url);
    return actions
        .carryOut(caller, Role.OPERATOR, action, false, (_, _) -> Decision.nothing(true))
        .thenCompose(_ ->
            looking(() -> fetched(url, wanted, caller))
                .handle((kept, e) -> onRecord(caller, action, kept, e))
                .thenCompose(stage -> stage));
  }

  private StoredBundle fetched(String url, String wanted, Caller caller)
      throws IOException, InterruptedException, Refusal {
    try (WebRepository repository = new WebRepository(url)) {
      RepositoryClient.View view = refresh(repository);
      Target target =
          view.targets().stream()
              .filter(t ->
                  t.name().equals(wanted)
                      || (t.notice().name() + ":" + t.notice().version()).equals(wanted))
              .findFirst()
              .orElseThrow(() ->
                  new Refusal(
                      Refusal.Kind.NOT_FOUND,
                      "the repository offers no "
                          + cut(wanted)
                          + "; it offers "
                          + view.targets().stream().map(Target::name).toList()));
      Notice notice = target.notice();
      if (!notice.concerns(profile(), module)) {
        throw new Refusal(
            Refusal.Kind.CONFLICT,
            "%s is for profile %s and modules %s; this is module %s of profile %s"
                .formatted(target.name(), notice.profile(), notice.scope(), module, profile()));
      }
      Path file = depot.download(target.digest());
      repository.download(target, file);
      try {
        return keep(file, notice, caller);
      } finally {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * Begins to bring a bundle's image to the cards, its parts to those of its service, or its
   * release of the engine on trial.
   *
   * @param healthyWithin how long a release of the engine may take to be well
   */
  public CompletionStage<?> start(
      Caller caller, String name, NewUpdate order, Duration healthyWithin) {
    List<StoredBundle> found = depot.named(name);
    if (found.size() == 1) {
      Optional<Path> release = depot.release(found.getFirst());
      if (release.isPresent()) {
        return engine.start(caller, found.getFirst(), release.get(), healthyWithin, order.gate());
      }
      StoredBundle.ForService part = found.getFirst().service();
      if (part != null) {
        return services.start(caller, found.getFirst(), part, order, "start update " + cut(name));
      }
    }
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "start update " + cut(name),
        true,
        (cabinet, now) -> {
          ImageUpdate update = begin(cabinet, require(name), order, caller, now);
          return Decision.of(UpdateViews.of(update), new Change.ImageUpdateChanged(update));
        });
  }

  private static ImageUpdate begin(
      Cabinet cabinet, StoredBundle bundle, NewUpdate order, Caller caller, Instant now)
      throws Refusal {
    StoredBundle.Image image = bundle.image();
    if (image == null || bundle.steps().size() != 1) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "bundle "
              + bundle.label()
              + " is neither about one boot image nor about one service ("
              + String.join("; ", bundle.steps())
              + "): build one bundle for each");
    }
    for (ImageUpdate each : cabinet.updates().values()) {
      if (each.stage().isActive()) {
        throw new Refusal(
            Refusal.Kind.CONFLICT,
            "the update to "
                + each.name()
                + ":"
                + each.image().version()
                + " is under way: wait for it, or cancel it");
      }
    }
    NewUpdate asked = noticed(bundle, order, now);
    ImageUpdate update =
        new ImageUpdate(
            bundle.name(),
            new ImageUpdate.Image(
                bundle.digest(),
                bundle.version(),
                bundle.build(),
                image.minimumBuild(),
                bundle.architecture(),
                bundle.role(),
                image.digest(),
                image.bytes()),
            bundle.from(),
            asked.course(),
            Stage.RUNNING,
            now,
            List.of(),
            caller.user(),
            "");
    String obstacle = ImageUpdateOrders.obstacle(cabinet, update);
    if (!obstacle.isEmpty()) {
      throw new Refusal(Refusal.Kind.CONFLICT, obstacle);
    }
    if (ImageUpdateOrders.concerned(cabinet, update).isEmpty()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "no card runs an image named %s of a version that %s may follow on (%s)"
              .formatted(bundle.name(), bundle.label(), String.join(", ", bundle.from())));
    }
    return update;
  }

  /**
   * The order, kept to what the operations centre said of the bundle.
   *
   * @throws Refusal CONFLICT when its time has not come or is over
   */
  static NewUpdate noticed(StoredBundle bundle, NewUpdate order, Instant now) throws Refusal {
    Notice notice = bundle.notice();
    if (notice == null) {
      return order;
    }
    if (!notice.mayBegin(now)) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "the operations centre allows %s from %s to %s"
              .formatted(
                  bundle.label(),
                  Instant.ofEpochSecond(notice.notBefore()),
                  notice.notAfter() == 0
                      ? "any later time"
                      : Instant.ofEpochSecond(notice.notAfter())));
    }
    return order.window().isEmpty() ? order.within(notice.window()) : order;
  }

  /** The cards that have got what is under way go back to the one that they had. */
  public CompletionStage<UpdateViews.UpdateView> cancel(Caller caller, String name) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "cancel update " + cut(name),
        true,
        (cabinet, now) -> {
          if (name.equals(ReleasePackage.NAME) || name.startsWith(ReleasePackage.NAME + ":")) {
            throw new Refusal(
                Refusal.Kind.CONFLICT,
                "an update of the engine is not cancelled: the guard decides by itself, see update"
                    + " status");
          }
          Optional<Service> service = ServiceUpdates.active(cabinet, name);
          if (service.isPresent()) {
            return ServiceUpdates.cancelled(cabinet, service.get(), caller, now);
          }
          ImageUpdate update =
              cabinet.updates().values().stream()
                  .filter(u -> u.stage().isActive())
                  .filter(u ->
                      name.equals(u.name()) || name.equals(u.name() + ":" + u.image().version()))
                  .findFirst()
                  .orElseThrow(() ->
                      new Refusal(Refusal.Kind.CONFLICT, "no update of that name is under way"));
          if (update.stage() == Stage.RETURNING) {
            return Decision.nothing(UpdateViews.of(update));
          }
          ImageUpdate back = ImageUpdateOrders.cancelled(update, caller.user(), now);
          return Decision.of(UpdateViews.of(back), new Change.ImageUpdateChanged(back));
        });
  }

  private StoredBundle require(String name) throws Refusal {
    List<StoredBundle> found = depot.named(name);
    if (found.size() != 1) {
      throw new Refusal(
          found.isEmpty() ? Refusal.Kind.NOT_FOUND : Refusal.Kind.CONFLICT,
          (found.isEmpty() ? "there is no bundle " : "there are several bundles ")
              + cut(name)
              + "; there are "
              + depot.list().stream().map(StoredBundle::label).toList());
    }
    return found.getFirst();
  }

  /** Something that waits for the disk or the network. */
  @FunctionalInterface
  private interface Work<T> {
    T run() throws Exception;
  }

  private <T> CompletionStage<T> blocking(Work<T> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return work.run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        blocking);
  }

  /** One look at a time: the memory of what was believed has one user. */
  private <T> CompletionStage<T> looking(Work<T> work) {
    if (!looking.compareAndSet(false, true)) {
      return CompletableFuture.failedFuture(
          new Refusal(
              Refusal.Kind.CONFLICT, "somebody is looking for updates already: try again later"));
    }
    return blocking(
            () -> {
              try {
                return work.run();
              } catch (IOException e) {
                throw new Refusal(Refusal.Kind.CONFLICT, String.valueOf(e.getMessage()));
              }
            })
        .whenComplete((_, _) -> looking.set(false));
  }

  private static String cut(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= 100 ? line : line.substring(0, 99) + "…";
  }
}
