package io.cade.agent.run;

import java.util.OptionalDouble;

/**
 * How fast the fans shall turn, from the air that leaves the chassis and the reader's own board
 * (SPEC C5). A table with hysteresis: up at once, down only when it is {@value #HYSTERESIS_CELSIUS}
 * °C cooler, by at most {@value #MAX_DROP} a step. What cannot be measured is too hot. Owned by the
 * thread of its {@link SensorPoll}; no clock: a step is a second or so.
 */
final class FanCurve {
  static final double HYSTERESIS_CELSIUS = 2;
  static final double MAX_DROP = 0.05;

  private static final double[] OUTLET_CELSIUS = {30, 34, 38, 42, 46};
  private static final double[] BOARD_CELSIUS = {45, 50, 55, 60, 65};
  private static final double[] DRIVE = {0.30, 0.40, 0.50, 0.60, 0.80, 1.0};

  private int outletStep;
  private int boardStep;
  private double drive = 1;
  private String why = "full speed: no reading yet";

  /**
   * One step.
   *
   * @param outletCelsius of the leaving air, empty when it cannot be read
   * @param boardCelsius hottest of the reader's own card, empty when it cannot be read
   * @param fanFailed whether a fan stands or is slow: the others carry its part
   * @param floor that the engine asks for, 0 to 1: it knows the other cards' temperatures
   * @return the drive, 0 to 1
   */
  double step(
      OptionalDouble outletCelsius, OptionalDouble boardCelsius, boolean fanFailed, double floor) {
    if (outletCelsius.isEmpty()) {
      return full("full speed: the outlet temperature cannot be read");
    }
    outletStep = follow(outletStep, OUTLET_CELSIUS, outletCelsius.getAsDouble());
    boardStep =
        boardCelsius.isEmpty() ? 0 : follow(boardStep, BOARD_CELSIUS, boardCelsius.getAsDouble());
    if (fanFailed) {
      return full("full speed: a fan has failed");
    }
    double wanted = DRIVE[Math.max(outletStep, boardStep)];
    why = "automatic";
    if (floor > wanted) {
      wanted = floor;
      why = "raised by the engine";
    }
    drive = wanted >= drive ? wanted : Math.max(wanted, drive - MAX_DROP);
    return drive;
  }

  /** Why the fans turn as they do. */
  String why() {
    return why;
  }

  private double full(String cause) {
    why = cause;
    drive = 1;
    return drive;
  }

  private static int follow(int step, double[] limits, double celsius) {
    int next = step;
    while (next < limits.length && celsius >= limits[next]) {
      next++;
    }
    while (next > 0 && celsius < limits[next - 1] - HYSTERESIS_CELSIUS) {
      next--;
    }
    return next;
  }
}
