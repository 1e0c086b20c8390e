package io.cade.engine.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.SensorReading;
import io.cade.engine.change.Decision;
import io.cade.engine.change.SteppedChangeWriter;
import io.cade.engine.log.MemoryChangeLog;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.ServiceVersion;
import io.cade.engine.model.Severity;
import io.cade.engine.model.ThresholdBook;
import io.cade.engine.observe.Observations;
import io.cade.engine.operate.AnyContent;
import io.cade.engine.operate.ContentStore;
import io.cade.engine.operate.Operations;
import io.cade.mib.CabinetCommand;
import io.cade.mib.CabinetControl;
import io.cade.mib.ManagerRole;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineControlTest {
  private static final AlarmKey FIRST = new AlarmKey(AlarmType.CARD_LOST, "card 1.1");
  private static final AlarmKey SECOND = new AlarmKey(AlarmType.CARD_LOST, "card 1.2");

  private final InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-21T12:00:00Z"));
  private final SteppedChangeWriter writer =
      new SteppedChangeWriter(new MemoryChangeLog(), clock, Cabinet.empty());
  private final Observations observations = new Observations();

  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  @SuppressWarnings("NullAway.Init") // by raise()
  private EngineControl control;

  @BeforeEach
  void raise() throws Exception {
    var operations =
        new Operations(
            writer,
            ContentStore.open(folder),
            new AnyContent(),
            28,
            Runnable::run,
            observations::snapshot,
            ThresholdBook.standard());
    control =
        new EngineControl(operations.combined(), writer::current, observations::snapshot, clock);
    var _ =
        writer.submit((cabinet, now) ->
            Decision.of(
                true,
                new Change.AlarmRaised(FIRST, Severity.MAJOR, "one"),
                new Change.AlarmRaised(SECOND, Severity.MAJOR, "two")));
    writer.step();
  }

  private Alarm alarm(AlarmKey key) {
    return Objects.requireNonNull(writer.current().alarms().get(key));
  }

  private CabinetCommand acknowledge(AlarmKey key) {
    return new CabinetCommand.AlarmAcknowledge(alarm(key).sequence());
  }

  @Test
  void answerComesWhenTheChangeIsDurable() {
    var stage =
        control
            .carryOut(List.of(acknowledge(FIRST), acknowledge(SECOND)), "noc", ManagerRole.OPERATOR)
            .toCompletableFuture();
    assertThat(stage).isNotDone();
    assertThat(alarm(FIRST).acknowledgedBy()).isEmpty();
    writer.step();
    assertThat(stage).isCompletedWithValue(new CabinetControl.Done());
    assertThat(alarm(FIRST).acknowledgedBy()).isEqualTo("snmp:noc");
    assertThat(alarm(SECOND).acknowledgedBy()).isEqualTo("snmp:noc");
  }

  @Test
  void whenOneIsRefusedNoneIsDone() {
    var commands = List.of(acknowledge(FIRST), new CabinetCommand.AlarmAcknowledge(4711));
    assertThat(control.check(commands, "noc", ManagerRole.OPERATOR))
        .isInstanceOfSatisfying(
            CabinetControl.Refused.class,
            refused -> {
              assertThat(refused.command()).isEqualTo(1);
              assertThat(refused.cause()).isEqualTo(CabinetControl.Cause.CONFLICT);
            });
    var stage = control.carryOut(commands, "noc", ManagerRole.OPERATOR).toCompletableFuture();
    writer.step();
    writer.step(); // the record of the refusal
    assertThat(stage.join())
        .isInstanceOfSatisfying(
            CabinetControl.Refused.class, refused -> assertThat(refused.command()).isEqualTo(1));
    assertThat(alarm(FIRST).acknowledgedBy()).isEmpty();
  }

  private void cardWithASensor() {
    CardPosition at = new CardPosition(1, 3);
    MacAddress mac = new MacAddress("02:00:00:01:03:01");
    var _ =
        writer.submit(
            (cabinet, now) -> Decision.of(true, new Change.CardSeated(at, CardRole.SERVER, mac)));
    writer.step();
    observations.heard(
        new Report(
            at,
            "b1",
            List.of(),
            List.of(
                new SensorReading(
                    "board.temperature",
                    SensorReading.Kind.CELSIUS,
                    40,
                    SensorReading.Quality.OK,
                    "",
                    clock.instant())),
            null),
        clock.instant());
  }

  @Test
  void limitsOfOneSensorNeedMakeSenseOnlyTogether() {
    cardWithASensor();
    // Each alone would stand on the wrong side of the other's present value.
    List<CabinetCommand> commands =
        List.of(
            new CabinetCommand.ThresholdSet(1, 3, 1, CabinetCommand.Threshold.HIGH_WARNING, 800),
            new CabinetCommand.CardLocate(1, 3, true),
            new CabinetCommand.ThresholdSet(1, 3, 1, CabinetCommand.Threshold.HIGH_MAJOR, 850),
            new CabinetCommand.ThresholdSet(1, 3, 1, CabinetCommand.Threshold.HIGH_CRITICAL, 900));
    assertThat(control.check(commands.subList(0, 1), "noc", ManagerRole.OPERATOR))
        .isInstanceOfSatisfying(
            CabinetControl.Refused.class,
            refused -> assertThat(refused.cause()).isEqualTo(CabinetControl.Cause.CONFLICT));
    assertThat(
            control.check(
                List.of(
                    commands.get(1),
                    new CabinetCommand.ThresholdSet(
                        1, 3, 1, CabinetCommand.Threshold.HIGH_CRITICAL, 10_000_001)),
                "noc",
                ManagerRole.OPERATOR))
        .as("never a good value")
        .isInstanceOfSatisfying(
            CabinetControl.Refused.class,
            refused -> {
              assertThat(refused.cause()).isEqualTo(CabinetControl.Cause.BAD_VALUE);
              assertThat(refused.command()).isEqualTo(1);
            });
    assertThat(control.check(commands, "noc", ManagerRole.OPERATOR))
        .isEqualTo(new CabinetControl.Done());
    var stage = control.carryOut(commands, "noc", ManagerRole.OPERATOR).toCompletableFuture();
    writer.step();
    assertThat(stage).isCompletedWithValue(new CabinetControl.Done());
    assertThat(writer.current().card(new CardPosition(1, 3)).orElseThrow().locate()).isTrue();
    assertThat(writer.current().alarmState().thresholds().values())
        .singleElement()
        .satisfies(t -> {
          assertThat(t.highWarning()).isEqualTo(80);
          assertThat(t.highCritical()).isEqualTo(90);
          assertThat(t.key().at()).isEqualTo("card 1.3");
        });
  }

  @Test
  void whatIsNotThereIsAConflictThatNamesItsPlaceInTheSet() {
    cardWithASensor();
    assertThat(
            control.check(
                List.of(
                    new CabinetCommand.CardLocate(1, 3, true),
                    new CabinetCommand.ThresholdSet(
                        1, 3, 9, CabinetCommand.Threshold.HYSTERESIS, 10)),
                "noc",
                ManagerRole.OPERATOR))
        .isInstanceOfSatisfying(
            CabinetControl.Refused.class,
            refused -> {
              assertThat(refused.command()).isEqualTo(1);
              assertThat(refused.cause()).isEqualTo(CabinetControl.Cause.CONFLICT);
            });
    assertThat(
            control.check(
                List.of(new CabinetCommand.CardAssign(1, 3, "nothing")),
                "noc",
                ManagerRole.OPERATOR))
        .isInstanceOf(CabinetControl.Refused.class);
  }

  private void shop() {
    var _ =
        writer.submit((cabinet, now) ->
            Decision.of(
                true,
                new Change.ServiceCreated(
                    7,
                    new ServiceDefinition(
                        "shop", "static-site", List.of("shop.example"), 1, "sha256:1")),
                new Change.PackageGenerated("shop", "sha256:p1", 10),
                new Change.ServicePhaseChanged("shop", ServicePhase.ANNOUNCED, ""),
                new Change.VersionAdded(
                    "shop", new ServiceVersion(2, "sha256:2", "sha256:p2", 10, now, "ann", ""))));
    writer.step();
  }

  private CabinetControl.Outcome set(CabinetCommand command) {
    var stage =
        control.carryOut(List.of(command), "noc", ManagerRole.OPERATOR).toCompletableFuture();
    writer.step();
    writer.step();
    return stage.join();
  }

  @Test
  void aVersionIsStartedAndStoppedAndNonsenseIsRefused() {
    shop();
    assertThat(set(new CabinetCommand.RollService(7, 2))).isEqualTo(new CabinetControl.Done());
    Rollout rollout = writer.current().service("shop").orElseThrow().rollout().orElseThrow();
    assertThat(rollout.to()).isEqualTo(2);
    assertThat(rollout.by()).isEqualTo("snmp:noc");
    assertThat(set(new CabinetCommand.RollService(7, 2)))
        .as("it is on its way")
        .isInstanceOf(CabinetControl.Refused.class);
    assertThat(set(new CabinetCommand.RollService(7, 0))).isEqualTo(new CabinetControl.Done());
    assertThat(writer.current().service("shop").orElseThrow().rollout()).isEmpty();
    for (CabinetCommand nonsense :
        List.of(
            new CabinetCommand.RollService(7, 0),
            new CabinetCommand.RollService(7, 1),
            new CabinetCommand.RollService(7, 9),
            new CabinetCommand.RollService(8, 1))) {
      assertThat(control.check(List.of(nonsense), "noc", ManagerRole.OPERATOR))
          .isInstanceOfSatisfying(
              CabinetControl.Refused.class,
              refused -> assertThat(refused.cause()).isEqualTo(CabinetControl.Cause.CONFLICT));
    }
  }
}
