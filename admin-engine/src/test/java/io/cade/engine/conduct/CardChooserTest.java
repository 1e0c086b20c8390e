package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.BootsFrom;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.ServiceSettings;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.agent.wire.SupplyStatus;
import io.cade.engine.conduct.Choice.Kind;
import io.cade.engine.conduct.Choice.Verdict;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.Placement;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.Severity;
import io.cade.engine.model.ThresholdBook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which cards a service gets and gives back, and why. No conductor runs. */
final class CardChooserTest {
  private final World world = new World();

  private void cards(String... positions) {
    for (String position : positions) {
      CardPosition p = at(position);
      world.apply(
          new Change.CardSeated(p, CardRole.SERVER, World.mac(p, 1)),
          new Change.CardStateChanged(p, CardState.BOOTING, "asked"),
          new Change.CardStateChanged(p, CardState.AVAILABLE, "introduced itself"));
    }
  }

  private void service(String name, String... positions) {
    List<CardPosition> bound = Stream.of(positions).map(World::at).toList();
    world.apply(
        new Change.ServiceCreated(
            world.cabinet.nextServiceIndex(),
            new ServiceDefinition(
                name, "static-site", List.of(name), positions.length, "sha256:00")),
        new Change.CardsBound(name, bound),
        new Change.ServicePhaseChanged(name, ServicePhase.ANNOUNCED, ""));
    for (CardPosition p : bound) {
      serves(name, p);
    }
  }

  private void serves(String name, CardPosition p) {
    world.apply(
        new Change.CardStateChanged(p, CardState.ASSIGNED, ""),
        new Change.PlacementChanged(
            name, new Placement(p, Placement.State.RUNNING, "", world.card(p.toString()).bootId())),
        new Change.CardStateChanged(p, CardState.RUNNING, ""));
  }

  private void hot(String position) {
    world.apply(
        new Change.AlarmRaised(
            new AlarmKey(AlarmType.TEMPERATURE_HIGH, "card " + position + " inlet"),
            Severity.WARNING,
            "warm"));
  }

  private Choice choose(String name, int cards) {
    return CardChooser.choose(world.cabinet, name, cards);
  }

  private static Verdict verdict(Choice choice, String position) {
    return choice.verdicts().stream()
        .filter(v -> v.position().equals(at(position)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void cardsOfOneServiceGoToDifferentChassisFirst() {
    cards("1.1", "1.2", "1.3", "2.1", "3.1");
    Choice choice = choose("shop", 4);
    assertThat(choice.joining()).containsExactly(at("1.1"), at("2.1"), at("3.1"), at("1.2"));
    assertThat(choice.isComplete()).isTrue();
    assertThat(verdict(choice, "2.1").reason()).contains("chassis 2 has no card of shop");
    assertThat(verdict(choice, "1.3"))
        .returns(Kind.SPARE, Verdict::kind)
        .returns("free, as good as 1.2, which is in the lower slot or chassis", Verdict::reason);
  }

  @Test
  void theChassisWithoutTheServiceIsBetterThanTheOneWithFewerCardsInUse() {
    cards("1.1", "1.2", "2.1", "2.2", "2.3", "2.4");
    service("shop", "1.1");
    service("news", "2.1", "2.2", "2.3");
    Choice choice = choose("shop", 2);
    assertThat(choice.joining()).containsExactly(at("2.4"));
    assertThat(verdict(choice, "1.2").reason())
        .isEqualTo("free, but chassis 1 carries 1 card of shop already, chassis 2 had 0");
    assertThat(verdict(choice, "2.1"))
        .returns(Kind.IN_USE, Verdict::kind)
        .returns("in use by service news", Verdict::reason);
    assertThat(verdict(choice, "1.1").kind()).isEqualTo(Kind.STAYS);
    assertThat(choice.summary()).isEqualTo("service shop on 2 cards: 1.1 stays, 2.4 joins");
  }

  @Test
  void amongEqualsTheEmptierChassisThenTheCoolerCardThenTheLowerSlotIsChosen() {
    cards("1.1", "1.2", "2.1", "2.2", "2.3");
    service("news", "1.1");
    hot("2.1");
    Choice choice = choose("shop", 1);
    assertThat(choice.joining()).containsExactly(at("2.2"));
    assertThat(verdict(choice, "1.2").reason())
        .isEqualTo("free, but chassis 1 has 1 card in use, chassis 2 had 0");
    assertThat(verdict(choice, "2.1").reason()).contains("temperature alarm");
    assertThat(verdict(choice, "2.3").reason()).contains("as good as 2.2");
    assertThat(choose("shop", 4).joining())
        .as("hot is better than nothing")
        .contains(at("2.1"))
        .hasSize(4);
  }

  /** An update of boot images that works on a card. */
  static ImageUpdate update(CardPosition card, Instant now) {
    return new ImageUpdate(
        "blade",
        new ImageUpdate.Image("sha256:b", "2", 2, 0, "x86_64", "server", "sha256:new", 100),
        List.of("1"),
        new ImageUpdate.Course(1, 1, "", Duration.ofSeconds(10), Duration.ofSeconds(8)),
        ImageUpdate.Stage.RUNNING,
        now,
        List.of(
            new ImageUpdate.CardStep(
                card,
                ImageUpdate.State.STAGING,
                now,
                7,
                ImageUpdate.Answer.WAITING,
                "",
                "b" + card,
                "1")),
        "ann",
        "");
  }

  @Test
  void aCardThatGetsAnImageIsNotChosenBeforeItHasIt() {
    cards("1.1", "2.1");
    world.apply(new Change.ImageUpdateChanged(update(at("1.1"), world.now)));
    Choice choice = choose("shop", 2);
    assertThat(choice.joining()).containsExactly(at("2.1"));
    assertThat(choice.missing()).isEqualTo(1);
    assertThat(verdict(choice, "1.1"))
        .returns(Kind.NOT_AVAILABLE, Verdict::kind)
        .returns("gets image blade 2", Verdict::reason);
    assertThat(choice.shortage()).contains("1 not available");
    ImageUpdate over = update(at("1.1"), world.now).into(ImageUpdate.Stage.RETURNED, world.now, "");
    world.apply(new Change.ImageUpdateChanged(over));
    assertThat(choose("shop", 2).isComplete()).isTrue();
  }

  @Test
  void cardsThatCannotBeUsedAreRefusedEachWithItsCause() {
    cards("1.1", "1.2", "1.3", "1.4");
    world.apply(
        new Change.CardDrained(at("1.1"), world.now, "vera"),
        new Change.CardHeld(at("1.2"), PowerHold.Reason.HANDLE, world.now, null, "handle"),
        new Change.CardStateChanged(at("1.3"), CardState.FAILED, "no report for 5.0 s"));
    Choice choice = choose("shop", 3);
    assertThat(choice.isComplete()).isFalse();
    assertThat(choice.missing()).isEqualTo(2);
    assertThat(choice.joining()).containsExactly(at("1.4"));
    assertThat(verdict(choice, "1.1"))
        .isEqualTo(new Verdict(at("1.1"), Kind.DRAINED, "drained by vera"));
    assertThat(verdict(choice, "1.2"))
        .isEqualTo(new Verdict(at("1.2"), Kind.HELD, "its handle is open: it may be pulled"));
    assertThat(verdict(choice, "1.3"))
        .isEqualTo(new Verdict(at("1.3"), Kind.NOT_AVAILABLE, "FAILED: no report for 5.0 s"));
    assertThat(choice.summary())
        .isEqualTo(
            "service shop cannot have 3 cards: needs 3 Available cards, 1 free (1.4);"
                + " of the others: 1 drained, 1 held, 1 not available");
  }

  @Test
  void sparesAreKeptBackFromNewServicesButNotFromThePlaceOfAFailedCard() {
    cards("1.1", "1.2", "2.1", "2.2");
    service("shop", "1.1");
    world.apply(new Change.SparesSet(2));
    assertThat(choose("news", 1).joining()).containsExactly(at("2.1"));
    Choice choice = choose("news", 3);
    assertThat(choice.isComplete()).isFalse();
    assertThat(choice.joining()).hasSize(1);
    assertThat(verdict(choice, "1.2"))
        .isEqualTo(
            new Verdict(
                at("1.2"),
                Kind.KEPT_BACK,
                "free, but 2 cards are kept back to take the place of failed ones (spare set)"));
    assertThat(choice.shortage())
        .isEqualTo("needs 3 Available cards, 1 free (2.1); of the others: 2 kept back, 1 in use");
    assertThat(replace("1.1").joining()).containsExactly(at("2.1"));
    world.apply(new Change.SparesSet(0));
    assertThat(choose("news", 3).isComplete()).isTrue();
  }

  private Choice replace(String from, String... without) {
    return CardChooser.replace(
        world.cabinet,
        world.cabinet.service("shop").orElseThrow(),
        at(from),
        Stream.of(without).map(World::at).collect(Collectors.toSet()));
  }

  @Test
  void whoTakesThePlaceOfACardIsChosenAsIfThatOneWereNotThere() {
    cards("1.1", "1.2", "2.1", "2.2", "3.1");
    service("shop", "1.1", "2.1");
    service("news", "3.1");
    Choice choice = replace("1.1");
    assertThat(choice.joining()).containsExactly(at("1.2"));
    assertThat(choice.leaving()).containsExactly(at("1.1"));
    assertThat(verdict(choice, "1.2").reason()).contains("chassis 1 has no card of shop");
    assertThat(verdict(choice, "2.2").reason()).contains("chassis 2 carries 1 card of shop");
    assertThat(verdict(choice, "2.1").kind()).isEqualTo(Kind.STAYS);
    assertThat(replace("1.1", "1.2").joining()).containsExactly(at("2.2"));
  }

  @Test
  void cardsThatMustBeApartAreNeverInOneChassis() {
    cards("1.1", "1.2", "2.1", "2.2");
    service("shop", "1.1");
    world.apply(
        new Change.ServiceSettingsChanged(
            "shop", ServiceSettings.none().with(Map.of("spread", "require"))));
    assertThat(choose("shop", 2).joining()).containsExactly(at("2.1"));
    Choice choice = choose("shop", 3);
    assertThat(choice.isComplete()).isFalse();
    assertThat(verdict(choice, "1.2"))
        .isEqualTo(
            new Verdict(
                at("1.2"),
                Kind.TOO_CLOSE,
                "free, but chassis 1 has a card of shop, and its spread is 'require'"));
    assertThat(choice.shortage()).endsWith("; of the others: 2 too close");
  }

  @Test
  void aChassisWithoutPowerOrAirToSpareIsChosenLast() {
    cards("1.1", "2.1", "2.2");
    service("news", "2.2");
    world.apply(
        new Change.AlarmRaised(
            new AlarmKey(AlarmType.SUPPLY_FAILED, "chassis 1 supply1"), Severity.MAJOR, "dead"));
    Choice choice = choose("shop", 1);
    assertThat(choice.joining()).containsExactly(at("2.1"));
    assertThat(verdict(choice, "1.1").reason())
        .isEqualTo("free, but chassis 1 has the alarm supplyFailed");
    assertThat(verdict(choose("shop", 2), "1.1").reason())
        .endsWith("; it has the alarm supplyFailed");
  }

  @Test
  void cardsThatServeNobodyLeaveFirstThenTheNewestOfTheFullestChassis() {
    cards("1.1", "1.2", "1.3", "2.1", "2.2");
    service("shop", "1.1", "2.1", "1.2", "1.3", "2.2");
    assertThat(choose("shop", 3).leaving()).containsExactly(at("1.3"), at("2.2"));
    assertThat(verdict(choose("shop", 4), "1.3").reason())
        .isEqualTo("chassis 1 carries 3 of its cards, more than others");
    world.apply(new Change.CardStateChanged(at("2.1"), CardState.FAILED, "no report"));
    hot("1.1");
    Choice choice = choose("shop", 3);
    assertThat(choice.leaving()).containsExactly(at("2.1"), at("1.1"));
    assertThat(verdict(choice, "2.1").reason()).isEqualTo("FAILED: no report");
    assertThat(verdict(choice, "1.1").reason()).contains("temperature alarm");
    assertThat(verdict(choice, "1.2").reason()).isEqualTo("serves shop");
    assertThat(choice.joining()).isEmpty();
  }

  private static ChassisStatus fed(int chassis, int... watts) {
    List<SupplyStatus> supplies = new ArrayList<>();
    for (int w : watts) {
      supplies.add(new SupplyStatus(supplies.size() + 1, true, "", w));
    }
    return new ChassisStatus(
        chassis, List.of(), List.of(), List.of(), null, List.of(), supplies, "", 0);
  }

  private void heard(String reader, @Nullable ChassisStatus chassis, double celsius) {
    CardPosition p = at(reader);
    world.observations.heard(
        new Report(
            p,
            world.card(reader).bootId(),
            List.of(),
            List.of(
                new SensorReading(
                    "cpu",
                    SensorReading.Kind.CELSIUS,
                    celsius,
                    SensorReading.Quality.OK,
                    "",
                    world.now)),
            chassis),
        world.now);
  }

  private Choice chooseAsMeasured(int cards) {
    Headroom measured =
        Headroom.of(world.cabinet, world.observations.snapshot(), ThresholdBook.standard());
    return CardChooser.choose(world.cabinet, measured, "shop", cards);
  }

  @Test
  void aChassisThatCouldLoseASupplyIsBetterThanAnEmptierOneThatCouldNot() {
    cards("1.1", "1.2", "2.1", "2.2");
    service("news", "2.1");
    // Two cards may draw 120 W, and the chassis itself 40 W.
    heard("1.1", fed(1, 300, 150), 40);
    heard("2.1", fed(2, 300, 160), 40);
    Choice choice = chooseAsMeasured(1);
    assertThat(choice.joining()).containsExactly(at("2.2"));
    assertThat(verdict(choice, "1.1").reason())
        .isEqualTo("free, but chassis 1 would lack 10 W without its largest supply");
    assertThat(choose("shop", 1).joining()).containsExactly(at("1.1"));
  }

  @Test
  void whatSuppliesNobodyKnowsAreNoReasonAgainstAChassis() {
    cards("1.1", "2.1");
    heard("1.1", fed(1, 300, 0), 40);
    heard("2.1", fed(2, 300, 300), 40);
    assertThat(chooseAsMeasured(1).joining()).containsExactly(at("1.1"));
  }

  @Test
  void aCardNearTheLimitOfItsSensorComesAfterACoolOne() {
    cards("1.1", "1.2", "1.3");
    heard("1.1", null, 55.5);
    heard("1.2", null, 54.5);
    Choice choice = chooseAsMeasured(1);
    assertThat(choice.joining()).containsExactly(at("1.2"));
    assertThat(verdict(choice, "1.1").reason())
        .isEqualTo("free, but little cool air: 9 K to the limit of one of its sensors");
    assertThat(chooseAsMeasured(3).joining()).containsExactly(at("1.2"), at("1.3"), at("1.1"));
  }

  @Test
  void amongEqualCardsTheOneThatMayDrawLeastIsChosen() {
    cards("1.1", "1.2", "1.3");
    draws("1.1", 90);
    draws("1.2", 45);
    Choice choice = choose("shop", 1);
    assertThat(choice.joining()).containsExactly(at("1.2"));
    assertThat(verdict(choice, "1.1").reason())
        .isEqualTo("free, but it may draw 90 W, 1.2 only 45 W");
  }

  private void draws(String position, int watts) {
    CardPosition p = at(position);
    world.apply(
        new Change.CardStateChanged(p, CardState.BOOTING, "asked"),
        new Change.CardIntroduced(
            p,
            CardRole.SERVER,
            "b",
            new HardwareDescriptor(
                "Cade", "Blade", "S1", World.mac(p, 1), 1, 1 << 30, List.of(), watts),
            new SoftwareDescriptor("1", "blade", "1", "Linux", "x86_64", BootsFrom.OWN_SLOTS)),
        new Change.CardStateChanged(p, CardState.AVAILABLE, "introduced itself"));
  }
}
