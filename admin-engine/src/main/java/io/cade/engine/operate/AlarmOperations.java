package io.cade.engine.operate;

import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.change.Transaction;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmQuery;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Change.AlarmChange;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.model.ReceiverCursor;
import io.cade.engine.model.Severity;
import io.cade.engine.model.ThresholdBook;
import io.cade.engine.observe.ReceiverStandings;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What can be done to alarms: clearing what only people can clear, trying the way to the operations
 * centre, and, by topic, thresholds and rules. Each action is on record. Thread-safe.
 */
public final class AlarmOperations {
  private final AuditedActions actions;
  private final ThresholdOperations thresholds;
  private final AlarmRuleOperations rules;
  private final ReceiverStandings standings = new ReceiverStandings();

  AlarmOperations(AuditedActions actions, ThresholdBook configured) {
    this.actions = actions;
    this.thresholds = new ThresholdOperations(actions, configured);
    this.rules = new AlarmRuleOperations(actions);
  }

  /**
   * How a receiver of notifications gets on.
   *
   * @param waiting notifications that it has not acknowledged
   * @param missed notifications that it will never get, because the log was full
   * @param trouble why it is behind; empty when it is not, or nothing is known against it
   * @param troubleSince when it first went wrong; null without trouble
   * @param nextTry when it is tried again; null without trouble or while a try is under way
   */
  public record ReceiverView(
      String name,
      long delivered,
      long waiting,
      long missed,
      String trouble,
      @Nullable Instant troubleSince,
      @Nullable Instant nextTry) {}

  /** The limits of sensors. */
  public ThresholdOperations thresholds() {
    return thresholds;
  }

  /** What is done by itself on alarms. */
  public AlarmRuleOperations rules() {
    return rules;
  }

  /** Where it is noted how the receivers get on. */
  public ReceiverStandings standings() {
    return standings;
  }

  /** Ends an alarm about an event. An alarm about a state ends when the state does. */
  public CompletionStage<Views.AlarmView> clear(Caller caller, long sequence) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "clear alarm " + sequence,
        true,
        (cabinet, now) -> {
          Alarm alarm = Operations.requireAlarm(cabinet, sequence);
          if (!alarm.key().type().endsAcknowledged()) {
            throw new Refusal(
                Refusal.Kind.CONFLICT,
                "alarm " + sequence + " tells of a state and ends with it; acknowledge it");
          }
          return Decision.of(
              AlarmInspection.view(alarm),
              new Change.AlarmCleared(alarm.key(), "cleared by " + caller.user()));
        });
  }

  /** Sends a notification to every receiver that says so. Its number is the result. */
  public CompletionStage<Long> test(Caller caller) {
    return actions.carryOut(
        caller, Role.OPERATOR, "send a test notification", true, testing(caller.user()));
  }

  /** What {@link #test} decides, without authorisation and record. */
  Transaction<Long> testing(String by) {
    return (cabinet, now) ->
        Decision.of(
            cabinet.nextNotification(),
            new AlarmChange.NotificationPosted(
                PendingNotification.Kind.TEST, "test by " + by, null, List.of()));
  }

  /** How the receivers get on. */
  public List<ReceiverView> receivers(Cabinet cabinet) {
    return cabinet.alarmState().receivers().values().stream().map(c -> view(cabinet, c)).toList();
  }

  private ReceiverView view(Cabinet cabinet, ReceiverCursor cursor) {
    ReceiverStandings.Standing standing = standings.of(cursor.receiver());
    return new ReceiverView(
        cursor.receiver(),
        cursor.delivered(),
        cabinet.nextNotification() - 1 - cursor.delivered(),
        cursor.missed(),
        standing.trouble(),
        standing.since(),
        standing.nextTry());
  }

  /**
   * A query of the history from its words.
   *
   * @throws Refusal INVALID when one of them makes no sense
   */
  public static AlarmQuery query(Map<String, String> given) throws Refusal {
    try {
      for (String key : given.keySet()) {
        if (!List.of("type", "source", "atLeast", "from", "until", "before", "limit")
            .contains(key)) {
          throw new IllegalArgumentException("unknown parameter '" + key + "'");
        }
      }
      long before = Long.parseLong(given.getOrDefault("before", Long.toString(Long.MAX_VALUE)));
      if (before < 1) {
        throw new IllegalArgumentException("before is " + before + "; alarms are counted from 1");
      }
      String type = given.get("type");
      String atLeast = given.get("atLeast");
      return new AlarmQuery(
          type == null ? null : AlarmType.of(type),
          given.getOrDefault("source", ""),
          atLeast == null ? null : severity(atLeast),
          instant(given.get("from")),
          instant(given.get("until")),
          before,
          Integer.parseInt(given.getOrDefault("limit", "100")));
    } catch (NumberFormatException e) {
      throw new Refusal(Refusal.Kind.INVALID, "limit and before must be a number");
    } catch (IllegalArgumentException e) {
      throw invalid(e);
    }
  }

  private static @Nullable Instant instant(@Nullable String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("'" + text + "' is no time like 2026-11-21T10:00:00Z", e);
    }
  }

  static Severity severity(String word) {
    for (Severity severity : Severity.values()) {
      if (severity.name().equalsIgnoreCase(word)) {
        return severity;
      }
    }
    throw new IllegalArgumentException(
        "'" + word + "' is no severity; there are critical, major, minor, warning");
  }

  static Refusal invalid(IllegalArgumentException e) {
    return new Refusal(Refusal.Kind.INVALID, Operations.cut(String.valueOf(e.getMessage())));
  }
}
