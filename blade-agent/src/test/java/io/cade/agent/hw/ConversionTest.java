package io.cade.agent.hw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Register values and what they mean, from the tables of the data sheets. */
class ConversionTest {

  @ParameterizedTest
  @CsvSource({
    // TI LM75, table 1
    "LM75, 0x7d00, 125",
    "LM75, 0x1900, 25",
    "LM75, 0x0080, 0.5",
    "LM75, 0x0000, 0",
    "LM75, 0xff80, -0.5",
    "LM75, 0xe700, -25",
    "LM75, 0xc900, -55",
    // bits below the ninth are not meant
    "LM75, 0x197f, 25",
    // NXP LM75B, table 9
    "LM75B, 0x7ee0, 126.875",
    "LM75B, 0x1920, 25.125",
    "LM75B, 0xffe0, -0.125",
    "LM75B, 0xc920, -54.875",
    // TMP102, tables 6 (12 bits) and 7 (13 bits, EM = 1)
    "TMP102, 0x7ff0, 127.9375",
    "TMP102, 0x0040, 0.25",
    "TMP102, 0xffc0, -0.25",
    "TMP102, 0xc900, -55",
    "TMP102, 0x4b01, 150",
    "TMP102, 0x0c81, 25",
    "TMP102, 0xe481, -55",
  })
  void temperatureWordsMeanWhatTheDataSheetsSay(String variant, String word, double celsius) {
    int signed = (short) (int) Integer.decode(word);
    assertThat(Lm75.decode(signed, Lm75.Variant.valueOf(variant))).isEqualTo(celsius);
  }

  @ParameterizedTest
  // Application note 17.4: a 2-pole fan over 5 edges.
  @CsvSource({"3932, 1, 1000", "7864, 2, 1000", "1966, 2, 4000", "1311, 2, 5999", "492, 8, 63938"})
  void tachometerCountsMeanTheSpeedOfTheApplicationNote(int count, int multiplier, double rpm) {
    assertThat(Emc2305.rpmOf(count, multiplier)).isCloseTo(rpm, within(1.0));
  }

  @Test
  void fullCountIsAStandingFanNotASlowOne() {
    assertThat(Emc2305.rpmOf(0x1fff, 2)).isZero();
    assertThat(Emc2305.rpmOf(0, 2)).isZero();
  }

  @Test
  void readingCannotHaveBothAValueAndACause() {
    Instant now = Instant.EPOCH;
    assertThat(Reading.ok("fan.1", SensorType.RPM, 0, now).cause()).isEmpty();
    assertThat(Reading.unavailable("fan.1", SensorType.RPM, "no acknowledge", now).cause())
        .contains("no acknowledge");
    assertThatThrownBy(
            () -> new Reading("fan.1", SensorType.RPM, 1, new Quality.Unavailable("gone"), now))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fan.1");
    assertThatThrownBy(() -> Reading.ok("fan.1", SensorType.RPM, Double.NaN, now))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
