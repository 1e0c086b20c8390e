package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.mib.AlarmNotification;
import io.cade.mib.AlarmRow;
import io.cade.mib.LoggedNotification;
import io.cade.mib.MibOids;
import io.cade.mib.NotificationLog;
import io.cade.mib.PerceivedSeverity;
import io.cade.mib.Tools;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snmp4j.smi.OID;

/** The standard modules and the newer tables as the programs of net-snmp read them. */
@Timeout(120)
class StandardModulesTest {
  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  /** ALL would bring RFC1213-MIB, which names the interfaces too. */
  private static final String MODULES =
      "SNMPv2-MIB:IF-MIB:ENTITY-MIB:ENTITY-SENSOR-MIB:ENTITY-STATE-MIB:HOST-RESOURCES-MIB"
          + ":HOST-RESOURCES-TYPES:CADE-MIB:CADE-CABINET-MIB:CADE-HARDWARE-MIB:CADE-SERVICE-MIB"
          + ":CADE-TRAFFIC-MIB:CADE-ALARM-MIB:CADE-BOOT-MIB:CADE-UPDATE-MIB:NOTIFICATION-LOG-MIB";

  private final FullCabinet cabinet = FullCabinet.of(2, 3, 2);

  @SuppressWarnings("NullAway.Init") // by start()
  private SnmpAgent agent;

  @BeforeEach
  void start() throws Exception {
    agent = agent();
  }

  private SnmpAgent agent() throws Exception {
    var started =
        new SnmpAgent(
            new SnmpAgentConfig(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                AgentContract.COMMUNITY,
                AgentContract.USER,
                folder,
                new SnmpAgentConfig.SystemTexts("Cade", "", "cabinet-7", "")),
            cabinet,
            InstantSource.fixed(FixtureView.NOW));
    started.start();
    return started;
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  private String tool(String program, List<String> options, String root) throws Exception {
    var command = new ArrayList<String>();
    command.add(Tools.need(program, "snmp"));
    command.addAll(List.of("-M", Tools.mibPath(), "-m", MODULES));
    command.addAll(options);
    command.addAll(NetSnmpManager.rights(Manager.As.USER));
    InetSocketAddress address = agent.localAddress();
    command.add("udp:" + address.getAddress().getHostAddress() + ":" + address.getPort());
    command.add(root);
    var result = Tools.run(Map.of(), command);
    assertThat(result.exit()).as(result.output()).isZero();
    return result.output();
  }

  @Test
  void snmptableShowsThePartsOfTheCabinet() throws Exception {
    assertThat(tool("snmptable", List.of("-Ci", "-Cb"), "ENTITY-MIB::entPhysicalTable"))
        .contains("1031000", "Card 1.3", "SN1-3", "CADE-MIB::cadePartCard", "powerSupply");
    assertThat(tool("snmpwalk", List.of(), "ENTITY-MIB::entPhysicalContainsTable"))
        .contains("entPhysicalChildIndex.1030000.1031000 = INTEGER: 1031000");
    assertThat(tool("snmpget", List.of(), "ENTITY-MIB::entLastChangeTime.0")).contains("Timeticks");
  }

  @Test
  void sensorsAndStatesAreReadableByTheirStandardNames() throws Exception {
    assertThat(tool("snmpbulkwalk", List.of(), "ENTITY-SENSOR-MIB::entPhySensorTable"))
        .doesNotContain("Wrong Type")
        .contains(
            "entPhySensorType.1032001 = INTEGER: celsius(8)",
            "entPhySensorValue.1032001 = INTEGER: 415",
            "entPhySensorOperStatus.1032001 = INTEGER: ok(1)");
    assertThat(tool("snmpbulkwalk", List.of(), "ENTITY-STATE-MIB::entStateTable"))
        .doesNotContain("Wrong Type")
        .contains(
            "entStateOper.1031000 = INTEGER: enabled(3)",
            "entStateAlarm.1031000 = BITS: 28 critical(2) minor(4)",
            "entStateStandby.1031000 = INTEGER: providingService(4)");
  }

  @Test
  void interfacesHave64BitCountersAndTheKernelsNumbers() throws Exception {
    assertThat(tool("snmptable", List.of("-Ci", "-Cb"), "IF-MIB::ifXTable"))
        .contains("eth0", "6000000000", "10000", "uplink");
    assertThat(tool("snmpwalk", List.of(), "IF-MIB::interfaces"))
        .doesNotContain("Wrong Type")
        .contains(
            "ifNumber.0 = INTEGER: 1",
            "ifSpeed.2 = Gauge32: 4294967295",
            "ifPhysAddress.2 = STRING: 2:0:0:0:0:99",
            "ifInOctets.2 = Counter32: " + (6_000_000_000L & 0xFFFF_FFFFL));
  }

  @Test
  void theLogOfNotificationsIsReadableByItsStandardNames() throws Exception {
    AlarmRow alarm = FixtureView.alarm(17, PerceivedSeverity.MAJOR);
    cabinet.log =
        new NotificationLog(
            100_000,
            43,
            2,
            List.of(
                new LoggedNotification(
                    new AlarmNotification(41, AlarmNotification.Kind.RAISED, alarm),
                    FixtureView.NOW.minusSeconds(60)),
                new LoggedNotification(
                    new AlarmNotification(42, AlarmNotification.Kind.CLEARED, alarm),
                    FixtureView.NOW.minusSeconds(30)),
                new LoggedNotification(
                    new AlarmNotification(
                        43, AlarmNotification.Kind.AUTHENTICATION_FAILURE, null, "refused"),
                    FixtureView.NOW)));
    String walk = tool("snmpbulkwalk", List.of(), "NOTIFICATION-LOG-MIB::notificationLogMIB");
    assertThat(walk)
        .doesNotContain("Wrong Type")
        .contains(
            "nlmConfigGlobalEntryLimit.0 = Gauge32: 100000",
            "nlmConfigLogAdminStatus.\"\" = INTEGER: enabled(1)",
            "nlmStatsGlobalNotificationsLogged.0 = Counter32: 43",
            "nlmStatsGlobalNotificationsBumped.0 = Counter32: 2",
            "nlmLogNotificationID.\"\".41 = OID: CADE-ALARM-MIB::cadeAlarmRaised",
            "nlmLogNotificationID.\"\".42 = OID: CADE-ALARM-MIB::cadeAlarmCleared",
            "nlmLogNotificationID.\"\".43 = OID: SNMPv2-MIB::authenticationFailure",
            "nlmLogVariableID.\"\".41.2 = OID: CADE-ALARM-MIB::cadeAlarmType.17",
            "nlmLogVariableOctetStringVal.\"\".41.2 = STRING: \"card-missing\"");
    assertThat(tool("snmptable", List.of("-Ci", "-Cb"), "NOTIFICATION-LOG-MIB::nlmLogTable"))
        .contains("cadeAlarmRaised", "2026-11-21,10:19:30");
  }

  @Test
  void snmptableShowsAlarmsTheirDetailsAndWhatTheyStandFor() throws Exception {
    assertThat(tool("snmptable", List.of("-Ci", "-Cb"), "CADE-ALARM-MIB::cadeAlarmActiveTable"))
        .contains("4000000000", "card-missing", "critical", "replaceableUnitMissing");
    assertThat(tool("snmptable", List.of("-Ci", "-Cb"), "CADE-ALARM-MIB::cadeAlarmDetailTable"))
        .contains("4000000000", "17", "AcknowledgedBy");
    assertThat(tool("snmptable", List.of("-Ci", "-Cb"), "CADE-ALARM-MIB::cadeAlarmSuppressedTable"))
        .contains("Suppressed");
    assertThat(tool("snmpwalk", List.of(), "CADE-ALARM-MIB::cadeAlarmMIB"))
        .doesNotContain("Wrong Type")
        .contains("cadeAlarmSuppressedCount.0 = Gauge32: 1 conditions");
  }

  @Test
  void theHostIsReadable() throws Exception {
    assertThat(tool("snmpwalk", List.of(), "HOST-RESOURCES-MIB::host"))
        .doesNotContain("Wrong Type")
        .contains(
            "hrSystemProcesses.0 = Gauge32: 120",
            "hrMemorySize.0 = INTEGER: 4000000 KBytes",
            "hrStorageType.1 = OID: HOST-RESOURCES-TYPES::hrStorageRam",
            "hrStorageUsed.1 = INTEGER: 1000000",
            "hrProcessorLoad.2 = INTEGER: 7",
            "hrNetworkIfIndex.100002 = INTEGER: 2",
            "hrSWRunName.4711 = STRING: \"cade engine\"",
            "hrSWRunPerfMem.4711 = INTEGER: 160000 KBytes");
  }

  @Test
  void sysOrTableNamesEveryModule() throws Exception {
    assertThat(tool("snmptable", List.of("-Cb"), "SNMPv2-MIB::sysORTable"))
        .contains("IF-MIB::ifMIB", "ENTITY-MIB::entityMIB", "CADE-HARDWARE-MIB::cadeHardwareMIB");
  }

  @Test
  void theNewerTablesAreOfTheTypesThatTheMibGivesThem() throws Exception {
    String all = tool("snmpbulkwalk", List.of("-Cr25"), "CADE-MIB::cade");
    assertThat(all)
        .doesNotContain("Wrong Type")
        .contains(
            "cadeSlotLocate.1.2 = INTEGER: off(2)",
            "cadeCardHardwareMemoryMegabytes.1.1 = Gauge32: 8192 mebibytes",
            "cadeThresholdHighMajor.1.1.1 = INTEGER: 750",
            "cadeSupplyLoadPercent.1.1 = INTEGER: 50 percent",
            "cadeDiskName.1.2.0 = STRING: 1.2.0",
            "cadeSwapOldSerialNumber.1 = STRING: OLD",
            "cadeBillingOctetsOut.3 = Counter64: 5000000000 octets",
            "cadeProxyBackendUsable.1.3.1.1 = INTEGER: true(1)",
            "cadeImageInUse.77 = INTEGER: true(1)",
            "cadeCardVersionState.1.1 = INTEGER: inUse(2)",
            "cadeRolloutVersion.3 = Gauge32: 4",
            "cadeRolloutStage.3 = INTEGER: proving(5)",
            "cadeRolloutCard.3 = STRING: 1.2",
            "cadeServiceDetailKind.3 = STRING: static-site",
            "cadeBootPoolLeases.0 = Gauge32: 4 leases",
            "cadeSummaryChassisOverBudget.0 = Gauge32: 2 chassis");
    for (String name : MibOids.READABLE.keySet()) {
      if (!name.startsWith("cadeAlarm") && MibOids.READABLE.get(name) != null) {
        assertThat(all).as("object %s", name).contains("::" + name + ".");
      }
    }
  }

  @Test
  void theWholeTreeIsInOrderAndTheSameAfterARestart() throws Exception {
    List<String> before = names(tool("snmpbulkwalk", List.of("-On", "-Cr40"), ".1"));
    agent.close();
    agent = agent();
    List<String> after = names(tool("snmpbulkwalk", List.of("-On", "-Cr40"), ".1"));
    assertThat(after).containsExactlyElementsOf(before);
    List<OID> oids = before.stream().map(OID::new).toList();
    for (int i = 1; i < oids.size(); i++) {
      assertThat(oids.get(i)).isGreaterThan(oids.get(i - 1));
    }
  }

  private static List<String> names(String walk) {
    return walk.lines()
        .filter(l -> l.startsWith(".1."))
        .filter(l -> !l.contains("No more variables"))
        .map(l -> l.substring(1, l.indexOf(' ')))
        .toList();
  }

  @Test
  void whatWasSetIsReadAtOnceAndTheRestAfterAQuarterOfASecond() {
    FullCabinet full = FullCabinet.of(1, 2, 1);
    var nanos = new AtomicLong();
    var frames = new CabinetFrames(full, InstantSource.fixed(FixtureView.NOW), nanos::get);
    Frame first = frames.current();
    full.view.cards = renewed(full.view.cards);
    assertThat(frames.current()).isSameAs(first);
    frames.outdated();
    Frame second = frames.current();
    assertThat(second).isNotSameAs(first);
    assertThat(frames.current()).isSameAs(second);
  }

  /** 280 cards, 3,000 sensors: the figure is for people, the bounds are far above it. */
  @Test
  void aFullCabinetHasFarMoreThan30000ObjectsAndRefreshesInMilliseconds() {
    FullCabinet full = FullCabinet.of(20, 14, 11);
    var nanos = new AtomicLong();
    var frames = new CabinetFrames(full, InstantSource.fixed(FixtureView.NOW), nanos::get);
    long objects = 0;
    var standard = frames.standard();
    for (Frame frame :
        List.of(
            frames.current(),
            standard.entity(),
            standard.entitySensor(),
            standard.entityState(),
            standard.interfaces(),
            standard.interfacesX(),
            standard.host())) {
      var at = frame.next(new OID("1"), false);
      while (at != null) {
        objects++;
        at = frame.next(at.getOid(), false);
      }
    }
    assertThat(objects).isGreaterThan(100_000);
    long changed = refresh(full, frames, nanos, true);
    long same = refresh(full, frames, nanos, false);
    System.out.printf(
        "%d objects; refresh %.2f ms when all sensors were read anew, %.3f ms when nothing changed%n",
        objects, changed / 1e6, same / 1e6);
    assertThat(same).isLessThan(20_000_000);
    assertThat(changed).isLessThan(200_000_000);
  }

  private static long refresh(
      FullCabinet full, CabinetFrames frames, AtomicLong nanos, boolean change) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 60; i++) {
      if (change) {
        full.view.sensors = renewed(full.view.sensors);
        full.view.cards = renewed(full.view.cards);
      }
      nanos.addAndGet(CabinetFrames.MAX_AGE.toNanos() + 1);
      long start = System.nanoTime();
      frames.current();
      best = Math.min(best, System.nanoTime() - start);
    }
    return best;
  }

  /** Another list of the same rows, as a report makes. */
  private static <R> List<R> renewed(List<R> rows) {
    return new ArrayList<>(rows);
  }
}
