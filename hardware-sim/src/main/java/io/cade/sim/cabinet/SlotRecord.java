package io.cade.sim.cabinet;

import io.cade.agent.hw.FruBoardInfo;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import java.util.List;

/**
 * What sits in a slot.
 *
 * @param generation which card: 1 for the first, one more for each replacement
 * @param inserted whether it is in the slot
 * @param on whether its power switch is on
 */
record SlotRecord(CardPosition position, int generation, boolean inserted, boolean on) {
  static SlotRecord first(CardPosition position) {
    return new SlotRecord(position, 1, true, true);
  }

  SlotRecord with(boolean nowInserted, boolean nowOn) {
    return new SlotRecord(position, generation, nowInserted, nowOn);
  }

  SlotRecord replaced() {
    return new SlotRecord(position, generation % 255 + 1, true, true);
  }

  MacAddress mac() {
    return new MacAddress(
        "02:ca:de:%02x:%02x:%02x".formatted(position.chassis(), position.slot(), generation));
  }

  String serial() {
    return "CB%02d%02d%03d".formatted(position.chassis(), position.slot(), generation);
  }

  FruBoardInfo inventory() {
    return new FruBoardInfo(
        null, "Cade", "Server card", serial(), "CB-1000", "v1", List.of("MAC=" + mac()));
  }

  HardwareDescriptor hardware() {
    return new HardwareDescriptor(
        "Cade", "Server card", serial(), mac(), 2, 4L << 30, List.of("sda 80 GB", "sdb 80 GB"), 60);
  }
}
