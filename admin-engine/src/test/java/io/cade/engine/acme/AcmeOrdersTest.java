package io.cade.engine.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.CommitListener;
import io.cade.engine.change.Decision;
import io.cade.engine.change.SteppedChangeWriter;
import io.cade.engine.change.Transaction;
import io.cade.engine.log.MemoryChangeLog;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.pki.AcmeFiles;
import io.cade.engine.pki.AcmeState;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.UploadedCertificates;
import io.cade.engine.route.RouteDerivation;
import io.cade.engine.route.RoutePublisher;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders from the wish to the certificate, in virtual time, with an authority written by hand. */
class AcmeOrdersTest {
  private static final List<String> HOSTS = List.of("shop.example.com", "www.shop.example.com");
  private static final CardPosition PROXY = new CardPosition(0, 4);
  private static final CardPosition OTHER = new CardPosition(0, 5);

  @TempDir Path dir;
  private final SecureRandom random = new SecureRandom();
  private Instant now = Instant.parse("2026-11-21T12:00:00Z");
  private final InstantSource clock = () -> now;
  private final SteppedChangeWriter stepped =
      new SteppedChangeWriter(new MemoryChangeLog(), clock, Cabinet.empty());
  private final ChangeWriter writer = new AtOnce();
  private final ChallengeBoard board = new ChallengeBoard();
  private final Map<CardPosition, Long> inUse = new HashMap<>();
  private final List<CardPosition> takers = new ArrayList<>(List.of(PROXY));
  private final List<String> renewed = new ArrayList<>();
  private final List<String> records = new ArrayList<>();
  private RoutePublisher routes;
  private AcmeFiles files;
  private UploadedCertificates uploaded;
  private PeerAuthority authority;
  private AcmeOrders orders;

  /** Each transaction is decided when it is submitted. */
  private final class AtOnce implements ChangeWriter {
    @Override
    public <T> CompletableFuture<T> submit(Transaction<T> transaction) {
      CompletableFuture<T> future = stepped.submit(transaction);
      stepped.step();
      return future;
    }

    @Override
    public Cabinet current() {
      return stepped.current();
    }

    @Override
    public void listen(CommitListener listener) {
      stepped.listen(listener);
    }
  }

  @BeforeEach
  void anAnnouncedServiceAndAProxy() throws Exception {
    routes =
        new RoutePublisher(
            new RouteDerivation(s -> RouteDerivation.SiteCertificate.none(), 8000),
            board,
            List::of,
            writer.current());
    writer.listen(routes);
    writer.listen((commits, after) ->
        commits.forEach(commit ->
            commit
                .changes()
                .forEach(change -> {
                  if (change instanceof Change.Audited audited) {
                    records.add(audited.outcome());
                  }
                })));
    apply(
        new Change.ServiceCreated(
            1, new ServiceDefinition("shop", "static-site", HOSTS, 1, "sha256:00")),
        new Change.ServicePhaseChanged("shop", ServicePhase.ANNOUNCED, ""));
    proxy(PROXY);
    uploaded = UploadedCertificates.open(dir.resolve("uploaded"), clock);
    authority =
        new PeerAuthority(
            clock,
            c ->
                routes.snapshot().challenges().contains(c)
                    && inUse.getOrDefault(PROXY, 0L) >= routes.snapshot().version());
    engineStarts();
  }

  private void engineStarts() throws Exception {
    files = AcmeFiles.open(dir.resolve("acme"), clock, random);
    orders =
        new AcmeOrders(
            new AcmeOrders.Surroundings(
                writer, routes::snapshot, () -> inUse, uploaded, renewed::add),
            files,
            authority,
            new RenewalPolicy(Duration.ofDays(30)),
            board,
            clock,
            this::pause,
            Runnable::run);
  }

  /** Time passes, and the proxies take the newest routes over. */
  private void pause(Duration time) {
    now = now.plus(time);
    takers.forEach(each -> inUse.put(each, routes.snapshot().version()));
  }

  private void apply(Change... changes) {
    var _ = writer.submit((_, _) -> new Decision<>(List.of(changes), true));
  }

  private void proxy(CardPosition at) {
    apply(
        new Change.CardSeated(at, CardRole.PROXY, new MacAddress("02:00:00:00:00:0" + at.slot())),
        new Change.CardStateChanged(at, CardState.BOOTING, "asked"),
        new Change.CardStateChanged(at, CardState.AVAILABLE, "there"));
  }

  private AcmeState state() {
    return files.state("shop").orElseThrow();
  }

  @Test
  void whoWantsNoneGetsNone() {
    orders.look();
    assertThat(authority.said).isEmpty();
    assertThat(renewed).isEmpty();
  }

  @Test
  void theAuthorityIsAskedOnlyWhenEveryProxyCanAnswer() throws Exception {
    files.want("shop");
    orders.look();
    assertThat(authority.said)
        .containsExactly("order shop.example.com www.shop.example.com", "validate", "finish");
    assertThat(renewed).containsExactly("shop");
    assertThat(files.find("shop", HOSTS)).isPresent();
    assertThat(state()).isEqualTo(AcmeState.FRESH);
    assertThat(routes.snapshot().challenges()).as("withdrawn with the new certificate").isEmpty();
    assertThat(records).hasSize(2);
    assertThat(records.getLast()).startsWith("done, valid until 2027-02-19");
  }

  @Test
  void aProxyThatDoesNotTakeTheAnswersOverCostsNoRequestAtTheAuthority() throws Exception {
    proxy(OTHER);
    files.want("shop");
    Instant begun = now;
    orders.look();
    assertThat(authority.said).doesNotContain("validate");
    assertThat(state().error()).contains("proxy 0.5 has not taken over the answers");
    assertThat(now).isBefore(begun.plus(AcmeOrders.PROXIES_WITHIN).plusSeconds(1));
    assertThat(routes.snapshot().challenges()).isEmpty();
    apply(new Change.CardStateChanged(OTHER, CardState.ABSENT, "pulled"));
    now = now.plusSeconds(61);
    orders.look();
    assertThat(renewed).as("a proxy that is down is not waited for").containsExactly("shop");
  }

  @Test
  void withoutAnyProxyTheAuthorityIsNotAsked() throws Exception {
    apply(new Change.CardStateChanged(PROXY, CardState.ABSENT, "pulled"));
    files.want("shop");
    orders.look();
    assertThat(authority.said).doesNotContain("validate");
    assertThat(state().error()).contains("no proxy card is up");
  }

  @Test
  void failuresAreTriedAgainEverMoreRarelyAndNotBeforeTheAuthorityWants() throws Exception {
    files.want("shop");
    authority.failures.add(new AcmeFailure("busy", null));
    authority.failures.add(new AcmeFailure("rate limit", now.plus(Duration.ofHours(3)), null));
    orders.look();
    assertThat(state().nextTry()).isEqualTo(now.plusSeconds(60));
    orders.look();
    assertThat(authority.said).as("too early").hasSize(1);
    now = now.plusSeconds(60);
    orders.look();
    assertThat(state().error()).isEqualTo("rate limit");
    assertThat(state().failures()).isEqualTo(2);
    now = now.plus(Duration.ofHours(2));
    files.want("shop");
    orders.look();
    assertThat(authority.said).as("not even when somebody insists").hasSize(2);
    now = now.plus(Duration.ofHours(1));
    orders.look();
    assertThat(renewed).containsExactly("shop");
    assertThat(records).contains("failed: busy", "failed: rate limit");
  }

  @Test
  void whatIsKnownOutlivesARestart() throws Exception {
    files.want("shop");
    authority.failures.add(new AcmeFailure("busy", null));
    orders.look();
    engineStarts();
    assertThat(state().error()).isEqualTo("busy");
    orders.look();
    assertThat(authority.said).as("the pause goes on").hasSize(1);
    now = now.plusSeconds(60);
    orders.look();
    engineStarts();
    assertThat(files.validity("shop").orElseThrow().until()).isAfter(now.plus(Duration.ofDays(89)));
    orders.look();
    assertThat(authority.said).as("nothing is due").hasSize(4);
  }

  @Test
  void aMonthBeforeItsEndItIsRenewedWithANewKey() throws Exception {
    files.want("shop");
    orders.look();
    Instant end = files.validity("shop").orElseThrow().until();
    now = end.minus(Duration.ofDays(30)).minusSeconds(1);
    orders.look();
    assertThat(renewed).hasSize(1);
    now = now.plusSeconds(1);
    authority.believes = true;
    orders.look();
    assertThat(renewed).hasSize(2);
    assertThat(authority.said.subList(3, 5))
        .as("no challenge where the authority still believes")
        .containsExactly("order shop.example.com www.shop.example.com", "finish");
    assertThat(files.validity("shop").orElseThrow().until()).isAfter(end);
    assertThat(authority.keys.get(0).getPublic()).isNotEqualTo(authority.keys.get(1).getPublic());
  }

  @Test
  void aCertificateThatWasIssuedRightBeforeACrashIsFetched() throws Exception {
    files.want("shop");
    authority.diesBeforeTheAnswer = true;
    orders.look();
    assertThat(renewed).isEmpty();
    engineStarts();
    now = now.plusSeconds(60);
    orders.look();
    assertThat(authority.said).endsWith("finish", "collect /order/1");
    assertThat(renewed).containsExactly("shop");
    assertThat(files.begun("shop")).isEmpty();
  }

  @Test
  void anOrderThatTheAuthorityDoesNotKnowAnyMoreIsPutUpAnew() throws Exception {
    files.want("shop");
    authority.diesBeforeTheAnswer = true;
    orders.look();
    authority.issued.clear();
    authority.diesBeforeTheAnswer = false;
    now = now.plusSeconds(60);
    orders.look();
    assertThat(authority.said.subList(3, 5))
        .containsExactly("collect /order/1", "order shop.example.com www.shop.example.com");
    assertThat(renewed).containsExactly("shop");
  }

  @Test
  void anOrderAtAnAuthorityThatIsNoMoreIsGivenUp() throws Exception {
    files.want("shop");
    authority.diesBeforeTheAnswer = true;
    orders.look();
    authority.diesBeforeTheAnswer = false;
    authority.losesOrders = true;
    for (int i = 0; i < AcmeOrders.COLLECT_TRIES && renewed.isEmpty(); i++) {
      now = now.plus(Duration.ofHours(1));
      orders.look();
    }
    assertThat(renewed).isEmpty();
    now = now.plus(Duration.ofHours(1));
    orders.look();
    assertThat(renewed).containsExactly("shop");
    assertThat(authority.said.stream().filter(each -> each.startsWith("collect")))
        .hasSize(AcmeOrders.COLLECT_TRIES);
  }

  @Test
  void aCertificateForOtherNamesIsNotShown() throws Exception {
    files.want("shop");
    authority.namesInstead = List.of("shop.example.com");
    orders.look();
    assertThat(renewed).isEmpty();
    assertThat(state().error()).contains("of no use", "www.shop.example.com");
    assertThat(files.find("shop", HOSTS)).isEmpty();
  }

  @Test
  void itTakesThePlaceOfAnUploadedOne() throws Exception {
    Identity bought = ModuleAuthority.open(dir.resolve("ca"), clock, random).site("shop", HOSTS);
    uploaded.store(
        "shop", uploaded.check(HOSTS, bought.certificateChainPem() + bought.privateKeyPem()));
    files.want("shop");
    authority.failures.add(new AcmeFailure("busy", null));
    orders.look();
    assertThat(uploaded.find("shop", HOSTS)).as("until there is one").isPresent();
    now = now.plusSeconds(60);
    orders.look();
    assertThat(uploaded.find("shop", HOSTS)).isEmpty();
  }

  @Test
  void aServiceThatIsNotAnnouncedOrIsGoneIsNotOrderedFor() throws Exception {
    files.want("shop");
    files.want("other");
    apply(new Change.ServicePhaseChanged("shop", ServicePhase.SETUP, "a card"));
    orders.look();
    assertThat(authority.said).isEmpty();
  }

  @Test
  void whoChangesHisMindMeanwhileKeepsWhatHeHas() throws Exception {
    files.want("shop");
    authority =
        new PeerAuthority(
            clock,
            _ -> {
              try {
                files.forget("shop");
                return true;
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    engineStarts();
    orders.look();
    assertThat(renewed).isEmpty();
    assertThat(files.state("shop")).isEmpty();
    assertThat(files.begun("shop")).isEmpty();
    assertThat(authority.said).as("nothing is issued").endsWith("validate");
    assertThat(records.getLast()).isEqualTo("not wanted any more");
    assertThat(routes.snapshot().challenges()).isEmpty();
  }

  @Test
  void noMoreThanAFewRunAtOneTime() throws Exception {
    List<Runnable> waiting = new ArrayList<>();
    orders =
        new AcmeOrders(
            new AcmeOrders.Surroundings(
                writer, routes::snapshot, () -> inUse, uploaded, renewed::add),
            files,
            authority,
            new RenewalPolicy(Duration.ofDays(30)),
            board,
            clock,
            this::pause,
            waiting::add);
    for (int i = 0; i < 7; i++) {
      apply(
          new Change.ServiceCreated(
              2 + i,
              new ServiceDefinition(
                  "s" + i, "static-site", List.of("s" + i + ".example.com"), 1, "sha256:00")),
          new Change.ServicePhaseChanged("s" + i, ServicePhase.ANNOUNCED, ""));
      files.want("s" + i);
    }
    orders.look();
    orders.look();
    assertThat(waiting).hasSize(AcmeOrders.MOST_AT_ONCE);
    List.copyOf(waiting).forEach(Runnable::run);
    orders.look();
    assertThat(waiting).hasSize(7);
    List.copyOf(waiting.subList(4, 7)).forEach(Runnable::run);
    assertThat(renewed).hasSize(7);
  }

  @Test
  void answersOfManyOrdersTravelTogether() {
    board.put("b", List.of(new RouteSnapshot.Challenge("b.example", "t", "t.d")));
    board.put("a", List.of(new RouteSnapshot.Challenge("a.example", "t", "t.d")));
    assertThat(board.get())
        .extracting(RouteSnapshot.Challenge::host)
        .containsExactly("a.example", "b.example");
    board.remove("a");
    assertThat(board.get()).hasSize(1);
  }
}
