package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.SensorReading;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.observe.Observed;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Works out which alarms ought to be active and emits the difference, so that each is raised once
 * and cleared once whatever happens in between (SPEC S3).
 */
final class AlarmRules {
  /** Alarms that come from readings. */
  private static final Set<AlarmType> SENSED =
      Set.of(AlarmType.TEMPERATURE_HIGH, AlarmType.FAN_FAILED, AlarmType.SUPPLY_FAILED);

  private final ConductorPolicy policy;

  AlarmRules(ConductorPolicy policy) {
    this.policy = policy;
  }

  void apply(Draft draft, Observed observed) {
    Cabinet cabinet = draft.cabinet();
    Map<AlarmKey, String> due = new TreeMap<>();
    cards(cabinet, due);
    services(cabinet, due);
    sensors(cabinet, observed, due);
    acknowledgeable(cabinet, due);
    SignalRules.apply(cabinet, observed, due);
    HardwareAlarms.apply(cabinet, observed, due);
    due.forEach((key, text) -> {
      if (!cabinet.alarms().containsKey(key)) {
        draft.change(new Change.AlarmRaised(key, key.type().severity(), text));
      }
    });
    for (AlarmKey key : List.copyOf(cabinet.alarms().keySet())) {
      if (!due.containsKey(key)) {
        draft.change(new Change.AlarmCleared(key, "condition is gone"));
      }
    }
  }

  private static void cards(Cabinet cabinet, Map<AlarmKey, String> due) {
    for (Card card : cabinet.cards().values()) {
      AlarmType type = card.role() == CardRole.SERVER ? AlarmType.CARD_LOST : AlarmType.PROXY_LOST;
      AlarmKey key = new AlarmKey(type, "card " + card.position());
      boolean raised = cabinet.alarms().containsKey(key);
      boolean lost =
          switch (card.state()) {
            // Switched off on purpose, and pulled then: nobody is to be called.
            case ABSENT, FAILED ->
                card.hold() == null && (raised || card.hardware() != null);
            // Back in its slot is not yet back in service.
            case OFF, BOOTING, QUARANTINED -> raised;
            case AVAILABLE, ASSIGNED, RUNNING, DEGRADED, UPDATING -> false;
          };
      if (lost) {
        due.put(
            key,
            card.role() + " card " + card.position() + " is " + card.state() + ": " + card.cause());
      }
    }
  }

  private static void services(Cabinet cabinet, Map<AlarmKey, String> due) {
    for (Service service : cabinet.services().values()) {
      String source = "service " + service.name();
      if (service.phase() == ServicePhase.FAILED) {
        due.put(
            new AlarmKey(AlarmType.SETUP_FAILED, source),
            "could not be set up, cards were given back: " + service.waitsFor());
      }
      if (service.phase() != ServicePhase.ANNOUNCED) {
        continue;
      }
      long running = 0;
      for (Placement p : service.placements()) {
        Card card = cabinet.cards().get(p.position());
        if (card != null && Routing.serves(service, card)) {
          running++;
        }
      }
      int wanted = service.definition().cards();
      if (running == 0) {
        due.put(
            new AlarmKey(AlarmType.SERVICE_DOWN, source),
            "runs on none of its " + wanted + " cards");
      } else if (running < wanted) {
        due.put(
            new AlarmKey(AlarmType.SERVICE_DEGRADED, source),
            "runs on " + running + " of " + wanted + " cards");
      }
    }
  }

  private void sensors(Cabinet cabinet, Observed observed, Map<AlarmKey, String> due) {
    observed
        .chassis()
        .forEach((chassis, heard) -> {
          for (SensorReading r : heard.status().readings()) {
            sensor(cabinet, "chassis " + chassis + " " + r.name(), r, due);
          }
        });
    observed
        .cards()
        .forEach((position, heard) -> {
          if (alive(cabinet, position)) {
            for (SensorReading r : heard.readings()) {
              sensor(cabinet, "card " + position + " " + r.name(), r, due);
            }
          }
        });
    // What cannot be read now keeps its alarm: silence is not good news. A card that is gone takes
    // its sensors with it.
    cabinet.alarms().keySet().stream()
        .filter(k -> SENSED.contains(k.type()))
        .filter(k -> !due.containsKey(k) && !readNow(cabinet, observed, k.source()))
        .forEach(k -> due.put(k, text(cabinet, k)));
  }

  private void sensor(Cabinet cabinet, String source, SensorReading r, Map<AlarmKey, String> due) {
    if (r.quality() != SensorReading.Quality.OK) {
      return;
    }
    switch (r.kind()) {
      case CELSIUS -> {
        AlarmKey key = new AlarmKey(AlarmType.TEMPERATURE_HIGH, source);
        boolean raised = cabinet.alarms().containsKey(key);
        if (r.value() >= policy.temperatureHighCelsius()
            || (raised && r.value() >= policy.temperatureNormalCelsius())) {
          due.put(
              key,
              "%s reads %.1f °C, limit %.0f °C"
                  .formatted(source, r.value(), policy.temperatureHighCelsius()));
        }
      }
      case RPM -> {
        AlarmKey key = new AlarmKey(AlarmType.FAN_FAILED, source);
        boolean raised = cabinet.alarms().containsKey(key);
        if (r.value() < policy.fanSlowRpm() || (raised && r.value() < policy.fanNormalRpm())) {
          due.put(
              key,
              "%s turns at %.0f rpm, limit %.0f rpm"
                  .formatted(source, r.value(), policy.fanSlowRpm()));
        }
      }
      case TRUTH -> {
        if (r.value() < 0.5) {
          due.put(new AlarmKey(AlarmType.SUPPLY_FAILED, source), source + " gives no power");
        }
      }
      case PERCENT, VOLTS, AMPERES, WATTS -> {
        // No thresholds yet.
      }
    }
  }

  /** Whether the sensor behind an alarm was read, or its card is gone for good. */
  private static boolean readNow(Cabinet cabinet, Observed observed, String source) {
    if (source.startsWith("card ")) {
      CardPosition at = CardPosition.parse(source.substring(5, source.indexOf(' ', 5)));
      Observed.CardHeard heard = observed.cards().get(at);
      return !alive(cabinet, at)
          || (heard != null
              && readable(heard.readings(), source.substring(source.indexOf(' ', 5) + 1)));
    }
    int end = source.indexOf(' ', 8);
    Observed.ChassisHeard heard =
        observed.chassis().get(Integer.parseInt(source.substring(8, end)));
    return heard != null && readable(heard.status().readings(), source.substring(end + 1));
  }

  private static boolean readable(List<SensorReading> readings, String name) {
    return readings.stream()
        .anyMatch(r -> r.name().equals(name) && r.quality() == SensorReading.Quality.OK);
  }

  /** Alarms about one-time events stay until somebody has taken note. */
  private static void acknowledgeable(Cabinet cabinet, Map<AlarmKey, String> due) {
    for (Alarm alarm : cabinet.alarms().values()) {
      AlarmType type = alarm.key().type();
      if ((type == AlarmType.CARD_MOVED
              || type == AlarmType.DUPLICATE_MAC
              || type == AlarmType.ADDRESS_CONFLICT)
          && alarm.acknowledgedBy().isEmpty()) {
        due.put(alarm.key(), alarm.text());
      }
      // Who looks at the certificates clears it; a service that is gone has none.
      if (type == AlarmType.CERTIFICATE_ENDING
          && cabinet.services().keySet().stream()
              .anyMatch(name -> alarm.key().source().equals("service " + name))) {
        due.put(alarm.key(), alarm.text());
      }
    }
  }

  private static boolean alive(Cabinet cabinet, CardPosition at) {
    Card card = cabinet.cards().get(at);
    return card != null && card.state().isAlive();
  }

  private static String text(Cabinet cabinet, AlarmKey key) {
    Alarm alarm = cabinet.alarms().get(key);
    return alarm == null ? "" : alarm.text();
  }
}
