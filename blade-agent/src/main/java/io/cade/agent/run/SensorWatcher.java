package io.cade.agent.run;

import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SensorWatch;
import java.util.List;
import java.util.Optional;

/**
 * Reads the sensors for reports, and between reports those that the engine watches. One reader at a
 * time; thread-safe.
 */
final class SensorWatcher {
  private final CardSensors sensors;
  private List<SensorWatch> watches = List.of();
  private String watching = "";

  SensorWatcher(CardSensors sensors) {
    this.sensors = sensors;
  }

  synchronized List<SensorReading> card() {
    return sensors.card();
  }

  synchronized Optional<ChassisStatus> chassis() {
    return sensors.chassis();
  }

  /**
   * What the engine wants to hear of at once.
   *
   * @param name under which the engine knows these
   */
  synchronized void watch(List<SensorWatch> next, String name) {
    watches = next;
    watching = name;
  }

  /** Name of what is watched; empty for none. */
  synchronized String watching() {
    return watching;
  }

  /** Whether something is to be reported at once; reads only the buses that are watched. */
  synchronized boolean hasNews() {
    boolean card = watches.stream().anyMatch(w -> !w.onChassis());
    boolean chassis = watches.stream().anyMatch(SensorWatch::onChassis);
    return (card && isNews(sensors.card(), false))
        || (chassis
            && isNews(sensors.chassis().map(ChassisStatus::readings).orElse(List.of()), true));
  }

  private boolean isNews(List<SensorReading> readings, boolean onChassis) {
    for (SensorWatch watch : watches) {
      if (watch.onChassis() == onChassis && readings.stream().anyMatch(watch::isNews)) {
        return true;
      }
    }
    return false;
  }
}
