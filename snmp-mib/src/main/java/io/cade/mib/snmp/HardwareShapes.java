package io.cade.mib.snmp;

import static io.cade.mib.snmp.Shapes.column;
import static io.cade.mib.snmp.Shapes.shape;
import static io.cade.mib.snmp.Shapes.truth;
import static io.cade.mib.snmp.Values.dateAndTime;
import static io.cade.mib.snmp.Values.text;

import io.cade.mib.CabinetCommand.Threshold;
import io.cade.mib.CardHardwareRow;
import io.cade.mib.DiskRow;
import io.cade.mib.FanRow;
import io.cade.mib.MibOids;
import io.cade.mib.MirrorRow;
import io.cade.mib.PowerRow;
import io.cade.mib.SlotRow;
import io.cade.mib.SupplyRow;
import io.cade.mib.SwapRow;
import io.cade.mib.ThresholdRow;
import java.util.List;
import org.snmp4j.smi.Gauge32;
import org.snmp4j.smi.Integer32;

/** Which column of CADE-HARDWARE-MIB shows which part of a row. */
final class HardwareShapes {
  private HardwareShapes() {}

  static TableBlock.Shape<SlotRow> slots() {
    return shape(
        MibOids.CADE_SLOT_ENTRY,
        r -> new int[] {r.chassis(), r.slot()},
        List.of(
            column(MibOids.CADE_SLOT_NAME, r -> text(r.chassis() + "." + r.slot())),
            column(MibOids.CADE_SLOT_EXPECTED, r -> truth(r.expected())),
            column(MibOids.CADE_SLOT_PRESENCE, r -> new Integer32(r.presence().code())),
            column(MibOids.CADE_SLOT_HANDLE, r -> new Integer32(r.handle().code())),
            column(MibOids.CADE_SLOT_PULL_READY, r -> new Integer32(r.pullReady().code())),
            column(MibOids.CADE_SLOT_POWER, r -> new Integer32(r.power().code())),
            Shapes.<SlotRow>column(MibOids.CADE_SLOT_LOCATE, r -> new Integer32(r.locate().code()))
                .writtenBy(HardwareWriters.locate()),
            column(MibOids.CADE_SLOT_SWAP_COUNT, r -> new Gauge32(r.swaps())),
            column(MibOids.CADE_SLOT_LAST_SWAP, r -> dateAndTime(r.lastSwap())),
            column(
                MibOids.CADE_SLOT_ENTITY_INDEX,
                r -> new Integer32(EntityIndex.slot(r.chassis(), r.slot())))));
  }

  static TableBlock.Shape<CardHardwareRow> cards() {
    return shape(
        MibOids.CADE_CARD_HARDWARE_ENTRY,
        r -> new int[] {r.chassis(), r.slot()},
        List.of(
            column(MibOids.CADE_CARD_HARDWARE_ROLE, r -> new Integer32(r.role().code())),
            column(MibOids.CADE_CARD_HARDWARE_MANUFACTURER, r -> text(r.manufacturer())),
            column(MibOids.CADE_CARD_HARDWARE_CPUS, r -> new Gauge32(r.cpus())),
            column(
                MibOids.CADE_CARD_HARDWARE_MEMORY_MEGABYTES,
                r -> new Gauge32(r.memoryBytes() >> 20)),
            column(MibOids.CADE_CARD_HARDWARE_DISK_COUNT, r -> new Gauge32(r.diskCount())),
            column(MibOids.CADE_CARD_HARDWARE_OPERATING_SYSTEM, r -> text(r.operatingSystem())),
            column(MibOids.CADE_CARD_HARDWARE_AGENT_VERSION, r -> text(r.agentVersion())),
            Shapes.<CardHardwareRow>column(
                    MibOids.CADE_CARD_HARDWARE_POWER_ADMIN,
                    r -> new Integer32(r.powerAdmin().code()))
                .writtenBy(HardwareWriters.power()),
            column(MibOids.CADE_CARD_HARDWARE_POWER_STATE, r -> new Integer32(r.power().code())),
            column(MibOids.CADE_CARD_HARDWARE_MAX_WATTS, r -> new Gauge32(r.maxWatts())),
            column(
                MibOids.CADE_CARD_HARDWARE_MEASURED_MILLIWATTS, r -> new Gauge32(r.milliwatts())),
            column(MibOids.CADE_CARD_HARDWARE_STATE_SINCE, r -> dateAndTime(r.stateSince())),
            column(MibOids.CADE_CARD_HARDWARE_STATE_CAUSE, r -> text(r.stateCause())),
            column(MibOids.CADE_CARD_HARDWARE_SERVICES, r -> new Gauge32(r.services())),
            Shapes.<CardHardwareRow>column(
                    MibOids.CADE_CARD_HARDWARE_ASSIGNED_SERVICE, r -> text(r.assignedService()))
                .writtenBy(HardwareWriters.assignment()),
            column(MibOids.CADE_CARD_HARDWARE_DRAINED, r -> truth(r.drained())),
            column(MibOids.CADE_CARD_HARDWARE_DRAINED_BY, r -> text(r.drainedBy())),
            column(
                MibOids.CADE_CARD_HARDWARE_WAITING_COMMANDS, r -> new Gauge32(r.waitingCommands())),
            column(
                MibOids.CADE_CARD_HARDWARE_HOTTEST_CELSIUS, r -> new Integer32(r.hottestCelsius())),
            column(MibOids.CADE_CARD_HARDWARE_SENSORS, r -> new Gauge32(r.sensors())),
            column(MibOids.CADE_CARD_HARDWARE_SENSORS_NOT_OK, r -> new Gauge32(r.sensorsNotOk())),
            column(MibOids.CADE_CARD_HARDWARE_ALARMS, r -> new Gauge32(r.alarms())),
            column(
                MibOids.CADE_CARD_HARDWARE_ENTITY_INDEX,
                r -> new Integer32(r.present() ? EntityIndex.card(r.chassis(), r.slot()) : 0))));
  }

  static TableBlock.Shape<ThresholdRow> thresholds() {
    return shape(
        MibOids.CADE_THRESHOLD_ENTRY,
        r -> new int[] {r.chassis(), r.slot(), r.sensor()},
        List.of(
            Shapes.<ThresholdRow>column(
                    MibOids.CADE_THRESHOLD_LOW_CRITICAL, r -> new Integer32(r.lowCritical()))
                .writtenBy(HardwareWriters.threshold(Threshold.LOW_CRITICAL)),
            Shapes.<ThresholdRow>column(
                    MibOids.CADE_THRESHOLD_LOW_MAJOR, r -> new Integer32(r.lowMajor()))
                .writtenBy(HardwareWriters.threshold(Threshold.LOW_MAJOR)),
            Shapes.<ThresholdRow>column(
                    MibOids.CADE_THRESHOLD_LOW_WARNING, r -> new Integer32(r.lowWarning()))
                .writtenBy(HardwareWriters.threshold(Threshold.LOW_WARNING)),
            Shapes.<ThresholdRow>column(
                    MibOids.CADE_THRESHOLD_HIGH_WARNING, r -> new Integer32(r.highWarning()))
                .writtenBy(HardwareWriters.threshold(Threshold.HIGH_WARNING)),
            Shapes.<ThresholdRow>column(
                    MibOids.CADE_THRESHOLD_HIGH_MAJOR, r -> new Integer32(r.highMajor()))
                .writtenBy(HardwareWriters.threshold(Threshold.HIGH_MAJOR)),
            Shapes.<ThresholdRow>column(
                    MibOids.CADE_THRESHOLD_HIGH_CRITICAL, r -> new Integer32(r.highCritical()))
                .writtenBy(HardwareWriters.threshold(Threshold.HIGH_CRITICAL)),
            Shapes.<ThresholdRow>column(
                    MibOids.CADE_THRESHOLD_HYSTERESIS, r -> new Integer32(r.hysteresis()))
                .writtenBy(HardwareWriters.threshold(Threshold.HYSTERESIS)),
            column(MibOids.CADE_THRESHOLD_DE_BOUNCE, r -> new Integer32(r.deBounce())),
            column(MibOids.CADE_THRESHOLD_LEVEL, r -> new Integer32(r.level().code()))));
  }

  static TableBlock.Shape<FanRow> fans() {
    return shape(
        MibOids.CADE_FAN_ENTRY,
        r -> new int[] {r.chassis(), r.fan()},
        List.of(
            column(MibOids.CADE_FAN_NAME, r -> text(r.name())),
            column(MibOids.CADE_FAN_STATE, r -> new Integer32(r.state().code())),
            column(MibOids.CADE_FAN_SPEED, r -> new Gauge32(r.rpm())),
            column(MibOids.CADE_FAN_DUTY_PERCENT, r -> new Integer32(r.dutyPercent())),
            column(MibOids.CADE_FAN_FAULT, r -> text(r.fault())),
            column(MibOids.CADE_FAN_LAST_UPDATE, r -> dateAndTime(r.lastUpdate())),
            column(
                MibOids.CADE_FAN_ENTITY_INDEX,
                r -> new Integer32(EntityIndex.fan(r.chassis(), r.fan())))));
  }

  static TableBlock.Shape<SupplyRow> supplies() {
    return shape(
        MibOids.CADE_SUPPLY_ENTRY,
        r -> new int[] {r.chassis(), r.supply()},
        List.of(
            column(MibOids.CADE_SUPPLY_NAME, r -> text(r.name())),
            column(MibOids.CADE_SUPPLY_STATE, r -> new Integer32(r.state().code())),
            column(MibOids.CADE_SUPPLY_SERIAL_NUMBER, r -> text(r.serialNumber())),
            column(MibOids.CADE_SUPPLY_CAPACITY_WATTS, r -> new Gauge32(r.capacityWatts())),
            column(MibOids.CADE_SUPPLY_MILLIWATTS, r -> new Gauge32(r.milliwatts())),
            column(MibOids.CADE_SUPPLY_MILLIVOLTS, r -> new Integer32(r.millivolts())),
            column(MibOids.CADE_SUPPLY_MILLIAMPERES, r -> new Integer32(r.milliamperes())),
            column(MibOids.CADE_SUPPLY_LOAD_PERCENT, r -> new Integer32(r.loadPercent())),
            column(MibOids.CADE_SUPPLY_LAST_UPDATE, r -> dateAndTime(r.lastUpdate())),
            column(
                MibOids.CADE_SUPPLY_ENTITY_INDEX,
                r -> new Integer32(EntityIndex.supply(r.chassis(), r.supply())))));
  }

  static TableBlock.Shape<DiskRow> disks() {
    return shape(
        MibOids.CADE_DISK_ENTRY,
        r -> new int[] {r.chassis(), r.slot(), r.disk()},
        List.of(
            column(MibOids.CADE_DISK_NAME, r -> text(r.name())),
            column(MibOids.CADE_DISK_DESCRIPTION, r -> text(r.description())),
            column(MibOids.CADE_DISK_SERIAL_NUMBER, r -> text(r.serialNumber())),
            column(MibOids.CADE_DISK_STATE, r -> new Integer32(r.state().code())),
            column(MibOids.CADE_DISK_REBUILD_PERCENT, r -> new Integer32(r.rebuildPercent())),
            column(
                MibOids.CADE_DISK_ENTITY_INDEX,
                r -> new Integer32(EntityIndex.disk(r.chassis(), r.slot(), r.disk())))));
  }

  static TableBlock.Shape<MirrorRow> mirrors() {
    return shape(
        MibOids.CADE_MIRROR_ENTRY,
        r -> new int[] {r.chassis(), r.slot()},
        List.of(
            column(MibOids.CADE_MIRROR_STATE, r -> new Integer32(r.state().code())),
            column(MibOids.CADE_MIRROR_DISKS, r -> new Gauge32(r.disks())),
            column(MibOids.CADE_MIRROR_HEALTHY_DISKS, r -> new Gauge32(r.healthyDisks())),
            column(MibOids.CADE_MIRROR_REBUILD_PERCENT, r -> new Integer32(r.rebuildPercent()))));
  }

  static TableBlock.Shape<PowerRow> powers() {
    return shape(
        MibOids.CADE_POWER_ENTRY,
        r -> new int[] {r.chassis()},
        List.of(
            column(MibOids.CADE_POWER_STATE, r -> new Integer32(r.state().code())),
            column(MibOids.CADE_POWER_CAPACITY_WATTS, r -> new Gauge32(r.capacityWatts())),
            column(MibOids.CADE_POWER_RESERVE_CAPACITY_WATTS, r -> new Gauge32(r.reserveWatts())),
            column(MibOids.CADE_POWER_BUDGETED_WATTS, r -> new Gauge32(r.budgetedWatts())),
            column(MibOids.CADE_POWER_MEASURED_MILLIWATTS, r -> new Gauge32(r.milliwatts())),
            column(MibOids.CADE_POWER_CARDS_ON, r -> new Gauge32(r.cardsOn())),
            column(MibOids.CADE_POWER_CARDS_OFF, r -> new Gauge32(r.cardsOff())),
            column(MibOids.CADE_POWER_FAN_CONTROL, r -> text(r.fanControl()))));
  }

  static TableBlock.Shape<SwapRow> swaps() {
    return shape(
        MibOids.CADE_SWAP_ENTRY,
        r -> new int[] {(int) r.sequence()},
        List.of(
            column(MibOids.CADE_SWAP_CHASSIS, r -> new Integer32(r.chassis())),
            column(MibOids.CADE_SWAP_SLOT, r -> new Integer32(r.slot())),
            column(MibOids.CADE_SWAP_TIME, r -> dateAndTime(r.at())),
            column(MibOids.CADE_SWAP_OLD_MAC_ADDRESS, r -> Values.mac(r.oldMac())),
            column(MibOids.CADE_SWAP_NEW_MAC_ADDRESS, r -> Values.mac(r.newMac())),
            column(MibOids.CADE_SWAP_OLD_SERIAL_NUMBER, r -> text(r.oldSerialNumber())),
            column(MibOids.CADE_SWAP_NEW_SERIAL_NUMBER, r -> text(r.newSerialNumber()))));
  }
}
