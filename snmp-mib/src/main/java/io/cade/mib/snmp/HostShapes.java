package io.cade.mib.snmp;

import static io.cade.mib.snmp.Values.text;

import io.cade.mib.HostSnapshot;
import io.cade.mib.InterfaceRow;
import io.cade.mib.StorageRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.snmp4j.smi.Counter32;
import org.snmp4j.smi.Counter64;
import org.snmp4j.smi.Gauge32;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.Variable;

/**
 * IF-MIB (RFC 2863) and HOST-RESOURCES-MIB (RFC 2790) of the computer that the engine runs on, as
 * far as Linux tells it. Left out: broadcast counters and outgoing multicast, which Linux does not
 * count apart (they are within the unicast packets); the parameters of kernel and processes, which
 * may hold secrets; the number of users; the software that is installed.
 */
final class HostShapes {
  static final String INTERFACES = "1.3.6.1.2.1.2";
  static final String HOST = "1.3.6.1.2.1.25";
  static final String IF_MIB = "1.3.6.1.2.1.31";

  /** hrDeviceIndex of the first processor and of the interface with ifIndex 0. */
  private static final int PROCESSOR = 1;

  private static final int NETWORK = 100_000;
  private static final String IF = INTERFACES + ".2.1";
  private static final String IF_X = IF_MIB + ".1.1.1";
  private static final String STORAGE = HOST + ".2.3.1";
  private static final String DEVICE = HOST + ".3.2.1";
  private static final String PROCESSORS = HOST + ".3.3.1";
  private static final String NETWORKS = HOST + ".3.4.1";
  private static final String RUN = HOST + ".4.2.1";
  private static final String PERFORMANCE = HOST + ".5.1.1";
  private static final OID ZERO_DOT_ZERO = new OID("0.0");

  private HostShapes() {}

  static ScalarBlock interfaceCount(HostSnapshot host) {
    return scalars(scalar(INTERFACES + ".1", () -> new Integer32(host.interfaces().size())));
  }

  static TableBlock.Shape<InterfaceRow> interfaces(Instant started) {
    return Shapes.shape(
        IF,
        r -> new int[] {r.index()},
        List.of(
            Shapes.column(IF + ".1", r -> new Integer32(r.index())),
            Shapes.column(IF + ".2", r -> text(r.name())),
            Shapes.column(IF + ".3", r -> new Integer32(r.type())),
            Shapes.column(IF + ".4", r -> new Integer32(r.mtu())),
            Shapes.column(IF + ".5", r -> new Gauge32(Math.min(r.speed(), 0xFFFF_FFFFL))),
            Shapes.column(IF + ".6", HostShapes::physicalAddress),
            Shapes.column(IF + ".7", r -> new Integer32(r.adminUp() ? 1 : 2)),
            Shapes.column(IF + ".8", r -> new Integer32(r.operStatus())),
            Shapes.column(IF + ".9", r -> Values.ticksAt(r.lastChange(), started)),
            Shapes.column(IF + ".10", r -> counter32(r.inOctets())),
            Shapes.column(IF + ".11", r -> counter32(r.inPackets() - r.inMulticast())),
            Shapes.column(IF + ".13", r -> counter32(r.inDiscards())),
            Shapes.column(IF + ".14", r -> counter32(r.inErrors())),
            Shapes.column(IF + ".15", r -> counter32(0)),
            Shapes.column(IF + ".16", r -> counter32(r.outOctets())),
            Shapes.column(IF + ".17", r -> counter32(r.outPackets())),
            Shapes.column(IF + ".19", r -> counter32(r.outDiscards())),
            Shapes.column(IF + ".20", r -> counter32(r.outErrors()))));
  }

  static TableBlock.Shape<InterfaceRow> interfacesX() {
    return Shapes.shape(
        IF_X,
        r -> new int[] {r.index()},
        List.of(
            Shapes.column(IF_X + ".1", r -> text(r.name())),
            Shapes.column(IF_X + ".2", r -> counter32(r.inMulticast())),
            Shapes.column(IF_X + ".6", r -> new Counter64(r.inOctets())),
            Shapes.column(IF_X + ".7", r -> new Counter64(r.inPackets() - r.inMulticast())),
            Shapes.column(IF_X + ".8", r -> new Counter64(r.inMulticast())),
            Shapes.column(IF_X + ".10", r -> new Counter64(r.outOctets())),
            Shapes.column(IF_X + ".11", r -> new Counter64(r.outPackets())),
            // disabled(2): alarms tell of links, not linkDown
            Shapes.column(IF_X + ".14", r -> new Integer32(2)),
            Shapes.column(IF_X + ".15", r -> new Gauge32(r.speed() / 1_000_000)),
            Shapes.column(IF_X + ".16", r -> Shapes.truth(r.promiscuous())),
            Shapes.column(IF_X + ".17", r -> Shapes.truth(r.type() == 6)),
            Shapes.column(IF_X + ".18", r -> text(r.alias())),
            Shapes.column(IF_X + ".19", r -> Values.ticks(Duration.ZERO))));
  }

  /** ifTableLastChange, which is after the two tables in the tree. */
  static ScalarBlock interfaceTableChange(Duration upTime) {
    return scalars(scalar(IF_MIB + ".1.5", () -> Values.ticks(upTime)));
  }

  private static OctetString physicalAddress(InterfaceRow row) {
    return row.physicalAddress().isEmpty() ? new OctetString() : Values.mac(row.physicalAddress());
  }

  private static Counter32 counter32(long value) {
    return new Counter32(value & 0xFFFF_FFFFL);
  }

  static ScalarBlock system(HostSnapshot host) {
    return scalars(
        scalar(HOST + ".1.1", () -> Values.ticks(host.upTime())),
        scalar(HOST + ".1.2", () -> Values.dateAndTime(host.at())),
        scalar(HOST + ".1.6", () -> new Gauge32(host.processes())),
        scalar(HOST + ".1.7", () -> new Integer32(host.maxProcesses())));
  }

  static ScalarBlock memory(HostSnapshot host) {
    return scalars(scalar(HOST + ".2.2", () -> new Integer32(saturated(host.memoryKilobytes()))));
  }

  static TableBlock.Shape<StorageRow> storage() {
    return Shapes.shape(
        STORAGE,
        r -> new int[] {r.index()},
        List.of(
            Shapes.column(STORAGE + ".1", r -> new Integer32(r.index())),
            Shapes.column(STORAGE + ".2", r -> new OID(HOST + ".2.1." + kind(r))),
            Shapes.column(STORAGE + ".3", r -> text(r.description())),
            Shapes.column(STORAGE + ".4", r -> new Integer32(r.unitOctets())),
            Shapes.column(STORAGE + ".5", r -> new Integer32(saturated(r.units()))),
            Shapes.column(STORAGE + ".6", r -> new Integer32(saturated(r.usedUnits())))));
  }

  private static int kind(StorageRow row) {
    return switch (row.kind()) {
      case RAM -> 2;
      case VIRTUAL_MEMORY -> 3;
      case FIXED_DISK -> 4;
    };
  }

  private static int saturated(long value) {
    return (int) Math.min(value, Integer.MAX_VALUE);
  }

  /** A row of hrDeviceTable: processors and network interfaces. */
  record Device(int index, int type, String description, boolean running, int errors) {}

  /** A row of hrProcessorTable. */
  record Processor(int index, int load) {}

  static List<Device> devices(HostSnapshot host) {
    var devices = new ArrayList<Device>();
    for (int i = 0; i < host.processors().size(); i++) {
      devices.add(new Device(PROCESSOR + i, 3, host.processorName(), true, 0));
    }
    for (InterfaceRow row : host.interfaces()) {
      devices.add(
          new Device(
              NETWORK + row.index(),
              4,
              "network interface " + row.name(),
              row.operStatus() != 2,
              saturated(row.inErrors() + row.outErrors())));
    }
    return List.copyOf(devices);
  }

  static List<Processor> processors(HostSnapshot host) {
    var processors = new ArrayList<Processor>();
    for (int i = 0; i < host.processors().size(); i++) {
      processors.add(new Processor(PROCESSOR + i, host.processors().get(i)));
    }
    return List.copyOf(processors);
  }

  static TableBlock.Shape<Device> devices() {
    return Shapes.shape(
        DEVICE,
        r -> new int[] {r.index()},
        List.of(
            Shapes.column(DEVICE + ".1", r -> new Integer32(r.index())),
            Shapes.column(DEVICE + ".2", r -> new OID(HOST + ".3.1." + r.type())),
            Shapes.column(DEVICE + ".3", r -> text(r.description())),
            Shapes.column(DEVICE + ".4", r -> ZERO_DOT_ZERO),
            Shapes.column(DEVICE + ".5", r -> new Integer32(r.running() ? 2 : 5)),
            Shapes.column(DEVICE + ".6", r -> new Counter32(r.errors()))));
  }

  static TableBlock.Shape<Processor> processors() {
    return Shapes.shape(
        PROCESSORS,
        r -> new int[] {r.index()},
        List.of(
            Shapes.column(PROCESSORS + ".1", r -> ZERO_DOT_ZERO),
            Shapes.column(PROCESSORS + ".2", r -> new Integer32(r.load()))));
  }

  static TableBlock.Shape<InterfaceRow> networks() {
    return Shapes.shape(
        NETWORKS,
        r -> new int[] {NETWORK + r.index()},
        List.of(Shapes.column(NETWORKS + ".1", r -> new Integer32(r.index()))));
  }

  /** The engine's own process; no row while it is not known. */
  static List<HostSnapshot.Program> running(HostSnapshot host) {
    return host.program().id() == 0 ? List.of() : List.of(host.program());
  }

  static TableBlock.Shape<HostSnapshot.Program> running() {
    return Shapes.shape(
        RUN,
        r -> new int[] {r.id()},
        List.of(
            Shapes.column(RUN + ".1", r -> new Integer32(r.id())),
            Shapes.column(RUN + ".2", r -> Values.text(r.name(), 64)),
            Shapes.column(RUN + ".3", r -> ZERO_DOT_ZERO),
            Shapes.column(RUN + ".4", r -> Values.text(r.path(), 128)),
            Shapes.column(RUN + ".5", r -> new OctetString()),
            Shapes.column(RUN + ".6", r -> new Integer32(4)),
            Shapes.column(RUN + ".7", r -> new Integer32(1))));
  }

  static TableBlock.Shape<HostSnapshot.Program> performance() {
    return Shapes.shape(
        PERFORMANCE,
        r -> new int[] {r.id()},
        List.of(
            Shapes.column(PERFORMANCE + ".1", r -> new Integer32(saturated(r.cpuCentiseconds()))),
            Shapes.column(PERFORMANCE + ".2", r -> new Integer32(saturated(r.memoryKilobytes())))));
  }

  private static ScalarBlock scalars(ScalarBlock.Source... sources) {
    return new ScalarBlock(List.of(sources));
  }

  private static ScalarBlock.Source scalar(
      String oid, java.util.function.Supplier<Variable> value) {
    return new ScalarBlock.Source(oid, value);
  }
}
