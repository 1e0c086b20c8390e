package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** One alarm when all chassis are lost, and what it stands for; certificates that end. */
final class CabinetAlarmTest {
  private static final AlarmKey CABINET = ContainmentRules.CABINET_LOST;
  private static final int SLOTS = 3;

  private final World world = new World();

  private void boot(int chassis, String boot) {
    for (int slot = 1; slot <= SLOTS; slot++) {
      world.boot(chassis + "." + slot, 1, boot + chassis + slot);
    }
  }

  private void report(int chassis, String boot) {
    for (int slot = 1; slot <= SLOTS; slot++) {
      world.report(chassis + "." + slot, boot + chassis + slot);
      // Agents do not report all at once.
      world.pass(Duration.ofMillis(60));
    }
  }

  /** So long nothing is heard but of these chassis. */
  private void silence(Duration time, int... alive) {
    Instant end = world.now.plus(time);
    while (world.now.isBefore(end)) {
      for (int chassis : alive) {
        report(chassis, "b");
      }
      world.pass(Duration.ofMillis(250));
    }
  }

  private void threeChassis() {
    for (int chassis = 1; chassis <= 3; chassis++) {
      boot(chassis, "b");
    }
    for (int chassis = 1; chassis <= 3; chassis++) {
      report(chassis, "b");
    }
  }

  private List<String> told() {
    return world.cabinet.notifications().values().stream()
        .map(n -> n.kind() + " " + Objects.requireNonNull(n.alarm()).key())
        .toList();
  }

  @Test
  void allChassisLostIsOneAlarmAndEverythingElseIsSuppressed() {
    threeChassis();
    silence(Duration.ofSeconds(20));
    assertThat(told()).containsExactly("RAISED cabinetLost cabinet");
    assertThat(world.cabinet.alarmState().suppressed()).hasSize(3 + 3 * SLOTS);
    assertThat(world.cabinet.alarmState().suppressed().keySet())
        .contains(
            new AlarmKey(AlarmType.CHASSIS_LOST, "chassis 1"),
            new AlarmKey(AlarmType.CHASSIS_LOST, "chassis 3"),
            new AlarmKey(AlarmType.CARD_LOST, "card 2.2"));
    assertThat(world.cabinet.alarmState().suppressed().values())
        .filteredOn(s -> s.key().type() == AlarmType.CHASSIS_LOST)
        .allMatch(s -> s.by().equals(CABINET));
  }

  @Test
  void oneChassisOfThreeIsTheLossOfAChassisAsSoonAsItIsKnown() {
    threeChassis();
    silence(Duration.ofSeconds(9), 2, 3);
    assertThat(told()).containsExactly("RAISED chassisLost chassis 1");
    silence(Duration.ofSeconds(20), 3);
    assertThat(world.alarms())
        .containsExactlyInAnyOrder("chassisLost chassis 1", "chassisLost chassis 2");
  }

  @Test
  void chassisThatWasLostBeforeTheCabinetStaysAsItIs() {
    threeChassis();
    silence(Duration.ofSeconds(20), 2, 3);
    assertThat(world.alarms()).containsExactly("chassisLost chassis 1");
    silence(Duration.ofSeconds(20));
    assertThat(world.alarms())
        .containsExactlyInAnyOrder("chassisLost chassis 1", "cabinetLost cabinet");
    assertThat(told())
        .containsExactly("RAISED chassisLost chassis 1", "RAISED cabinetLost cabinet");
  }

  @Test
  void chassisThatIsStillLostWhenTheCabinetCameBackIsRaisedThen() {
    threeChassis();
    silence(Duration.ofSeconds(20));
    boot(1, "b");
    boot(2, "b");
    world.settle();
    assertThat(told()).containsExactly("RAISED cabinetLost cabinet", "CLEARED cabinetLost cabinet");
    silence(Duration.ofSeconds(80), 1, 2);
    assertThat(world.alarms()).as("it may still start").isEmpty();
    silence(Duration.ofSeconds(15), 1, 2);
    assertThat(world.alarms()).containsExactly("chassisLost chassis 3");
    assertThat(world.cabinet.alarmState().suppressed().values())
        .hasSize(SLOTS)
        .allMatch(s -> s.key().type() == AlarmType.CARD_LOST);
  }

  @Test
  void everyRaiseHasOneClearOverRestartsOfTheEngineAndRepeatedLosses() {
    threeChassis();
    for (int i = 0; i < 3; i++) {
      silence(Duration.ofSeconds(20));
      world.conductor = World.newConductor();
      world.settle();
      for (int chassis = 1; chassis <= 3; chassis++) {
        boot(chassis, "b");
      }
      world.settle();
      report(1, "b");
    }
    assertThat(world.alarms()).isEmpty();
    assertThat(world.cabinet.alarmState().suppressed()).isEmpty();
    assertThat(told())
        .hasSize(6)
        .allMatch(t -> t.endsWith("cabinetLost cabinet"))
        .filteredOn(t -> t.startsWith("RAISED"))
        .hasSize(3);
  }

  @Test
  void cabinetWithOneChassisInUseHasTheAlarmOfItsChassis() {
    boot(1, "b");
    report(1, "b");
    silence(Duration.ofSeconds(20));
    assertThat(told()).containsExactly("RAISED chassisLost chassis 1");
  }

  @Test
  void cardAloneInItsChassisThatLivesIsACabinetThatLives() {
    threeChassis();
    world.boot("4.1", 1, "alone");
    for (int i = 0; i < 60; i++) {
      world.report("4.1", "alone");
      world.pass(Duration.ofMillis(500));
    }
    assertThat(world.alarms())
        .containsExactlyInAnyOrder(
            "chassisLost chassis 1", "chassisLost chassis 2", "chassisLost chassis 3");
  }

  @Test
  void chassisThatAreTakenOutOfUseOneAfterTheOtherAreNoLossOfTheCabinet() {
    threeChassis();
    for (int chassis = 1; chassis <= 3; chassis++) {
      for (int slot = 1; slot <= SLOTS; slot++) {
        world.apply(
            new Change.CardStateChanged(
                at(chassis + "." + slot), CardState.ABSENT, "taken out of its slot"));
      }
    }
    world.settle();
    assertThat(world.alarms()).doesNotContain("cabinetLost cabinet");
  }

  @Test
  void proxiesAndTheAlarmsOfServicesStandForThemselves() {
    threeChassis();
    world.boot("0.4", 1, "p", CardRole.PROXY);
    world.create("shop", 2);
    world.generate("shop");
    Objects.requireNonNull(world.cabinet.services().get("shop")).placements().stream()
        .map(p -> p.position().toString())
        .toList()
        .forEach(world::obey);
    world.settle();
    silence(Duration.ofSeconds(25));
    assertThat(world.alarms())
        .contains("cabinetLost cabinet", "proxyLost card 0.4", "serviceDown service shop");
    Alarm down = world.cabinet.alarms().get(new AlarmKey(AlarmType.SERVICE_DOWN, "service shop"));
    assertThat(Objects.requireNonNull(down).rootCause()).isEqualTo("cabinetLost cabinet");
  }

  private void certified(String position, CardRole role, Duration left) {
    world.boot(position, 1, "boot " + position, role);
    CardPosition card = at(position);
    world.apply(new Change.CardEnrolled(card, World.mac(card, 1), "1f", world.now.plus(left)));
    world.settle();
  }

  @Test
  void certificateThatWasNotRenewedForAMonthIsToldAndClearedWhenItIs() {
    certified("0.4", CardRole.PROXY, Duration.ofDays(61));
    certified("1.3", CardRole.SERVER, Duration.ofDays(61));
    assertThat(world.alarms()).isEmpty();
    Instant end = world.now.plus(Duration.ofDays(61));
    world.now = world.now.plus(Duration.ofDays(1)).plusSeconds(1);
    world.observations = new io.cade.engine.observe.Observations();
    world.listeningSince = world.now;
    world.settle();
    assertThat(world.alarms())
        .containsExactly("certificateEnding card 0.4", "certificateEnding card 1.3");
    AlarmKey key = new AlarmKey(AlarmType.CERTIFICATE_ENDING, "card 0.4");
    assertThat(Objects.requireNonNull(world.cabinet.alarms().get(key)).text())
        .contains("PROXY card 0.4")
        .contains(end.toString());

    world.apply(
        new Change.CertificateChange.Renewed(
            at("0.4"), "2f", world.now.plus(Duration.ofDays(365))));
    world.settle();
    assertThat(world.alarms()).as("issued is not used").hasSize(2);
    world.apply(new Change.CertificateChange.Proven(at("0.4"), "2f"));
    world.settle();
    assertThat(world.alarms()).containsExactly("certificateEnding card 1.3");
  }

  @Test
  void clockThatIsADayWrongTellsOfNoCertificate() {
    certified("1.3", CardRole.SERVER, Duration.ofDays(365));
    for (int days : new int[] {1, -2, 1, 1}) {
      world.now = world.now.plus(Duration.ofDays(days));
      world.listeningSince = world.now;
      world.settle();
      assertThat(world.alarms()).doesNotContain("certificateEnding card 1.3");
    }
  }

  @Test
  void cardThatIsAwayHasTheAlarmOfItsLossOnly() {
    certified("1.3", CardRole.SERVER, Duration.ofDays(61));
    certified("1.4", CardRole.SERVER, Duration.ofDays(365));
    for (int i = 0; i < 20; i++) {
      world.report("1.4", "boot 1.4");
      world.pass(Duration.ofSeconds(1));
    }
    assertThat(world.state("1.3")).isEqualTo(CardState.FAILED);
    world.now = world.now.plus(Duration.ofDays(2));
    world.report("1.4", "boot 1.4");
    world.settle();
    assertThat(world.alarms()).containsExactly("cardLost card 1.3");
  }
}
