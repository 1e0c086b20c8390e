package io.cade.engine.gateway;

import io.cade.agent.wire.Ask;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogUpload;
import io.cade.agent.wire.ModelStanding;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.RenewRequest;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ReportReply;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.SensorWatch;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.collect.Collected;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.ThresholdBook;
import io.cade.engine.observe.Observations;
import io.cade.engine.observe.Observed;
import io.cade.engine.pki.EnrolmentSecrets;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.PeerIdentity;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers agents and proxies from the model. What a card says about itself is believed only as far
 * as its certificate goes; what it asks for is measured by the role on record, never by the role it
 * claims. Thread-safe.
 */
public final class EngineGateway implements AgentGateway {
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final int SILENT_REPORTS = 3;

  private final ChangeWriter writer;
  private final Observations observations;
  private final ModuleAuthority authority;
  private final EnrolmentSecrets secrets;
  private final String packageKeyPem;
  private final PackageFiles packages;
  private final InstantSource clock;
  private final Duration early;
  private final ReaderElection election;
  private final RouteWaiters routes;
  private final AccessAudit audit;
  private final SensorWatches watches;
  private final IdentityGuard guard;
  private final CardAllowance allowance = new CardAllowance();
  private volatile @Nullable Collected collected;
  private volatile Runnable news = () -> {};

  /**
   * @param packageKeyPem public key that signs packages
   * @param routeSource the routes as they are now; its version ascends
   * @param scheduler ends long polls; may be the event loop
   * @param reportInterval time between two reports of a card
   */
  public EngineGateway(
      ChangeWriter writer,
      Observations observations,
      ModuleAuthority authority,
      EnrolmentSecrets secrets,
      String packageKeyPem,
      PackageFiles packages,
      Supplier<RouteSnapshot> routeSource,
      ScheduledExecutorService scheduler,
      InstantSource clock,
      Duration reportInterval) {
    this(
        writer,
        observations,
        authority,
        secrets,
        packageKeyPem,
        packages,
        routeSource,
        scheduler,
        clock,
        reportInterval,
        new SensorWatches(ThresholdBook.standard()));
  }

  /** The same where it does not matter from where cards speak. */
  public EngineGateway(
      ChangeWriter writer,
      Observations observations,
      ModuleAuthority authority,
      EnrolmentSecrets secrets,
      String packageKeyPem,
      PackageFiles packages,
      Supplier<RouteSnapshot> routeSource,
      ScheduledExecutorService scheduler,
      InstantSource clock,
      Duration reportInterval,
      SensorWatches watches) {
    this(
        writer,
        observations,
        authority,
        secrets,
        packageKeyPem,
        packages,
        routeSource,
        scheduler,
        clock,
        reportInterval,
        watches,
        _ -> "");
  }

  /**
   * Likewise.
   *
   * @param watches what agents are to report at once
   * @param addressOf internal address of a card, from which alone its certificate may be used;
   *     empty where that is not looked at
   */
  public EngineGateway(
      ChangeWriter writer,
      Observations observations,
      ModuleAuthority authority,
      EnrolmentSecrets secrets,
      String packageKeyPem,
      PackageFiles packages,
      Supplier<RouteSnapshot> routeSource,
      ScheduledExecutorService scheduler,
      InstantSource clock,
      Duration reportInterval,
      SensorWatches watches,
      Function<CardPosition, String> addressOf) {
    this.writer = writer;
    this.observations = observations;
    this.authority = authority;
    this.secrets = secrets;
    this.packageKeyPem = packageKeyPem;
    this.packages = packages;
    this.clock = clock;
    this.early = reportInterval.multipliedBy(4).dividedBy(5);
    this.election = new ReaderElection(reportInterval.multipliedBy(SILENT_REPORTS));
    this.routes = new RouteWaiters(routeSource, scheduler);
    this.audit = new AccessAudit(writer, clock);
    this.watches = watches;
    this.guard = new IdentityGuard(writer, audit, clock, addressOf);
  }

  /** Called when a card has something to say that could not wait for its regular report. */
  public void onNews(Runnable listener) {
    news = listener;
  }

  /** The route source has something newer: wakes the proxies that wait for it. */
  public void routesChanged() {
    routes.changed();
  }

  @Override
  public boolean believes(PeerIdentity peer) {
    try {
      var _ = PeerRules.requireCard(writer.current(), peer, peer.position());
      return true;
    } catch (Refusal e) {
      return false;
    }
  }

  @Override
  public void admit(PeerIdentity peer, boolean asProxy) throws Refusal {
    guard.admit(peer);
    Card card = PeerRules.requireCard(writer.current(), peer, peer.position());
    if (asProxy) {
      requireProxy(card, "report as a proxy");
    }
  }

  @Override
  public CompletionStage<EnrolReply> enrol(EnrolRequest request, String address) {
    try {
      guard.requireOwnAddress(request.position(), address);
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
    return enrolFrom(request, address);
  }

  @Override
  public CompletionStage<EnrolReply> enrol(EnrolRequest request) {
    return enrolFrom(request, "");
  }

  private CompletionStage<EnrolReply> enrolFrom(EnrolRequest request, String address) {
    CardPosition at = request.position();
    X509Certificate certificate;
    try {
      PeerRules.requireSeated(writer.current(), request);
      if (!secrets.redeem(at, request.secret())) {
        audit.refusedFrom(address, at, "enrol with a wrong, used or expired secret");
        throw new Refusal(
            Refusal.Kind.NOT_ALLOWED,
            "the secret of card " + at + " is not valid: fetch the card's configuration again");
      }
      certificate = authority.issueCard(at, request.certificateRequestPem());
    } catch (CertificateException e) {
      return CompletableFuture.failedFuture(
          new Refusal(Refusal.Kind.INVALID, String.valueOf(e.getMessage())));
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
    EnrolReply reply = new EnrolReply(ModuleAuthority.pem(certificate));
    return writer.submit((cabinet, now) -> {
      PeerRules.requireSeated(cabinet, request);
      return Decision.of(
          reply,
          new Change.CardEnrolled(
              at,
              request.mac(),
              PeerIdentity.serialOf(certificate),
              certificate.getNotAfter().toInstant()));
    });
  }

  @Override
  public CompletionStage<EnrolReply> renew(PeerIdentity peer, RenewRequest request) {
    CardPosition at = peer.position();
    X509Certificate certificate;
    try {
      guard.admit(peer);
      PeerRules.requireCard(writer.current(), peer, request.position());
      allowance.take(at, CardAllowance.Kind.RENEWAL, clock.instant());
      certificate = authority.issueCard(at, request.certificateRequestPem());
    } catch (CertificateException e) {
      return CompletableFuture.failedFuture(
          new Refusal(Refusal.Kind.INVALID, String.valueOf(e.getMessage())));
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
    EnrolReply reply = new EnrolReply(ModuleAuthority.pem(certificate));
    return writer.submit((cabinet, now) -> {
      PeerRules.requireCard(cabinet, peer, request.position());
      return Decision.of(
          reply,
          new Change.CertificateChange.Renewed(
              at, PeerIdentity.serialOf(certificate), certificate.getNotAfter().toInstant()));
    });
  }

  @Override
  public CompletionStage<IntroductionReply> introduce(
      PeerIdentity peer, Introduction introduction) {
    try {
      guard.admit(peer);
      guard.introduces(peer, introduction);
      if (!PeerRules.introduce(writer.current(), peer, introduction).isEmpty()) {
        allowance.take(peer.position(), CardAllowance.Kind.INTRODUCTION, clock.instant());
      }
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
    return writer
        .submit((cabinet, now) ->
            new Decision<>(PeerRules.introduce(cabinet, peer, introduction), true))
        .thenApply(_ -> {
          observations.heard(introduction, clock.instant());
          return new IntroductionReply(
              packageKeyPem, commandsWait(writer.current(), peer.position()));
        });
  }

  @Override
  public CompletionStage<ReportReply> report(PeerIdentity peer, Report report) {
    Cabinet cabinet = writer.current();
    try {
      guard.admit(peer);
      Card card = PeerRules.requireCard(cabinet, peer, report.position());
      // BOOTING with a known boot: the card took its lease anew while its agent ran on. Only an
      // introduction leads out of that state.
      if (!card.bootId().equals(report.bootId()) || card.state() == CardState.BOOTING) {
        return CompletableFuture.completedFuture(new ReportReply(true, false, false));
      }
      Instant now = clock.instant();
      Observed.CardHeard before = observations.card(card.position());
      // Only the reader's word about the chassis counts: two cards would contradict each other.
      observations.heard(withoutChassis(report), now);
      boolean reader = election.elect(card.position(), cabinet, observations, now);
      if (reader && report.chassis() != null) {
        observations.heard(report, now);
      }
      if (before == null || now.isBefore(before.at().plus(early))) {
        // Out of turn: agents do that when something has changed.
        news.run();
      }
      List<SensorWatch> wanted = watches.of(cabinet, report, reader);
      String name = SensorWatches.name(wanted);
      ReportReply reply =
          new ReportReply(
              false,
              reader,
              commandsWait(cabinet, card.position()),
              name.equals(report.watching()) ? null : wanted,
              name);
      ModelStanding told = report.model();
      CardPosition at = card.position();
      if (told == null || !DeviceReports.isNews(cabinet, at, told)) {
        return CompletableFuture.completedFuture(reply);
      }
      allowance.take(at, CardAllowance.Kind.REPORT, now);
      // An agent says this once: it is answered when it is on record.
      return writer.submit(
          (newest, time) -> new Decision<>(DeviceReports.record(newest, at, told, time), reply));
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static Report withoutChassis(Report r) {
    return new Report(
        r.position(),
        r.bootId(),
        r.services(),
        r.readings(),
        null,
        r.disks(),
        r.model(),
        r.watching());
  }

  @Override
  public CompletionStage<AskReply> ask(PeerIdentity peer, Ask ask) {
    CommandResult result = ask.result();
    try {
      guard.admit(peer);
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
    if (result == null) {
      try {
        Cabinet cabinet = writer.current();
        requireBoot(PeerRules.requireCard(cabinet, peer, ask.position()), ask.bootId());
        return CompletableFuture.completedFuture(given(head(cabinet, peer.position()), peer));
      } catch (Refusal e) {
        return CompletableFuture.failedFuture(e);
      }
    }
    return writer
        .submit((cabinet, now) -> finish(cabinet, peer, ask, result, now))
        .thenApply(reply -> given(reply, peer));
  }

  /** Notes which command the card gets. */
  private AskReply given(AskReply reply, PeerIdentity peer) {
    Command command = reply.command();
    if (command != null) {
      observations.gave(peer.position(), command.id(), clock.instant());
    }
    return reply;
  }

  /** Takes the result of the command at the head; a result told twice changes nothing. */
  private static Decision<AskReply> finish(
      Cabinet cabinet, PeerIdentity peer, Ask ask, CommandResult result, Instant now)
      throws Refusal {
    CardPosition at = peer.position();
    requireBoot(PeerRules.requireCard(cabinet, peer, ask.position()), ask.bootId());
    if (cabinet.queue(at).command(result.commandId()).isEmpty()) {
      return Decision.nothing(head(cabinet, at));
    }
    Command first = cabinet.queue(at).waiting().getFirst();
    if (first.id() != result.commandId()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "command %d is not at the head of the queue of card %s, %d is: ask without a result"
              .formatted(result.commandId(), at, first.id()));
    }
    Change.CommandFinished finished =
        new Change.CommandFinished(
            at, result.commandId(), result.succeeded(), result.detail(), result.found());
    CabinetBuilder next = new CabinetBuilder(cabinet);
    next.apply(finished, now);
    return Decision.of(head(next.view(), at), finished);
  }

  @Override
  public CompletionStage<Path> packageFile(PeerIdentity peer, String digest) {
    Cabinet cabinet = writer.current();
    CardPosition at = peer.position();
    try {
      guard.admit(peer);
      PeerRules.requireCard(cabinet, peer, at);
      if (!DIGEST.matcher(digest).matches()) {
        throw new Refusal(
            Refusal.Kind.INVALID, "not a digest: sha256: and 64 lower-case hexadecimal digits");
      }
      boolean assigned =
          cabinet.servicesOn(at).stream()
                  .anyMatch(s -> s.versionOn(at).packageDigest().equals(digest))
              || cabinet.queue(at).waiting().stream()
                  .anyMatch(
                      c -> c instanceof Command.StageImage stage && stage.digest().equals(digest));
      if (!assigned) {
        audit.refused(at, "fetch package " + digest);
        throw new Refusal(
            Refusal.Kind.NOT_ALLOWED, "package " + digest + " is not assigned to card " + at);
      }
      return CompletableFuture.completedFuture(
          packages
              .find(digest)
              .orElseThrow(() ->
                  new Refusal(
                      Refusal.Kind.NOT_FOUND, "package " + digest + " is not in the store")));
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletionStage<Optional<RouteSnapshot>> routes(
      PeerIdentity peer, long after, Duration wait) {
    try {
      guard.admit(peer);
      requireProxy(PeerRules.requireCard(writer.current(), peer, peer.position()), "fetch routes");
      observations.heardRoutesInUse(peer.position(), after);
      return routes.newerThan(peer.position(), after, wait);
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletionStage<Void> proxyReport(PeerIdentity peer, ProxyReport report) {
    try {
      guard.admit(peer);
      Card card = PeerRules.requireCard(writer.current(), peer, report.position());
      requireProxy(card, "report as a proxy");
      requireBoot(card, report.bootId());
      observations.heard(report, clock.instant());
      return CompletableFuture.completedFuture(null);
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** From now on logs and inventories are taken. */
  public void collect(Collected into) {
    collected = into;
  }

  @Override
  public CompletionStage<LogReply> logs(PeerIdentity peer, LogUpload lines) {
    return take(peer, lines.position(), lines.bootId(), into -> into.take(peer.position(), lines));
  }

  @Override
  public CompletionStage<?> inventory(PeerIdentity peer, Inventory inventory) {
    return take(
        peer,
        inventory.position(),
        inventory.bootId(),
        into -> into.take(peer.position(), inventory));
  }

  /** From the card itself, in its present boot. */
  private <T> CompletionStage<T> take(
      PeerIdentity peer,
      CardPosition claimed,
      String bootId,
      Function<Collected, CompletionStage<T>> how) {
    try {
      guard.admit(peer);
      requireBoot(PeerRules.requireCard(writer.current(), peer, claimed), bootId);
      Collected into = collected;
      if (into == null) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "nothing is collected here");
      }
      return how.apply(into);
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** The routes name internal addresses and hold the sites' private keys. */
  private void requireProxy(Card card, String action) throws Refusal {
    if (card.role() != CardRole.PROXY && card.role() != CardRole.BALANCER) {
      audit.refused(card.position(), action);
      throw new Refusal(
          Refusal.Kind.NOT_ALLOWED,
          "card " + card.position() + " is no proxy: it may not " + action);
    }
  }

  private static void requireBoot(Card card, String bootId) throws Refusal {
    if (!card.bootId().equals(bootId)) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "this boot of card " + card.position() + " is not known: introduce it first");
    }
  }

  private static boolean commandsWait(Cabinet cabinet, CardPosition at) {
    return !cabinet.queue(at).waiting().isEmpty();
  }

  private static AskReply head(Cabinet cabinet, CardPosition at) {
    return new AskReply(cabinet.queue(at).waiting().stream().findFirst().orElse(null));
  }
}
