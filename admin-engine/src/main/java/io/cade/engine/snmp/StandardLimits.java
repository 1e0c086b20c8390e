package io.cade.engine.snmp;

import io.cade.agent.wire.SensorReading;
import org.jspecify.annotations.Nullable;

/** The limits at which alarms are raised when nobody has set others. */
enum StandardLimits implements SensorLimits {
  INSTANCE;

  @Override
  public @Nullable Limits of(SensorReading.Kind kind, String name, String model, String at) {
    return switch (kind) {
      case CELSIUS -> new Limits(null, null, null, null, 75.0, null, 5, 1);
      case RPM -> new Limits(null, 600.0, null, null, null, null, 300, 1);
      case TRUTH -> new Limits(null, 0.5, null, null, null, null, 0, 1);
      case PERCENT, VOLTS, AMPERES, WATTS -> null;
    };
  }
}
