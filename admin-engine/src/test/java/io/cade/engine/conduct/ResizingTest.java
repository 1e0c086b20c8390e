package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.ServiceStatus;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.ServiceVersion;
import io.cade.engine.operate.CardAssignment;
import io.cade.engine.operate.Resizing;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service that is served gets more cards, and gives some back, in virtual time. */
final class ResizingTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final CardPosition PROXY = new CardPosition(0, 4);
  private static final List<String> CARDS = List.of("1.1", "1.2", "2.1");

  private final World world = new World();

  @BeforeEach
  void shopRunsOnTwoOfThreeCards() {
    CARDS.forEach(card -> world.boot(card, 1, "b" + card));
    world.create("shop", 2);
    world.generate("shop");
    world.obey("1.1");
    world.obey("2.1");
    assertThat(shop().phase()).isEqualTo(ServicePhase.ANNOUNCED);
    assertThat(bound()).containsExactly(at("1.1"), at("2.1"));
  }

  private Service shop() {
    return world.cabinet.service("shop").orElseThrow();
  }

  private List<CardPosition> bound() {
    return shop().placements().stream().map(Placement::position).toList();
  }

  private void resize(int cards) throws Refusal {
    world.apply(
        Resizing.resize(world.cabinet, Headroom.unknown(), "shop", cards, world.now.plus(MINUTE))
            .toArray(Change[]::new));
    world.settle();
  }

  /** Cards report; those in {@code dead} do not. */
  private void second(String... dead) {
    world.now = world.now.plusSeconds(1);
    for (String card : CARDS) {
      if (!List.of(dead).contains(card)) {
        boolean runs =
            shop().on(at(card)).filter(p -> p.state() == Placement.State.RUNNING).isPresent();
        ServiceStatus status =
            new ServiceStatus("shop", ServiceStatus.State.RUNNING, "sha256:shop", "");
        world.report(card, "b" + card, runs ? new ServiceStatus[] {status} : new ServiceStatus[0]);
      }
    }
    world.settle();
  }

  private void proxySays(String card, int running) {
    world.observations.heard(
        new ProxyReport(
            PROXY,
            "p1",
            1,
            List.of(new ProxyReport.BackendReport("shop", at(card), true, "", 10, 0, running))),
        world.now);
    world.settle();
  }

  private void onThreeCards() throws Refusal {
    resize(3);
    world.obey("1.2");
    assertThat(shop().running()).isEqualTo(3);
  }

  @Test
  void aCardThatJoinsIsSetUp() throws Exception {
    onThreeCards();
    assertThat(bound()).containsExactly(at("1.1"), at("2.1"), at("1.2"));
    assertThat(world.state("1.2")).isEqualTo(CardState.RUNNING);
    assertThat(shop().definition().cards()).isEqualTo(3);
  }

  @Test
  void tooFewFreeCardsChangeNothingAndTheRefusalSaysWhy() {
    assertThatThrownBy(() -> resize(4))
        .isInstanceOfSatisfying(
            Refusal.class, e -> assertThat(e.kind()).isEqualTo(Refusal.Kind.CONFLICT))
        .hasMessageContaining("cannot have 4 cards: needs 2 Available cards, 1 free (1.2)")
        .hasMessageContaining("nothing was changed");
    assertThatThrownBy(() -> resize(0)).hasMessageContaining("keeps at least 1");
    assertThat(shop().definition().cards()).isEqualTo(2);
  }

  @Test
  void aCardThatLeavesIsReleasedOnceItIsEmptyAlsoByANewEngine() throws Exception {
    onThreeCards();
    resize(2);
    assertThat(shop().definition().cards()).isEqualTo(2);
    assertThat(Objects.requireNonNull(world.card("1.2").drain()).by()).isEqualTo("resize: shop");
    for (int i = 0; i < 4; i++) {
      second();
      proxySays("1.2", 2);
    }
    assertThat(bound()).as("it has visitors").contains(at("1.2"));
    world.conductor = World.newConductor();
    second();
    proxySays("1.2", 0);
    assertThat(bound()).containsExactly(at("1.1"), at("2.1"));
    assertThat(world.card("1.2").drain()).as("the next service finds a fresh card").isNull();
    second();
    world.obey("1.2");
    assertThat(world.state("1.2")).isEqualTo(CardState.AVAILABLE);
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void atTheDeadlineACardLeavesWithItsVisitors() throws Exception {
    resize(1);
    for (int i = 0; i < 58; i++) {
      second();
      proxySays("2.1", 1);
    }
    assertThat(bound()).hasSize(2);
    second();
    second();
    assertThat(bound()).containsExactly(at("1.1"));
  }

  @Test
  void aCardThatIsLostMeanwhileLeavesInsteadOfTheOneThatServes() throws Exception {
    onThreeCards();
    resize(2);
    for (int i = 0; i < 8; i++) {
      second("2.1");
      proxySays("1.2", 1);
    }
    assertThat(world.state("2.1")).isEqualTo(CardState.FAILED);
    assertThat(bound()).containsExactly(at("1.1"), at("1.2"));
    assertThat(world.card("1.2").drain()).isNull();
    assertThat(shop().running()).isEqualTo(2);
  }

  @Test
  void whoeverChangesHisMindKeepsTheCard() throws Exception {
    onThreeCards();
    resize(2);
    resize(3);
    assertThat(bound()).hasSize(3);
    assertThat(world.card("1.2").drain()).isNull();
    resize(2);
    world.apply(CardAssignment.release(world.cabinet, at("2.1"), true).toArray(Change[]::new));
    world.settle();
    assertThat(shop().definition().cards()).isEqualTo(2);
    assertThat(bound()).containsExactly(at("1.1"), at("1.2"));
    assertThat(world.card("1.2").drain()).as("one has gone in its place").isNull();
  }

  @Test
  void aServiceThatWaitsForCardsCanWaitForFewer() throws Exception {
    world.create("news", 2);
    assertThat(world.cabinet.service("news").orElseThrow().waitsFor())
        .contains("needs 2 Available cards, 1 free (1.2); of the others: 2 in use");
    world.apply(
        Resizing.resize(world.cabinet, Headroom.unknown(), "news", 1, world.now)
            .toArray(Change[]::new));
    world.settle();
    assertThat(world.cabinet.service("news").orElseThrow().placements())
        .extracting(Placement::position)
        .containsExactly(at("1.2"));
    assertThatThrownBy(
            () -> Resizing.resize(world.cabinet, Headroom.unknown(), "news", 2, world.now))
        .hasMessageContaining("is in phase CONFIGURATION");
  }

  @Test
  void nothingIsResizedWhileAVersionIsOnItsWay() {
    world.apply(
        new Change.VersionAdded(
            "shop", new ServiceVersion(2, "sha256:c2", "", 0, world.now, "me", "")),
        new Change.RolloutChanged(
            "shop", Rollout.begin(1, 2, MINUTE, Duration.ZERO, "me", world.now)));
    assertThatThrownBy(() -> resize(3)).hasMessageContaining("version 2 of service shop is on its");
  }
}
