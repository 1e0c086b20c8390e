package io.cade.agent.run;

import io.cade.agent.hw.CardBus;
import io.cade.agent.hw.ChassisBus;
import io.cade.agent.hw.Quality;
import io.cade.agent.hw.Reading;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.SensorReading;
import java.util.List;
import java.util.Optional;

/**
 * A card's sensors on its I²C buses: its own board, and the chassis' when it is elected to read it.
 * Owns the buses.
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
    return bus.presentSlots()
        .map(slots ->
            new ChassisStatus(
                chassis,
                List.copyOf(slots),
                bus.readings().stream().map(BusSensors::onTheWire).toList()));
  }

  private static SensorReading onTheWire(Reading r) {
    SensorReading.Kind kind =
        switch (r.type()) {
          case CELSIUS -> SensorReading.Kind.CELSIUS;
          case RPM -> SensorReading.Kind.RPM;
          case TRUTHVALUE -> SensorReading.Kind.TRUTH;
        };
    return switch (r.quality()) {
      case Quality.Ok _ ->
          new SensorReading(r.name(), kind, r.value(), SensorReading.Quality.OK, "", r.at());
      case Quality.Unavailable(String cause) ->
          new SensorReading(
              r.name(),
              kind,
              0,
              SensorReading.Quality.UNAVAILABLE,
              cause.length() > 256 ? cause.substring(0, 256) : cause,
              r.at());
    };
  }

  @Override
  public void close() {
    card.close();
    bus.close();
  }
}
