package io.cade.engine.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.WireJson;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.BootHistory;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.observe.Observations;
import io.cade.engine.pki.EnrolmentSecrets;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.PeerIdentity;
import io.cade.engine.store.EngineState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two machines with one identity are found although the engine restarts between what they say, and
 * a card that merely restarts is never taken for two. Real log and store, virtual time.
 */
@Timeout(120)
final class ClonesOverRestartTest {
  private static final CardPosition A = new CardPosition(1, 3);
  private static final CardPosition PROXY = new CardPosition(0, 4);
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  @TempDir Path dir;
  private Instant now = Instant.parse("2026-11-21T10:00:00Z");
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private @Nullable EngineState state;
  private @Nullable EngineGateway gateway;

  @BeforeEach
  void start() throws IOException {
    EngineState opened = EngineState.open(dir.resolve("state"), () -> now);
    state = opened;
    gateway =
        new EngineGateway(
            opened.writer(),
            new Observations(),
            ModuleAuthority.open(dir.resolve("pki"), () -> now, new SecureRandom()),
            new EnrolmentSecrets(() -> now, new SecureRandom()),
            "package key",
            _ -> Optional.empty(),
            RouteSnapshot::empty,
            scheduler,
            () -> now,
            INTERVAL);
  }

  @AfterEach
  void stop() throws IOException {
    state().close();
    scheduler.shutdownNow();
  }

  private EngineState state() {
    return java.util.Objects.requireNonNull(state);
  }

  private ChangeWriter writer() {
    return state().writer();
  }

  /**
   * The engine ends and starts again.
   *
   * @param stored whether the store has everything, or the log has to be replayed
   */
  private void restart(boolean stored) throws IOException {
    if (stored) {
      state().checkpoint();
    }
    state().close();
    start();
  }

  private void seat(CardPosition at, CardRole role, MacAddress mac, String serial) {
    given(
        new Change.CardSeated(at, role, mac),
        new Change.CardStateChanged(at, CardState.BOOTING, "asked for its address"),
        new Change.CardEnrolled(at, mac, serial, now.plus(Duration.ofDays(365))));
  }

  private void given(Change... changes) {
    writer().submit((_, _) -> Decision.of(true, changes)).join();
  }

  private Card card(CardPosition at) {
    return writer().current().card(at).orElseThrow();
  }

  private List<AlarmType> alarms() {
    return writer().current().alarms().keySet().stream().map(k -> k.type()).toList();
  }

  private static String outcome(CompletionStage<?> stage) {
    try {
      stage.toCompletableFuture().join();
      return "OK";
    } catch (CompletionException e) {
      return e.getCause() instanceof Refusal refusal ? refusal.kind().name() : e.toString();
    }
  }

  private String introduces(CardPosition at, CardRole role, MacAddress mac, String boot) {
    Introduction said = GatewayBench.introduction(at, role, boot, mac);
    String outcome =
        outcome(
            java.util.Objects.requireNonNull(gateway)
                .introduce(new PeerIdentity(at, card(at).certificateSerial()), said));
    // What it led to was submitted without waiting.
    writer().submit((_, _) -> new Decision<>(List.of(), true)).join();
    return outcome;
  }

  private String introduces(String boot) {
    return introduces(A, CardRole.SERVER, GatewayBench.mac(A), boot);
  }

  /** A report of this boot: OK, AGAIN when it has to introduce itself, or the refusal. */
  private String reports(String boot) {
    try {
      return java.util.Objects.requireNonNull(gateway)
              .report(
                  new PeerIdentity(A, card(A).certificateSerial()),
                  new Report(A, boot, List.of(), List.of(), null))
              .toCompletableFuture()
              .join()
              .introduceAgain()
          ? "AGAIN"
          : "OK";
    } catch (CompletionException e) {
      return String.valueOf(e.getCause());
    }
  }

  private void later(long seconds) {
    now = now.plusSeconds(seconds);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clonesThatTakeTurnsAreFoundThoughTheEngineRestartsAfterEachWord(boolean stored)
      throws Exception {
    seat(A, CardRole.SERVER, GatewayBench.mac(A), "1f");
    assertThat(introduces("one")).isEqualTo("OK");
    later(5);
    restart(stored);
    assertThat(introduces("two")).isEqualTo("OK");
    later(5);
    restart(stored);
    assertThat(reports("one")).isEqualTo("AGAIN");
    assertThat(introduces("one")).as("may be a straggler").isEqualTo("CONFLICT");
    later(5);
    restart(stored);
    assertThat(reports("two")).isEqualTo("OK");
    later(5);
    restart(stored);
    assertThat(alarms()).isEmpty();
    assertThat(introduces("one")).isEqualTo("NOT_ALLOWED");
    assertThat(card(A).state()).isEqualTo(CardState.QUARANTINED);
    assertThat(alarms()).containsExactly(AlarmType.IDENTITY_CLONED);
    restart(stored);
    assertThat(card(A).state()).isEqualTo(CardState.QUARANTINED);
    assertThat(card(A).certificate()).as("nothing of its boots is left").isNull();
  }

  @Test
  void cloneThatEnrolsAnewBetweenItsTurnsIsFoundAllTheSame() throws Exception {
    seat(A, CardRole.SERVER, GatewayBench.mac(A), "1f");
    assertThat(introduces("one")).isEqualTo("OK");
    assertThat(introduces("two")).isEqualTo("OK");
    restart(true);
    assertThat(introduces("one")).isEqualTo("CONFLICT");
    later(1);
    given(new Change.CardEnrolled(A, GatewayBench.mac(A), "2f", now.plus(Duration.ofDays(365))));
    restart(false);
    assertThat(introduces("one")).isEqualTo("NOT_ALLOWED");
    assertThat(alarms()).containsExactly(AlarmType.IDENTITY_CLONED);
  }

  @Test
  void cardThatRestartsWithTheEngineAgainAndAgainIsNoClone() throws Exception {
    seat(A, CardRole.SERVER, GatewayBench.mac(A), "1f");
    for (int i = 0; i < 12; i++) {
      later(20);
      assertThat(introduces("boot " + i)).isEqualTo("OK");
      if (i % 2 == 0) {
        restart(i % 4 == 0);
      }
      assertThat(introduces("boot " + i)).as("said again: its answer was lost").isEqualTo("OK");
      assertThat(reports("boot " + i)).isEqualTo("OK");
    }
    assertThat(alarms()).isEmpty();
    assertThat(BootHistory.of(card(A)).former()).hasSize(8).startsWith("boot 10");
  }

  @Test
  void oneLateMessageBeforeAndOneLongAfterARestartAreTwoAccidents() throws Exception {
    seat(A, CardRole.SERVER, GatewayBench.mac(A), "1f");
    introduces("one");
    introduces("two");
    assertThat(introduces("one")).isEqualTo("CONFLICT");
    restart(true);
    later(BootHistory.WITHIN.toSeconds() + 1);
    assertThat(introduces("one")).isEqualTo("CONFLICT");
    now = now.plusMillis(BootHistory.APART.toMillis() - 1);
    assertThat(introduces("one")).as("under way together").isEqualTo("CONFLICT");
    assertThat(introduces("two")).isEqualTo("OK");
    assertThat(alarms()).isEmpty();
    assertThat(card(A).state()).isEqualTo(CardState.AVAILABLE);
  }

  @Test
  void cardsThatSwapTheirSlotsAreNoClones() throws Exception {
    CardPosition b = new CardPosition(1, 4);
    MacAddress one = GatewayBench.mac(A);
    MacAddress other = GatewayBench.mac(b);
    seat(A, CardRole.SERVER, one, "1f");
    seat(b, CardRole.SERVER, other, "2f");
    introduces(A, CardRole.SERVER, one, "a1");
    introduces(b, CardRole.SERVER, other, "b1");
    for (int turn = 2; turn < 6; turn++) {
      later(30);
      boolean crossed = turn % 2 == 0;
      for (CardPosition at : List.of(A, b)) {
        MacAddress mac = at.equals(A) == crossed ? other : one;
        given(new Change.CardStateChanged(at, CardState.ABSENT, "pulled"));
        seat(at, CardRole.SERVER, mac, turn + (at.equals(A) ? "1f" : "2f"));
        if (turn == 3) {
          restart(true);
        }
        assertThat(introduces(at, CardRole.SERVER, mac, at + " boot " + turn)).isEqualTo("OK");
      }
    }
    assertThat(alarms()).isEmpty();
    assertThat(BootHistory.of(card(A)).former()).as("boots of another card").isEmpty();
  }

  @Test
  void trustedCardBeginsAnewWithTheBootThatItHas() throws Exception {
    seat(A, CardRole.SERVER, GatewayBench.mac(A), "1f");
    introduces("one");
    introduces("two");
    introduces("one");
    later(5);
    assertThat(introduces("one")).isEqualTo("NOT_ALLOWED");
    restart(true);
    writer().submit((c, _) -> new Decision<>(IdentityLock.trust(c, card(A), "ann"), true)).join();
    given(
        new Change.CardStateChanged(A, CardState.BOOTING, "asked for its address"),
        new Change.CardEnrolled(A, GatewayBench.mac(A), "3f", now.plus(Duration.ofDays(365))));
    restart(false);
    assertThat(introduces("one")).isEqualTo("OK");
    assertThat(alarms()).isEmpty();
  }

  @Test
  void clonedProxyIsToldOverRestartsAndNeverLocked() throws Exception {
    MacAddress mac = GatewayBench.mac(PROXY);
    seat(PROXY, CardRole.PROXY, mac, "1f");
    assertThat(introduces(PROXY, CardRole.PROXY, mac, "one")).isEqualTo("OK");
    assertThat(introduces(PROXY, CardRole.PROXY, mac, "two")).isEqualTo("OK");
    restart(true);
    assertThat(introduces(PROXY, CardRole.PROXY, mac, "one")).isEqualTo("CONFLICT");
    later(5);
    restart(true);
    assertThat(introduces(PROXY, CardRole.PROXY, mac, "one")).isEqualTo("NOT_ALLOWED");
    assertThat(alarms()).containsExactly(AlarmType.IDENTITY_CLONED);
    assertThat(card(PROXY).state()).isNotEqualTo(CardState.QUARANTINED);
    assertThat(introduces(PROXY, CardRole.PROXY, mac, "one")).as("its turn").isEqualTo("OK");
  }

  @Test
  void nothingIsWrittenWhileACardReports() throws Exception {
    seat(A, CardRole.SERVER, GatewayBench.mac(A), "1f");
    introduces("one");
    long position = writer().current().position();
    for (int i = 0; i < 100; i++) {
      later(1);
      assertThat(reports("one")).isEqualTo("OK");
      assertThat(reports("other")).isEqualTo("AGAIN");
      assertThat(introduces("one")).isEqualTo("OK");
    }
    assertThat(writer().current().position()).isEqualTo(position);
  }

  @Test
  void whatEarlierVersionsWroteIsRead() throws Exception {
    WireJson json = new WireJson();
    String of =
        """
        {"position":"1.3","role":"SERVER","state":"AVAILABLE","since":"2026-01-01T00:00:00Z",
         "cause":"","mac":"02:00:00:01:03:00","bootId":"two","certificateSerial":"1f",
         "hardware":null,"software":null,"drain":null,"hold":null,"locate":false,
         "certificate":{"endsAt":"2027-01-01T00:00:00Z","nextSerial":"","nextEndsAt":null}}
        """;
    Card card = json.decode(of.getBytes(StandardCharsets.UTF_8), Card.class);
    assertThat(BootHistory.of(card).former()).isEmpty();
    // A log of before, in which a clone's turns were taken: the newest boot is the one that counts.
    CabinetBuilder builder = new CabinetBuilder(Cabinet.empty());
    MacAddress mac = GatewayBench.mac(A);
    builder.apply(new Change.CardSeated(A, CardRole.SERVER, mac), now);
    builder.apply(new Change.CardEnrolled(A, mac, "1f"), now);
    for (String boot : List.of("one", "two", "one", "two")) {
      Introduction said = GatewayBench.introduction(A, CardRole.SERVER, boot, mac);
      builder.apply(
          new Change.CardIntroduced(A, CardRole.SERVER, boot, said.hardware(), said.software()),
          now);
    }
    Card replayed = builder.freeze(7).card(A).orElseThrow();
    assertThat(replayed.bootId()).isEqualTo("two");
    assertThat(BootHistory.of(replayed).former()).containsExactly("one");
  }
}
