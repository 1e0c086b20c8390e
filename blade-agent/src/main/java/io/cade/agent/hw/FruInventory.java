package io.cade.agent.hw;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * All that Cade uses of an inventory EEPROM. Immutable. Areas that the image leaves out are null or
 * empty.
 *
 * @param chassisPart and {@code chassisSerial}: of the chassis info area (§10)
 * @param board the board info area (§11)
 * @param product the product info area (§12): manufacturer, name, part, version, serial, asset tag
 * @param powers records of the multirecord area (§16, §18) about power
 */
public record FruInventory(
    String chassisPart,
    String chassisSerial,
    @Nullable FruBoardInfo board,
    List<String> product,
    List<Power> powers) {

  /** A record of the multirecord area that tells of power. */
  public sealed interface Power {}

  /** What a power supply may give (type 0x00, §18.1). */
  public record Supply(int capacityWatts) implements Power {}

  /**
   * What a board draws from one rail at most (type 0x02, §18.3).
   *
   * @param milliamperes at most
   */
  public record Load(int output, int nominalMillivolts, int milliamperes) implements Power {}

  /**
   * How a supply gives less in warm air (OEM record 0xc0, §18.7, of this product's manufacturer
   * number).
   *
   * @param fromCelsius of the leaving air, up to which it gives all
   * @param permillePerDegree of its capacity that is lost with each degree more
   */
  public record Derating(int fromCelsius, int permillePerDegree) implements Power {
    /** Share of the capacity that is left, 0 to 1. */
    public double share(double celsius) {
      return Math.clamp(1 - (celsius - fromCelsius) * permillePerDegree / 1000.0, 0.0, 1.0);
    }
  }

  public FruInventory {
    product = List.copyOf(product);
    powers = List.copyOf(powers);
  }

  /** What the supply may give, watts. */
  public OptionalInt capacityWatts() {
    return powers.stream()
        .filter(Supply.class::isInstance)
        .mapToInt(p -> ((Supply) p).capacityWatts())
        .reduce(Integer::sum);
  }

  /** How the supply gives less in warm air; empty when it does not say. */
  public Optional<Derating> derating() {
    return powers.stream().filter(Derating.class::isInstance).map(Derating.class::cast).findFirst();
  }

  /** What the board may draw over all its rails, watts, rounded up. */
  public OptionalInt maxWatts() {
    long microwatts = 0;
    boolean any = false;
    for (Power power : powers) {
      if (power instanceof Load load) {
        any = true;
        microwatts += (long) load.nominalMillivolts() * load.milliamperes();
      }
    }
    return any ? OptionalInt.of((int) ((microwatts + 999_999) / 1_000_000)) : OptionalInt.empty();
  }
}
