package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.ItemDifference;
import io.cade.agent.wire.ModelStanding;
import io.cade.agent.wire.ServiceStatus;
import io.cade.engine.device.ApplyRun;
import io.cade.engine.device.ApplyRun.Progress;
import io.cade.engine.device.ApplyRun.Stage;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.device.DeviceOrder;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.device.ModelFile;
import io.cade.engine.device.ModelProblem;
import io.cade.engine.device.ModelVersion;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Change;
import io.cade.engine.model.Change.DeviceChange;
import io.cade.engine.observe.Observations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Six cards of a type and their models, in virtual time. */
final class ApplyRulesTest {
  private static final List<String> CARDS = List.of("1.1", "1.2", "1.3", "2.1", "2.2", "2.3");
  private static final String PLAIN = "os: {items: {'file:/etc/motd': {content: '%s'}}}";
  private static final String RISKY = "os: {items: {'firewall:filter': {rules: '%s'}}}";

  private final World world = new World();

  /** What each card has, as its agent knows; a change that waits to be confirmed is beside it. */
  private final Map<String, Command.ApplyModel> has = new TreeMap<>();

  private final Map<String, Command.ApplyModel> pending = new TreeMap<>();
  private final Set<String> refuses = new HashSet<>();
  private final Set<String> dead = new HashSet<>();

  /** Cards that a risky change cuts off until they take it back. */
  private final Set<String> cutOff = new HashSet<>();

  private final Set<String> silent = new HashSet<>();
  private final Map<String, List<DeviceItem>> found = new TreeMap<>();
  private int mostAtOnce;

  private static Change added(String type, int number, String text) {
    try {
      ModelVersion before = DeviceModel.empty(type).newest();
      return new DeviceChange.ModelVersionAdded(
          type, ModelFile.read("m.yaml", text, before, number, Instant.EPOCH, "ann", "why"));
    } catch (ModelProblem e) {
      throw new AssertionError(e);
    }
  }

  private DeviceModel model() {
    return world.cabinet.devices().model("server").orElseThrow();
  }

  private ApplyRun run() {
    ApplyRun run = world.cabinet.devices().runs().get("server");
    assertThat(run).isNotNull();
    return Objects.requireNonNull(run);
  }

  private DeviceRecord record(String card) {
    return world.cabinet.devices().record(at(card));
  }

  private void up() {
    for (String card : CARDS) {
      world.boot(card, 1, "b" + card);
    }
    world.apply(
        added("server", 2, PLAIN.formatted("two")), added("server", 3, PLAIN.formatted("three")));
    world.settle();
  }

  private void second() {
    world.now = world.now.plusSeconds(1);
    for (String card : CARDS) {
      if (!dead.contains(card)) {
        obey(card);
        List<ServiceStatus> services =
            world.cabinet.servicesOn(at(card)).stream()
                .map(s ->
                    new ServiceStatus(s.name(), ServiceStatus.State.RUNNING, s.packageDigest(), ""))
                .toList();
        world.report(card, "b" + card, services.toArray(ServiceStatus[]::new));
      }
    }
    world.settle();
    int busy =
        (int)
            world.cabinet.devices().records().values().stream().filter(DeviceRecord::busy).count();
    mostAtOnce = Math.max(mostAtOnce, busy);
  }

  private void obey(String card) {
    CardPosition p = at(card);
    for (Command c : List.copyOf(world.cabinet.queue(p).waiting())) {
      if (silent.contains(card) || cutOff.contains(card + " cut")) {
        return;
      }
      if (world.cabinet.queue(p).command(c.id()).isEmpty()) {
        continue;
      }
      boolean good = true;
      String detail = "";
      List<DeviceItem> told = List.of();
      switch (c) {
        case Command.ApplyModel a -> {
          good = !refuses.contains(card + " " + a.label());
          detail = good ? "" : "dpkg says no";
          if (good && a.confirmSeconds() > 0) {
            pending.put(card, a);
            if (cutOff.contains(card)) {
              cutOff.add(card + " cut");
            }
          } else if (good) {
            has.put(card, a);
          }
        }
        case Command.ConfirmChange _ -> {
          Command.ApplyModel a = pending.remove(card);
          good = a != null;
          detail = good ? "" : "was taken back already";
          if (a != null) {
            has.put(card, a);
          }
        }
        case Command.ReadItems _ -> told = found.getOrDefault(card, List.of());
        default -> {
          // Nothing to see.
        }
      }
      world.apply(new Change.CommandFinished(p, c.id(), good, detail, told));
    }
  }

  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      second();
    }
  }

  private void until(String what, BooleanSupplier reached) {
    for (int i = 0; i < 1_200; i++) {
      if (reached.getAsBoolean()) {
        return;
      }
      second();
    }
    throw new AssertionError(what + " was not reached: " + run());
  }

  private void begin(int version, ApplyRuns.Way way) {
    world.apply(
        new DeviceChange.RunChanged(
            ApplyRuns.begin(
                world.cabinet,
                model(),
                version,
                ApplyRuns.cardsOf(world.cabinet, "server"),
                true,
                way,
                "ann",
                "because",
                world.now)));
    world.settle();
  }

  private static ApplyRuns.Way way(int parallel, int canary, int stopAt) {
    return new ApplyRuns.Way(parallel, canary, stopAt, 60, false, false);
  }

  private void apply(int version, ApplyRuns.Way way) {
    begin(version, way);
    until("the end", () -> !run().stage().isActive());
  }

  private String label(String card) {
    Command.ApplyModel a = has.get(card);
    return a == null ? "" : a.label();
  }

  private String items(String card) {
    return Objects.requireNonNull(has.get(card)).items().toString();
  }

  private Set<String> labels() {
    Set<String> all = new HashSet<>();
    CARDS.forEach(card -> all.add(label(card)));
    return all;
  }

  @Test
  void nothingHappensUntilSomebodyAppliesAVersion() {
    up();
    seconds(30);
    assertThat(labels()).containsExactly("");
    assertThat(world.history).noneMatch(c -> c instanceof Change.CommandQueued);
  }

  @Test
  void aCanaryComesFirstThenNoMoreThanAllowedAtOnce() {
    up();
    begin(2, way(2, 1, 10));
    assertThat(run().count(Progress.WORKING)).isEqualTo(1);
    mostAtOnce = 0;
    until("the end", () -> !run().stage().isActive());
    assertThat(run().stage()).isEqualTo(Stage.DONE);
    assertThat(labels()).containsExactly("server/2");
    assertThat(mostAtOnce).isBetween(1, 2);
    assertThat(model().current()).isEqualTo(2);
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void aCanaryThatFailsKeepsItFromAllOthers() {
    up();
    apply(2, way(10, 1, 10));
    refuses.add("1.1 server/3");
    apply(3, way(10, 1, 50));
    assertThat(run().stage()).isEqualTo(Stage.STOPPED);
    assertThat(run().cause()).isEqualTo("1 of 6 cards failed, card 1.1: dpkg says no");
    assertThat(labels()).containsExactly("server/2");
    assertThat(model().current()).isEqualTo(2);
    assertThat(world.alarms()).contains("updateFailed model server");
  }

  @Test
  void aSecondFailureIsAnAlarmWithATimeAndACauseOfItsOwn() {
    up();
    apply(2, way(10, 1, 10));
    refuses.add("1.1 server/3");
    apply(3, way(10, 1, 50));
    AlarmKey key = new AlarmKey(AlarmType.UPDATE_FAILED, "model server");
    Alarm first = Objects.requireNonNull(world.cabinet.alarms().get(key));
    assertThat(first.text()).contains("card 1.1");
    seconds(60);
    refuses.clear();
    refuses.add("1.2 server/3");
    apply(3, way(10, 0, 1));
    Alarm second = Objects.requireNonNull(world.cabinet.alarms().get(key));
    assertThat(second.text()).contains("card 1.2").doesNotContain("card 1.1");
    assertThat(second.raisedAt()).isAfter(first.raisedAt().plusSeconds(59));
    assertThat(second.sequence()).isGreaterThan(first.sequence());
    assertThat(second.notification())
        .as("receivers hear of it")
        .isGreaterThan(first.notification());
    assertThat(world.alarms()).containsOnlyOnce("updateFailed model server");
  }

  @Test
  void aCanaryThatNobodyVisitsComesBeforeOneThatServes() {
    for (String card : CARDS) {
      world.boot(card, 1, "b" + card);
    }
    world.create("shop", 3);
    world.generate("shop");
    seconds(5);
    world.apply(added("server", 2, PLAIN.formatted("two")));
    Set<CardPosition> shop = new HashSet<>();
    world.cabinet.service("shop").orElseThrow().placements().forEach(p -> shop.add(p.position()));
    assertThat(shop).as("the first of all serves").contains(at("1.1")).hasSize(3);
    begin(2, way(10, 1, 10));
    assertThat(run().cards())
        .filteredOn(c -> c.progress() == Progress.WORKING)
        .singleElement()
        .satisfies(c -> assertThat(shop).doesNotContain(c.position()));
    until("the end", () -> !run().stage().isActive());
    assertThat(run().stage()).isEqualTo(Stage.DONE);
  }

  @Test
  void cardsGoBackWhenTooManyFail() {
    up();
    apply(2, way(10, 1, 10));
    refuses.add("2.1 server/3");
    refuses.add("2.2 server/3");
    apply(3, way(2, 1, 20));
    assertThat(run().stage()).isEqualTo(Stage.STOPPED);
    assertThat(run().cause()).contains("2 of 6 cards failed");
    assertThat(run().count(Progress.RETURNED)).isPositive();
    assertThat(labels()).containsExactly("server/2");
  }

  @Test
  void aFewMayFailAndAreTriedAgain() {
    up();
    apply(2, way(10, 1, 10));
    refuses.add("2.1 server/3");
    apply(3, way(2, 1, 20));
    assertThat(run().stage()).isEqualTo(Stage.DONE);
    assertThat(run().count(Progress.FAILED)).isEqualTo(1);
    assertThat(label("2.1")).isEqualTo("server/2");
    assertThat(world.alarms()).containsExactly("deviceDrift card 2.1");
    refuses.clear();
    seconds(700);
    assertThat(labels()).containsExactly("server/3");
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void whatIsToBeKeptIsKept() {
    up();
    apply(2, way(10, 1, 10));
    refuses.add("2.3 server/3");
    apply(3, new ApplyRuns.Way(1, 1, 0, 60, false, true));
    assertThat(run().stage()).isEqualTo(Stage.STOPPED);
    seconds(5);
    assertThat(label("1.1")).isEqualTo("server/3");
    assertThat(label("2.3")).isEqualTo("server/2");
    assertThat(record("1.1").pinned()).isEqualTo(3);
    assertThat(model().current()).isEqualTo(2);
  }

  @Test
  void aCardThatIsLostMidwayHasFailed() {
    up();
    silent.add("1.1");
    begin(2, way(10, 1, 10));
    seconds(2);
    dead.add("1.1");
    until("the end", () -> !run().stage().isActive());
    assertThat(run().cause()).contains("card 1.1: was lost while it was changed");
    assertThat(world.cabinet.queue(at("1.1")).waiting()).isEmpty();
  }

  @Test
  void aCardThatDoesNotAnswerHasFailedAfterItsTime() {
    up();
    silent.add("1.1");
    var since = world.now;
    apply(2, way(10, 1, 10));
    assertThat(run().cause()).contains("did not answer within 5 min");
    assertThat(Duration.between(since, world.now))
        .isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
  }

  @Test
  void aLateResultAndOneToldTwiceChangeNothing() {
    up();
    silent.add("1.1");
    begin(2, way(10, 1, 10));
    Command late = world.cabinet.queue(at("1.1")).waiting().getFirst();
    until("the end", () -> !run().stage().isActive());
    Change result = new Change.CommandFinished(at("1.1"), late.id(), true, "");
    var before = world.cabinet.devices();
    world.apply(result);
    world.apply(result);
    assertThat(world.cabinet.devices()).isEqualTo(before);
  }

  @Test
  void aCardThatGotItThoughNobodyHeardIsBroughtToWhatItIsToHave() {
    up();
    apply(2, way(10, 1, 10));
    silent.add("1.1");
    apply(3, way(10, 1, 10));
    silent.clear();
    has.put("1.1", new Command.ApplyModel(1, "server/3", List.of(), List.of(), 0));
    says("1.1", "server/3", 1);
    seconds(20);
    assertThat(label("1.1")).isEqualTo("server/2");
  }

  private void says(String card, String label, long checks, ItemDifference... differences) {
    world.apply(
        new DeviceChange.RecordChanged(
            record(card)
                .told(
                    new ModelStanding(label, checks, List.of(differences), 0, 0, 0, ""),
                    world.now)));
    world.settle();
  }

  @Test
  void aCardThatWasAwayGetsTheVersionWhenItComesBack() {
    up();
    dead.add("2.2");
    until("loss", () -> !world.card("2.2").state().isAlive());
    apply(2, way(10, 1, 10));
    assertThat(run().stage()).isEqualTo(Stage.DONE);
    assertThat(run().card(at("2.2")).orElseThrow().progress()).isEqualTo(Progress.AWAY);
    dead.clear();
    world.boot("2.2", 1, "b2.2");
    seconds(5);
    assertThat(label("2.2")).isEqualTo("server/2");
  }

  @Test
  void aReplacedCardGetsTheVersionOfItsTypeByItself() {
    up();
    apply(2, way(10, 1, 10));
    has.remove("1.2");
    world.boot("1.2", 2, "b1.2");
    seconds(5);
    assertThat(label("1.2")).isEqualTo("server/2");
  }

  @Test
  void cardsOfAServiceAreNeverChangedAtOnceWhenThatDisturbs() {
    for (String card : CARDS) {
      world.boot(card, 1, "b" + card);
    }
    world.create("shop", 3);
    world.generate("shop");
    seconds(5);
    world.apply(added("server", 2, "os: {items: {'unit:shop': {}}}"));
    Set<CardPosition> shop = new HashSet<>();
    world.cabinet.service("shop").orElseThrow().placements().forEach(p -> shop.add(p.position()));
    assertThat(shop).hasSize(3);
    begin(2, way(10, 0, 10));
    int most = 0;
    for (int i = 0; i < 60 && run().stage().isActive(); i++) {
      most =
          Math.max(
              most,
              (int)
                  run().cards().stream()
                      .filter(c -> c.progress() == Progress.WORKING && shop.contains(c.position()))
                      .count());
      second();
    }
    assertThat(run().stage()).isEqualTo(Stage.DONE);
    assertThat(most).isEqualTo(1);
  }

  @Test
  void cardsOfAServiceGoBackOneAfterTheOtherToo() {
    goBack(false);
  }

  @Test
  void aLostCardOfAServiceKeepsTheOthersFromGoingBackForNoTime() {
    goBack(true);
  }

  private void goBack(boolean oneIsLost) {
    for (String card : CARDS) {
      world.boot(card, 1, "b" + card);
    }
    world.create("shop", 3);
    world.generate("shop");
    seconds(5);
    world.apply(added("server", 2, "os: {items: {'unit:shop': {}}}"));
    List<String> shop =
        new ArrayList<>(
            world.cabinet.service("shop").orElseThrow().placements().stream()
                .map(p -> p.position().toString())
                .toList());
    String other = CARDS.stream().filter(c -> !shop.contains(c)).findFirst().orElseThrow();
    silent.add(other);
    begin(2, way(10, 0, 10));
    until("all but one", () -> run().count(Progress.DONE) == 5);
    if (oneIsLost) {
      dead.add(shop.getFirst());
      until("loss", () -> !world.card(shop.getFirst()).state().isAlive());
      shop.removeFirst();
    }
    world.apply(new DeviceChange.RunChanged(ApplyRuns.cancelled(run(), "ann", world.now)));
    world.settle();
    long most = 0;
    Set<String> causes = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      most =
          Math.max(
              most,
              shop.stream()
                  .filter(c -> run().worksOn(at(c)) || world.cabinet.devices().record(at(c)).busy())
                  .count());
      run().cards().forEach(c -> causes.add(c.detail()));
      second();
    }
    assertThat(most).isEqualTo(1);
    assertThat(causes)
        .anyMatch(c -> c.matches("waits for card .* of service shop, which is being changed"));
    assertThat(shop)
        .allSatisfy(c -> {
          assertThat(label(c)).isNotEqualTo("server/2");
          assertThat(run().card(at(c)).orElseThrow())
              .returns(Progress.RETURNED, ApplyRun.Target::progress)
              .returns("", ApplyRun.Target::detail);
        });
    until("the end", () -> !run().stage().isActive());
    assertThat(run().stage()).isEqualTo(Stage.STOPPED);
  }

  @Test
  void whatIsOrderedInOnePassFitsIntoACommit() {
    up();
    StringBuilder text = new StringBuilder("os:\n  parameters: {a: {}}\n  items:\n");
    for (int i = 0; i < 6; i++) {
      text.append("    file:/etc/f").append(i).append(": {content: '");
      text.append("{{a}}".repeat(7)).append("'}\n");
    }
    text.append("values: {a: '").append("x".repeat(8_000)).append("'}\n");
    world.apply(added("server", 4, text.toString()));
    world.apply(
        new DeviceChange.RunChanged(
            ApplyRuns.begin(
                world.cabinet,
                model(),
                4,
                ApplyRuns.cardsOf(world.cabinet, "server"),
                true,
                way(10, 0, 10),
                "ann",
                "because",
                world.now)));
    Plan plan =
        world.conductor.decide(
            world.cabinet, world.observations.snapshot(), world.listeningSince, world.now);
    assertThat(plan.changes())
        .filteredOn(
            c -> c instanceof Change.CommandQueued q && q.command() instanceof Command.ApplyModel)
        .as("of six, each of 328 KiB")
        .hasSize(3);
    until("the end", () -> !run().stage().isActive());
    assertThat(labels()).containsExactly("server/4");
  }

  @Test
  void aRiskyChangeIsConfirmedWhenTheCardIsReachedAgain() {
    up();
    world.apply(added("server", 4, RISKY.formatted("accept")));
    apply(4, way(10, 1, 10));
    assertThat(run().stage()).isEqualTo(Stage.DONE);
    assertThat(pending).isEmpty();
    assertThat(labels()).containsExactly("server/4");
    assertThat(world.history)
        .filteredOn(c ->
            c instanceof Change.CommandQueued q && q.command() instanceof Command.ConfirmChange)
        .hasSize(6);
  }

  @Test
  void aCardThatARiskyChangeCutsOffTakesItBackAndTheOthersNeverGetIt() {
    up();
    apply(2, way(10, 1, 10));
    world.apply(added("server", 4, RISKY.formatted("drop")));
    cutOff.add("1.1");
    begin(4, way(10, 1, 10));
    seconds(60);
    // Its time is up: it takes the change back, and can ask again.
    pending.clear();
    cutOff.clear();
    until("the end", () -> !run().stage().isActive());
    assertThat(run().stage()).isEqualTo(Stage.STOPPED);
    assertThat(run().cause()).contains("was taken back already");
    assertThat(labels()).containsExactly("server/2");
  }

  @Test
  void withAnOperatorToConfirmTheCanaryWaitsForHim() {
    up();
    world.apply(added("server", 4, RISKY.formatted("accept")));
    begin(4, new ApplyRuns.Way(10, 1, 10, 120, true, false));
    seconds(60);
    assertThat(run().stage()).isEqualTo(Stage.CANARY);
    assertThat(record("1.1").order())
        .extracting(DeviceOrder::stage)
        .isEqualTo(DeviceOrder.Stage.UNCONFIRMED);
    world.apply(new DeviceChange.RunChanged(run().confirm()));
    until("the end", () -> !run().stage().isActive());
    assertThat(run().stage()).isEqualTo(Stage.DONE);
    assertThat(labels()).containsExactly("server/4");
  }

  @Test
  void whatNobodyConfirmsIsTakenBack() {
    up();
    world.apply(added("server", 4, RISKY.formatted("accept")));
    begin(4, new ApplyRuns.Way(10, 1, 10, 120, true, false));
    seconds(119);
    assertThat(run().stage()).isEqualTo(Stage.CANARY);
    until("the end", () -> !run().stage().isActive());
    assertThat(run().cause()).contains("nobody confirmed it within 120 s");
  }

  @Test
  void driftRaisesAnAlarmThatEndsByItselfAndATrialDoesNot() {
    up();
    apply(2, way(10, 1, 10));
    ItemDifference other = new ItemDifference("file:/etc/motd", "content", "two", "mine");
    says("1.3", "server/2", 1, other);
    seconds(5);
    assertThat(world.alarms()).isEmpty();
    seconds(10);
    assertThat(world.alarms()).containsExactly("deviceDrift card 1.3");
    says("1.3", "server/2", 2);
    seconds(2);
    assertThat(world.alarms()).isEmpty();
    world.apply(
        new DeviceChange.RecordChanged(
            record("1.3")
                .completed(
                    new DeviceOrder(
                        DeviceOrder.Kind.TRY,
                        9,
                        "server/2",
                        2,
                        "",
                        List.of("file:/etc/motd"),
                        DeviceOrder.Stage.QUEUED,
                        world.now,
                        0,
                        0,
                        false,
                        "ann",
                        "",
                        ""),
                    "",
                    world.now)));
    says("1.3", "server/2", 3, other);
    seconds(30);
    assertThat(world.alarms()).isEmpty();
    world.apply(new DeviceChange.RecordChanged(record("1.3").withRenew(true)));
    seconds(3);
    assertThat(record("1.3").trial()).isNull();
    assertThat(record("1.3").renew()).isFalse();
  }

  @Test
  void whatIsAdoptedFromOneCardComesToAll() {
    up();
    apply(2, way(10, 1, 10));
    says("2.1", "server/2", 1, new ItemDifference("file:/etc/motd", "content", "two", "mine"));
    found.put("2.1", List.of(new DeviceItem.FileItem("/etc/motd", "mine", "0644", "")));
    adopt("2.1");
    until("adoption", () -> run().version() == 4 && !run().stage().isActive());
    assertThat(run().stage()).isEqualTo(Stage.DONE);
    assertThat(run().cards().getFirst().position()).isEqualTo(at("2.1"));
    assertThat(labels()).containsExactly("server/4");
    assertThat(has.values()).allSatisfy(a -> assertThat(a.items().toString()).contains("mine"));
    assertThat(model().newest().why()).isEqualTo("better");
  }

  private void adopt(String card) {
    long id = world.cabinet.nextCommand();
    List<String> keys = List.of("file:/etc/motd");
    world.apply(
        new Change.CommandQueued(at(card), new Command.ReadItems(id, keys)),
        new DeviceChange.RecordChanged(
            record(card)
                .withAdoption(
                    new DeviceRecord.Adoption(
                        keys, id, world.now, "ann", "better", null, false, ""))));
    world.settle();
  }

  @Test
  void anAdoptionOfACardThatIsLostEndsWithItsCause() {
    up();
    apply(2, way(10, 1, 10));
    silent.add("2.1");
    adopt("2.1");
    dead.add("2.1");
    until("loss", () -> !world.card("2.1").state().isAlive());
    seconds(2);
    DeviceRecord.@Nullable Adoption adoption = record("2.1").adoption();
    assertThat(adoption).isNotNull();
    assertThat(Objects.requireNonNull(adoption).outcome()).isEqualTo("the card was lost");
    assertThat(world.cabinet.queue(at("2.1")).waiting()).isEmpty();
    assertThat(model().newest().number()).isEqualTo(3);
  }

  @Test
  void aValueOfAServiceComesToACardThatGetsTheService() {
    for (String card : CARDS) {
      world.boot(card, 1, "b" + card);
    }
    world.apply(
        added(
            "server",
            2,
            """
            os:
              parameters: {word: {default: plain}}
              items: {'file:/etc/motd': {content: '{{word}}'}}
            services: {shop: {word: sale}}
            """));
    apply(2, way(10, 1, 10));
    world.create("shop", 1);
    world.generate("shop");
    seconds(5);
    CardPosition shop =
        world.cabinet.service("shop").orElseThrow().placements().getFirst().position();
    assertThat(items(shop.toString())).contains("sale");
    List<String> others = new ArrayList<>(CARDS);
    others.remove(shop.toString());
    assertThat(others).allSatisfy(c -> assertThat(items(c)).contains("plain"));
  }

  @Test
  void cardsOfOtherRolesAreLeftAlone() {
    up();
    world.boot("0.4", 1, "p", CardRole.PROXY);
    apply(2, way(10, 1, 10));
    assertThat(run().cards()).noneMatch(c -> c.position().isManagement());
  }

  /** The engine dies after each transaction of a run; the next one goes on from there. */
  @Test
  void anEngineThatDiesBetweenAnyTwoTransactionsComesToTheSameEnd() {
    for (boolean fails : new boolean[] {false, true}) {
      int all = count(fails);
      assertThat(all).isGreaterThan(15);
      for (int dies = 1; dies <= all; dies++) {
        dieAfter(dies, fails);
      }
    }
  }

  private static ApplyRulesTest prepared(boolean fails) {
    ApplyRulesTest test = new ApplyRulesTest();
    test.up();
    test.world.apply(added("server", 4, RISKY.formatted("accept")));
    test.apply(2, way(10, 1, 10));
    if (fails) {
      test.refuses.add("2.1 server/4");
    }
    return test;
  }

  private static int count(boolean fails) {
    ApplyRulesTest test = prepared(fails);
    long before = test.world.cabinet.position();
    test.apply(4, way(2, 1, 10));
    return (int) (test.world.cabinet.position() - before);
  }

  private static void dieAfter(int transactions, boolean fails) {
    ApplyRulesTest test = prepared(fails);
    test.world.dieAfter(transactions);
    try {
      test.apply(4, way(2, 1, 10));
    } catch (World.Death e) {
      test.world.dieAfter(0);
      test.world.observations = new Observations();
      test.world.listeningSince = test.world.now;
      test.world.conductor = World.newConductor();
      test.until("the end", () -> !test.run().stage().isActive());
    }
    assertThat(test.run().stage())
        .as("after %d transactions", transactions)
        .isEqualTo(fails ? Stage.STOPPED : Stage.DONE);
    test.seconds(20);
    assertThat(test.labels())
        .as("after %d transactions", transactions)
        .containsExactly(fails ? "server/2" : "server/4");
    assertThat(test.pending).as("after %d transactions", transactions).isEmpty();
    assertThat(test.world.cabinet.queues().values())
        .as("after %d transactions", transactions)
        .allSatisfy(queue -> assertThat(queue.waiting()).isEmpty());
  }
}
