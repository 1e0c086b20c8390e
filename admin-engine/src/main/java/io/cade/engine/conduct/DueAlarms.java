package io.cade.engine.conduct;

import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The alarms that ought to be active, as one pass finds them. Owned by the pass. */
final class DueAlarms {
  /**
   * One of them.
   *
   * @param rootCause key of the alarm that it follows from, as text, or empty
   * @param readAt of the reading that it comes from; null when it comes from none
   * @param readings so many readings must agree before it counts
   * @param hold and for so long
   */
  record Due(
      Severity severity,
      String text,
      String rootCause,
      @Nullable Instant readAt,
      int readings,
      Duration hold) {
    Due(Severity severity, String text, String rootCause) {
      this(severity, text, rootCause, null, 1, Duration.ZERO);
    }
  }

  private final Map<AlarmKey, Due> all = new TreeMap<>();

  void add(AlarmKey key, String text) {
    add(key, new Due(key.type().severity(), text, ""));
  }

  void add(AlarmKey key, Due due) {
    all.put(key, due);
  }

  /** An active alarm goes on as it is, unless it is known better. */
  void keep(Alarm alarm) {
    all.putIfAbsent(alarm.key(), new Due(alarm.severity(), alarm.text(), alarm.rootCause()));
  }

  /**
   * What is to be said about one of them.
   *
   * @throws IllegalArgumentException when it is none of them
   */
  Due get(AlarmKey key) {
    Due due = all.get(key);
    if (due == null) {
      throw new IllegalArgumentException(key + " is not due");
    }
    return due;
  }

  boolean contains(AlarmKey key) {
    return all.containsKey(key);
  }

  Map<AlarmKey, Due> all() {
    return Collections.unmodifiableMap(all);
  }
}
