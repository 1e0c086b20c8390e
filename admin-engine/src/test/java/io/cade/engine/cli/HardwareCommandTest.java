package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.ChassisOutputs;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.FanStatus;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.agent.wire.SupplyStatus;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.operate.HardwareOperations;
import io.cade.engine.operate.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code card power}, {@code card locate} and {@code show chassis} against the real API server. */
@Timeout(120)
final class HardwareCommandTest {
  @TempDir Path dir;
  private final InstantSource clock = InstantSource.fixed(Desk.NOW);
  private final TestWriter writer = new TestWriter(clock);
  private ServedDesk served;
  private Desk desk;

  @BeforeEach
  void start() throws Exception {
    served = new ServedDesk(dir, ServedDesk.Wishes.of(writer, clock));
    desk = served.desk;
    for (int slot = 1; slot <= 3; slot++) {
      boot(slot);
    }
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  private static CardPosition at(int slot) {
    return new CardPosition(1, slot);
  }

  private void boot(int slot) {
    MacAddress mac = new MacAddress("02:00:00:00:01:0" + slot);
    writer.given(
        new Change.CardSeated(at(slot), CardRole.SERVER, mac),
        new Change.CardStateChanged(at(slot), CardState.BOOTING, ""),
        new Change.CardIntroduced(
            at(slot),
            CardRole.SERVER,
            "boot",
            new HardwareDescriptor("Cade", "blade", "S" + slot, mac, 2, 1L << 30, List.of(), 60),
            new SoftwareDescriptor("0.1", "card", "1", "Linux")),
        new Change.CardStateChanged(at(slot), CardState.AVAILABLE, ""));
  }

  /** What 1.1 reads of its chassis: supplies of 100 W, of which one may have failed. */
  private void chassisHeard(SupplyStatus... supplies) {
    served.observations.heard(
        new Report(
            at(1),
            "boot",
            List.of(),
            List.of(),
            new ChassisStatus(
                1,
                List.of(1, 2, 3),
                List.of(
                    reading("fan.1", SensorReading.Kind.RPM, 2400),
                    reading("supply.1.watts", SensorReading.Kind.WATTS, 88)),
                List.of(3),
                new ChassisOutputs(List.of(3), List.of(3), List.of(2), 0),
                List.of(
                    new FanStatus(1, 40, false, false, false),
                    new FanStatus(2, 40, true, false, false)),
                List.of(supplies),
                "automatic")),
        Desk.NOW);
  }

  private static SensorReading reading(String name, SensorReading.Kind kind, double value) {
    return new SensorReading(name, kind, value, SensorReading.Quality.OK, "", Desk.NOW);
  }

  private static SupplyStatus supply(int number, boolean good, int available) {
    return new SupplyStatus(number, good, "PS" + number, 100, available);
  }

  private Desk.Outcome power(String... words) {
    String[] all = new String[words.length + 2];
    all[0] = "card";
    all[1] = "power";
    System.arraycopy(words, 0, all, 2, words.length);
    return desk.run(all);
  }

  private Optional<PowerHold> hold(int slot) {
    return Optional.ofNullable(writer.current().card(at(slot)).orElseThrow().hold());
  }

  @Test
  void cardIsSwitchedOffInOrderAndOnAgain() {
    Desk.Outcome off = power("1.2", "off");
    assertThat(off.err()).isEmpty();
    assertThat(off.code()).isZero();
    assertThat(off.out()).contains("withheld").contains("operator");
    PowerHold hold = hold(2).orElseThrow();
    assertThat(hold.reason()).isEqualTo(PowerHold.Reason.OPERATOR);
    assertThat(hold.endsBy()).isEqualTo(Desk.NOW.plus(HardwareOperations.GRACE));
    assertThat(hold.back()).isNull();
    assertThat(hold.by()).isEqualTo(PeerEngine.USER);

    Desk.Outcome on = power("1.2", "on");
    assertThat(on.code()).isZero();
    assertThat(on.out()).doesNotContain("withheld");
    assertThat(hold(2)).isEmpty();
    assertThat(power("1.2", "on").code()).as("is on already").isZero();
    assertThat(writer.changes(Change.CardReleased.class)).hasSize(1);
  }

  @Test
  void switchedOnInTimeItsServicesAreOrderedAnewAndItsDrainStays() {
    writer.given(
        new Change.ServiceCreated(
            writer.current().nextServiceIndex(),
            new ServiceDefinition("shop", "static-site", List.of("s.example"), 1, "sha256:00")),
        new Change.CardsBound("shop", List.of(at(2))),
        new Change.CardStateChanged(at(2), CardState.ASSIGNED, ""),
        new Change.CardDrained(at(2), Desk.NOW.plusSeconds(600), "vera"));
    assertThat(power("1.2", "off").code()).isZero();
    writer.given(
        new Change.PlacementChanged(
            "shop", new Placement(at(2), Placement.State.ORDERED, "being stopped", "boot")));
    assertThat(power("1.2", "on").code()).isZero();
    assertThat(hold(2)).isEmpty();
    assertThat(writer.current().service("shop").orElseThrow().on(at(2)).orElseThrow().state())
        .isEqualTo(Placement.State.PENDING);
    assertThat(writer.current().card(at(2)).orElseThrow().drain())
        .as("somebody else's")
        .isNotNull();
  }

  @Test
  void cycleComesBackByItselfAndNowWaitsForNobody() {
    assertThat(power("1.3", "cycle", "--now").code()).isZero();
    PowerHold hold = hold(3).orElseThrow();
    assertThat(hold.reason()).isEqualTo(PowerHold.Reason.CYCLE);
    assertThat(hold.endsBy()).isEqualTo(Desk.NOW);
    assertThat(hold.back()).isEqualTo(Desk.NOW);

    Desk.Outcome again = power("1.3", "cycle");
    assertThat(again.code()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(again.err()).contains("switched off already");
  }

  @Test
  void lastCardOfAChassisIsSwitchedOffOnlyByForce() {
    assertThat(power("1.2", "off").code()).isZero();
    assertThat(power("1.3", "off").code()).isZero();
    Desk.Outcome last = power("1.1", "off");
    assertThat(last.code()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(last.err()).contains("--force").hasLineCount(1);
    assertThat(hold(1)).isEmpty();

    assertThat(power("1.1", "off", "--force").code()).isZero();
    assertThat(hold(1)).isPresent();
  }

  @Test
  void cardThatTheSuppliesCannotFeedStaysOffUntilTheyCan() {
    assertThat(power("1.3", "off").code()).isZero();
    chassisHeard(supply(1, true, 100), supply(2, false, 0));
    Desk.Outcome refused = power("1.3", "on");
    assertThat(refused.code()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(refused.err()).contains("60 W for cards", "120 W are taken", "may draw 60 W");
    assertThat(hold(3)).isPresent();

    chassisHeard(supply(1, true, 100), supply(2, true, 80));
    assertThat(power("1.3", "on").code()).as("warm air has taken 20 W of it").isEqualTo(5);

    chassisHeard(supply(1, true, 100), supply(2, true, 100), supply(3, true, 20));
    assertThat(power("1.3", "on").code()).isZero();
    assertThat(hold(3)).isEmpty();
  }

  @Test
  void openHandleIsStrongerThanAnOperator() {
    writer.given(
        new Change.CardHeld(
            at(2), PowerHold.Reason.HANDLE, Desk.NOW.plus(Duration.ofSeconds(60)), null, "handle"));
    Desk.Outcome on = power("1.2", "on");
    assertThat(on.code()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(on.err()).contains("handle of card 1.2 is open");
  }

  @Test
  void whatIsNotThereIsRefusedAndNothingIsOrdered() {
    Desk.Outcome never = power("1.9", "off");
    assertThat(never.code()).isEqualTo(ExitCode.FAILED.code());
    assertThat(never.err()).contains("no card was ever seen in slot 1.9");
    assertThat(power("0.4", "off").code()).isNotZero();
    assertThat(power("1.2", "half").code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(power("1.2").code()).isEqualTo(ExitCode.USAGE.code());
    writer.given(new Change.CardStateChanged(at(3), CardState.ABSENT, "pulled"));
    assertThat(power("1.3", "off").err()).contains("there is no card in slot 1.3");
    assertThat(writer.changes(Change.CardHeld.class)).isEmpty();
  }

  @Test
  void viewerMayLookButNotSwitch() throws Exception {
    served.sitsDown("vera", Role.VIEWER);
    chassisHeard(supply(1, true, 100));
    assertThat(desk.run("show", "chassis").code()).isZero();
    assertThat(power("1.2", "off").code()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(desk.run("card", "locate", "1.2", "on").code()).isEqualTo(4);
    assertThat(hold(2)).isEmpty();
    assertThat(writer.current().card(at(2)).orElseThrow().locate()).isFalse();
  }

  @Test
  void locateIsKeptAndSaidOnceOnly() {
    assertThat(desk.run("card", "locate", "1.2", "on").out()).contains("locate LED");
    assertThat(desk.run("card", "locate", "1.2", "on").code()).isZero();
    assertThat(writer.changes(Change.CardLocated.class)).hasSize(1);
    assertThat(desk.run("card", "show", "1.2").out()).contains("locate LED");
    assertThat(desk.run("card", "locate", "1.2", "off").out()).doesNotContain("locate LED");
    assertThat(desk.run("card", "locate", "1.2", "dim").code()).isEqualTo(2);
  }

  @Test
  void chassisAreShownWithEverythingThatWasRead() {
    assertThat(desk.run("show", "chassis").out()).contains("no chassis has been read yet");
    chassisHeard(supply(1, true, 90), supply(2, false, 0));
    assertThat(power("1.3", "off").code()).isZero();
    String page = desk.run("show", "chassis").out();
    assertThat(page)
        .containsPattern("reader +1\\.1\n")
        .containsPattern("open handles +3\n")
        .containsPattern("blue LED +3\n")
        .containsPattern("locate LED +2\n")
        .containsPattern("fan control +automatic\n")
        .containsPattern("fan 1 +2400 rpm at 40 %\n")
        .containsPattern("fan 2 +.*40 %, stalled\n")
        .containsPattern("supply 1 +good, 88 of 100 W \\(90 W in air as warm as now\\) PS1\n")
        .containsPattern("supply 2 +gives no power")
        .containsPattern("power budget +120 W of 50 W\n");
    assertThat(desk.run("show", "chassis", "--json").out()).contains("\"capacityWatts\"");
  }
}
