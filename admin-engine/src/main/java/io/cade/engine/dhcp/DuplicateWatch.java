package io.cade.engine.dhcp;

import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Transaction;
import io.cade.engine.dhcp.decide.Alarms;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Remembers when a card with a MAC address that is in use elsewhere last asked, so that its alarm
 * can end once it has fallen silent. At most {@value #MAX} addresses. Owned by the service's loop.
 */
final class DuplicateWatch {
  static final int MAX = 1024;

  private final Duration quiet;
  private final Instant began;
  private final Map<AlarmKey, Instant> lastHeard = new HashMap<>();

  DuplicateWatch(Duration quiet, Instant began) {
    this.quiet = quiet;
    this.began = began;
  }

  void heard(MacAddress mac, Instant now) {
    AlarmKey key = Alarms.duplicate(mac);
    if (lastHeard.size() < MAX || lastHeard.containsKey(key)) {
      lastHeard.put(key, now);
    }
  }

  /** Alarms whose second card has been silent for long enough. */
  List<AlarmKey> over(Cabinet cabinet, Instant now) {
    List<AlarmKey> over =
        cabinet.alarms().keySet().stream()
            .filter(k -> k.type() == AlarmType.DUPLICATE_MAC)
            .filter(k -> !lastHeard.getOrDefault(k, began).plus(quiet).isAfter(now))
            .toList();
    lastHeard.values().removeIf(at -> !at.plus(quiet).isAfter(now));
    return over;
  }

  /** Ends an alarm, if it is still active. */
  static Transaction<Boolean> clear(AlarmKey key) {
    return (cabinet, now) ->
        cabinet.alarms().containsKey(key)
            ? Decision.of(true, new Change.AlarmCleared(key, "the second card fell silent"))
            : Decision.nothing(false);
  }
}
