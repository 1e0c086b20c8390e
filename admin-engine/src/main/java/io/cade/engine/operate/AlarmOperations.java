package io.cade.engine.operate;

import io.cade.agent.wire.Setting;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmQuery;
import io.cade.engine.model.AlarmRule;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Change.AlarmChange;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.Severity;
import io.cade.engine.model.ThresholdBook;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What can be done to alarms: thresholds, rules, clearing what only people can clear, trying the
 * way to the operations centre. Each action is on record. Thread-safe.
 */
public final class AlarmOperations {
  private final AuditedActions actions;
  private final ThresholdBook configured;

  AlarmOperations(AuditedActions actions, ThresholdBook configured) {
    this.actions = actions;
    this.configured = configured;
  }

  /**
   * A threshold as it is shown.
   *
   * @param set whether an operator has set it; else it is of the configuration or a standard one
   */
  public record ThresholdView(
      String kind,
      String name,
      String model,
      String at,
      @Nullable Double lowCritical,
      @Nullable Double lowMajor,
      @Nullable Double lowWarning,
      @Nullable Double highWarning,
      @Nullable Double highMajor,
      @Nullable Double highCritical,
      double hysteresis,
      int readings,
      double holdSeconds,
      boolean set) {}

  /**
   * A rule as it is shown.
   *
   * @param acted how often it did something lately
   * @param last what came of it last, empty when it never acted
   */
  public record RuleView(
      String name,
      List<String> types,
      String source,
      Severity atLeast,
      String action,
      List<String> receivers,
      long everySeconds,
      int perHour,
      int acted,
      String last,
      @Nullable Instant lastAt) {}

  /** How far a receiver of notifications has got. */
  public record ReceiverView(String name, long delivered, long waiting) {}

  /** All thresholds that hold. */
  public List<ThresholdView> thresholds(Cabinet cabinet) {
    Map<SensorThreshold.Key, SensorThreshold> set = cabinet.alarmState().thresholds();
    return configured.over(set.values()).all().stream()
        .map(t -> view(t, set.containsKey(t.key())))
        .toList();
  }

  private static ThresholdView view(SensorThreshold t, boolean set) {
    SensorThreshold.Key k = t.key();
    return new ThresholdView(
        k.kind().name().toLowerCase(Locale.ROOT),
        k.name(),
        k.model(),
        k.at(),
        t.lowCritical(),
        t.lowMajor(),
        t.lowWarning(),
        t.highWarning(),
        t.highMajor(),
        t.highCritical(),
        t.hysteresis(),
        t.readings(),
        t.hold().toMillis() / 1000.0,
        set);
  }

  /**
   * Changes a threshold; what is not given stays as it is, or as it is for less precise sensors.
   *
   * @param given {@code kind}, {@code name}, {@code model}, {@code at}, and what {@link
   *     SensorThreshold#with} takes
   */
  public CompletionStage<ThresholdView> setThreshold(Caller caller, Map<String, String> given) {
    Map<String, String> values = new TreeMap<>(given);
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "set threshold " + Operations.cut(given.toString()),
        true,
        (cabinet, now) -> {
          SensorThreshold next;
          try {
            SensorThreshold.Key key = key(values);
            Map<SensorThreshold.Key, SensorThreshold> set = cabinet.alarmState().thresholds();
            if (!set.containsKey(key) && set.size() >= ThresholdBook.MAX_SET) {
              throw new Refusal(
                  Refusal.Kind.LIMIT, ThresholdBook.MAX_SET + " thresholds are set already");
            }
            SensorThreshold old =
                configured.over(set.values()).of(key.kind(), key.name(), key.model(), key.at());
            next = (old == null ? SensorThreshold.none(key) : old).with(key, limits(values));
          } catch (IllegalArgumentException e) {
            throw invalid(e);
          }
          return Decision.of(view(next, true), new AlarmChange.ThresholdSet(next));
        });
  }

  /** Takes a threshold away that was set; what the configuration says holds again. */
  public CompletionStage<Boolean> removeThreshold(Caller caller, Map<String, String> given) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "remove threshold " + Operations.cut(given.toString()),
        true,
        (cabinet, now) -> {
          SensorThreshold.Key key;
          try {
            key = key(given);
          } catch (IllegalArgumentException e) {
            throw invalid(e);
          }
          if (!cabinet.alarmState().thresholds().containsKey(key)) {
            throw new Refusal(Refusal.Kind.NOT_FOUND, "no such threshold is set: " + key);
          }
          return Decision.of(true, new AlarmChange.ThresholdRemoved(key.toString()));
        });
  }

  private static SensorThreshold.Key key(Map<String, String> values) {
    return new SensorThreshold.Key(
        SensorThreshold.kindOf(values.getOrDefault("kind", "")),
        values.getOrDefault("name", "*"),
        values.getOrDefault("model", ""),
        values.getOrDefault("at", ""));
  }

  private static Map<String, String> limits(Map<String, String> values) {
    Map<String, String> limits = new TreeMap<>(values);
    limits.keySet().removeAll(List.of("kind", "name", "model", "at"));
    return limits;
  }

  /** All rules by name. */
  public List<RuleView> rules(Cabinet cabinet) {
    return cabinet.alarmState().rules().values().stream().map(AlarmOperations::view).toList();
  }

  private static RuleView view(AlarmRule r) {
    AlarmRule.Firing last = r.firings().isEmpty() ? null : r.firings().getLast();
    return new RuleView(
        r.name(),
        r.types().stream().map(AlarmType::word).toList(),
        r.source(),
        r.atLeast(),
        r.action().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        r.receivers(),
        r.every().toSeconds(),
        r.perHour(),
        (int) r.firings().stream().filter(AlarmRule.Firing::acted).count(),
        last == null ? "" : last.source() + ": " + last.outcome(),
        last == null ? null : last.at());
  }

  /**
   * Adds a rule.
   *
   * @param given {@code name}, {@code types} and {@code receivers} (separated by commas), {@code
   *     source}, {@code atLeast}, {@code action}, {@code every}, {@code perHour}
   */
  public CompletionStage<RuleView> addRule(Caller caller, Map<String, String> given) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "add alarm rule " + Operations.cut(given.toString()),
        true,
        (cabinet, now) -> {
          AlarmRule rule;
          try {
            rule = rule(given);
          } catch (IllegalArgumentException e) {
            throw invalid(e);
          }
          if (cabinet.alarmState().rules().containsKey(rule.name())) {
            throw new Refusal(
                Refusal.Kind.CONFLICT, "there is a rule " + rule.name() + " already: remove it");
          }
          if (cabinet.alarmState().rules().size() >= AlarmRule.MAX_RULES) {
            throw new Refusal(Refusal.Kind.LIMIT, "there are " + AlarmRule.MAX_RULES + " rules");
          }
          for (String receiver : rule.receivers()) {
            if (!cabinet.alarmState().receivers().containsKey(receiver)) {
              throw new Refusal(
                  Refusal.Kind.INVALID,
                  "no receiver "
                      + receiver
                      + " is configured; there are "
                      + cabinet.alarmState().receivers().keySet());
            }
          }
          return Decision.of(view(rule), new AlarmChange.RuleSet(rule));
        });
  }

  private static AlarmRule rule(Map<String, String> given) {
    for (String key : given.keySet()) {
      if (!List.of("name", "types", "source", "atLeast", "action", "receivers", "every", "perHour")
          .contains(key)) {
        throw new IllegalArgumentException("unknown parameter '" + key + "'");
      }
    }
    Duration every = Setting.duration(given.getOrDefault("every", "10min"));
    if (every == null) {
      throw new IllegalArgumentException("every is no time like 30s, 10min or 2h");
    }
    int perHour;
    try {
      perHour = Integer.parseInt(given.getOrDefault("perHour", "6"));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("perHour is no number", e);
    }
    return new AlarmRule(
        given.getOrDefault("name", ""),
        words(given.getOrDefault("types", "")).stream().map(AlarmType::of).toList(),
        given.getOrDefault("source", "*"),
        severity(given.getOrDefault("atLeast", "warning")),
        action(given.getOrDefault("action", "")),
        words(given.getOrDefault("receivers", "")),
        every,
        perHour,
        0,
        List.of());
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      if (!word.isBlank()) {
        words.add(word.trim());
      }
    }
    return words;
  }

  private static AlarmRule.Action action(String word) {
    for (AlarmRule.Action action : AlarmRule.Action.values()) {
      if (action.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(word)) {
        return action;
      }
    }
    throw new IllegalArgumentException(
        "action is '" + word + "'; there are drain-card, restart-service, power-cycle, notify");
  }

  private static Severity severity(String word) {
    for (Severity severity : Severity.values()) {
      if (severity.name().equalsIgnoreCase(word)) {
        return severity;
      }
    }
    throw new IllegalArgumentException(
        "'" + word + "' is no severity; there are critical, major, minor, warning");
  }

  public CompletionStage<Boolean> removeRule(Caller caller, String name) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "remove alarm rule " + Operations.cut(name),
        true,
        (cabinet, now) -> {
          if (!cabinet.alarmState().rules().containsKey(name)) {
            throw new Refusal(Refusal.Kind.NOT_FOUND, "there is no rule " + Operations.cut(name));
          }
          return Decision.of(true, new AlarmChange.RuleRemoved(name));
        });
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
              Inspection.view(alarm),
              new Change.AlarmCleared(alarm.key(), "cleared by " + caller.user()));
        });
  }

  /** Sends a notification to every receiver that says so. Its number is the result. */
  public CompletionStage<Long> test(Caller caller) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "send a test notification",
        true,
        (cabinet, now) ->
            Decision.of(
                cabinet.nextNotification(),
                new AlarmChange.NotificationPosted(
                    PendingNotification.Kind.TEST, "test by " + caller.user(), null, List.of())));
  }

  /** How far the receivers have got. */
  public List<ReceiverView> receivers(Cabinet cabinet) {
    return cabinet.alarmState().receivers().values().stream()
        .map(c ->
            new ReceiverView(
                c.receiver(), c.delivered(), cabinet.nextNotification() - 1 - c.delivered()))
        .toList();
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
      String type = given.get("type");
      String atLeast = given.get("atLeast");
      return new AlarmQuery(
          type == null ? null : AlarmType.of(type),
          given.getOrDefault("source", ""),
          atLeast == null ? null : severity(atLeast),
          instant(given.get("from")),
          instant(given.get("until")),
          Long.parseLong(given.getOrDefault("before", Long.toString(Long.MAX_VALUE))),
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

  private static Refusal invalid(IllegalArgumentException e) {
    return new Refusal(Refusal.Kind.INVALID, Operations.cut(String.valueOf(e.getMessage())));
  }
}
