package io.cade.mib.snmp;

/**
 * A row of entPhysicalTable (RFC 6933).
 *
 * @param index entPhysicalIndex, by {@link EntityIndex}
 * @param parent index of what contains it, 0 for the cabinet
 * @param kind what it is
 * @param position place within what contains it, counted among parts of its kind
 * @param name as commands name it
 * @param software version of its software, empty if it has none
 * @param serialNumber empty if unknown
 * @param manufacturer empty if unknown
 * @param model empty if unknown
 * @param source as alarms name it, empty if they do not
 */
record EntityRow(
    int index,
    int parent,
    Kind kind,
    int position,
    String name,
    String software,
    String serialNumber,
    String manufacturer,
    String model,
    String source) {

  /** What is in a cabinet, each with its IANAPhysicalClass and its type below cadePartTypes. */
  enum Kind {
    CABINET(11, io.cade.mib.MibOids.CADE_PART_CABINET, "Cabinet", false),
    CHASSIS(3, io.cade.mib.MibOids.CADE_PART_CHASSIS, "Chassis", true),
    SLOT(5, io.cade.mib.MibOids.CADE_PART_SLOT, "Card slot", false),
    CARD(9, io.cade.mib.MibOids.CADE_PART_CARD, "Card", true),
    SENSOR(8, io.cade.mib.MibOids.CADE_PART_SENSOR, "Sensor", false),
    FAN(7, io.cade.mib.MibOids.CADE_PART_FAN, "Fan", true),
    SUPPLY(6, io.cade.mib.MibOids.CADE_PART_SUPPLY, "Power supply", true),
    // IANAPhysicalClass has no disks that every manager knows; other(1) is what agents use.
    DISK(1, io.cade.mib.MibOids.CADE_PART_DISK, "Data disk", true);

    private final int code;
    private final String type;
    private final String words;
    private final boolean replaceable;

    Kind(int code, String type, String words, boolean replaceable) {
      this.code = code;
      this.type = type;
      this.words = words;
      this.replaceable = replaceable;
    }

    int code() {
      return code;
    }

    String type() {
      return type;
    }

    /** A field replaceable unit: what is ordered and sent for repair as a piece. */
    boolean replaceable() {
      return replaceable;
    }
  }

  String description() {
    return kind.words + " " + name;
  }
}
