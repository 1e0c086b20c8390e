package io.cade.sim.virtual;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.SensorReading;
import io.cade.engine.datagram.VirtualNetwork;
import io.cade.sim.firmware.CardFirmware;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a card sees of the simulation. */
interface CardWorld {
  VirtualNetwork network();

  CardFirmware firmware();

  Faults faults();

  Trace trace();

  Invariants invariants();

  /** The engine, if its process lives. */
  @Nullable VirtualEngine engine();

  /** Slots of a chassis that hold a card, by their presence contacts. */
  List<CardPosition> seated(int chassis);

  /** What the sensors of a card read. */
  List<SensorReading> readings(CardPosition card);

  /** What the sensors of a chassis read. */
  List<SensorReading> readings(int chassis);

  /** Whether the card is cut off from the network. */
  boolean isIsolated(CardPosition card);

  /** The card's power fails at this very moment. */
  void powerFails(VirtualCard card);

  /** A rule does not hold: ends the simulation after this event. */
  void broken(String rule, String what);
}
