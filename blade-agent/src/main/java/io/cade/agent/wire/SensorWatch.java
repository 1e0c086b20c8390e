package io.cade.agent.wire;

import org.jspecify.annotations.Nullable;

/**
 * A sensor of which the engine wants to hear at once when its reading leaves a range, and not only
 * with the next regular report.
 *
 * @param onChassis whether it is on the bus of the chassis, else on the card's own
 * @param below a reading below is news; null for none
 * @param atOrAbove a reading at or above is news; null for none
 */
public record SensorWatch(
    String name,
    SensorReading.Kind kind,
    boolean onChassis,
    @Nullable Double below,
    @Nullable Double atOrAbove) {
  public SensorWatch {
    Limits.text("name", name, 32);
  }

  /** Whether a reading is news. */
  public boolean isNews(SensorReading reading) {
    return reading.kind() == kind
        && reading.quality() == SensorReading.Quality.OK
        && reading.name().equals(name)
        && ((below != null && reading.value() < below)
            || (atOrAbove != null && reading.value() >= atOrAbove));
  }
}
