package io.cade.agent.run;

import io.cade.agent.hw.BusException;
import io.cade.agent.hw.CardBus;
import io.cade.agent.hw.ChassisBus;
import io.cade.agent.hw.Quality;
import io.cade.agent.hw.Reading;
import io.cade.agent.hw.SlotOutputs;
import io.cade.agent.wire.ChassisOutputs;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.FanStatus;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SupplyStatus;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/**
 * A card's sensors on its I²C buses: its own board, and the chassis' when it is elected to read it.
 * Owns the buses. Each call reads there and then; {@link SensorPoll} keeps that off the agent's
 * reports.
 */
public final class BusSensors implements CardSensors, AutoCloseable {
  private final int chassis;
  private final CardBus card;
  private final ChassisBus bus;

  public BusSensors(int chassis, CardBus card, ChassisBus bus) {
    this.chassis = chassis;
    this.card = card;
    this.bus = bus;
  }

  @Override
  public List<SensorReading> card() {
    return card.readings().stream().map(BusSensors::onTheWire).toList();
  }

  /** Empty while the presence contacts cannot be read: no card is pulled by a broken expander. */
  @Override
  public Optional<ChassisStatus> chassis() {
    Optional<SortedSet<Integer>> present = bus.presentSlots();
    if (present.isEmpty()) {
      return Optional.empty();
    }
    Set<Integer> slots = present.get();
    Optional<SlotOutputs> outputs = bus.outputs();
    return Optional.of(
        new ChassisStatus(
            chassis,
            List.copyOf(slots),
            bus.readings().stream().map(BusSensors::onTheWire).toList(),
            // An empty slot has no handle.
            bus.openHandles()
                .map(open -> open.stream().filter(slots::contains).toList())
                .orElse(List.of()),
            outputs.map(BusSensors::onTheWire).orElse(null),
            bus.fans().stream()
                .map(f ->
                    new FanStatus(
                        f.number(),
                        (int) Math.round(f.drive() * 100),
                        f.stalled(),
                        f.spinFailed(),
                        f.driveFailed()))
                .toList(),
            bus.supplies().stream()
                .map(s ->
                    new SupplyStatus(
                        s.number(), s.good(), s.serial(), s.capacityWatts(), s.availableWatts()))
                .toList(),
            ""));
  }

  @Override
  public void setOutputs(ChassisOutputs outputs) throws IOException {
    try {
      bus.setOutputs(
          new SlotOutputs(
              bits(outputs.poweredOff()), bits(outputs.blue()), bits(outputs.locate())));
    } catch (BusException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Drives all fans, with the controller's watchdog on.
   *
   * @throws IOException when the controller did not take it
   */
  void driveFans(double fraction) throws IOException {
    try {
      bus.driveFans(fraction);
    } catch (BusException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static ChassisOutputs onTheWire(SlotOutputs o) {
    return new ChassisOutputs(
        slots(o.poweredOff()), slots(o.blue()), slots(o.locate()), ChassisOutputs.NO_FLOOR);
  }

  private static int bits(List<Integer> slots) {
    int bits = 0;
    for (int slot : Set.copyOf(slots)) {
      bits |= 1 << (slot - 1);
    }
    return bits;
  }

  private static List<Integer> slots(int bits) {
    List<Integer> slots = new ArrayList<>();
    for (int slot = 1; slot <= ChassisBus.SLOTS; slot++) {
      if ((bits >> (slot - 1) & 1) != 0) {
        slots.add(slot);
      }
    }
    return slots;
  }

  /** A reading as reports carry it. */
  static SensorReading onTheWire(Reading r) {
    SensorReading.Kind kind =
        switch (r.type()) {
          case CELSIUS -> SensorReading.Kind.CELSIUS;
          case RPM -> SensorReading.Kind.RPM;
          case VOLTSDC -> SensorReading.Kind.VOLTS;
          case AMPERES -> SensorReading.Kind.AMPERES;
          case WATTS -> SensorReading.Kind.WATTS;
          case TRUTHVALUE -> SensorReading.Kind.TRUTH;
        };
    return switch (r.quality()) {
      case Quality.Ok _ ->
          new SensorReading(
              r.name(), kind, rounded(r.value()), SensorReading.Quality.OK, "", millis(r.at()));
      case Quality.Unavailable(String cause) ->
          new SensorReading(
              r.name(),
              kind,
              0,
              SensorReading.Quality.UNAVAILABLE,
              cause.length() > 256 ? cause.substring(0, 256) : cause,
              millis(r.at()));
    };
  }

  /** No sensor here tells ten-thousandths of its unit; the digits behind would only be carried. */
  private static double rounded(double value) {
    return Math.rint(value * 1e4) / 1e4;
  }

  private static Instant millis(Instant at) {
    return at.truncatedTo(ChronoUnit.MILLIS);
  }

  @Override
  public void close() {
    card.close();
    bus.close();
  }
}
