package io.cade.engine.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Change;
import io.cade.engine.model.PendingNotification;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** entConfigChange (RFC 6933): at most one in five seconds, and none is forgotten. */
class ConfigurationWatchTest {
  private Instant now = Instant.parse("2026-11-21T10:00:00Z");
  private final InstantSource clock = () -> now;
  private final TestWriter writer = new TestWriter(clock);

  @BeforeEach
  void watch() {
    writer.listen(new ConfigurationWatch(writer, clock));
  }

  private void seat(int slot) {
    writer.given(
        new Change.CardSeated(
            new CardPosition(1, slot),
            CardRole.SERVER,
            new MacAddress("02:00:00:00:01:%02x".formatted(slot))));
  }

  private long told() {
    return writer.changes(Change.AlarmChange.NotificationPosted.class).stream()
        .filter(n -> n.kind() == PendingNotification.Kind.CONFIGURATION_CHANGE)
        .count();
  }

  @Test
  void aChassisFullOfCardsIsToldOnceAndTheRestAfterThePause() {
    for (int slot = 1; slot <= 14; slot++) {
      seat(slot);
    }
    assertThat(told()).isEqualTo(1);
    now = now.plus(ConfigurationWatch.PAUSE).minusMillis(1);
    seat(1);
    assertThat(told()).isEqualTo(1);
    now = now.plusMillis(1);
    // Any commit is an occasion: what was held back is told.
    writer.given(new Change.Audited("anna", "looked", "done"));
    assertThat(told()).isEqualTo(2);
    now = now.plus(Duration.ofHours(1));
    writer.given(new Change.Audited("anna", "looked again", "done"));
    assertThat(told()).isEqualTo(2);
  }

  @Test
  void whatIsNoPartOfTheCabinetIsNotTold() {
    AlarmKey key = new AlarmKey(AlarmType.FAN_FAILED, "chassis 1 fan1");
    writer.given(new Change.AlarmRaised(key, key.type().severity(), "stands still"));
    writer.given(new Change.AlarmCleared(key, "turns"));
    assertThat(told()).isZero();
  }

  @Test
  void everyOneIsInTheLogWithANumberOfItsOwn() {
    seat(1);
    now = now.plus(Duration.ofSeconds(6));
    seat(2);
    assertThat(writer.current().notifications().keySet()).containsExactly(1L, 2L);
  }
}
