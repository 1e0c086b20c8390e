package io.cade.mib;

/**
 * A row of cadeChassisTable.
 *
 * @param chassis number of the chassis, 1 to 65,535: the index
 * @param state its state
 * @param presentCards cards in its slots
 * @param readerSlot slot of the card that reads the chassis bus, 0 if none
 */
public record ChassisRow(int chassis, ChassisState state, int presentCards, int readerSlot) {
  public ChassisRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("presentCards", presentCards, 0, Checks.MAX_POSITION);
    Checks.range("readerSlot", readerSlot, 0, Checks.MAX_POSITION);
  }
}
