package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.SensorReading;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmFlaps;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmRule;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class AlarmRulesTest {
  private static final AlarmKey HEAT = new AlarmKey(AlarmType.TEMPERATURE_HIGH, "card 1.1 board");
  private static final AlarmKey CHASSIS = new AlarmKey(AlarmType.CHASSIS_LOST, "chassis 1");

  private final World world = new World();

  private void heat(double celsius) {
    world.now = world.now.plusSeconds(1);
    world.reportSensor(
        "1.1",
        "b1",
        new SensorReading(
            "board", SensorReading.Kind.CELSIUS, celsius, SensorReading.Quality.OK, "", world.now));
    world.settle();
  }

  /** Not heat, which has a ladder of its own: it drains and switches off. */
  private void load(double watts) {
    world.now = world.now.plusSeconds(1);
    world.reportSensor(
        "1.1",
        "b1",
        new SensorReading(
            "board", SensorReading.Kind.WATTS, watts, SensorReading.Quality.OK, "", world.now));
    world.settle();
  }

  private void limitLoad() {
    world.apply(
        new Change.AlarmChange.ThresholdSet(
            SensorThreshold.high(SensorReading.Kind.WATTS, 65, 75, 85, 5)));
  }

  private Alarm alarm(AlarmKey key) {
    return Objects.requireNonNull(world.cabinet.alarms().get(key), key.toString());
  }

  private List<String> told() {
    return world.cabinet.notifications().values().stream()
        .map(n -> {
          Alarm a = n.alarm();
          return n.kind() + " " + (a == null ? n.text() : a.key() + " " + a.severity());
        })
        .toList();
  }

  @Test
  void theSeverityFollowsTheLevelAndEachRaiseHasOneClear() {
    world.boot("1.1", 1, "b1");
    limitLoad();
    for (double watts : new double[] {64.9, 65, 76, 71, 86, 74, 59.9, 64}) {
      load(watts);
    }
    assertThat(told())
        .containsExactly(
            "RAISED loadWrong card 1.1 board WARNING",
            "CHANGED loadWrong card 1.1 board MAJOR",
            "CHANGED loadWrong card 1.1 board CRITICAL",
            "CHANGED loadWrong card 1.1 board MAJOR",
            "CLEARED loadWrong card 1.1 board MAJOR");
    assertThat(world.cabinet.notifications().values().stream().map(n -> alarmOf(n).sequence()))
        .as("it is one alarm")
        .containsOnly(1L);
  }

  private static Alarm alarmOf(PendingNotification n) {
    return Objects.requireNonNull(n.alarm());
  }

  @Test
  void aReadingCountsOnlyWhenAsManyAgreeAsTheThresholdWants() {
    world.boot("1.1", 1, "b1");
    SensorThreshold slow =
        SensorThreshold.high(SensorReading.Kind.CELSIUS, 65, 75, 85, 5)
            .with(
                new SensorThreshold.Key(SensorReading.Kind.CELSIUS, "board", "", ""),
                Map.of("readings", "3"));
    world.apply(new Change.AlarmChange.ThresholdSet(slow));
    heat(80);
    world.pass(Duration.ofMillis(250));
    world.pass(Duration.ofMillis(250));
    heat(80);
    assertThat(world.alarms()).as("two readings, looked at often").isEmpty();
    heat(60);
    heat(80);
    heat(80);
    assertThat(world.alarms()).as("the row was broken").isEmpty();
    heat(80);
    assertThat(world.alarms()).hasSize(1);
  }

  @Test
  void anotherThresholdHoldsFromTheNextPassOn() {
    world.boot("1.1", 1, "b1");
    heat(62);
    assertThat(world.alarms()).isEmpty();
    world.apply(
        new Change.AlarmChange.ThresholdSet(
            SensorThreshold.high(SensorReading.Kind.CELSIUS, 50, 60, 70, 1)));
    world.settle();
    assertThat(alarm(HEAT).severity()).isEqualTo(Severity.MAJOR);
    world.apply(new Change.AlarmChange.ThresholdRemoved("celsius|*||"));
    world.settle();
    assertThat(world.alarms()).containsExactly("temperatureHigh card 1.1 board");
    heat(59);
    assertThat(world.alarms()).isEmpty();
  }

  private void fullChassis() {
    for (int slot = 1; slot <= 14; slot++) {
      world.boot("1." + slot, 1, "b" + slot);
    }
    world.boot("2.1", 1, "c1");
    world.boot("2.2", 1, "c2");
  }

  private void reports(int from, int to) {
    for (int slot = from; slot <= to; slot++) {
      world.report("1." + slot, "b" + slot);
      // Agents do not report all at once.
      world.pass(Duration.ofMillis(100));
    }
    world.report("2.1", "c1");
    world.report("2.2", "c2");
    world.settle();
  }

  private void loseChassis() {
    fullChassis();
    reports(1, 14);
    for (int i = 0; i < 60; i++) {
      world.report("2.1", "c1");
      world.report("2.2", "c2");
      world.pass(Duration.ofMillis(200));
    }
  }

  @Test
  void aLostChassisIsOneAlarmAndItsCardsAreSuppressed() {
    loseChassis();
    assertThat(world.alarms()).containsExactly("chassisLost chassis 1");
    assertThat(told()).containsExactly("RAISED chassisLost chassis 1 CRITICAL");
    assertThat(world.cabinet.alarmState().suppressed()).hasSize(14);
    assertThat(world.cabinet.alarmState().suppressed().values())
        .allMatch(s -> s.by().equals(CHASSIS));
  }

  @Test
  void whatIsStillLostLongAfterItsChassisCameBackIsRaisedThen() {
    loseChassis();
    for (int slot = 1; slot <= 13; slot++) {
      world.boot("1." + slot, 1, "n" + slot);
    }
    assertThat(world.alarms()).isEmpty();
    assertThat(told())
        .containsExactly(
            "RAISED chassisLost chassis 1 CRITICAL", "CLEARED chassisLost chassis 1 CRITICAL");
    assertThat(world.cabinet.alarmState().suppressed()).hasSize(1);
    for (int i = 0; i < 91; i++) {
      for (int slot = 1; slot <= 13; slot++) {
        world.report("1." + slot, "n" + slot);
      }
      world.report("2.1", "c1");
      world.report("2.2", "c2");
      world.pass(Duration.ofSeconds(1));
      if (i == 80) {
        assertThat(world.alarms()).as("it may still start").isEmpty();
      }
    }
    assertThat(world.alarms()).containsExactly("cardLost card 1.14");
    assertThat(world.cabinet.alarmState().suppressed()).isEmpty();
  }

  @Test
  void aSingleCardIsTheLossOfACardAsSoonAsItIsKnown() {
    fullChassis();
    reports(1, 14);
    for (int i = 0; i < 8; i++) {
      reports(2, 14);
    }
    assertThat(world.state("1.1")).isEqualTo(CardState.FAILED);
    assertThat(world.alarms()).containsExactly("cardLost card 1.1");
    assertThat(world.cabinet.alarmState().suppressed()).isEmpty();
  }

  @Test
  void anAlarmOfAPartThatWasThereBeforeStaysAsItIs() {
    fullChassis();
    for (int i = 0; i < 8; i++) {
      reports(2, 14);
    }
    assertThat(world.alarms()).containsExactly("cardLost card 1.1");
    long sequence = alarm(new AlarmKey(AlarmType.CARD_LOST, "card 1.1")).sequence();
    for (int i = 0; i < 60; i++) {
      world.report("2.1", "c1");
      world.report("2.2", "c2");
      world.pass(Duration.ofMillis(200));
    }
    assertThat(world.alarms()).containsExactly("cardLost card 1.1", "chassisLost chassis 1");
    assertThat(alarm(new AlarmKey(AlarmType.CARD_LOST, "card 1.1")).sequence()).isEqualTo(sequence);
    assertThat(world.cabinet.alarmState().suppressed()).hasSize(13);
  }

  @Test
  void theAlarmOfAServiceNamesTheRootCause() {
    world.boot("1.1", 1, "b1");
    world.boot("1.2", 1, "b2");
    world.boot("2.1", 1, "c1");
    world.create("shop", 2);
    world.generate("shop");
    world.obey("1.1");
    world.obey("2.1");
    for (int i = 0; i < 12; i++) {
      world.report("2.1", "c1");
      world.pass(Duration.ofSeconds(1));
    }
    assertThat(world.alarms())
        .containsExactly("serviceDegraded service shop", "chassisLost chassis 1");
    Alarm degraded = alarm(new AlarmKey(AlarmType.SERVICE_DEGRADED, "service shop"));
    assertThat(degraded.rootCause()).isEqualTo("chassisLost chassis 1");
    assertThat(degraded.text()).contains("1 of 2").contains("root cause: chassisLost chassis 1");
    assertThat(told())
        .as("a better root cause is told nobody")
        .containsExactlyInAnyOrder(
            "RAISED serviceDegraded service shop MINOR", "RAISED chassisLost chassis 1 CRITICAL");
  }

  @Test
  void anAlarmThatFlapsStaysRaisedUntilItHasBeenQuiet() {
    world.boot("1.1", 1, "b1");
    for (int i = 0; i < AlarmFlaps.COUNT + 10; i++) {
      heat(80);
      heat(20);
    }
    assertThat(world.alarms()).hasSize(1);
    assertThat(alarm(HEAT).text()).contains("flapping, 5 times in 10 min");
    assertThat(world.history).filteredOn(Change.AlarmRaised.class::isInstance).hasSize(5);
    assertThat(world.history).filteredOn(Change.AlarmCleared.class::isInstance).hasSize(4);
    for (int i = 0; i < 299; i++) {
      heat(20);
    }
    assertThat(world.alarms()).hasSize(1);
    heat(20);
    heat(20);
    assertThat(world.alarms()).isEmpty();
    assertThat(world.history).filteredOn(Change.AlarmCleared.class::isInstance).hasSize(5);
  }

  private static AlarmRule rule(AlarmRule.Action action, String source, int perHour) {
    return new AlarmRule(
        "r1",
        List.of(AlarmType.TEMPERATURE_HIGH, AlarmType.LOAD_WRONG),
        source,
        Severity.MAJOR,
        action,
        action == AlarmRule.Action.NOTIFY ? List.of("pager") : List.of(),
        Duration.ofMinutes(10),
        perHour,
        0,
        List.of());
  }

  private void setRule(AlarmRule rule) {
    world.apply(new Change.AlarmChange.RuleSet(rule));
  }

  private List<Change> held() {
    return world.history.stream().filter(Change.CardHeld.class::isInstance).toList();
  }

  @Test
  void aRuleActsOnceForAnAlarmOfItsSeverity() {
    world.boot("1.1", 1, "b1");
    world.boot("1.2", 1, "b2");
    setRule(rule(AlarmRule.Action.POWER_CYCLE, "card 1.*", 5));
    heat(70);
    assertThat(held()).isEmpty();
    heat(76);
    heat(80);
    heat(76);
    assertThat(held()).hasSize(1);
    assertThat(world.history)
        .filteredOn(Change.Audited.class::isInstance)
        .singleElement()
        .isEqualTo(
            new Change.Audited(
                "rule r1",
                "power-cycle on alarm 1 temperatureHigh card 1.1 board",
                "card 1.1 is switched off and on"));
  }

  @Test
  void theLastCardOfAChassisIsNotSwitchedOffByARule() {
    world.boot("1.1", 1, "b1");
    setRule(rule(AlarmRule.Action.POWER_CYCLE, "*", 5));
    heat(76);
    assertThat(held()).isEmpty();
    AlarmRule after = Objects.requireNonNull(world.cabinet.alarmState().rules().get("r1"));
    assertThat(after.firings().getFirst().outcome()).contains("no other card of chassis 1");
  }

  @Test
  void aRuleIsHeldBackByItsGuards() {
    world.boot("1.1", 1, "b1");
    setRule(rule(AlarmRule.Action.NOTIFY, "*", 5));
    heat(76);
    heat(20);
    heat(76);
    assertThat(told()).filteredOn(t -> t.startsWith("RULE")).hasSize(1);
    heat(20);
    world.now = world.now.plus(Duration.ofMinutes(11));
    world.report("1.1", "b1");
    heat(76);
    assertThat(told()).filteredOn(t -> t.startsWith("RULE")).hasSize(2);
    AlarmRule after = Objects.requireNonNull(world.cabinet.alarmState().rules().get("r1"));
    assertThat(after.firings()).hasSize(3);
    assertThat(after.firings().get(1).outcome()).contains("held back");
  }

  @Test
  void aRuleTellsItsReceiversAndNobodyElse() {
    world.boot("1.1", 1, "b1");
    setRule(rule(AlarmRule.Action.NOTIFY, "*", 5));
    heat(76);
    PendingNotification told =
        world.cabinet.notifications().values().stream()
            .filter(n -> n.kind() == PendingNotification.Kind.RULE)
            .findFirst()
            .orElseThrow();
    assertThat(told.isFor("pager")).isTrue();
    assertThat(told.isFor("noc")).isFalse();
    assertThat(alarmOf(told).key()).isEqualTo(HEAT);
  }

  @Test
  void aRestartedServiceIsStoppedAndStartedByTheAgent() {
    world.boot("1.1", 1, "b1");
    world.create("shop", 1);
    world.generate("shop");
    world.obey("1.1");
    setRule(rule(AlarmRule.Action.RESTART_SERVICE, "*", 5));
    heat(76);
    assertThat(world.cabinet.queue(at("1.1")).waiting())
        .extracting(c -> c.getClass().getSimpleName())
        .containsExactly("StopService", "StartService");
    world.obey("1.1");
    assertThat(world.state("1.1")).isEqualTo(CardState.RUNNING);
  }

  @Test
  void theLastCardOfAServiceIsNotDrainedByARule() {
    world.boot("1.1", 1, "b1");
    world.boot("2.1", 1, "c1");
    world.create("shop", 1);
    world.generate("shop");
    world.obey("1.1");
    setRule(rule(AlarmRule.Action.DRAIN_CARD, "*", 5));
    limitLoad();
    load(76);
    assertThat(world.card("1.1").drain()).isNull();
    AlarmRule after = Objects.requireNonNull(world.cabinet.alarmState().rules().get("r1"));
    assertThat(after.firings().getFirst().outcome()).contains("no other card serves shop");
  }
}
