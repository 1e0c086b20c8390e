package io.cade.mib;

import java.util.List;

/**
 * What the SNMP agent reads of the cabinet (SPEC S1). The engine implements it over its immutable
 * snapshots.
 *
 * <p>Each list is immutable and sorted by its index without duplicates; a list that is not sorted
 * is served sorted, at a cost, and of two rows with one index the first is served. Return the
 * <em>same list instance</em> for as long as nothing in it has changed: the agent then keeps what
 * it derived from it.
 *
 * <p>Thread-safety: every method is called on the SNMP thread, at any time between the start and
 * the close of the agent, a few times a second while somebody reads. It must return at once: no
 * lock held for long, no input or output. If a method throws, the request is answered with genErr
 * and the exception is logged.
 */
public interface CabinetView {

  /**
   * A view whose methods all answer from one moment. The agent calls it once per refresh and reads
   * everything from what it returns, so that rows of different tables agree with one another.
   */
  default CabinetView frozen() {
    return this;
  }

  /** The cabinet as a whole. */
  CabinetFacts cabinet();

  /** Chassis by number. At most 65,535. */
  List<ChassisRow> chassis();

  /** Slots that hold a card or held one, by chassis and slot. */
  List<CardRow> cards();

  /** Sensors by chassis, slot (0: the chassis itself) and sensor number. */
  List<SensorRow> sensors();

  /** Services by their stable index. */
  List<ServiceRow> services();

  /** Cards behind services, by service index, chassis and slot. */
  List<BackendRow> backends();

  /** The load balancer and the proxies by index. */
  List<ProxyRow> proxies();

  /** Counters of the boot services, by group and number. */
  List<BootCounterRow> bootCounters();

  /** Alarms that are active, by sequence number. */
  List<AlarmRow> activeAlarms();

  /** What surrounds the active alarms. */
  default AlarmRows alarms() {
    return AlarmRows.NONE;
  }

  /** The log of notifications; the same instance while nothing is logged. */
  default NotificationLog notificationLog() {
    return NotificationLog.NONE;
  }

  /** Slots, cards, limits, fans, supplies, disks, power and swaps in detail. */
  default HardwareRows hardware() {
    return HardwareRows.NONE;
  }

  /** What visitors use. */
  default TrafficRows traffic() {
    return TrafficRows.NONE;
  }

  /** Images and versions. */
  default SoftwareRows software() {
    return SoftwareRows.NONE;
  }

  /** Services in detail, one for each of {@link #services}, by index. */
  default List<ServiceDetailRow> serviceDetails() {
    return List.of();
  }

  /** Leases of the boot services. */
  default LeaseRows leases() {
    return LeaseRows.NONE;
  }

  /** The computer that the engine runs on. */
  default HostSnapshot host() {
    return HostSnapshot.NONE;
  }
}
