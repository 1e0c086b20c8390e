package io.cade.sim.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.Ask;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogUpload;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.RenewRequest;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ReportReply;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Commit;
import io.cade.engine.change.CommitListener;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.change.Transaction;
import io.cade.engine.gateway.AgentGateway;
import io.cade.engine.log.ChangeLog;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.pki.PeerIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Breaks the engine on purpose: the checks of the simulation can fail, and name the broken rule.
 */
@Timeout(120)
class SabotageTest {
  @TempDir Path directory;

  @Test
  void anAckThatLeavesBeforeItsLeaseIsDurableIsNoticed() {
    assertThat(brokenRules(Sabotage.none().withDhcpWriter(HastyWriter::new)))
        .isEqualTo(Set.of(Invariants.ACK_NOT_DURABLE));
  }

  @Test
  void aLogThatForgetsItsLastBatchInACrashIsNoticed() {
    assertThat(brokenRules(Sabotage.none().withLog(ForgetfulLog::new)))
        .containsAnyOf(Invariants.ACKNOWLEDGED_LOST, Invariants.ACK_NOT_DURABLE);
  }

  @Test
  void aRouteThatIsKeptThoughItsCardIsGoneIsNoticed() {
    assertThat(brokenRules(Sabotage.none().withRoutes(StickyRoutes::new)))
        .isEqualTo(Set.of(Invariants.ROUTE_TO_NOT_RUNNING));
  }

  @Test
  void aGatewayThatClaimsWhatNoCardSaidIsNoticed() {
    assertThat(brokenRules(Sabotage.none().withGateway(LyingGateway::new)))
        .isEqualTo(Set.of(Invariants.NEVER_SAID));
  }

  @Test
  void aCardThatIsKeptAliveByRepeatedReportsIsNoticed() {
    assertThat(brokenRules(Sabotage.none().withGateway((g, writer) -> new EchoingGateway(g))))
        .containsAnyOf(Invariants.ROUTE_TO_DEAD, Invariants.DEAD_CARD_ALIVE);
  }

  @Test
  void anAlarmThatIsRaisedTwiceIsNoticed() {
    assertThat(brokenRules(Sabotage.none().withLog(RepeatingLog::new)))
        .isEqualTo(Set.of(Invariants.ALARM_TWICE));
  }

  /** Rules that a few seeds find broken. */
  private Set<String> brokenRules(Sabotage sabotage) {
    Set<String> rules = new LinkedHashSet<>();
    for (long seed = 1; seed <= 4; seed++) {
      try (Complaints complaints = new Complaints()) {
        var _ =
            new VirtualCabinet(
                    seed,
                    Layout.small(),
                    Faults.Rates.rough(),
                    sabotage,
                    directory.resolve(seed + "-" + System.nanoTime()),
                    complaints)
                .run(Duration.ofMinutes(2));
      } catch (InvariantViolation e) {
        assertThat(e).hasMessageContaining("seed " + seed).hasMessageContaining("virtual time");
        rules.add(e.rule());
      }
    }
    return rules;
  }

  /** Tells the submitter what would be decided, and writes it later. */
  private static final class HastyWriter implements ChangeWriter {
    private final ChangeWriter real;

    HastyWriter(ChangeWriter real) {
      this.real = real;
    }

    @Override
    public <T> CompletableFuture<T> submit(Transaction<T> transaction) {
      CompletableFuture<T> honest = real.submit(transaction);
      try {
        return CompletableFuture.completedFuture(
            transaction.decide(real.current(), VirtualCabinet.START).result());
      } catch (Refusal e) {
        return honest;
      }
    }

    @Override
    public Cabinet current() {
      return real.current();
    }

    @Override
    public void listen(CommitListener listener) {
      real.listen(listener);
    }
  }

  /** Keeps the newest batch in memory until the next one comes. */
  private static final class ForgetfulLog implements ChangeLog {
    private final ChangeLog real;
    private List<Commit> cached = List.of();

    ForgetfulLog(ChangeLog real) {
      this.real = real;
    }

    @Override
    public void append(List<Commit> commits) throws IOException {
      if (!cached.isEmpty()) {
        real.append(cached);
      }
      cached = commits;
    }

    @Override
    public long lastPosition() {
      return real.lastPosition() + cached.size();
    }

    @Override
    public void replay(long after, Consumer<Commit> consumer) throws IOException {
      real.replay(after, consumer);
    }

    @Override
    public void truncate(long upTo) throws IOException {
      real.truncate(upTo);
    }

    @Override
    public void close() throws IOException {
      real.close();
    }
  }

  /** Writes every raise of an alarm twice. */
  private static final class RepeatingLog implements ChangeLog {
    private final ChangeLog real;

    RepeatingLog(ChangeLog real) {
      this.real = real;
    }

    @Override
    public void append(List<Commit> commits) throws IOException {
      List<Commit> written = new ArrayList<>();
      for (Commit commit : commits) {
        List<Change> changes = new ArrayList<>();
        for (Change change : commit.changes()) {
          changes.add(change);
          if (change instanceof Change.AlarmRaised) {
            changes.add(change);
          }
        }
        written.add(new Commit(commit.position(), commit.at(), changes));
      }
      real.append(written);
    }

    @Override
    public long lastPosition() {
      return real.lastPosition();
    }

    @Override
    public void replay(long after, Consumer<Commit> consumer) throws IOException {
      real.replay(after, consumer);
    }

    @Override
    public void truncate(long upTo) throws IOException {
      real.truncate(upTo);
    }

    @Override
    public void close() throws IOException {
      real.close();
    }
  }

  /** Never takes a back end out again. */
  private static final class StickyRoutes implements UnaryOperator<RouteSnapshot> {
    private final Map<String, Map<CardPosition, RouteSnapshot.Backend>> seen =
        new LinkedHashMap<>();
    private RouteSnapshot last = RouteSnapshot.empty();
    private RouteSnapshot sticky = RouteSnapshot.empty();

    @Override
    public RouteSnapshot apply(RouteSnapshot now) {
      if (now.equals(last)) {
        return sticky;
      }
      last = now;
      List<RouteSnapshot.SiteRoute> sites = new ArrayList<>();
      for (RouteSnapshot.SiteRoute site : now.sites()) {
        Map<CardPosition, RouteSnapshot.Backend> all =
            seen.computeIfAbsent(site.service(), s -> new LinkedHashMap<>());
        site.backends().forEach(b -> all.put(b.position(), b));
        sites.add(
            new RouteSnapshot.SiteRoute(
                site.service(), site.hosts(), List.copyOf(all.values()), "", ""));
      }
      sticky = new RouteSnapshot(now.version(), sites);
      return sticky;
    }
  }

  /** Everything as it is; what is broken is overridden. */
  private abstract static class ThroughGateway implements AgentGateway {
    final AgentGateway real;

    ThroughGateway(AgentGateway real) {
      this.real = real;
    }

    @Override
    public CompletionStage<EnrolReply> enrol(EnrolRequest request) {
      return real.enrol(request);
    }

    @Override
    public CompletionStage<EnrolReply> renew(PeerIdentity peer, RenewRequest request) {
      return real.renew(peer, request);
    }

    @Override
    public CompletionStage<IntroductionReply> introduce(
        PeerIdentity peer, Introduction introduction) {
      return real.introduce(peer, introduction);
    }

    @Override
    public CompletionStage<ReportReply> report(PeerIdentity peer, Report report) {
      return real.report(peer, report);
    }

    @Override
    public CompletionStage<AskReply> ask(PeerIdentity peer, Ask ask) {
      return real.ask(peer, ask);
    }

    @Override
    public CompletionStage<Path> packageFile(PeerIdentity peer, String digest) {
      return real.packageFile(peer, digest);
    }

    @Override
    public CompletionStage<Optional<RouteSnapshot>> routes(
        PeerIdentity peer, long after, Duration wait) {
      return real.routes(peer, after, wait);
    }

    @Override
    public CompletionStage<Void> proxyReport(PeerIdentity peer, ProxyReport report) {
      return real.proxyReport(peer, report);
    }

    @Override
    public CompletionStage<LogReply> logs(PeerIdentity peer, LogUpload lines) {
      return real.logs(peer, lines);
    }

    @Override
    public CompletionStage<?> inventory(PeerIdentity peer, Inventory inventory) {
      return real.inventory(peer, inventory);
    }

    @Override
    public boolean believes(PeerIdentity peer) {
      return real.believes(peer);
    }

    @Override
    public void admit(PeerIdentity peer, boolean asProxy) throws Refusal {
      real.admit(peer, asProxy);
    }
  }

  /** Believes that a command succeeded as soon as it has given it out. */
  private static final class LyingGateway extends ThroughGateway {
    private final ChangeWriter writer;

    LyingGateway(AgentGateway real, ChangeWriter writer) {
      super(real);
      this.writer = writer;
    }

    @Override
    public CompletionStage<AskReply> ask(PeerIdentity peer, Ask ask) {
      return super.ask(peer, ask)
          .thenApply(reply -> {
            if (reply.command() != null) {
              long id = reply.command().id();
              var _ =
                  writer.submit((cabinet, now) ->
                      Decision.of(
                          true, new Change.CommandFinished(peer.position(), id, true, "surely")));
            }
            return reply;
          });
    }
  }

  /** Repeats the last report of each card whenever any card reports. */
  private static final class EchoingGateway extends ThroughGateway {
    private final Map<PeerIdentity, Report> last = new LinkedHashMap<>();

    EchoingGateway(AgentGateway real) {
      super(real);
    }

    @Override
    public CompletionStage<ReportReply> report(PeerIdentity peer, Report report) {
      last.put(peer, report);
      last.forEach((other, said) -> {
        var _ = real.report(other, said);
      });
      return super.report(peer, report);
    }
  }
}
