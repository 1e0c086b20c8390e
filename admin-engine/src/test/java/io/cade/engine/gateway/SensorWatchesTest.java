package io.cade.engine.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SensorReading.Kind;
import io.cade.agent.wire.SensorWatch;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import io.cade.engine.model.Severity;
import io.cade.engine.model.ThresholdBook;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SensorWatchesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private final SensorWatches watches = new SensorWatches(ThresholdBook.standard());

  private static SensorReading reading(Kind kind, double value) {
    return new SensorReading("board", kind, value, SensorReading.Quality.OK, "", NOW);
  }

  private SensorWatch only(Cabinet cabinet, SensorReading reading) {
    List<SensorWatch> all =
        watches.of(
            cabinet,
            new Report(CardPosition.parse("1.1"), "b", List.of(), List.of(reading), null),
            false);
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  @Test
  void theNextLevelInBothDirectionsIsNews() {
    SensorWatch cool = only(Cabinet.empty(), reading(Kind.CELSIUS, 40));
    assertThat(cool).isEqualTo(new SensorWatch("board", Kind.CELSIUS, false, null, 65.0));
    assertThat(cool.isNews(reading(Kind.CELSIUS, 64.9))).isFalse();
    assertThat(cool.isNews(reading(Kind.CELSIUS, 65))).isTrue();
    CabinetBuilder builder = new CabinetBuilder(Cabinet.empty());
    builder.apply(
        new Change.AlarmRaised(
            new AlarmKey(AlarmType.TEMPERATURE_HIGH, "card 1.1 board"), Severity.MAJOR, "hot"),
        NOW);
    SensorWatch hot = only(builder.view(), reading(Kind.CELSIUS, 72));
    assertThat(hot).isEqualTo(new SensorWatch("board", Kind.CELSIUS, false, 70.0, 85.0));
  }

  @Test
  void whatWasJustReportedIsNoNewsAgain() {
    SensorWatch told = only(Cabinet.empty(), reading(Kind.CELSIUS, 78));
    assertThat(told.isNews(reading(Kind.CELSIUS, 78))).isFalse();
    assertThat(told.isNews(reading(Kind.CELSIUS, 85))).isTrue();
    SensorWatch fan = only(Cabinet.empty(), reading(Kind.RPM, 3000));
    assertThat(fan.isNews(reading(Kind.RPM, 599))).isTrue();
    assertThat(fan.isNews(reading(Kind.RPM, 601))).isFalse();
  }
}
