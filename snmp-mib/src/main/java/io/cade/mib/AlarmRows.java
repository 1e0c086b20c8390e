package io.cade.mib;

import java.util.List;

/**
 * Alarms in detail.
 *
 * @param details one for each active alarm, by sequence
 * @param suppressed by index
 * @param rules that are set
 * @param ruleActions how often rules acted lately
 */
public record AlarmRows(
    List<AlarmDetailRow> details, List<SuppressedRow> suppressed, int rules, long ruleActions) {
  /** Nothing. */
  public static final AlarmRows NONE = new AlarmRows(List.of(), List.of(), 0, 0);

  public AlarmRows {
    details = List.copyOf(details);
    suppressed = List.copyOf(suppressed);
  }
}
