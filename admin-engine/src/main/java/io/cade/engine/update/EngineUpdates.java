package io.cade.engine.update;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.UpdateFailures;
import io.cade.engine.guard.GuardLink;
import io.cade.engine.guard.GuardRecord;
import io.cade.engine.guard.UpgradeOrder;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Change;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.operate.AuditedActions;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.Role;
import io.cade.image.bundle.FromVersions;
import io.cade.image.release.ReleasePackage;
import io.cade.image.trust.Notice;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The engine's own update (SPEC U3): a release is checked, unpacked and handed over to the guard,
 * and how that ended is told. Whether it is well is judged by the guard alone. Thread-safe.
 */
public final class EngineUpdates {
  public static final Duration STANDARD_HEALTHY_WITHIN = Duration.ofMinutes(2);

  private static final Duration LEAST = Duration.ofSeconds(1);
  private static final Duration MOST = Duration.ofHours(1);
  private static final int MAX_CAUSE = 300;

  private final @Nullable GuardLink link;
  private final Running running;
  private final ChangeWriter writer;
  private final AuditedActions actions;
  private final X509Certificate authority;
  private final InstantSource clock;
  private final Executor blocking;
  private final AtomicBoolean handingOver = new AtomicBoolean();

  /**
   * The engine that runs.
   *
   * @param version of it
   * @param ready whether it does its work
   * @param cards cards that live and were heard since it began
   * @param proxies proxies that use the newest routes
   * @param handOver ends the engine soon, in order
   */
  public record Running(
      String version,
      Supplier<Boolean> ready,
      IntSupplier cards,
      IntSupplier proxies,
      Runnable handOver) {}

  /**
   * How the last update of the engine went, in the form of other updates.
   *
   * @param stage {@code running}, {@code returning}, {@code done} or {@code returned}
   * @param phase what the guard does, in a word
   * @param before version that it began from
   * @param data {@code kept} or {@code restored}; empty while it is under way
   */
  public record EngineUpdateView(
      String name,
      String version,
      String stage,
      String phase,
      Instant since,
      String before,
      long healthyWithinSeconds,
      long gateSeconds,
      String by,
      String cause,
      String data) {}

  /**
   * @param link to the guard; null when there is none
   * @param authority certificate through which signers are checked
   */
  public EngineUpdates(
      @Nullable GuardLink link,
      Running running,
      ChangeWriter writer,
      X509Certificate authority,
      InstantSource clock,
      Executor blocking) {
    this.link = link;
    this.running = running;
    this.writer = writer;
    this.actions = new AuditedActions(writer);
    this.authority = authority;
    this.clock = clock;
    this.blocking = blocking;
  }

  /** An engine that no guard runs: it says so when a release is to be started. */
  public static EngineUpdates unguarded(
      ChangeWriter writer, X509Certificate authority, InstantSource clock, Executor blocking) {
    Running running = new Running("development", () -> true, () -> 0, () -> 0, () -> {});
    return new EngineUpdates(null, running, writer, authority, clock, blocking);
  }

  /** What the guard asks for, and only the guard is told; empty for everybody else. */
  public Optional<Map<String, Object>> says(@Nullable String word) {
    GuardLink guard = link;
    return guard != null && guard.isGuard(word)
        ? Optional.of(
            Map.of(
                "status",
                running.ready().get() ? "ready" : "starting",
                "version",
                running.version(),
                "cards",
                running.cards().getAsInt(),
                "proxies",
                running.proxies().getAsInt()))
        : Optional.empty();
  }

  /** Why operators' orders are not taken now; empty when they are. */
  public Optional<String> probation() {
    GuardLink guard = link;
    if (guard == null || !guard.record().isOnProbation()) {
      return Optional.empty();
    }
    UpgradeOrder order = guard.record().order();
    return Optional.of(
        "the engine is on probation as version "
            + running.version()
            + (order == null
                ? ""
                : ", for %d s after it is well".formatted(order.gate().toSeconds()))
            + ": orders are taken again when the guard has decided, see update status");
  }

  /** The update that is under way, or the last one; empty when there was none. */
  public Optional<EngineUpdateView> last() {
    GuardLink guard = link;
    if (guard == null) {
      return Optional.empty();
    }
    GuardRecord record = guard.record();
    UpgradeOrder order = record.order();
    if (order != null) {
      boolean back =
          switch (record.phase()) {
            case RETURNING, BACK, RESTORING -> true;
            case IDLE, PREPARING, TRIAL -> false;
          };
      return Optional.of(view(order, back ? "returning" : "running", word(record.phase()), record));
    }
    GuardRecord.Outcome outcome = record.outcome();
    return outcome == null
        ? Optional.empty()
        : Optional.of(
            new EngineUpdateView(
                ReleasePackage.NAME,
                outcome.version(),
                outcome.result() == GuardRecord.Result.CONFIRMED ? "done" : "returned",
                word(outcome.result()),
                outcome.at(),
                outcome.from(),
                0,
                0,
                outcome.by(),
                outcome.cause(),
                word(outcome.data())));
  }

  private static EngineUpdateView view(
      UpgradeOrder order, String stage, String phase, GuardRecord record) {
    return new EngineUpdateView(
        ReleasePackage.NAME,
        order.version(),
        stage,
        phase,
        order.at(),
        order.from(),
        order.healthyWithin().toSeconds(),
        order.gate().toSeconds(),
        order.by(),
        record.cause(),
        "");
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Hands a release over to the guard. When the stage completes, that is durable, and the engine is
   * about to end.
   *
   * @param release file of it in the bundle
   */
  CompletionStage<EngineUpdateView> start(
      Caller caller, StoredBundle bundle, Path release, Duration healthyWithin, Duration gate) {
    String action = "start update " + bundle.label();
    return actions
        .carryOut(
            caller,
            Role.ADMINISTRATOR,
            action,
            false,
            (_, now) -> {
              check(bundle, healthyWithin, gate, now);
              return Decision.nothing(true);
            })
        .thenCompose(_ -> {
          if (!handingOver.compareAndSet(false, true)) {
            return actions.refused(
                caller,
                action,
                new Refusal(Refusal.Kind.CONFLICT, "a release is being handed over already"));
          }
          return CompletableFuture.supplyAsync(
                  () -> unpacked(caller, bundle, release, healthyWithin, gate), blocking)
              .handle((order, e) -> ordered(caller, action, order, e))
              .thenCompose(stage -> stage)
              .whenComplete((_, e) -> {
                if (e != null) {
                  handingOver.set(false);
                }
              });
        });
  }

  private void check(StoredBundle bundle, Duration healthyWithin, Duration gate, Instant now)
      throws Refusal {
    GuardLink guard = link;
    if (guard == null) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "this engine was not started by ./cade guard, so nobody could take "
              + bundle.label()
              + " back: start it with ./cade guard --config FILE, then try again");
    }
    if (outside(healthyWithin) || outside(gate)) {
      throw new Refusal(Refusal.Kind.INVALID, "healthy-within and gate are 1 s to 1 h");
    }
    if (bundle.version().equals(running.version())) {
      throw new Refusal(
          Refusal.Kind.CONFLICT, "the engine is version " + running.version() + " already");
    }
    if (!new FromVersions(bundle.from()).accepts(running.version())) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "%s may follow on %s; the engine is %s"
              .formatted(bundle.label(), String.join(", ", bundle.from()), running.version()));
    }
    if (guard.record().phase() != GuardRecord.Phase.IDLE) {
      throw new Refusal(
          Refusal.Kind.CONFLICT, "an update of the engine is under way: see update status");
    }
    Notice notice = bundle.notice();
    if (notice != null && !notice.mayBegin(now)) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "the operations centre does not allow " + bundle.label() + " now: see update show");
    }
  }

  private static boolean outside(Duration time) {
    return time.compareTo(LEAST) < 0 || time.compareTo(MOST) > 0;
  }

  private UpgradeOrder unpacked(
      Caller caller, StoredBundle bundle, Path release, Duration healthyWithin, Duration gate) {
    GuardLink guard = Objects.requireNonNull(link);
    try {
      String objection = guard.objection();
      if (!objection.isEmpty()) {
        throw new Refusal(Refusal.Kind.LIMIT, objection);
      }
      Path fresh = guard.freshRelease();
      switch (ReleasePackage.unpack(release, List.of(authority), clock.instant(), fresh)) {
        case ReleasePackage.Check.Rejected r ->
            throw new Refusal(Refusal.Kind.CONTENT, "the release is refused: " + r.reason());
        case ReleasePackage.Check.Accepted a -> guard.keepRelease(fresh, a.version());
      }
      return new UpgradeOrder(
          bundle.version(),
          running.version(),
          caller.user(),
          // As it is on record.
          clock.instant().truncatedTo(ChronoUnit.MILLIS),
          healthyWithin,
          gate,
          // One card in ten may have been lost meanwhile for a reason of its own.
          most(running.cards().getAsInt()),
          running.proxies().getAsInt());
    } catch (IOException | Refusal e) {
      throw new CompletionException(e);
    }
  }

  private static int most(int cards) {
    return cards - cards / 10;
  }

  private CompletionStage<EngineUpdateView> ordered(
      Caller caller, String action, @Nullable UpgradeOrder order, @Nullable Throwable failure) {
    if (order == null) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      return cause instanceof Refusal refusal
          ? actions.refused(caller, action, refusal)
          : CompletableFuture.failedFuture(
              cause == null ? new IllegalStateException("no outcome") : cause);
    }
    GuardLink guard = Objects.requireNonNull(link);
    return actions
        .carryOut(caller, Role.ADMINISTRATOR, action, true, (_, _) -> Decision.nothing(order))
        .thenApplyAsync(
            o -> {
              try {
                guard.order(o);
              } catch (IOException e) {
                throw new CompletionException(e);
              }
              running.handOver().run();
              return view(o, "running", "ordered", guard.record());
            },
            blocking);
  }

  /**
   * Tells of an outcome that was not told yet: it goes on record, and a return raises an alarm. Is
   * to be called every second or so. An engine that dies between the two writes tells it twice: the
   * alarm is one and the same then.
   */
  public void tell() throws IOException {
    GuardLink guard = link;
    if (guard == null) {
      return;
    }
    GuardRecord.Outcome outcome = guard.refresh().outcome();
    if (outcome == null || guard.record().isOnProbation() || guard.told() >= outcome.number()) {
      return;
    }
    var _ =
        writer
            .submit((cabinet, _) -> {
              List<Change> changes = new ArrayList<>();
              boolean back = outcome.result() == GuardRecord.Result.RETURNED;
              changes.add(
                  new Change.Audited(
                      "guard",
                      "update engine:" + outcome.version() + " ordered by " + outcome.by(),
                      back ? "returned to " + outcome.from() : "done"));
              // The operations centre hears of either: an alarm, or that a revision has changed.
              changes.addAll(
                  back
                      ? alarm(outcome, cabinet.alarms().get(KEY))
                      : List.of(
                          new Change.AlarmChange.NotificationPosted(
                              PendingNotification.Kind.CONFIGURATION_CHANGE, "", null, List.of())));
              return new Decision<>(changes, outcome.number());
            })
            .thenAcceptAsync(
                number -> {
                  try {
                    guard.told(number);
                  } catch (IOException e) {
                    throw new CompletionException(e);
                  }
                },
                blocking);
  }

  private static final AlarmKey KEY = new AlarmKey(AlarmType.UPDATE_FAILED, ReleasePackage.NAME);

  private static List<Change> alarm(GuardRecord.Outcome outcome, @Nullable Alarm active) {
    String cause = outcome.cause();
    String text =
        "version %s was taken back to %s, data %s: %s"
            .formatted(
                outcome.version(),
                outcome.from(),
                outcome.data() == GuardRecord.Data.KEPT ? "kept" : "restored",
                cause.length() <= MAX_CAUSE ? cause : cause.substring(0, MAX_CAUSE));
    // The same outcome, told by an engine that ended before it could note so, is one failure.
    return active != null && active.text().equals(text)
        ? List.of()
        : UpdateFailures.failed(active, KEY, text);
  }
}
