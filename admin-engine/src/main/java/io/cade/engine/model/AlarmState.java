package io.cade.engine.model;

import java.util.SortedMap;

/**
 * What surrounds the active alarms of a {@link Cabinet}. Immutable.
 *
 * @param suppressed conditions that a greater alarm stands for; bounded by the sensors and slots
 * @param flaps raises of the last time, by alarm, at most {@value AlarmFlaps#MAX}
 * @param thresholds that operators have set, at most {@value ThresholdBook#MAX_SET}
 * @param receivers how far each receiver of notifications has got
 * @param rules by name, at most {@value AlarmRule#MAX_RULES}
 */
public record AlarmState(
    SortedMap<AlarmKey, SuppressedAlarm> suppressed,
    SortedMap<AlarmKey, AlarmFlaps> flaps,
    SortedMap<SensorThreshold.Key, SensorThreshold> thresholds,
    SortedMap<String, ReceiverCursor> receivers,
    SortedMap<String, AlarmRule> rules) {
  static AlarmState none() {
    return new AlarmState(
        SortedTree.empty(),
        SortedTree.empty(),
        SortedTree.empty(),
        SortedTree.empty(),
        SortedTree.empty());
  }
}
