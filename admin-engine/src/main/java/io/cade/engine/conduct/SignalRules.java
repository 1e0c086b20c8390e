package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.TrafficReport.SignalReport;
import io.cade.agent.wire.VisitorSignal;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.observe.Observed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Alarms about what visitors do, from what the proxies see (SPEC P8). The proxies raise and clear
 * with hysteresis; here it is only brought together: one alarm for a kind and a site (or a proxy),
 * however many networks and proxies see it.
 */
final class SignalRules {
  private static final Set<AlarmType> TYPES =
      EnumSet.of(
          AlarmType.VISITOR_FLOOD,
          AlarmType.SLOW_VISITORS,
          AlarmType.VISITOR_SCAN,
          AlarmType.CREDENTIAL_GUESSING);

  private static final int NAMED = 3;

  private SignalRules() {}

  static void apply(Cabinet cabinet, Observed observed, DueAlarms due) {
    Map<AlarmKey, List<SignalReport>> signals = new TreeMap<>();
    boolean allHeard = true;
    for (Card card : cabinet.cards().values()) {
      if (card.role() != CardRole.PROXY || !card.state().isAlive()) {
        continue;
      }
      Observed.ProxyHeard heard = observed.proxies().get(card.position());
      if (heard == null || !heard.report().bootId().equals(card.bootId())) {
        allHeard = false;
        continue;
      }
      for (SignalReport signal : heard.report().signals()) {
        signals
            .computeIfAbsent(key(cabinet, card.position(), signal), k -> new ArrayList<>())
            .add(signal);
      }
    }
    signals.forEach((key, list) -> due.add(key, text(list)));
    if (!allHeard) {
      // An engine that has just started has not heard of what is going on: that ends no alarm.
      for (Alarm alarm : cabinet.alarms().values()) {
        if (TYPES.contains(alarm.key().type())) {
          due.keep(alarm);
        }
      }
    }
  }

  private static AlarmKey key(Cabinet cabinet, CardPosition proxy, SignalReport signal) {
    AlarmType type =
        switch (signal.kind()) {
          case FLOOD -> AlarmType.VISITOR_FLOOD;
          case SLOW_HEADS -> AlarmType.SLOW_VISITORS;
          case SCAN -> AlarmType.VISITOR_SCAN;
          case CREDENTIAL_GUESSING -> AlarmType.CREDENTIAL_GUESSING;
        };
    boolean site = cabinet.services().containsKey(signal.service());
    return new AlarmKey(type, site ? "service " + signal.service() : "proxy " + proxy);
  }

  private static String text(List<SignalReport> signals) {
    Map<String, Long> networks = new TreeMap<>();
    signals.forEach(s -> networks.merge(s.network(), s.count(), Long::sum));
    long all = networks.values().stream().mapToLong(Long::longValue).sum();
    String named =
        networks.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(NAMED)
            .map(Map.Entry::getKey)
            .collect(Collectors.joining(", "));
    if (networks.size() > NAMED) {
      named += " and " + (networks.size() - NAMED) + " more networks";
    }
    VisitorSignal kind = signals.getFirst().kind();
    String first = networks.size() == 1 ? named : "a network";
    return switch (kind) {
      case FLOOD ->
          "%s: %d requests or connections refused lately for being too many; shut out with service access --deny %s if it is no customer, else raise service limits"
              .formatted(named, all, first);
      case SLOW_HEADS ->
          "%s: %d requests lately whose heads never ended hold connections; shut out with service access --everywhere --deny %s, or lower timeouts.head of the proxies"
              .formatted(named, all, first);
      case SCAN ->
          "%s: %d requests lately for what does not exist; look at the access log, and shut out with service access --deny %s"
              .formatted(named, all, first);
      case CREDENTIAL_GUESSING ->
          "%s: %d passwords refused lately; check the accounts that were tried, and shut out with service access --deny %s"
              .formatted(named, all, first);
    };
  }
}
