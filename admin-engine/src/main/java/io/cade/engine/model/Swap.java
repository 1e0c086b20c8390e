package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import java.time.Instant;

/**
 * Another card was put into a slot (SPEC C2).
 *
 * @param sequence ascending over all swaps of the module, never used again
 * @param oldSerial serial number of the card that was there, empty when it never told
 * @param newSerial of the card that is there now, empty until it has introduced itself
 */
public record Swap(
    long sequence,
    CardPosition position,
    Instant at,
    MacAddress oldMac,
    MacAddress newMac,
    String oldSerial,
    String newSerial) {
  public Swap {
    // Records of earlier versions do not have them.
    oldSerial = oldSerial == null ? "" : oldSerial;
    newSerial = newSerial == null ? "" : newSerial;
  }

  /** A swap of cards that never told their serial numbers. */
  public Swap(
      long sequence, CardPosition position, Instant at, MacAddress oldMac, MacAddress newMac) {
    this(sequence, position, at, oldMac, newMac, "", "");
  }

  Swap withNewSerial(String serial) {
    return new Swap(sequence, position, at, oldMac, newMac, oldSerial, serial);
  }
}
