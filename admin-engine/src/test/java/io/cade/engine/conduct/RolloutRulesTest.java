package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.ProxyReport;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Rollout.Stage;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.observe.Observations;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A service of three cards on its way to another version, and back. */
final class RolloutRulesTest extends RolloutFixture {
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
}
