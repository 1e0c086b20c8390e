package io.cade.engine.operate;

import io.cade.engine.change.Refusal;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmQuery;
import io.cade.engine.model.Cabinet;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/** What can be seen of alarms. Thread-safe; does not block, except {@link #history}. */
public final class AlarmInspection {
  private final Supplier<Cabinet> cabinet;
  private final AlarmHistory history;

  AlarmInspection(Supplier<Cabinet> cabinet, AlarmHistory history) {
    this.cabinet = cabinet;
    this.history = history;
  }

  /** Active alarms: worst first, then newest. */
  public List<Views.AlarmView> active() {
    return cabinet.get().alarms().values().stream()
        .sorted(
            Comparator.comparing(Alarm::severity)
                .thenComparing(Comparator.comparingLong(Alarm::sequence).reversed()))
        .map(AlarmInspection::view)
        .toList();
  }

  /**
   * Alarms of the past, newest first. Blocks.
   *
   * @throws Refusal INVALID when the limit is not 1 to {@value AlarmQuery#MAX_LIMIT}
   */
  public List<Views.AlarmView> history(AlarmQuery query) throws Refusal, IOException {
    if (query.limit() < 1 || query.limit() > AlarmQuery.MAX_LIMIT) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "limit is " + query.limit() + ", outside 1 to " + AlarmQuery.MAX_LIMIT);
    }
    return history.find(query).stream()
        .map(e ->
            new Views.AlarmView(
                e.sequence(),
                e.key().type().word(),
                e.key().source(),
                e.severity(),
                e.key().type().probableCause(),
                e.text(),
                e.raisedAt(),
                e.clearedAt(),
                e.acknowledgedBy(),
                e.acknowledgedAt(),
                "",
                "",
                ""))
        .toList();
  }

  static Views.AlarmView view(Alarm a) {
    return new Views.AlarmView(
        a.sequence(),
        a.key().type().word(),
        a.key().source(),
        a.severity(),
        a.key().type().probableCause(),
        a.text(),
        a.raisedAt(),
        null,
        a.acknowledgedBy(),
        a.acknowledgedAt(),
        a.rootCause(),
        a.flapping(),
        "");
  }

  /** Conditions that greater alarms stand for, in order of their keys. */
  public List<Views.AlarmView> suppressed() {
    return cabinet.get().alarmState().suppressed().values().stream()
        .map(s ->
            new Views.AlarmView(
                0,
                s.key().type().word(),
                s.key().source(),
                s.severity(),
                s.key().type().probableCause(),
                s.text(),
                s.since(),
                null,
                "",
                null,
                "",
                "",
                s.by().toString()))
        .toList();
  }
}
