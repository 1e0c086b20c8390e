package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.engine.conduct.DueAlarms.Due;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmFlaps;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Change.AlarmChange;
import io.cade.engine.model.Placement;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.SuppressedAlarm;
import io.cade.engine.observe.Observed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Works out which alarms ought to be active and emits the difference, so that each is raised once
 * and cleared once whatever happens in between (SPEC S3). On the way from a condition to an alarm
 * there are, in this order: correlation (a part of something greater is suppressed), settling (what
 * was suppressed is given time to recover), patience (a first silent card may be the first of a
 * chassis; readings are de-bounced); and on the way back: damping of what flaps.
 */
final class AlarmRules {
  private final ConductorPolicy policy;
  private final SensorRules sensors;
  private final ContainmentRules containment;
  private final Reactions reactions;
  private final AlarmMemory memory = new AlarmMemory();

  AlarmRules(ConductorPolicy policy) {
    this.policy = policy;
    this.sensors = new SensorRules(policy.thresholds());
    this.containment = new ContainmentRules(policy);
    this.reactions = new Reactions(policy, memory);
  }

  void apply(Draft draft, Observed observed) {
    Cabinet cabinet = draft.cabinet();
    DueAlarms due = new DueAlarms();
    cards(cabinet, due, draft.now());
    containment.apply(cabinet, due);
    services(cabinet, due);
    ServiceWaits.alarms(cabinet, due, draft.now());
    sensors.apply(cabinet, observed, due);
    acknowledgeable(cabinet, due);
    SignalRules.apply(cabinet, observed, due);
    HardwareAlarms.apply(cabinet, observed, due);
    DriftAlarms.apply(cabinet, due, draft.now());
    CertificateAlarms.apply(cabinet, due, draft.now());
    SpareAlarms.apply(cabinet, due, policy.bootTime());

    // The greater ones first: they stand for the others from then on.
    due.all().keySet().stream()
        .sorted(Comparator.comparingInt(ContainmentRules::rank))
        .forEach(key -> settle(draft, cabinet, observed, due, key, due.get(key)));
    for (Alarm alarm : cabinet.alarms().values()) {
      if (!due.contains(alarm.key()) && !isDamped(alarm, draft.now())) {
        draft.change(new Change.AlarmCleared(alarm.key(), "condition is gone"));
      }
    }
    SortedMap<AlarmKey, SuppressedAlarm> suppressed = cabinet.alarmState().suppressed();
    for (AlarmKey key : suppressed.keySet()) {
      if (!due.contains(key)) {
        draft.change(new AlarmChange.Released(key));
      }
    }
    memory.retain(due.all().keySet(), cabinet.alarms().keySet(), suppressed.keySet());
    reactions.apply(draft);
  }

  /** Brings one condition that holds to what ought to be on record about it. */
  private void settle(
      Draft draft, Cabinet cabinet, Observed observed, DueAlarms due, AlarmKey key, Due what) {
    Alarm active = cabinet.alarms().get(key);
    if (active != null) {
      memory.isThere(key);
      follow(draft, active, what);
      return;
    }
    SuppressedAlarm suppressed = cabinet.alarmState().suppressed().get(key);
    AlarmKey by = containment.standsFor(key, due);
    if (by != null) {
      memory.stillCovered(key);
      if (suppressed == null) {
        draft.change(new AlarmChange.Suppressed(key, what.severity(), what.text(), by));
      }
      return;
    }
    if (suppressed != null) {
      // What came back with its chassis needs time to start.
      Instant settled = memory.settlesSince(key, draft.now()).plus(policy.bootTime());
      if (draft.now().isBefore(settled)) {
        return;
      }
    }
    boolean counts = memory.counts(key, what, draft.now());
    if (!counts || containment.mayBeMore(cabinet, observed, key, draft.now())) {
      return;
    }
    memory.counted(key);
    draft.change(new Change.AlarmRaised(key, what.severity(), what.text(), what.rootCause()));
  }

  /** The severity follows the level; the root cause may be known only now. */
  private void follow(Draft draft, Alarm active, Due what) {
    boolean graver = what.severity().compareTo(active.severity()) < 0;
    if (what.severity() == active.severity()) {
      memory.counted(active.key());
      if (what.rootCause().isEmpty() || what.rootCause().equals(active.rootCause())) {
        return;
      }
    } else if (graver && !memory.counts(active.key(), what, draft.now())) {
      return;
    }
    memory.counted(active.key());
    String flapping = active.flapping().isEmpty() ? "" : " (" + active.flapping() + ")";
    draft.change(
        new AlarmChange.Altered(
            active.key(), what.severity(), what.text() + flapping, what.rootCause()));
  }

  /** Whether an alarm whose condition is gone stays raised because it comes and goes. */
  private boolean isDamped(Alarm alarm, Instant now) {
    return !alarm.flapping().isEmpty()
        && now.isBefore(memory.goneSince(alarm.key(), now).plus(AlarmFlaps.QUIET));
  }

  private void cards(Cabinet cabinet, DueAlarms due, Instant now) {
    for (Card card : cabinet.cards().values()) {
      AlarmKey key = lostKey(card);
      boolean known =
          cabinet.alarms().containsKey(key) || cabinet.alarmState().suppressed().containsKey(key);
      boolean lost =
          switch (card.state()) {
            // Switched off on purpose, and pulled then: nobody is to be called.
            case ABSENT, FAILED -> !isOnPurpose(card, now) && (known || card.hardware() != null);
            // Back in its slot is not yet back in service.
            case OFF, BOOTING, QUARANTINED -> known;
            case AVAILABLE, ASSIGNED, RUNNING, DEGRADED, UPDATING -> false;
          };
      if (lost) {
        due.add(
            key,
            card.role() + " card " + card.position() + " is " + card.state() + ": " + card.cause());
      }
    }
  }

  /**
   * A power cycle is to mend a lost card, not to hide it; but that the card falls silent then is
   * what was ordered, also when its chassis' reader is late to say that it is off.
   */
  private boolean isOnPurpose(Card card, Instant now) {
    PowerHold hold = card.hold();
    if (hold == null || hold.reason() != PowerHold.Reason.CYCLE) {
      return hold != null;
    }
    return card.state() == CardState.FAILED
        && card.since().isAfter(hold.since())
        && now.isBefore(hold.endsBy().plus(policy.bootTime()));
  }

  private static AlarmKey lostKey(Card card) {
    return new AlarmKey(
        card.role() == CardRole.SERVER ? AlarmType.CARD_LOST : AlarmType.PROXY_LOST,
        "card " + card.position());
  }

  private static void services(Cabinet cabinet, DueAlarms due) {
    for (Service service : cabinet.services().values()) {
      String source = "service " + service.name();
      if (service.phase() == ServicePhase.FAILED) {
        due.add(
            new AlarmKey(AlarmType.SETUP_FAILED, source),
            "could not be set up, cards were given back: " + service.waitsFor());
      }
      if (service.phase() != ServicePhase.ANNOUNCED) {
        continue;
      }
      long running = 0;
      List<CardPosition> missing = new ArrayList<>();
      for (Placement p : service.placements()) {
        Card card = cabinet.cards().get(p.position());
        boolean isUpdated = service.rollout().filter(r -> r.worksOn(p.position())).isPresent();
        if (card != null
            && (Routing.serves(service, card)
                || (isUpdated && card.state().isAlive())
                || ImageUpdateRules.explains(cabinet, card))) {
          running++;
        } else {
          missing.add(p.position());
        }
      }
      int wanted = service.definition().cards();
      AlarmType type = running == 0 ? AlarmType.SERVICE_DOWN : AlarmType.SERVICE_DEGRADED;
      if (running < wanted) {
        AlarmKey cause = rootCause(missing, due);
        due.add(
            new AlarmKey(type, source),
            new Due(
                type.severity(),
                (running == 0
                        ? "runs on none of its " + wanted + " cards"
                        : "runs on " + running + " of " + wanted + " cards")
                    + (cause == null ? "" : "; root cause: " + cause),
                cause == null ? "" : cause.toString()));
      }
    }
  }

  /** Why a service misses cards: the greatest that is known. */
  private static @Nullable AlarmKey rootCause(List<CardPosition> missing, DueAlarms due) {
    AlarmKey card = null;
    for (CardPosition at : missing) {
      if (due.contains(ContainmentRules.CABINET_LOST)) {
        return ContainmentRules.CABINET_LOST;
      }
      AlarmKey chassis = ContainmentRules.chassisLost(at.chassis());
      if (due.contains(chassis)) {
        return chassis;
      }
      AlarmKey lost = new AlarmKey(AlarmType.CARD_LOST, "card " + at);
      if (card == null && due.contains(lost)) {
        card = lost;
      }
    }
    return card;
  }

  /** Alarms about one-time events stay until somebody has taken note. */
  private static void acknowledgeable(Cabinet cabinet, DueAlarms due) {
    for (Map.Entry<AlarmKey, Alarm> entry : cabinet.alarms().entrySet()) {
      Alarm alarm = entry.getValue();
      AlarmType type = alarm.key().type();
      if (type.endsAcknowledged() && alarm.acknowledgedBy().isEmpty()) {
        due.keep(alarm);
      }
      // Who looks at the certificates clears it; a service that is gone has none.
      if (type == AlarmType.CERTIFICATE_ENDING
          && cabinet.services().keySet().stream()
              .anyMatch(name -> alarm.key().source().equals("service " + name))) {
        due.keep(alarm);
      }
    }
  }
}
