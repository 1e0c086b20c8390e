package io.cade.agent.hw;

import com.pi4j.context.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What the supplies of a chassis say of themselves in their 24C02, and what is left of it in air as
 * warm as it is. Not thread-safe: {@link ChassisBus} calls it under its lock.
 */
final class SupplyInventories implements AutoCloseable {
  // An inventory is 25 ms of bus; a supply does not change it while it gives power.
  private static final Duration AGE = Duration.ofMinutes(1);

  /**
   * Cooler by so much before a supply is believed to give more again, so that cards are not
   * switched to and fro by the noise of a thermometer; °C.
   */
  static final double HYSTERESIS = 2;

  private final List<Eeprom24c02> eeproms = new ArrayList<>();
  private final List<@Nullable Known> known = new ArrayList<>();
  private Instant read = Instant.MIN;
  // Whole degrees, up at once; not a number until the first measurement.
  private double airCelsius = Double.NaN;

  /** What was read of one supply, and when it was good or not. */
  private record Known(boolean good, @Nullable FruInventory inventory) {}

  SupplyInventories(Context context, int bus) {
    for (int i = 0; i < ChassisBus.SUPPLIES; i++) {
      eeproms.add(new Eeprom24c02(context, bus, ChassisBus.SUPPLY_INVENTORY_ADDRESS + i));
      known.add(null);
    }
  }

  /**
   * The supplies, from inventories as read within the last minute; a supply whose contact has
   * changed is asked anew.
   *
   * @param contacts bit low: the supply (1 is bit 0) gives power
   * @param air that leaves through the supplies, °C; when it cannot be read the last one counts
   */
  List<ChassisBus.Supply> look(int contacts, OptionalDouble air, Instant now) {
    air.ifPresent(this::follow);
    boolean aged = read.equals(Instant.MIN) || now.isAfter(read.plus(AGE));
    if (aged) {
      read = now;
    }
    List<ChassisBus.Supply> all = new ArrayList<>();
    for (int i = 0; i < ChassisBus.SUPPLIES; i++) {
      boolean good = (contacts >> i & 1) == 0;
      Known before = known.get(i);
      if (before == null || aged || before.good() != good) {
        before = new Known(good, Sensors.areas(eeproms.get(i)).inventory().orElse(null));
        known.set(i, before);
      }
      all.add(supply(i + 1, good, before.inventory()));
    }
    return List.copyOf(all);
  }

  private ChassisBus.Supply supply(int number, boolean good, @Nullable FruInventory said) {
    if (said == null) {
      return new ChassisBus.Supply(number, good, "", 0, 0);
    }
    FruBoardInfo board = said.board();
    int capacity = said.capacityWatts().orElse(0);
    double share =
        Double.isNaN(airCelsius) ? 1 : said.derating().map(d -> d.share(airCelsius)).orElse(1.0);
    return new ChassisBus.Supply(
        number, good, board == null ? "" : board.serial(), capacity, (int) (capacity * share));
  }

  private void follow(double celsius) {
    double up = Math.ceil(celsius);
    if (Double.isNaN(airCelsius) || up > airCelsius || up <= airCelsius - HYSTERESIS) {
      airCelsius = up;
    }
  }

  @Override
  public void close() {
    eeproms.forEach(Eeprom24c02::close);
  }
}
