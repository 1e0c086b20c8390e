package io.cade.engine.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.change.Decision;
import io.cade.engine.change.SteppedChangeWriter;
import io.cade.engine.log.MemoryChangeLog;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Severity;
import io.cade.mib.CabinetCommand;
import io.cade.mib.CabinetControl;
import io.cade.mib.ManagerRole;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EngineControlTest {
  private static final AlarmKey FIRST = new AlarmKey(AlarmType.CARD_LOST, "card 1.1");
  private static final AlarmKey SECOND = new AlarmKey(AlarmType.CARD_LOST, "card 1.2");

  private final InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-21T12:00:00Z"));
  private final SteppedChangeWriter writer =
      new SteppedChangeWriter(new MemoryChangeLog(), clock, Cabinet.empty());
  private final EngineControl control = new EngineControl(writer, new SnmpCommands(), clock);

  @BeforeEach
  void raise() {
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

  @Test
  void monitorChangesNothing() {
    var commands = List.of(acknowledge(FIRST));
    assertThat(control.check(commands, "graphs", ManagerRole.MONITOR))
        .isInstanceOfSatisfying(
            CabinetControl.Refused.class,
            refused -> assertThat(refused.cause()).isEqualTo(CabinetControl.Cause.NOT_ALLOWED));
    var _ = control.carryOut(commands, "graphs", ManagerRole.MONITOR);
    writer.step();
    assertThat(alarm(FIRST).acknowledgedBy()).isEmpty();
  }
}
