package io.cade.engine.snmp;

import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.Severity;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Active alarms by what they are about, so that a sensor, a card and a service find theirs without
 * looking through all. Immutable.
 */
final class AlarmIndex {
  private final Map<String, Severity> worst = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();

  AlarmIndex(Map<AlarmKey, Alarm> alarms) {
    for (Alarm alarm : alarms.values()) {
      String source = alarm.key().source();
      worst.merge(source, alarm.severity(), (a, b) -> a.compareTo(b) <= 0 ? a : b);
      counts.merge(place(source), 1, Integer::sum);
    }
  }

  /** {@code card 1.3} of {@code card 1.3 inlet}. */
  private static String place(String source) {
    int first = source.indexOf(' ');
    int second = first < 0 ? -1 : source.indexOf(' ', first + 1);
    return second < 0 ? source : source.substring(0, second);
  }

  /** The worst severity of the alarms about exactly this source, null if there are none. */
  @Nullable Severity worst(String source) {
    return worst.get(source);
  }

  /** Alarms about a place and what is in it: {@code card 1.3}, {@code service shop}. */
  int count(String place) {
    return counts.getOrDefault(place, 0);
  }
}
