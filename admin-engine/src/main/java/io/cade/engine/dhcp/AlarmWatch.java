package io.cade.engine.dhcp;

import io.cade.engine.change.Decision;
import io.cade.engine.change.Transaction;
import io.cade.engine.dhcp.policy.Network;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.PoolLease;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Ends the alarms of this room when their causes are over: a MAC address in two slots, and a slot's
 * address in use by another station, when nobody has complained for a time; addresses of a pool in
 * use, when none of it is locked any more. At most {@value #MAX} are remembered. Owned by the
 * service's loop.
 */
final class AlarmWatch {
  static final int MAX = 1024;

  private static final String SUBNET = "subnet ";

  private final Duration quiet;
  private final Instant began;
  private final Map<AlarmKey, Instant> lastHeard = new HashMap<>();

  AlarmWatch(Duration quiet, Instant began) {
    this.quiet = quiet;
    this.began = began;
  }

  /** There was cause for the alarm again. */
  void heard(AlarmKey key, Instant now) {
    if (lastHeard.size() < MAX || lastHeard.containsKey(key)) {
      lastHeard.put(key, now);
    }
  }

  /** Alarms whose cause is over. */
  List<AlarmKey> over(Cabinet cabinet, Instant now) {
    List<AlarmKey> over =
        cabinet.alarms().keySet().stream()
            .filter(
                k -> k.type() == AlarmType.DUPLICATE_MAC || k.type() == AlarmType.ADDRESS_CONFLICT)
            .filter(k -> isOver(k, cabinet, now))
            .toList();
    lastHeard.values().removeIf(at -> !at.plus(quiet).isAfter(now));
    return over;
  }

  private boolean isOver(AlarmKey key, Cabinet cabinet, Instant now) {
    if (key.type() == AlarmType.ADDRESS_CONFLICT && key.source().startsWith(SUBNET)) {
      Network network = Network.parse(key.source().substring(SUBNET.length()));
      return cabinet
          .poolLeases()
          .all()
          .subMap(network.base().number(), network.broadcast().number() + 1)
          .values()
          .stream()
          .noneMatch(l -> l.state() == PoolLease.State.LOCKED && l.isActive(now));
    }
    return !lastHeard.getOrDefault(key, began).plus(quiet).isAfter(now);
  }

  /** Ends an alarm, if it is still active. */
  static Transaction<Boolean> clear(AlarmKey key) {
    return (cabinet, now) ->
        cabinet.alarms().containsKey(key)
            ? Decision.of(true, new Change.AlarmCleared(key, "not seen again"))
            : Decision.nothing(false);
  }
}
