package io.cade.agent.hw;

import com.pi4j.context.Context;
import com.pi4j.io.i2c.I2C;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds the chips of a management bus and says what they are, for a technician with a new board.
 * Reads only: no register that reading would clear is touched but those of the fan controller's
 * status. Not thread-safe; takes about 0.3 s at 100 kHz.
 */
public final class BusScan {
  /** The addresses at which Cade's boards have chips (docs/hardware.md). */
  private static final int FIRST = 0x08;

  private static final int LAST = 0x77;

  /**
   * One address that answered.
   *
   * @param chip what it is taken for
   * @param value what it reads, or why it could not be read
   */
  public record Found(int address, String chip, String value) {}

  private final Context context;
  private final int bus;

  public BusScan(Context context, int bus) {
    this.context = context;
    this.bus = bus;
  }

  /** Every address that answers, ascending. */
  public List<Found> run() {
    List<Found> found = new ArrayList<>();
    for (int address = FIRST; address <= LAST; address++) {
      if (answers(address)) {
        found.add(identify(address));
      }
    }
    return found;
  }

  /** A plain read of one byte: what i2cdetect does where a write could do harm. */
  private boolean answers(int address) {
    String id = "scan-" + bus + "-" + address;
    I2C probe = null;
    try {
      probe =
          context.create(
              I2C.newConfigBuilder(context).id(id).name(id).bus(bus).device(address).build());
      byte[] one = new byte[1];
      return probe.read(one, 0, 1) == 1;
    } catch (RuntimeException e) {
      return false;
    } finally {
      if (probe != null) {
        try {
          context.shutdown(probe.id());
        } catch (RuntimeException e) {
          // Gone already.
        }
      }
    }
  }

  private Found identify(int address) {
    try {
      if (address >= 0x20 && address <= 0x27) {
        return expander(address);
      }
      if ((address >= 0x2c && address <= 0x2f) || address == 0x4d) {
        return fans(address);
      }
      if (address >= 0x40 && address <= 0x4f) {
        return monitorOrThermometer(address);
      }
      if (address >= 0x50 && address <= 0x57) {
        return inventory(address);
      }
    } catch (BusException e) {
      return new Found(address, "?", String.valueOf(e.getMessage()));
    }
    return new Found(address, "unknown", "");
  }

  private Found expander(int address) throws BusException {
    try (Pca9555 chip = new Pca9555(context, bus, address)) {
      return new Found(
          address,
          "PCA9555 I/O expander",
          String.format(
              Locale.ROOT,
              "inputs 0x%04x, outputs 0x%04x, directions 0x%04x",
              chip.inputs(),
              chip.outputs(),
              chip.inputPins()));
    }
  }

  private Found fans(int address) throws BusException {
    try (Emc2305 chip = new Emc2305(context, bus, address)) {
      if (!chip.identify()) {
        return new Found(address, "unknown", "no EMC2305");
      }
      StringBuilder text = new StringBuilder();
      for (int fan = 1; fan <= Emc2305.FANS; fan++) {
        text.append(
            String.format(
                Locale.ROOT,
                "%sfan %d: %.0f rpm at %.0f %%",
                fan == 1 ? "" : ", ",
                fan,
                chip.rpm(fan),
                chip.drive(fan) * 100));
      }
      return new Found(address, "EMC2305 fan controller", text.toString());
    }
  }

  private Found monitorOrThermometer(int address) throws BusException {
    try (Ina226 chip = new Ina226(context, bus, address, 0.01, 8)) {
      if (chip.identify()) {
        return new Found(
            address,
            "INA226 power monitor",
            String.format(
                Locale.ROOT,
                "%.3f V, %.2f mV across the shunt",
                chip.busVolts(),
                chip.shuntVolts() * 1000));
      }
    }
    if (address < 0x48) {
      return new Found(address, "unknown", "no INA226");
    }
    if (address <= 0x4b) {
      try (Tmp102 chip = new Tmp102(context, bus, address)) {
        if (chip.identify()) {
          return new Found(
              address, "TMP102 temperature sensor", celsius(chip.temperatureCelsius()));
        }
      }
    }
    try (Lm75 chip = new Lm75(context, bus, address, Lm75.Variant.LM75B)) {
      return chip.identify()
          ? new Found(address, "LM75 temperature sensor", celsius(chip.temperatureCelsius()))
          : new Found(address, "unknown", "neither TMP102 nor LM75");
    }
  }

  private Found inventory(int address) throws BusException {
    try (Eeprom24c02 chip = new Eeprom24c02(context, bus, address)) {
      return new Found(
          address,
          "24C02 inventory",
          switch (Fru.decode(chip.readAll())) {
            case FruBoardInfo board ->
                board.manufacturer() + " " + board.product() + " " + board.serial();
            case FruResult.Unusable(String cause) -> cause;
          });
    }
  }

  private static String celsius(double celsius) {
    return String.format(Locale.ROOT, "%.3f °C", celsius);
  }
}
