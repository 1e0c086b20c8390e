package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.DataSteps;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ServiceStatus;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Rollout.Stage;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.ServiceVersion;
import io.cade.engine.observe.Observations;
import io.cade.engine.observe.ProbeOutcome;
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
import org.junit.jupiter.api.Test;

/** A service of three cards on its way to another version, in virtual time, with one proxy. */
final class RolloutRulesTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final List<String> CARDS = List.of("1.1", "1.2", "2.1");
  private static final String OLD = "sha256:shop";
  private static final String NEW = "sha256:new";
  private static final String PROXY = "0.4";

  private final World world = new World();

  /** What runs on each card, by position; a card that is off is not in it. */
  private final Map<String, String> running = new TreeMap<>();

  private final Set<String> refuses = new HashSet<>();
  private final Set<String> dead = new HashSet<>();

  /** Whose version each card's data fit, where versions carry them over. */
  private final Map<String, String> forms = new TreeMap<>();

  private final Map<String, Instant> carrying = new TreeMap<>();
  private int dataLimit;
  private int dataTakes;
  private final Set<String> unusable = new HashSet<>();
  private final List<String> steps = new ArrayList<>();
  private final Set<String> badPages = new HashSet<>();
  private final Set<String> unreached = new HashSet<>();
  private final Map<String, Integer> asked = new TreeMap<>();
  private final Set<String> seenByVisitors = new TreeSet<>();
  private List<String> proxies = List.of(PROXY);
  private boolean aimable = true;
  private String kind = "static-site";
  private int goodForNow;
  private boolean proxySpeaks = true;
  private boolean visitorsFail;
  private int visitorsOnDrained;
  private long requests;
  private long failures;
  private int leastServing = CARDS.size();
  private String window = "";

  private Service shop() {
    return world.cabinet.service("shop").orElseThrow();
  }

  private Rollout rollout() {
    return Objects.requireNonNull(shop().versions().rollout());
  }

  private void served() {
    for (String card : CARDS) {
      world.boot(card, 1, "b" + card);
    }
    world.create("shop", kind, CARDS.size());
    world.generate("shop");
    seconds(5);
    assertThat(shop().running()).isEqualTo(3);
    leastServing = CARDS.size();
  }

  /** Everybody does what he is told, and says what he sees. */
  private void second() {
    world.now = world.now.plus(SECOND);
    for (String position : CARDS) {
      if (dead.contains(position)) {
        continue;
      }
      obey(position);
      String digest = running.get(position);
      List<ServiceStatus> services =
          digest == null
              ? List.of()
              : List.of(new ServiceStatus("shop", ServiceStatus.State.RUNNING, digest, ""));
      world.observations.heard(
          new Report(at(position), "b" + position, services, List.of(), null), world.now);
    }
    if (proxySpeaks) {
      proxySpeaks();
    }
    world.settle();
    look();
    world.probe(this::answer);
    look();
  }

  private void obey(String position) {
    CardPosition p = at(position);
    for (Command c : List.copyOf(world.cabinet.queue(p).waiting())) {
      if (world.cabinet.queue(p).command(c.id()).isEmpty()) {
        continue;
      }
      String digest = "";
      switch (c) {
        case Command.InstallService install -> digest = install.packageDigest();
        case Command.StartService start -> {
          String form = forms.getOrDefault(position, OLD);
          if (dataLimit > 0 && !form.equals(start.packageDigest())) {
            running.remove(position);
            Instant began =
                carrying.computeIfAbsent(position + " " + start.packageDigest(), _ -> world.now);
            if (world.now.isBefore(began.plusSeconds(dataTakes))) {
              return;
            }
            carrying.clear();
            if (refuses.contains(position + " data of " + start.packageDigest())) {
              world.apply(
                  new Change.CommandFinished(p, c.id(), false, "its data cannot be carried"));
              return;
            }
            forms.put(position, start.packageDigest());
          }
          running.put(position, start.packageDigest());
        }
        case Command.StopService _, Command.RemoveService _ -> running.remove(position);
        case Command.SetChassisOutputs _,
            Command.Ping _,
            Command.Reboot _,
            Command.OfDevice _,
            Command.Collect _,
            Command.OfImage _ -> {
          // Nothing to see.
        }
      }
      boolean good = !refuses.contains(position + " " + digest);
      world.apply(
          new Change.CommandFinished(p, c.id(), good, good ? "" : "the digest is another one"));
    }
  }

  private void proxySpeaks() {
    List<ProxyReport.BackendReport> backends = new ArrayList<>();
    requests += 10;
    for (Placement placement : shop().placements()) {
      String position = placement.position().toString();
      Card card = world.card(position);
      if (Routing.serves(shop(), card)) {
        boolean drained = Routing.drainedUntil(world.cabinet, shop(), card) != null;
        boolean bad = NEW.equals(running.get(position)) && visitorsFail;
        failures += bad ? 2 : 0;
        boolean usable = !unusable.contains(position + " " + running.get(position));
        backends.add(
            new ProxyReport.BackendReport(
                "shop",
                at(position),
                usable,
                usable ? "" : "answers 500",
                requests,
                bad ? failures : 0,
                drained ? visitorsOnDrained : 3));
      }
    }
    for (String proxy : proxies) {
      List<ProxyReport.Entrance> entrances =
          aimable ? List.of(new ProxyReport.Entrance("127.1.0.4", 8080, false)) : List.of();
      world.observations.heard(
          new ProxyReport(at(proxy), "p", 1, backends, List.of(), List.of(), List.of(), entrances),
          world.now);
    }
  }

  /** What comes of a request that the engine aims at a card. */
  private ProbeOutcome answer(WantedProbes.Probe probe) {
    String card = probe.target().card().toString();
    asked.merge(rollout().stage() + " " + probe.target().path(), 1, Integer::sum);
    if (unreached.contains(probe.target().proxy().toString())) {
      return ProbeOutcome.unreached("proxy " + probe.target().proxy() + " is not reached: refused");
    }
    boolean bad = badPages.contains(card + " " + running.get(card)) || dead.contains(card);
    boolean now = --goodForNow < 0;
    return bad && now
        ? ProbeOutcome.bad(
            "proxy %s: GET %s of %s on card %s answered 503 in place of 2xx/3xx"
                .formatted(
                    probe.target().proxy(), probe.target().path(), probe.check().host(), card))
        : ProbeOutcome.good();
  }

  private void look() {
    for (Order order : List.copyOf(world.orders)) {
      if (order instanceof Order.BuildVersion(String name, int version)) {
        world.apply(new Change.VersionBuilt(name, version, NEW, 20));
      }
    }
    world.orders.clear();
    if (world.cabinet.service("shop").isEmpty()) {
      return;
    }
    int serving =
        (int)
            shop().placements().stream()
                .filter(p -> Routing.serves(shop(), world.card(p.position().toString())))
                .count();
    leastServing = Math.min(leastServing, serving);
    for (Placement p : shop().placements()) {
      Card card = world.card(p.position().toString());
      if (Routing.serves(shop(), card)
          && Routing.drainedUntil(world.cabinet, shop(), card) == null) {
        seenByVisitors.add(p.position() + " " + running.get(p.position().toString()));
      }
    }
    Rollout rollout = shop().versions().rollout();
    if (rollout != null) {
      String step = rollout.stage() + (rollout.at() == null ? "" : " " + rollout.at());
      if (steps.isEmpty() || !steps.getLast().equals(step)) {
        steps.add(step);
      }
    }
  }

  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      second();
    }
  }

  private void until(String what, BooleanSupplier reached) {
    for (int i = 0; i < 600; i++) {
      if (reached.getAsBoolean()) {
        return;
      }
      second();
    }
    throw new AssertionError(what + " was not reached: " + steps + " " + rollout());
  }

  private void untilEnded() {
    until("the end", () -> shop().versions().rollout() != null && shop().rollout().isEmpty());
  }

  private void publish() {
    int number = shop().versions().next();
    world.apply(
        new Change.VersionAdded(
            "shop",
            new ServiceVersion(
                number, "sha256:c2", "", 0, world.now, "ann", "sale", null, data(number))),
        new Change.RolloutChanged(
            "shop",
            Rollout.begin(
                    1, number, Duration.ofSeconds(10), Duration.ofSeconds(8), "ann", world.now)
                .within(window)));
  }

  private DataSteps data(int number) {
    return dataLimit == 0
        ? DataSteps.none()
        : new DataSteps(
            List.of(new DataSteps.Step(number, "1", "2.0", "sha256:" + "0".repeat(64), dataLimit)));
  }

  private Alarm alarm() {
    return world.cabinet.alarms().values().stream()
        .filter(a -> a.key().type() == AlarmType.UPDATE_FAILED)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void cardsGetTheVersionOneAfterTheOtherAndNeverTwoAtOnce() {
    served();
    publish();
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.DONE);
    assertThat(running).containsOnlyKeys(CARDS).containsValue(NEW).doesNotContainValue(OLD);
    assertThat(shop().version().number()).isEqualTo(2);
    assertThat(shop().packageDigest()).isEqualTo(NEW);
    assertThat(shop().definition().contentDigest()).isEqualTo("sha256:c2");
    assertThat(leastServing).isEqualTo(2);
    assertThat(steps)
        .containsSubsequence(
            "DRAINING 1.1",
            "INSTALLING 1.1",
            "TRYING 1.1",
            "PROVING 1.1",
            "DRAINING 2.1",
            "PROVING 2.1",
            "DRAINING 1.2",
            "PROVING 1.2",
            "DONE");
    assertThat(world.card("1.1").drain()).isNull();
    assertThat(world.history).noneMatch(c -> c instanceof Change.AlarmRaised);
  }

  @Test
  void aCardThatAnOperatorKeepsVisitorsFromGetsTheVersionFirst() {
    served();
    world.apply(new Change.CardDrained(at("1.2"), world.now.plusSeconds(9_000), "ann"));
    publish();
    untilEnded();
    assertThat(rollout().stage()).as(rollout().cause()).isEqualTo(Stage.DONE);
    assertThat(steps)
        .containsSubsequence(
            "INSTALLING 1.2", "PROVING 1.2", "DRAINING 1.1", "PROVING 1.1", "DRAINING 2.1", "DONE");
    assertThat(Objects.requireNonNull(world.card("1.2").drain()).by()).isEqualTo("ann");
    assertThat(seenByVisitors).doesNotContain("1.2 " + NEW);
  }

  @Test
  void visitorsWhoAreBoundToACardMayFinishWithinTheirTime() {
    served();
    visitorsOnDrained = 2;
    publish();
    until("drain", () -> rollout().stage() == Stage.DRAINING);
    var since = rollout().since();
    until("installation", () -> rollout().stage() == Stage.INSTALLING);
    assertThat(Duration.between(since, world.now)).isEqualTo(Duration.ofSeconds(8));
  }

  @Test
  void aSecondFailureIsAnAlarmOfItsOwn() {
    served();
    refuses.add("1.1 " + NEW);
    publish();
    untilEnded();
    Alarm first = alarm();
    seconds(60);
    publish();
    untilEnded();
    assertThat(alarm().text()).isEqualTo("version 3: card 1.1: the digest is another one");
    assertThat(alarm().raisedAt()).isAfter(first.raisedAt().plusSeconds(59));
    assertThat(alarm().sequence()).isGreaterThan(first.sequence());
  }

  @Test
  void theAlarmAboutAFailureEndsWithItsService() {
    served();
    refuses.add("1.1 " + NEW);
    publish();
    untilEnded();
    assertThat(alarm().key().source()).isEqualTo("service shop");
    world.apply(new Change.ServicePhaseChanged("shop", ServicePhase.REMOVING, ""));
    until("removal", () -> !world.cabinet.services().containsKey("shop"));
    assertThat(world.cabinet.alarms().keySet())
        .noneMatch(key -> key.type() == AlarmType.UPDATE_FAILED);
  }

  @Test
  void aPackageThatACardRefusesComesToNobodyElse() {
    served();
    refuses.add("1.1 " + NEW);
    publish();
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.RETURNED);
    assertThat(rollout().cause()).isEqualTo("card 1.1: the digest is another one");
    assertThat(alarm().text()).isEqualTo("version 2: card 1.1: the digest is another one");
    assertThat(steps).noneMatch(s -> s.contains("1.2") || s.contains("2.1"));
    everythingIsAsBefore();
  }

  @Test
  void aCardThatTheProxiesFindUnusableSendsThoseThatAreDoneBackToo() {
    served();
    unusable.add("1.2 " + NEW);
    publish();
    untilEnded();
    assertThat(rollout().cause()).contains("proxy 0.4 finds card 1.2 unusable: answers 500");
    assertThat(steps).containsSubsequence("PROVING 1.1", "PROVING 1.2", "RETURNING 1.2");
    assertThat(steps).containsSubsequence("RETURNING 1.2", "RETURNING 1.1", "RETURNED");
    assertThat(leastServing).isEqualTo(2);
    everythingIsAsBefore();
  }

  @Test
  void aVersionThatFailsVisitorsGoesBackAlthoughItIsUp() {
    served();
    visitorsFail = true;
    publish();
    untilEnded();
    assertThat(rollout().cause()).contains("requests of visitors to card 1.1 failed");
    everythingIsAsBefore();
  }

  @Test
  void noVisitorSeesAVersionWhosePageIsWrongAndTheCauseNamesProxyCardAndPath() {
    served();
    badPages.add("1.1 " + NEW);
    publish();
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.RETURNED);
    String cause = "proxy 0.4: GET / of shop.example on card 1.1 answered 503 in place of 2xx/3xx";
    assertThat(rollout().cause()).isEqualTo(cause);
    assertThat(alarm().text()).isEqualTo("version 2: " + cause);
    assertThat(seenByVisitors).doesNotContain("1.1 " + NEW);
    assertThat(steps).noneMatch(s -> s.startsWith("PROVING"));
    everythingIsAsBefore();
  }

  @Test
  void aServiceWithoutPagesIsAskedForNoneAndJudgedByWhatTheProxiesFind() {
    kind = "dovecot";
    served();
    CARDS.forEach(card -> badPages.add(card + " " + NEW));
    unusable.add("1.2 " + NEW);
    publish();
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.RETURNED);
    assertThat(rollout().cause()).contains("proxy 0.4 finds card 1.2 unusable");
    assertThat(steps).containsSubsequence("PROVING 1.1", "PROVING 1.2", "RETURNING 1.2");
    assertThat(world.observations.snapshot().probes()).isEmpty();
    everythingIsAsBefore();
  }

  @Test
  void theOnlyCardsVisitorsDoNotSeeAnUntriedVersionEither() {
    world.boot("1.1", 1, "b1.1");
    world.boot("1.2", 1, "b1.2");
    world.boot("2.1", 1, "b2.1");
    world.create("shop", 1);
    world.generate("shop");
    seconds(5);
    badPages.addAll(List.of("1.1 " + NEW, "1.2 " + NEW, "2.1 " + NEW));
    publish();
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.RETURNED);
    assertThat(seenByVisitors).noneMatch(s -> s.contains(NEW));
    seconds(2);
    assertThat(
            Routing.drainedUntil(
                world.cabinet,
                shop(),
                world.card(shop().placements().getFirst().position().toString())))
        .isNull();
  }

  @Test
  void whatHasJustStartedMayAnswerBadlyForAMoment() {
    served();
    badPages.add("1.1 " + NEW);
    publish();
    until("trial", () -> rollout().stage() == Stage.TRYING);
    seconds(4);
    assertThat(rollout().stage()).isEqualTo(Stage.TRYING);
    badPages.clear();
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.DONE);
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void oneBadAnswerBehindAGoodOneIsEnoughWhileNobodyIsServed() {
    served();
    badPages.add("1.1 " + NEW);
    goodForNow = 3;
    publish();
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.RETURNED);
    assertThat(seenByVisitors).doesNotContain("1.1 " + NEW);
  }

  @Test
  void aPageThatBreaksUnderVisitorsSendsTheVersionBackWithinTheGate() {
    served();
    publish();
    until("proof", () -> rollout().stage() == Stage.PROVING);
    seconds(2);
    badPages.add("1.1 " + NEW);
    seconds(3);
    assertThat(rollout().stage()).as("three may be chance").isEqualTo(Stage.PROVING);
    untilEnded();
    assertThat(rollout().cause())
        .matches(
            "proxy 0.4: GET / of shop.example on card 1.1 answered 503.*"
                + " requests of the gate failed\\)");
    everythingIsAsBefore();
  }

  @Test
  void eachProxyIsAskedForEachPathAsOftenAsTheServiceSays() {
    served();
    proxies = List.of(PROXY, "0.5");
    settings(Map.of("gate-path", "/ /cart", "gate-requests", "3"));
    publish();
    until("proof", () -> rollout().stage() == Stage.PROVING);
    assertThat(asked).containsEntry("TRYING /", 6).containsEntry("TRYING /cart", 6);
  }

  @Test
  void aProxyThatIsNotReachedIsNoFaultOfTheCardAndTheRolloutSaysWhatItWaitsFor() {
    served();
    proxies = List.of(PROXY, "0.5");
    unreached.add("0.5");
    publish();
    until("trial", () -> rollout().stage() == Stage.TRYING);
    seconds(3);
    assertThat(rollout().cause())
        .isEqualTo("waits for an answer of card 1.1: proxy 0.5 is not reached: refused");
    unreached.clear();
    seconds(2);
    assertThat(rollout().stage()).isEqualTo(Stage.PROVING);
    unreached.add("0.5");
    untilEnded();
    assertThat(rollout().stage()).as("another proxy vouches for each card").isEqualTo(Stage.DONE);
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void aVersionThatNoProxyLetsTheEngineAskForGoesBackUnseen() {
    served();
    unreached.add(PROXY);
    publish();
    untilEnded();
    assertThat(rollout().cause())
        .isEqualTo(
            "card 1.1 could not be asked for service shop within 85 s: proxy 0.4 is not reached:"
                + " refused");
    assertThat(seenByVisitors).doesNotContain("1.1 " + NEW);
    everythingIsAsBefore();
  }

  @Test
  void proxiesOfAnEarlierVersionDecideByWhatTheyReport() {
    served();
    aimable = false;
    seconds(1);
    unusable.add("1.2 " + NEW);
    publish();
    untilEnded();
    assertThat(asked).isEmpty();
    assertThat(rollout().cause()).contains("proxy 0.4 finds card 1.2 unusable: answers 500");
  }

  @Test
  void aServiceThatIsNotToBeAskedIsNot() {
    served();
    settings(Map.of("gate-requests", "0"));
    publish();
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.DONE);
    assertThat(asked).isEmpty();
  }

  @Test
  void aCardThatIsPulledWhileItIsTriedIsTheCause() {
    served();
    publish();
    until("installation", () -> rollout().stage() == Stage.INSTALLING);
    unreached.add(PROXY);
    until("trial", () -> rollout().stage() == Stage.TRYING);
    seconds(2);
    dead.add("1.1");
    unreached.clear();
    untilEnded();
    assertThat(rollout().cause()).isEqualTo("card 1.1 was lost while it proved the version");
  }

  private void settings(Map<String, String> changes) {
    world.apply(new Change.ServiceSettingsChanged("shop", shop().settings().with(changes)));
  }

  @Test
  void aVersionThatNoProxyHasReachedIsNoGoodVersion() {
    served();
    publish();
    until("proof", () -> rollout().stage() == Stage.PROVING);
    proxySpeaks = false;
    world.observations.heard(new ProxyReport(at(PROXY), "p", 1, List.of()), world.now);
    untilEnded();
    assertThat(rollout().cause()).contains("no proxy says that it reaches the version");
  }

  @Test
  void aCardThatDiesUnderTheVersionEndsIt() {
    served();
    publish();
    until("proof", () -> rollout().stage() == Stage.PROVING);
    dead.add("1.1");
    untilEnded();
    assertThat(rollout().cause()).contains("card 1.1 was lost while it proved the version");
    assertThat(rollout().stage()).isEqualTo(Stage.RETURNED);
    running.remove("1.1");
    dead.clear();
    world.boot("1.1", 1, "b1.1");
    seconds(5);
    everythingIsAsBefore();
  }

  /** Proxies find a pulled card unusable seconds before the engine counts it as lost. */
  @Test
  void aCardThatIsPulledIsTheCauseAndNotWhatTheProxiesNoticedFirst() {
    served();
    publish();
    until("proof", () -> rollout().stage() == Stage.PROVING);
    seconds(6);
    assertThat(rollout().stage()).isEqualTo(Stage.PROVING);
    dead.add("1.1");
    unusable.add("1.1 " + NEW);
    until("return", () -> rollout().stage() != Stage.PROVING);
    assertThat(rollout().cause()).isEqualTo("card 1.1 was lost while it proved the version");
    assertThat(alarm().text())
        .isEqualTo("version 2: card 1.1 was lost while it proved the version");
  }

  @Test
  void aCardThatGoesOnSpeakingIsJudgedByTheProxiesWithinSeconds() {
    served();
    publish();
    until("proof", () -> rollout().stage() == Stage.PROVING);
    seconds(6);
    unusable.add("1.1 " + NEW);
    seconds(1);
    assertThat(rollout().stage()).as("one word may have been under way").isEqualTo(Stage.PROVING);
    seconds(2);
    assertThat(rollout().cause()).isEqualTo("proxy 0.4 finds card 1.1 unusable: answers 500");
  }

  @Test
  void whatProxiesFoundForAMomentIsForgotten() {
    served();
    publish();
    until("proof", () -> rollout().stage() == Stage.PROVING);
    seconds(6);
    unusable.add("1.1 " + NEW);
    seconds(1);
    unusable.clear();
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.DONE);
  }

  @Test
  void aCardThatRestartsUnderTheVersionIsNamedAsSuch() {
    served();
    publish();
    until("proof", () -> rollout().stage() == Stage.PROVING);
    running.remove("1.1");
    world.apply(
        new Change.CardStateChanged(at("1.1"), CardState.BOOTING, "asked for its address"),
        new Change.CardIntroduced(
            at("1.1"),
            world.card("1.1").role(),
            "another boot",
            Objects.requireNonNull(world.card("1.1").hardware()),
            Objects.requireNonNull(world.card("1.1").software())),
        new Change.CardStateChanged(at("1.1"), CardState.ASSIGNED, "introduced itself"));
    world.settle();
    assertThat(rollout().cause()).isEqualTo("card 1.1 restarted while it proved the version");
  }

  @Test
  void aCardThatIsAwayGetsTheVersionWhenItComesBack() {
    served();
    dead.add("1.2");
    running.remove("1.2");
    until("loss", () -> !world.card("1.2").state().isAlive());
    publish();
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.DONE);
    assertThat(steps).noneMatch(s -> s.contains("1.2"));
    dead.clear();
    world.boot("1.2", 1, "b1.2");
    seconds(5);
    assertThat(running).containsEntry("1.2", NEW);
  }

  @Test
  void theOnlyCardOfAServiceIsNotEmptiedFirst() {
    world.boot("1.1", 1, "b1.1");
    world.boot("1.2", 1, "b1.2");
    world.boot("2.1", 1, "b2.1");
    world.create("shop", 1);
    world.generate("shop");
    seconds(5);
    publish();
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.DONE);
    assertThat(steps).noneMatch(s -> s.startsWith("DRAINING"));
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void aCancelledRolloutGoesBackWithoutAnAlarm() {
    served();
    publish();
    until("second card", () -> rollout().done().size() == 1 && rollout().stage() == Stage.PROVING);
    world.apply(Rollouts.cancel(world.cabinet, shop(), "ann", world.now).toArray(Change[]::new));
    untilEnded();
    assertThat(rollout().cause()).isEqualTo("cancelled by ann");
    assertThat(world.alarms()).isEmpty();
    everythingIsAsBefore();
  }

  @Test
  void programsThatCarryDataHaveTheirTimeAndTheOtherCardsServe() {
    served();
    dataLimit = 60;
    dataTakes = 130;
    publish();
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.DONE);
    assertThat(forms).containsOnlyKeys(CARDS).containsValue(NEW).doesNotContainValue(OLD);
    assertThat(leastServing).isEqualTo(2);
    assertThat(world.history).noneMatch(c -> c instanceof Change.AlarmRaised);
  }

  @Test
  void programsThatTakeTooLongSendAllBackAndTheirDataToo() {
    served();
    dataLimit = 5;
    dataTakes = 126;
    publish();
    until("failure", () -> rollout().stage() == Stage.RETURNING);
    assertThat(rollout().cause()).isEqualTo("card 1.1 did not serve it within 125 s");
    dataTakes = 2;
    untilEnded();
    everythingIsAsBefore();
    assertThat(forms.values()).doesNotContain(NEW);
  }

  @Test
  void dataThatCannotBeCarriedOnTheSecondCardBringTheFirstOnesBack() {
    served();
    dataLimit = 60;
    dataTakes = 3;
    refuses.add("2.1 data of " + NEW);
    publish();
    untilEnded();
    assertThat(rollout().cause()).isEqualTo("card 2.1: its data cannot be carried");
    assertThat(alarm().text()).isEqualTo("version 2: card 2.1: its data cannot be carried");
    everythingIsAsBefore();
    assertThat(forms.values()).containsOnly(OLD);
    assertThat(leastServing).isEqualTo(2);
  }

  @Test
  void cardsAreBegunInTheWindowOnly() {
    served();
    var opens = world.now.plusSeconds(300);
    window =
        "%tR-%tR"
            .formatted(
                opens.atOffset(java.time.ZoneOffset.UTC),
                opens.plusSeconds(3_600).atOffset(java.time.ZoneOffset.UTC));
    publish();
    seconds(30);
    assertThat(rollout().stage()).isEqualTo(Stage.BUILDING);
    assertThat(rollout().cause()).isEqualTo("waits for " + window + " (UTC)");
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.DONE);
  }

  /** The engine dies after each transaction of a rollout; the next one goes on from there. */
  @Test
  void anEngineThatDiesBetweenAnyTwoTransactionsComesToTheSameEnd() {
    served();
    long before = world.cabinet.position();
    publish();
    untilEnded();
    int all = (int) (world.cabinet.position() - before);
    assertThat(all).isGreaterThan(20);
    for (int dies = 1; dies <= all; dies++) {
      dieAfter(dies, false, 0);
      dieAfter(dies, true, 0);
      dieAfter(dies, false, 2);
      dieAfter(dies, true, 2);
    }
  }

  private static void dieAfter(int transactions, boolean fails, int dataTakes) {
    RolloutRulesTest test = new RolloutRulesTest();
    test.served();
    test.dataLimit = 30 * dataTakes;
    test.dataTakes = dataTakes;
    if (fails && dataTakes > 0) {
      test.refuses.add("2.1 data of " + NEW);
    } else if (fails) {
      test.badPages.add("2.1 " + NEW);
    }
    test.world.dieAfter(transactions);
    try {
      test.publish();
      test.untilEnded();
    } catch (World.Death e) {
      test.world.dieAfter(0);
      test.world.observations = new Observations();
      test.world.listeningSince = test.world.now;
      test.world.conductor = World.newConductor();
      if (test.shop().versions().rollout() == null) {
        return; // died before it was on record
      }
      test.untilEnded();
    }
    assertThat(test.rollout().stage())
        .as("after %d transactions: %s", transactions, test.steps)
        .isEqualTo(fails ? Stage.RETURNED : Stage.DONE);
    test.seconds(5);
    if (fails) {
      assertThat(test.seenByVisitors).as("after %d", transactions).doesNotContain("2.1 " + NEW);
    }
    assertThat(test.running.values())
        .as("after %d transactions", transactions)
        .hasSize(3)
        .containsOnly(fails ? OLD : NEW);
    if (dataTakes > 0) {
      assertThat(test.forms.values()).containsOnly(fails ? OLD : NEW);
    }
    assertThat(test.leastServing)
        .as("after %d transactions", transactions)
        .isGreaterThanOrEqualTo(2);
    for (String card : CARDS) {
      assertThat(test.world.card(card).drain()).as("after %d transactions", transactions).isNull();
    }
  }

  private void everythingIsAsBefore() {
    seconds(5);
    assertThat(running.values()).hasSize(3).containsOnly(OLD);
    assertThat(shop().running()).isEqualTo(3);
    assertThat(shop().version().number()).isEqualTo(1);
    for (String card : CARDS) {
      assertThat(world.card(card).drain()).isNull();
    }
  }
}
