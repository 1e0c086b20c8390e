package io.cade.agent.wire;

/**
 * What the fan controller says of one fan beside its speed, which is a reading.
 *
 * @param number 1 to 8
 * @param dutyPercent of its PWM output, whoever set it
 * @param stalled it stood although it was driven, since the last report or still
 * @param spinFailed it could not be started
 * @param driveFailed it does not reach the speed that its drive ought to give
 */
public record FanStatus(
    int number, int dutyPercent, boolean stalled, boolean spinFailed, boolean driveFailed) {
  public FanStatus {
    Limits.range("number", number, 1, 8);
    Limits.range("dutyPercent", dutyPercent, 0, 100);
  }
}
