package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class FanCurveTest {
  private static final OptionalDouble COOL = OptionalDouble.of(20);
  private static final OptionalDouble UNKNOWN = OptionalDouble.empty();

  private final FanCurve curve = new FanCurve();

  private double step(double outlet) {
    return curve.step(OptionalDouble.of(outlet), COOL, false, 0);
  }

  private double settled(double outlet) {
    double drive = 0;
    for (int i = 0; i < 30; i++) {
      drive = step(outlet);
    }
    return drive;
  }

  @Test
  void beginsAtFullSpeedAndComesDownSlowly() {
    double before = 1;
    for (int i = 0; i < 14; i++) {
      double drive = step(25);
      assertThat(before - drive).isBetween(0.0, FanCurve.MAX_DROP + 1e-9);
      before = drive;
    }
    assertThat(before).isCloseTo(0.30, within(1e-9));
    assertThat(curve.why()).isEqualTo("automatic");
  }

  @Test
  void goesUpAtOnceByTheTable() {
    assertThat(settled(25)).isCloseTo(0.30, within(1e-9));
    assertThat(step(30)).isEqualTo(0.40);
    assertThat(step(38.5)).isEqualTo(0.60);
    assertThat(step(46)).isEqualTo(1.0);
  }

  @Test
  void aTemperatureThatTremblesAtALimitDoesNotMoveTheFans() {
    settled(33.9);
    double drive = step(34);
    for (int i = 0; i < 20; i++) {
      assertThat(step(i % 2 == 0 ? 32.1 : 34.1)).isEqualTo(drive);
    }
    assertThat(settled(31.9)).isLessThan(drive);
  }

  @Test
  void theReadersOwnBoardCountsLikeTheOutlet() {
    settled(25);
    assertThat(curve.step(OptionalDouble.of(25), OptionalDouble.of(60), false, 0)).isEqualTo(0.80);
    assertThat(curve.step(OptionalDouble.of(25), UNKNOWN, false, 0)).isCloseTo(0.75, within(1e-9));
  }

  @Test
  void whatCannotBeMeasuredIsTooHot() {
    settled(25);
    assertThat(curve.step(UNKNOWN, COOL, false, 0)).isEqualTo(1);
    assertThat(curve.why()).contains("outlet");
    assertThat(step(25)).as("and comes down slowly afterwards").isCloseTo(0.95, within(1e-9));
  }

  @Test
  void theOthersCarryAFailedFansPart() {
    settled(25);
    assertThat(curve.step(OptionalDouble.of(25), COOL, true, 0)).isEqualTo(1);
    assertThat(curve.why()).contains("a fan has failed");
  }

  @Test
  void theEngineCanOnlyRaiseThem() {
    settled(25);
    assertThat(curve.step(OptionalDouble.of(25), COOL, false, 0.7)).isEqualTo(0.7);
    assertThat(curve.why()).isEqualTo("raised by the engine");
    assertThat(curve.step(OptionalDouble.of(46), COOL, false, 0.7)).isEqualTo(1);
    assertThat(curve.why()).isEqualTo("automatic");
  }
}
