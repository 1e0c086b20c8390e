package io.cade.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.SensorReading.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ThresholdBookTest {
  private static final SensorThreshold HEAT = SensorThreshold.high(Kind.CELSIUS, 65, 75, 85, 5);

  private static SensorLevel level(SensorLevel before, double value) {
    return ThresholdBook.levelOf(HEAT, before, value);
  }

  @Test
  void aLevelBeginsAtItsLimitAndEndsBehindTheHysteresis() {
    assertThat(level(SensorLevel.NORMAL, 64.9)).isEqualTo(SensorLevel.NORMAL);
    assertThat(level(SensorLevel.NORMAL, 65)).isEqualTo(SensorLevel.HIGH_WARNING);
    assertThat(level(SensorLevel.NORMAL, 90)).isEqualTo(SensorLevel.HIGH_CRITICAL);
    assertThat(level(SensorLevel.HIGH_MAJOR, 70)).isEqualTo(SensorLevel.HIGH_MAJOR);
    assertThat(level(SensorLevel.HIGH_MAJOR, 69.9)).isEqualTo(SensorLevel.HIGH_WARNING);
    assertThat(level(SensorLevel.HIGH_CRITICAL, 79.9)).isEqualTo(SensorLevel.HIGH_MAJOR);
    assertThat(level(SensorLevel.HIGH_WARNING, 60)).isEqualTo(SensorLevel.HIGH_WARNING);
    assertThat(level(SensorLevel.HIGH_WARNING, 59.9)).isEqualTo(SensorLevel.NORMAL);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void noValueThatStaysWithinTheHysteresisChangesALevelTwice(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      SensorThreshold t = any(random);
      SensorLevel before =
          random.nextInt(4) == 0
              ? SensorLevel.NORMAL
              : SensorLevel.of(
                  List.of(Severity.values()).get(random.nextInt(4)), random.nextBoolean());
      double value = random.nextDouble() * 140 - 20;
      SensorLevel after = ThresholdBook.levelOf(t, before, value);
      assertThat(ThresholdBook.levelOf(t, after, value)).as("seed %d", seed).isEqualTo(after);
      assertThat(t.limit(after) != null || after == SensorLevel.NORMAL).isTrue();
      SensorLevel fresh = ThresholdBook.levelOf(t, SensorLevel.NORMAL, value);
      if (fresh != SensorLevel.NORMAL) {
        assertThat(after.isHigh()).as("seed %d", seed).isEqualTo(fresh.isHigh());
        assertThat(after.distance()).isGreaterThanOrEqualTo(fresh.distance());
      }
      if (after != SensorLevel.NORMAL) {
        // A touch back from where the level began does not end it.
        double limit = Objects.requireNonNull(t.limit(after));
        double nearly = limit + (after.isHigh() ? -1 : 1) * t.hysteresis() * 0.99;
        if (nearly != limit) {
          SensorLevel held = ThresholdBook.levelOf(t, after, nearly);
          assertThat(held.distance()).isGreaterThanOrEqualTo(after.distance());
        }
      }
    }
  }

  private static SensorThreshold any(Random random) {
    double low = 10 + random.nextInt(10);
    double high = 60 + random.nextInt(20);
    return new SensorThreshold(
        new SensorThreshold.Key(Kind.CELSIUS, "*", "", ""),
        random.nextBoolean() ? low - 10 : null,
        random.nextBoolean() ? low - 5 : null,
        random.nextBoolean() ? low : null,
        random.nextBoolean() ? high : null,
        random.nextBoolean() ? high + 10 : null,
        random.nextBoolean() ? high + 20 : null,
        random.nextInt(5),
        1,
        Duration.ZERO);
  }

  @Test
  void theMostPreciseThresholdCounts() {
    SensorThreshold named =
        HEAT.with(new SensorThreshold.Key(Kind.CELSIUS, "cpu*", "", ""), Map.of("highMajor", "80"));
    SensorThreshold model =
        HEAT.with(new SensorThreshold.Key(Kind.CELSIUS, "*", "B2", ""), Map.of("highMajor", "81"));
    SensorThreshold place =
        HEAT.with(
            new SensorThreshold.Key(Kind.CELSIUS, "*", "", "card 1.3"), Map.of("highMajor", "82"));
    ThresholdBook book = ThresholdBook.standard().over(List.of(named, model, place));
    assertThat(major(book, "board", "B1", "card 1.1")).isEqualTo(75);
    assertThat(major(book, "cpu1", "B1", "card 1.1")).isEqualTo(80);
    assertThat(major(book, "cpu1", "B2", "card 1.1")).isEqualTo(81);
    assertThat(major(book, "cpu1", "B2", "card 1.3")).isEqualTo(82);
    assertThat(book.of(Kind.WATTS, "in", "", "chassis 1")).isNull();
  }

  private static double major(ThresholdBook book, String name, String model, String at) {
    SensorThreshold t = Objects.requireNonNull(book.of(Kind.CELSIUS, name, model, at));
    return Objects.requireNonNull(t.highMajor());
  }

  @Test
  void whatMakesNoSenseIsRefusedAndNamed() {
    SensorThreshold.Key key = HEAT.key();
    for (Map<String, String> wrong :
        List.of(
            Map.of("highMajor", "60"),
            Map.of("highMajor", "hot"),
            Map.of("hysteresis", "-1"),
            Map.of("readings", "0"),
            Map.of("hold", "7200"),
            Map.of("lowWarning", "58"),
            Map.of("highest", "99"))) {
      assertThatThrownBy(() -> HEAT.with(key, wrong)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(HEAT.with(key, Map.of("highWarning", "")).highWarning()).isNull();
    assertThat(SensorThreshold.Key.parse(key.toString())).isEqualTo(key);
  }
}
