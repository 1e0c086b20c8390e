package io.cade.engine.conduct;

import io.cade.agent.wire.SensorReading;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.SensorLevel;

/** The levels at which sensors are, as their alarms have them. */
public final class SensorLevels {
  private SensorLevels() {}

  /**
   * The level of a sensor; {@link SensorLevel#NORMAL} without an alarm.
   *
   * @param source {@code card 1.3 inlet} or {@code chassis 1 fan1}
   */
  public static SensorLevel current(Cabinet cabinet, SensorReading.Kind kind, String source) {
    for (boolean high : new boolean[] {true, false}) {
      Alarm alarm = cabinet.alarms().get(new AlarmKey(SensorRules.type(kind, high), source));
      if (alarm != null) {
        // Types that stand for both sides say on which in their text only.
        boolean low = alarm.text().contains(", lower limit ") || kind == SensorReading.Kind.TRUTH;
        return SensorLevel.of(alarm.severity(), high && !low);
      }
    }
    return SensorLevel.NORMAL;
  }
}
