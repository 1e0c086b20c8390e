package io.cade.mib.snmp;

/**
 * entPhysicalIndex (RFC 6933) computed from the position, so that it is the same after a restart
 * and in each release, and can be read by people:
 *
 * <pre>
 *   1                                        the cabinet
 *   chassis × 1,000,000                      a chassis
 *   … + slot × 10,000                        a slot
 *   … + slot × 10,000 + 1,000                the card in it
 *   … + slot × 10,000 + 2,000 + sensor       a sensor (slot 0: of the chassis)
 *   …                 + 3,000 + fan          a fan of the chassis
 *   …                 + 4,000 + supply       a supply of the chassis
 *   … + slot × 10,000 + 5,000 + disk + 1     a disk of the card
 * </pre>
 *
 * <p>Chassis 1 to 2,146, slots 1 to 99, numbers of parts 1 to 999: far above what a cabinet has (20
 * chassis of 14 slots). What lies beyond has the index 0 and is left out of ENTITY-MIB.
 */
final class EntityIndex {
  static final int CABINET = 1;
  private static final int MAX_CHASSIS = 2_146;
  private static final int MAX_SLOT = 99;
  private static final int MAX_NUMBER = 999;
  private static final int CHASSIS = 1_000_000;
  private static final int SLOT = 10_000;
  private static final int CARD = 1_000;
  private static final int SENSOR = 2_000;
  private static final int FAN = 3_000;
  private static final int SUPPLY = 4_000;
  private static final int DISK = 5_000;

  private EntityIndex() {}

  static int chassis(int chassis) {
    return within(chassis, 0, 0) ? chassis * CHASSIS : 0;
  }

  static int slot(int chassis, int slot) {
    return within(chassis, slot, 0) ? chassis * CHASSIS + slot * SLOT : 0;
  }

  static int card(int chassis, int slot) {
    return within(chassis, slot, 0) ? chassis * CHASSIS + slot * SLOT + CARD : 0;
  }

  /** Of a card, or with slot 0 of the chassis. */
  static int sensor(int chassis, int slot, int sensor) {
    return part(chassis, slot, SENSOR, sensor);
  }

  static int fan(int chassis, int fan) {
    return part(chassis, 0, FAN, fan);
  }

  static int supply(int chassis, int supply) {
    return part(chassis, 0, SUPPLY, supply);
  }

  /** Disks are counted from 0. */
  static int disk(int chassis, int slot, int disk) {
    return part(chassis, slot, DISK, disk + 1);
  }

  private static int part(int chassis, int slot, int kind, int number) {
    return within(chassis, slot, number) ? chassis * CHASSIS + slot * SLOT + kind + number : 0;
  }

  private static boolean within(int chassis, int slot, int number) {
    return chassis <= MAX_CHASSIS && slot <= MAX_SLOT && number <= MAX_NUMBER;
  }
}
