package io.cade.engine.model;

/**
 * What the next thing of a kind is numbered; no number is given twice.
 *
 * @param nextAlarm sequence of the next alarm
 * @param nextNotification sequence of the next notification
 * @param nextServiceIndex index of the next service
 * @param nextCommand id of the next command
 * @param nextSwap sequence of the next swap
 */
public record Counters(
    long nextAlarm, long nextNotification, int nextServiceIndex, long nextCommand, long nextSwap) {
  /** Of a module that nobody has touched. */
  public static final Counters FIRST = new Counters(1, 1, 1, 1, 1);
}
