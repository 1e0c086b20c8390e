package io.cade.sim.chassis;

import io.cade.agent.hw.ChassisBus;
import io.cade.agent.hw.FruBoardInfo;
import io.cade.sim.device.Eeprom24c02Model;
import io.cade.sim.device.FruImage;
import io.cade.sim.device.I2cWire;
import io.cade.sim.device.Pca9555Model;
import java.util.List;

/**
 * The supplies of one chassis: they share what is drawn, give less in warm air, and sag when more
 * is asked of them than they can give. Owned by the thread of its {@link ChassisPhysics}; chips are
 * written under the lock of their bus.
 */
final class PowerShelf {
  private static final int DERATING_CELSIUS = 50;
  private static final int DERATING_PERMILLE = 25;
  // Fans, hub and chips.
  private static final double OWN_WATTS = 40;
  // Self test and soft start of one that was just put in.
  private static final double START_SECONDS = 3;

  /** One supply: monitor at its output, inventory. */
  private static final class Supply {
    final Rail rail = new Rail(12, 0.0005, ChassisBus.SUPPLY_SHUNT);
    final Eeprom24c02Model inventory = new Eeprom24c02Model(new byte[0]);
    int capacityWatts;
    int generation;
    boolean failed;
    double startsIn;

    boolean good() {
      return !failed && startsIn <= 0;
    }
  }

  private final int chassis;
  private final I2cWire wire;
  private final Pca9555Model contacts;
  private final Supply[] supplies = new Supply[ChassisBus.SUPPLIES];
  private double airCelsius;

  /**
   * @param contacts whose pins from {@link ChassisBus#SLOTS} on are the power-good lines
   */
  PowerShelf(I2cWire wire, Pca9555Model contacts, int chassis, ChassisSettings settings) {
    this.wire = wire;
    this.contacts = contacts;
    this.chassis = chassis;
    this.airCelsius = settings.ambientCelsius();
    for (int i = 0; i < supplies.length; i++) {
      supplies[i] = new Supply();
      wire.attach(ChassisBus.SUPPLY_MONITOR_ADDRESS + i, supplies[i].rail.monitor)
          .attach(ChassisBus.SUPPLY_INVENTORY_ADDRESS + i, supplies[i].inventory);
      fit(i + 1, settings.supplyWatts());
      show(i + 1);
    }
  }

  private void fit(int number, int watts) {
    Supply supply = supply(number);
    supply.capacityWatts = watts;
    supply.generation++;
    String serial = "PS%03d%d".formatted(chassis, number);
    if (supply.generation > 1) {
      serial += "-" + supply.generation;
    }
    FruBoardInfo board =
        new FruBoardInfo(null, "Cade", "Power supply", serial, "PS-" + watts, "v1", List.of());
    byte[] image = FruImage.supply(board, watts, DERATING_CELSIUS, DERATING_PERMILLE);
    wire.locked(() -> supply.inventory.load(image));
  }

  void fail(int number) {
    supply(number).failed = true;
    show(number);
  }

  void repair(int number) {
    Supply supply = supply(number);
    supply.failed = false;
    supply.startsIn = 0;
    show(number);
  }

  /** Another supply is put in; it gives power after its self test. */
  void replace(int number, int watts) {
    if (watts < 1 || watts > 4095) {
      // Twelve bits of its inventory hold it.
      throw new IllegalArgumentException("a supply gives 1 to 4095 W, got " + watts);
    }
    fit(number, watts);
    Supply supply = supply(number);
    supply.failed = false;
    supply.startsIn = START_SECONDS;
    show(number);
  }

  /** Good supplies share the load; fans and the chassis' own chips draw some of it, too. */
  void advance(double cardWatts, double airCelsius, boolean powered, double seconds) {
    this.airCelsius = airCelsius;
    for (int number = 1; number <= supplies.length; number++) {
      Supply supply = supply(number);
      if (supply.startsIn > 0) {
        supply.startsIn -= seconds;
        show(number);
      }
    }
    double available = availableWatts(powered);
    double share = available == 0 ? 0 : (cardWatts + OWN_WATTS) / available;
    wire.locked(() -> {
      for (Supply supply : supplies) {
        boolean gives = supply.good() && powered;
        double most = supply.capacityWatts * derating();
        supply.rail.draw(gives ? most * share : 0, most, gives, seconds);
      }
    });
  }

  private double derating() {
    return Math.clamp(1 - (airCelsius - DERATING_CELSIUS) * DERATING_PERMILLE / 1000.0, 0.0, 1.0);
  }

  double availableWatts(boolean powered) {
    double all = 0;
    for (Supply supply : supplies) {
      all += supply.good() && powered ? supply.capacityWatts * derating() : 0;
    }
    return all;
  }

  private void show(int number) {
    boolean good = supply(number).good();
    wire.locked(() -> contacts.setPin(ChassisBus.SLOTS + number - 1, !good));
  }

  private Supply supply(int number) {
    if (number < 1 || number > supplies.length) {
      throw new IllegalArgumentException(
          "a chassis has supplies 1 to " + supplies.length + ", got " + number);
    }
    return supplies[number - 1];
  }
}
