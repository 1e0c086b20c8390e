package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ServiceSettings;
import io.cade.agent.wire.ServiceStatus;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Move;
import io.cade.engine.model.Move.Stage;
import io.cade.engine.model.Placement;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServiceVersion;
import io.cade.engine.observe.Observations;
import io.cade.engine.operate.Moving;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Places of services go from card to card, ordered or because a card stays away, in virtual time.
 */
final class MoveRulesTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final String PROXY = "0.4";

  private final World world = new World();
  private final Map<String, Integer> boots = new TreeMap<>();
  private final Set<String> dead = new HashSet<>();
  private final Set<String> refuses = new HashSet<>();

  /** Services that run on each card. */
  private final Map<String, Set<String>> running = new TreeMap<>();

  private int visitorsOnDrained;
  private int leastServing = 99;

  private void cards(String... positions) {
    for (String position : positions) {
      boot(position, 1);
    }
  }

  private void boot(String position, int generation) {
    dead.remove(position);
    running.put(position, new TreeSet<>());
    int boot = boots.merge(position, 1, Integer::sum);
    world.boot(position, generation, "b" + position + "-" + boot);
  }

  private void served(String name, int cards) {
    world.create(name, cards);
    world.generate(name);
    seconds(3);
    assertThat(service(name).running()).isEqualTo(cards);
    leastServing = cards;
  }

  private Service service(String name) {
    return world.cabinet.service(name).orElseThrow();
  }

  private Service shop() {
    return service("shop");
  }

  private Move move() {
    return Objects.requireNonNull(shop().lastMove());
  }

  private List<CardPosition> bound(String name) {
    return service(name).placements().stream().map(Placement::position).toList();
  }

  private void set(String key, String value) {
    world.apply(
        new Change.ServiceSettingsChanged("shop", ServiceSettings.none().with(Map.of(key, value))));
  }

  /** Everybody who lives does what he is told, and says what he sees. */
  private void second() {
    world.now = world.now.plusSeconds(1);
    List<ProxyReport.BackendReport> backends = new ArrayList<>();
    for (String position : boots.keySet()) {
      if (dead.contains(position)) {
        continue;
      }
      obey(position);
      List<ServiceStatus> services =
          running.getOrDefault(position, Set.of()).stream()
              .map(s -> new ServiceStatus(s, ServiceStatus.State.RUNNING, "sha256:" + s, ""))
              .toList();
      world.observations.heard(
          new Report(
              at(position), "b" + position + "-" + boots.get(position), services, List.of(), null),
          world.now);
    }
    for (Service service : world.cabinet.services().values()) {
      for (Placement placement : service.placements()) {
        boolean drained = world.card(placement.position().toString()).drain() != null;
        backends.add(
            new ProxyReport.BackendReport(
                service.name(),
                placement.position(),
                true,
                "",
                1,
                0,
                drained ? visitorsOnDrained : 3));
      }
    }
    world.observations.heard(new ProxyReport(at(PROXY), "p", 1, backends), world.now);
    world.settle();
    if (world.cabinet.service("shop").isPresent()) {
      leastServing =
          Math.min(
              leastServing,
              (int)
                  shop().placements().stream()
                      .filter(p -> Routing.serves(shop(), world.card(p.position().toString())))
                      .count());
    }
  }

  private void obey(String position) {
    CardPosition p = at(position);
    for (Command c : List.copyOf(world.cabinet.queue(p).waiting())) {
      if (world.cabinet.queue(p).command(c.id()).isEmpty()) {
        continue;
      }
      boolean good = !refuses.contains(position);
      Set<String> services = Objects.requireNonNull(running.get(position));
      if (good && c instanceof Command.StartService) {
        services.add(c.service());
      } else if (c instanceof Command.RemoveService || c instanceof Command.StopService) {
        services.remove(c.service());
      }
      world.apply(new Change.CommandFinished(p, c.id(), good, good ? "" : "the disk is full"));
    }
  }

  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      second();
    }
  }

  private void until(String what, BooleanSupplier reached) {
    for (int i = 0; i < 4_000; i++) {
      if (reached.getAsBoolean()) {
        return;
      }
      second();
    }
    throw new AssertionError(
        what + " was not reached: " + shop().lastMove() + " " + world.alarms());
  }

  private void order(String from, @Nullable String to) throws Refusal {
    world.apply(
        Moving.move(
                world.cabinet,
                Headroom.unknown(),
                "shop",
                at(from),
                to == null ? null : at(to),
                MINUTE,
                "ann",
                world.now)
            .toArray(Change[]::new));
    world.settle();
  }

  private void kill(String... positions) {
    for (String position : positions) {
      dead.add(position);
      running.put(position, new TreeSet<>());
    }
    until(
        "loss", () -> List.of(positions).stream().noneMatch(p -> world.card(p).state().isAlive()));
  }

  @Test
  void aMovedServiceIsServedByTheNewCardBeforeTheOldOneIsEmptied() throws Exception {
    cards("1.1", "1.2", "2.1");
    served("shop", 1);
    visitorsOnDrained = 2;
    order("1.1", "2.1");
    assertThat(world.card("1.1").drain()).isNull();
    until("drain", () -> move().stage() == Stage.DRAINING);
    assertThat(Objects.requireNonNull(world.card("1.1").drain()).by()).isEqualTo("move: shop");
    seconds(10);
    assertThat(bound("shop")).as("it has visitors").containsExactly(at("1.1"), at("2.1"));
    assertThatThrownBy(() -> order("2.1", "1.2")).hasMessageContaining("is emptied of visitors");
    visitorsOnDrained = 0;
    until("end", () -> move().stage() == Stage.DONE);
    assertThat(bound("shop")).containsExactly(at("2.1"));
    assertThat(leastServing).isEqualTo(1);
    seconds(3);
    assertThat(world.state("1.1")).isEqualTo(CardState.AVAILABLE);
    assertThat(world.card("1.1").drain()).isNull();
    assertThat(running.get("1.1")).as("cleaned").isEmpty();
    assertThat(world.history).noneMatch(c -> c instanceof Change.AlarmRaised);
  }

  @Test
  void visitorsWhoDoNotGoAreCutOffAtTheDeadline() throws Exception {
    cards("1.1", "2.1");
    served("shop", 1);
    visitorsOnDrained = 1;
    order("1.1", null);
    until("drain", () -> move().stage() == Stage.DRAINING);
    Instant since = move().since();
    until("end", () -> move().stage() == Stage.DONE);
    assertThat(Duration.between(since, world.now)).isEqualTo(MINUTE);
  }

  @Test
  void aNewCardThatDoesNotServeIsGivenBackAndTheOldOneGoesOn() throws Exception {
    cards("1.1", "1.2", "2.1");
    served("shop", 1);
    refuses.add("2.1");
    order("1.1", "2.1");
    until("end", () -> !move().stage().active());
    assertThat(move().stage()).isEqualTo(Stage.UNDONE);
    assertThat(move().cause()).isEqualTo("card 2.1: the disk is full");
    assertThat(bound("shop")).containsExactly(at("1.1"));
    assertThat(world.history)
        .contains(
            new Change.Audited(
                "ann",
                "move service shop from card 1.1 to card 2.1 (ordered)",
                "undone: card 2.1: the disk is full"));
  }

  @Test
  void aNewCardThatDiesWhileTheOldOneIsEmptiedLeavesTheVisitorsThere() throws Exception {
    cards("1.1", "2.1");
    served("shop", 1);
    visitorsOnDrained = 1;
    order("1.1", "2.1");
    until("drain", () -> move().stage() == Stage.DRAINING);
    kill("2.1");
    until("end", () -> !move().stage().active());
    assertThat(move().cause()).contains("card 2.1 was lost");
    assertThat(bound("shop")).containsExactly(at("1.1"));
    assertThat(world.card("1.1").drain()).isNull();
    assertThat(leastServing).isEqualTo(1);
  }

  @Test
  void whatCannotBeMovedIsRefusedInWords() {
    cards("1.1", "1.2", "2.1");
    served("shop", 2);
    assertThatThrownBy(() -> order("1.2", null))
        .hasMessage("service shop is not on card 1.2, but on 1.1, 2.1");
    assertThatThrownBy(() -> order("1.1", "2.1")).hasMessageContaining("is on card 2.1 already");
    assertThatThrownBy(() -> order("1.1", "3.1")).hasMessageContaining("no card was ever seen");
    kill("1.2");
    assertThatThrownBy(() -> order("1.1", "1.2")).hasMessageContaining("FAILED: no report");
    assertThatThrownBy(() -> order("1.1", null)).hasMessageContaining("needs 1 Available cards");
    world.apply(
        new Change.VersionAdded(
            "shop", new ServiceVersion(2, "sha256:c2", "", 0, world.now, "me", "")),
        new Change.RolloutChanged(
            "shop", Rollout.begin(1, 2, MINUTE, Duration.ZERO, "me", world.now)));
    assertThatThrownBy(() -> order("1.1", "1.2")).hasMessageContaining("is on its way");
  }

  @Test
  void aCardThatStaysAwayIsReplacedAfterFiveMinutesAndTheAlarmsTellTheTruth() {
    cards("1.1", "1.2", "2.1");
    served("shop", 2);
    kill("2.1");
    Instant lost = world.now;
    assertThat(world.alarms()).contains("serviceDegraded service shop", "cardLost card 2.1");
    until("replacement", () -> shop().lastMove() != null);
    assertThat(Duration.between(lost, world.now)).isEqualTo(Duration.ofMinutes(5));
    until("end", () -> move().stage() == Stage.DONE);
    assertThat(bound("shop")).containsExactly(at("1.1"), at("1.2"));
    assertThat(world.alarms()).containsExactly("cardLost card 2.1");
    assertThat(world.history)
        .filteredOn(c -> c instanceof Change.Audited)
        .extracting(Object::toString)
        .satisfiesExactly(
            begun ->
                assertThat(begun)
                    .contains(
                        "(engine)",
                        "move service shop from card 2.1 to card 1.2",
                        "card 2.1 is FAILED: no report for",
                        "begun"),
            done -> assertThat(done).contains("(engine)", "done"));
    boot("2.1", 1);
    seconds(3);
    assertThat(world.state("2.1")).isEqualTo(CardState.AVAILABLE);
    assertThat(bound("shop")).containsExactly(at("1.1"), at("1.2"));
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void aTechnicianWhoSwapsInTimeIsQuicker() {
    cards("1.1", "1.2", "2.1");
    served("shop", 2);
    kill("2.1");
    seconds(298);
    world.apply(new Change.CardStateChanged(at("2.1"), CardState.BOOTING, "asked"));
    seconds(20);
    assertThat(shop().lastMove()).as("a card boots there").isNull();
    boot("2.1", 2);
    seconds(400);
    assertThat(shop().lastMove()).isNull();
    assertThat(bound("shop")).containsExactly(at("1.1"), at("2.1"));
    assertThat(shop().running()).isEqualTo(2);
  }

  @Test
  void aCardThatComesBackWhileItsPlaceIsTakenKeepsItWhenItServesFirst() {
    cards("1.1", "1.2", "2.1");
    served("shop", 2);
    kill("2.1");
    seconds(299);
    dead.add("1.2"); // too slow to do anything, but heard of until it counts as lost
    until("replacement", () -> shop().lastMove() != null);
    dead.remove("1.2");
    running.put("1.2", new TreeSet<>());
    refuses.add("1.2 slow");
    boot("2.1", 1);
    world.obey("2.1");
    assertThat(move().stage()).isEqualTo(Stage.UNDONE);
    assertThat(move().cause()).isEqualTo("card 2.1 serves again");
    assertThat(bound("shop")).containsExactly(at("1.1"), at("2.1"));
    assertThat(world.state("1.2")).isEqualTo(CardState.AVAILABLE);
  }

  @Test
  void aCardThatDoesNotServeIsNotTriedAgainAtOnce() {
    cards("1.1", "1.2", "2.1", "2.2");
    served("shop", 1);
    refuses.add("2.1");
    kill("1.1");
    until("first", () -> shop().lastMove() != null);
    assertThat(move().to()).isEqualTo(at("2.1"));
    until("end", () -> move().stage() == Stage.UNDONE);
    Instant undone = world.now;
    until("second", () -> move().stage().active());
    assertThat(Duration.between(undone, world.now)).isEqualTo(Replacing.PAUSE);
    until("end", () -> move().stage() == Stage.DONE);
    assertThat(move().tried()).containsExactly(at("2.1"));
    assertThat(bound("shop")).doesNotContain(at("1.1"), at("2.1"));
    assertThat(shop().running()).isEqualTo(1);
  }

  @Test
  void whoWantsItOffOrQuickerSaysSo() {
    cards("1.1", "1.2", "2.1");
    served("shop", 2);
    set("replace-after", "off");
    kill("2.1");
    seconds(900);
    assertThat(shop().lastMove()).isNull();
    set("replace-after", "10s");
    seconds(3);
    assertThat(bound("shop")).containsExactly(at("1.1"), at("1.2"));
  }

  @Test
  void aCardThatAnOperatorSwitchedOffIsReplacedToo() {
    cards("1.1", "1.2", "2.1");
    served("shop", 2);
    world.apply(new Change.CardHeld(at("2.1"), PowerHold.Reason.OPERATOR, world.now, null, "ann"));
    dead.add("2.1");
    running.put("2.1", new TreeSet<>());
    until("off", () -> !world.card("2.1").state().isAlive());
    until("replacement", () -> shop().lastMove() != null);
    until("end", () -> move().stage() == Stage.DONE);
    assertThat(bound("shop")).containsExactly(at("1.1"), at("1.2"));
  }

  @Test
  void aHeldCardThatNobodyCanSwitchOffIsReplacedAsWell() {
    cards("1.1", "1.2", "2.1");
    served("shop", 2);
    world.apply(
        new Change.CardHeld(
            at("2.1"),
            PowerHold.Reason.HEAT,
            world.now,
            world.now.plus(MINUTE.multipliedBy(60)),
            "heat"));
    Instant held = world.now;
    until("replacement", () -> shop().lastMove() != null);
    assertThat(world.card("2.1").state().isAlive()).isTrue();
    assertThat(Duration.between(held, world.now))
        .isBetween(MINUTE.multipliedBy(5), MINUTE.multipliedBy(6));
    until("end", () -> move().stage() == Stage.DONE);
    assertThat(bound("shop")).containsExactly(at("1.1"), at("1.2"));
  }

  @Test
  void whenManyCardsAreLostAtOnceTheirPlacesAreKeptForLongerAndTakenTwoAtATime() {
    List<String> lost = new ArrayList<>();
    for (int slot = 1; slot <= 8; slot++) {
      cards("1." + slot, "2." + slot);
    }
    for (int i = 0; i < 4; i++) {
      served("s" + i, 2);
    }
    world.create("shop", 1);
    for (int i = 0; i < 4; i++) {
      bound("s" + i).stream()
          .filter(p -> p.chassis() == 1)
          .map(CardPosition::toString)
          .forEach(lost::add);
    }
    assertThat(lost).hasSize(4);
    kill(lost.toArray(String[]::new));
    Instant since = world.now;
    int most = 0;
    Instant first = Instant.MAX;
    for (int i = 0; i < 2_400; i++) {
      second();
      int moving =
          (int) world.cabinet.services().values().stream().flatMap(s -> s.move().stream()).count();
      if (moving > 0 && first.equals(Instant.MAX)) {
        first = world.now;
      }
      most = Math.max(most, moving);
    }
    assertThat(Duration.between(since, first))
        .isBetween(MINUTE.multipliedBy(29), MINUTE.multipliedBy(31));
    assertThat(most).isEqualTo(Replacing.MOST_AT_ONCE);
    for (int i = 0; i < 4; i++) {
      assertThat(service("s" + i).running()).isEqualTo(2);
    }
  }

  @Test
  void aNewEngineDoesNotTakeItsOwnAbsenceForTheCards() {
    cards("1.1", "1.2", "2.1");
    served("shop", 2);
    kill("2.1");
    world.now = world.now.plus(Duration.ofHours(1));
    world.observations = new Observations();
    world.listeningSince = world.now;
    world.conductor = World.newConductor();
    seconds(200);
    assertThat(shop().lastMove()).isNull();
    seconds(120);
    assertThat(bound("shop")).containsExactly(at("1.1"), at("1.2"));
  }

  /** The engine dies after each transaction of a replacement; the next one goes on from there. */
  @Test
  void anEngineThatDiesBetweenAnyTwoTransactionsComesToTheSameEnd() throws Exception {
    for (int dies = 1; dies <= 30; dies++) {
      dieAfter(dies, false);
      dieAfter(dies, true);
    }
  }

  private static void dieAfter(int transactions, boolean automatic) throws Refusal {
    MoveRulesTest test = new MoveRulesTest();
    test.cards("1.1", "1.2", "2.1");
    test.served("shop", 2);
    if (automatic) {
      test.kill("2.1");
      test.set("replace-after", "3s");
    }
    test.world.dieAfter(transactions);
    try {
      if (!automatic) {
        test.order("2.1", "1.2");
      }
      test.seconds(20);
      return; // it took fewer transactions
    } catch (World.Death e) {
      test.world.dieAfter(0);
      test.world.observations = new Observations();
      test.world.listeningSince = test.world.now;
      test.world.conductor = World.newConductor();
    }
    test.seconds(20);
    assertThat(test.bound("shop"))
        .as("after %d transactions", transactions)
        .containsExactly(at("1.1"), at("1.2"));
    assertThat(test.shop().running()).isEqualTo(2);
    assertThat(test.world.card("2.1").drain()).isNull();
    assertThat(test.world.cabinet.queues().values())
        .allSatisfy(queue -> assertThat(queue.waiting()).isEmpty());
    if (!automatic) {
      assertThat(test.leastServing).isEqualTo(2);
      assertThat(test.world.state("2.1")).isEqualTo(CardState.AVAILABLE);
      assertThat(test.running.get("2.1")).isEmpty();
    }
  }
}
