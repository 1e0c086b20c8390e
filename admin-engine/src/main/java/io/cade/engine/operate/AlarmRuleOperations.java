package io.cade.engine.operate;

import io.cade.agent.wire.Setting;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.AlarmRule;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change.AlarmChange;
import io.cade.engine.model.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The rules "on this alarm do that": seen, added, removed. Each action is on record. Thread-safe.
 */
public final class AlarmRuleOperations {
  private final AuditedActions actions;

  AlarmRuleOperations(AuditedActions actions) {
    this.actions = actions;
  }

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

  /** All rules by name. */
  public List<RuleView> all(Cabinet cabinet) {
    return cabinet.alarmState().rules().values().stream().map(AlarmRuleOperations::view).toList();
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
  public CompletionStage<RuleView> add(Caller caller, Map<String, String> given) {
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
            throw AlarmOperations.invalid(e);
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
        AlarmOperations.severity(given.getOrDefault("atLeast", "warning")),
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

  /** Removes a rule. */
  public CompletionStage<Boolean> remove(Caller caller, String name) {
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
}
