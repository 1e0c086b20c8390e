package io.cade.engine.model;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** States of a card and the one table of its transitions (SPEC C3). */
public enum CardState {
  /** No card in the slot. */
  ABSENT,
  /** In the slot, without power. */
  OFF,
  /** Asked for its address; has not introduced itself yet. */
  BOOTING,
  /** Introduced itself; no service is bound to it. */
  AVAILABLE,
  /** A service is bound to it but does not run there yet. */
  ASSIGNED,
  /** Its services run. */
  RUNNING,
  /** Runs with a fault that does not stop it. */
  DEGRADED,
  /** Silent or broken. */
  FAILED,
  /** Its software is being replaced. */
  UPDATING,
  /** Locked away: identity or behaviour cannot be trusted. */
  QUARANTINED;

  private static final Map<CardState, Set<CardState>> TRANSITIONS = table();

  private static Map<CardState, Set<CardState>> table() {
    Map<CardState, Set<CardState>> to = new EnumMap<>(CardState.class);
    to.put(ABSENT, EnumSet.of(OFF, BOOTING, QUARANTINED));
    to.put(OFF, EnumSet.of(ABSENT, BOOTING, QUARANTINED));
    to.put(BOOTING, EnumSet.of(ABSENT, OFF, AVAILABLE, ASSIGNED, FAILED, QUARANTINED));
    to.put(AVAILABLE, EnumSet.of(ABSENT, OFF, BOOTING, ASSIGNED, FAILED, UPDATING, QUARANTINED));
    to.put(
        ASSIGNED,
        EnumSet.of(ABSENT, OFF, BOOTING, AVAILABLE, RUNNING, FAILED, UPDATING, QUARANTINED));
    to.put(
        RUNNING,
        EnumSet.of(
            ABSENT, OFF, BOOTING, AVAILABLE, ASSIGNED, DEGRADED, FAILED, UPDATING, QUARANTINED));
    to.put(
        DEGRADED,
        EnumSet.of(
            ABSENT, OFF, BOOTING, AVAILABLE, ASSIGNED, RUNNING, FAILED, UPDATING, QUARANTINED));
    to.put(FAILED, EnumSet.of(ABSENT, OFF, BOOTING, AVAILABLE, ASSIGNED, QUARANTINED));
    to.put(UPDATING, EnumSet.of(ABSENT, OFF, BOOTING, AVAILABLE, ASSIGNED, FAILED, QUARANTINED));
    to.put(QUARANTINED, EnumSet.of(ABSENT, OFF, BOOTING));
    return to;
  }

  /** Whether a card may go from this state to {@code next}. */
  public boolean mayBecome(CardState next) {
    return TRANSITIONS.getOrDefault(this, Set.of()).contains(next);
  }

  /** Whether an agent is expected to report in this state. */
  public boolean isAlive() {
    return switch (this) {
      case AVAILABLE, ASSIGNED, RUNNING, DEGRADED, UPDATING -> true;
      case ABSENT, OFF, BOOTING, FAILED, QUARANTINED -> false;
    };
  }
}
