package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.mib.CardState;
import io.cade.mib.MibOids;
import io.cade.mib.PerceivedSeverity;
import io.cade.mib.SensorType;
import io.cade.mib.ServiceRow;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.snmp4j.smi.OID;

/** What any manager may expect of the agent (SPEC S1), over a real UDP socket. */
@Timeout(60)
abstract class AgentContract {
  static final String COMMUNITY = "look-only";
  static final SnmpUser USER = new SnmpUser("noc", "an auth passphrase", "a privacy passphrase");

  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  final FullCabinet cabinet = FullCabinet.of(2, 3, 2);
  final FixtureView view = cabinet.view;

  /** Nanoseconds that the agent believes have passed: refreshes happen when the test says so. */
  final AtomicLong nanos = new AtomicLong();

  @SuppressWarnings("NullAway.Init") // by start()
  SnmpAgent agent;

  @SuppressWarnings("NullAway.Init") // by start()
  Manager manager;

  abstract Manager newManager(InetSocketAddress address);

  SnmpAgent newAgent(Path state) {
    var config =
        new SnmpAgentConfig(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            COMMUNITY,
            USER,
            state,
            new SnmpAgentConfig.SystemTexts("Cade 0.1.0", "noc@example", "cabinet-7", "Bern"));
    return new SnmpAgent(
        config,
        cabinet,
        io.cade.mib.CabinetControl.none(),
        AuthenticationFailures.NONE,
        InstantSource.fixed(FixtureView.NOW),
        nanos::get);
  }

  @BeforeEach
  void start() throws Exception {
    agent = newAgent(folder);
    agent.start();
    manager = newManager(agent.localAddress());
  }

  @AfterEach
  void stop() throws Exception {
    agent.close();
    if (manager != null) { // null where its program is not installed and the test is skipped
      manager.close();
    }
  }

  private void refresh() {
    nanos.addAndGet(CabinetFrames.MAX_AGE.toNanos() + 1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Manager.As.class,
      names = {"COMMUNITY", "USER"})
  void systemGroupSaysWhatThisIs(Manager.As as) {
    nanos.addAndGet(12_340_000_000L);
    var answer = manager.walk(as, EngineFrames.SYSTEM);
    assertThat(answer.error()).isNull();
    assertThat(answer.entries())
        .contains(
            new Manager.Entry("1.3.6.1.2.1.1.1.0", "Cade 0.1.0"),
            new Manager.Entry("1.3.6.1.2.1.1.3.0", "1234"),
            new Manager.Entry("1.3.6.1.2.1.1.4.0", "noc@example"),
            new Manager.Entry("1.3.6.1.2.1.1.5.0", "cabinet-7"),
            new Manager.Entry("1.3.6.1.2.1.1.6.0", "Bern"),
            new Manager.Entry("1.3.6.1.2.1.1.7.0", "68"));
    assertThat(answer.entries().get(1).value()).endsWith(MibOids.CADE_SERVER_MODULE);
  }

  @ParameterizedTest
  @EnumSource(
      value = Manager.As.class,
      names = {"COMMUNITY", "USER"})
  void tablesAreReadable(Manager.As as) {
    assertThat(manager.walk(as, MibOids.CADE_CARD_STATE).entries())
        .extracting(Manager.Entry::oid)
        .containsExactlyElementsOf(
            instances(MibOids.CADE_CARD_STATE, List.of("1.1", "1.2", "1.3", "2.1", "2.2", "2.3")));
    assertThat(
            manager
                .get(
                    as,
                    MibOids.CADE_CABINET_NAME + ".0",
                    MibOids.CADE_CABINET_CARD_COUNT + ".0",
                    MibOids.CADE_CARD_STATE + ".2.3",
                    MibOids.CADE_CARD_SERIAL_NUMBER + ".2.3",
                    MibOids.CADE_CARD_LAST_REPORT_AGE + ".2.3",
                    MibOids.CADE_SENSOR_NAME + ".1.0.1",
                    MibOids.CADE_SENSOR_VALUE + ".1.2.2",
                    MibOids.CADE_SENSOR_PRECISION + ".1.2.2",
                    MibOids.CADE_SERVICE_HOST_NAMES + ".3",
                    MibOids.CADE_BACKEND_STATE + ".3.1.1",
                    MibOids.CADE_PROXY_REQUESTS + ".1",
                    MibOids.CADE_PROXY_LAST_REPORT_AGE + ".2",
                    MibOids.CADE_ALARM_TYPE + ".4000000000",
                    MibOids.CADE_ALARM_WORST_SEVERITY + ".0")
                .entries())
        .extracting(Manager.Entry::value)
        .containsExactly(
            "cabinet-7",
            "6",
            "6",
            "SN2-3",
            "5",
            "fan 1",
            "415",
            "1",
            "www.shop.example,shop.example",
            "2",
            "5000000000",
            "-1",
            "card-missing",
            "3");
  }

  @Test
  void everyReadableObjectOfTheMibIsServedAndNothingElse() {
    var served = new HashSet<String>();
    for (Manager.Entry entry : manager.bulkWalk(Manager.As.COMMUNITY, MibOids.CADE).entries()) {
      String object =
          MibOids.READABLE.values().stream()
              .filter(o -> entry.oid().startsWith(o + "."))
              .findFirst()
              .orElse("not in the MIB: " + entry.oid());
      served.add(object);
    }
    assertThat(served).containsExactlyInAnyOrderElementsOf(MibOids.READABLE.values());
  }

  @ParameterizedTest
  @EnumSource(
      value = Manager.As.class,
      names = {"COMMUNITY", "USER"})
  void bulkWalkAndWalkReadTheSameInOrder(Manager.As as) {
    var walked = manager.walk(as, MibOids.CADE);
    var bulk = manager.bulkWalk(as, MibOids.CADE);
    assertThat(walked.error()).isNull();
    assertThat(bulk.error()).isNull();
    assertThat(bulk.entries()).isEqualTo(walked.entries());
    // 8 + 3 scalars, 2 chassis × 3, 6 cards × 9, 14 sensors × 7, a service × 6, a back end × 2, 2
    // proxies × 7,
    // 2 alarms × 6, 2 boot counters × 2
    int first = 11 + 6 + 54 + 98 + 6 + 2 + 14 + 12 + 4;
    // Test trigger, 14 sums, 6 slots × 10, 6 cards × 23, 14 limits × 9, 2 fans × 7, 2 supplies ×
    // 10,
    // 12 disks × 6, 6 mirrors × 4, 2 budgets × 8, a swap
    int hardware = 1 + 14 + 60 + 138 + 126 + 14 + 20 + 72 + 24 + 16 + 7;
    // Details of a service, leases, billing, statistics and back end of a proxy, image, version,
    // rollout
    int others = 7 + 5 + 10 + 7 + 5 + 4 + 13 + 6 + 9;
    // 3 sums, details of 2 alarms, a suppressed one
    int alarms = 3 + 2 * 5 + 6;
    assertThat(walked.entries()).hasSize(first + hardware + others + alarms);
    assertThat(walked.entries().stream().map(e -> new OID(e.oid())).toList()).isSorted();
  }

  @Test
  void walkToTheEndOfEverythingEnds() {
    var all = manager.bulkWalk(Manager.As.COMMUNITY, "1.3");
    assertThat(all.error()).isNull();
    assertThat(all.entries().getLast().oid()).startsWith(EngineFrames.USM_STATISTICS);
  }

  @Test
  void missingInstanceAndMissingObjectAreToldApart() {
    assertThat(manager.get(Manager.As.COMMUNITY, MibOids.CADE_CARD_STATE + ".9.9").entries())
        .singleElement()
        .extracting(Manager.Entry::value)
        .asString()
        .matches("(?i)(noSuchInstance|No Such Instance.*)");
    assertThat(manager.get(Manager.As.COMMUNITY, MibOids.CADE_CARD_SLOT + ".1.1").entries())
        .singleElement()
        .extracting(Manager.Entry::value)
        .asString()
        .matches("(?i)(noSuchObject|No Such Object.*)");
  }

  @Test
  void wrongCommunityGetsSilenceAndIsCounted() {
    String counter = EngineFrames.SNMP + ".4.0"; // snmpInBadCommunityNames
    assertThat(manager.get(Manager.As.COMMUNITY, counter).entries().getFirst().value())
        .isEqualTo("0");
    var answer = manager.get(Manager.As.WRONG_COMMUNITY, MibOids.CADE_CABINET_NAME + ".0");
    assertThat(answer.error()).isEqualTo("timeout");
    assertThat(answer.entries()).isEmpty();
    assertThat(manager.get(Manager.As.COMMUNITY, counter).entries().getFirst().value())
        .isEqualTo("1");
  }

  @ParameterizedTest
  @EnumSource(
      value = Manager.As.class,
      names = {"USER_WITH_WRONG_PASSPHRASE", "UNKNOWN_USER", "USER_WITHOUT_PRIVACY"})
  void otherThanTheUserWithAllOfItsSecurityIsRefused(Manager.As as) {
    var answer = manager.get(as, MibOids.CADE_CABINET_NAME + ".0");
    assertThat(answer.error()).isNotNull().doesNotContainIgnoringCase("timeout");
    assertThat(answer.entries()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Manager.As.class,
      names = {"COMMUNITY", "USER"})
  void nothingCanBeWritten(Manager.As as) {
    String sysName = EngineFrames.SYSTEM + ".5.0";
    assertThat(manager.setText(as, sysName, "mine now").error()).isNotNull();
    assertThat(manager.get(as, sysName).entries().getFirst().value()).isEqualTo("cabinet-7");
  }

  @Test
  void rowThatDisappearsIsGoneAndItsNeighboursStay() {
    view.cards = view.cards.stream().filter(c -> c.chassis() != 1 || c.slot() != 2).toList();
    view.alarms = List.of();
    refresh();
    assertThat(manager.walk(Manager.As.COMMUNITY, MibOids.CADE_CARD_STATE).entries())
        .extracting(Manager.Entry::oid)
        .containsExactlyElementsOf(
            instances(MibOids.CADE_CARD_STATE, List.of("1.1", "1.3", "2.1", "2.2", "2.3")));
    assertThat(manager.walk(Manager.As.COMMUNITY, MibOids.CADE_ALARM_ACTIVE_TABLE).entries())
        .isEmpty();
    assertThat(
            manager.get(Manager.As.COMMUNITY, MibOids.CADE_ALARM_WORST_SEVERITY + ".0").entries())
        .extracting(Manager.Entry::value)
        .containsExactly(Integer.toString(PerceivedSeverity.CLEARED.code()));
  }

  @Test
  void changeIsSeenAfterTheRefreshAndNotBefore() {
    String state = MibOids.CADE_CARD_STATE + ".1.1";
    assertThat(manager.get(Manager.As.COMMUNITY, state).entries().getFirst().value())
        .isEqualTo("6");
    var cards = new ArrayList<>(view.cards);
    cards.set(0, FixtureView.card(1, 1, CardState.FAILED));
    view.cards = List.copyOf(cards);
    assertThat(manager.get(Manager.As.COMMUNITY, state).entries().getFirst().value())
        .isEqualTo("6");
    refresh();
    assertThat(
            manager
                .get(
                    Manager.As.COMMUNITY,
                    state,
                    MibOids.CADE_CABINET_RUNNING_CARD_COUNT + ".0",
                    MibOids.CADE_CABINET_FAULTY_CARD_COUNT + ".0")
                .entries())
        .extracting(Manager.Entry::value)
        .containsExactly("8", "5", "1");
  }

  @Test
  void rowsOutOfOrderAreServedInOrder() {
    IntFunction<ServiceRow> row =
        i ->
            new ServiceRow(
                i,
                "service-" + i,
                List.of(),
                io.cade.mib.ServicePhase.PARAMETERS,
                io.cade.mib.ServiceState.STOPPED,
                0,
                0);
    view.services = List.of(row.apply(9), row.apply(2), row.apply(9), row.apply(5));
    refresh();
    assertThat(manager.walk(Manager.As.COMMUNITY, MibOids.CADE_SERVICE_NAME).entries())
        .extracting(Manager.Entry::value)
        .containsExactly("service-2", "service-5", "service-9");
  }

  @Test
  void walkEndsWhileTheViewChangesUnderIt() throws Exception {
    var stop = new AtomicBoolean();
    var changer =
        Thread.ofPlatform()
            .start(() -> {
              for (int round = 0; !stop.get(); round++) {
                int changes = round;
                int sensors = 20 + round % 40;
                view.sensors =
                    IntStream.rangeClosed(1, sensors)
                        .mapToObj(
                            i -> FixtureView.sensor(1 + i % 2, i, 1 + i, "s", SensorType.RPM, i, 0))
                        .toList(); // not sorted, either
                int present = changes % 6;
                view.cards =
                    IntStream.range(0, 6)
                        .filter(i -> i != present)
                        .mapToObj(i ->
                            FixtureView.card(
                                1 + i / 3,
                                1 + i % 3,
                                changes % 2 == 0 ? CardState.RUNNING : CardState.FAILED))
                        .toList();
                view.alarms =
                    IntStream.range(changes % 7, 7 + changes % 11)
                        .mapToObj(i -> FixtureView.alarm(1 + i, PerceivedSeverity.MINOR))
                        .toList();
                refresh();
                Thread.onSpinWait();
              }
            });
    try {
      for (String root :
          List.of(MibOids.CADE, EntityShapes.ENTITY_MIB, MibOids.CADE, "1.3", MibOids.CADE)) {
        var answer = manager.bulkWalk(Manager.As.COMMUNITY, root);
        assertThat(answer.error()).isNull();
        assertThat(answer.entries().stream().map(e -> new OID(e.oid())).toList())
            .isSorted()
            .doesNotHaveDuplicates();
      }
    } finally {
      stop.set(true);
      changer.join();
    }
  }

  @Test
  void viewThatFailsGivesAnErrorAndTheAgentGoesOn() {
    view.failure = new IllegalStateException("expected by the test");
    refresh();
    assertThat(manager.get(Manager.As.COMMUNITY, MibOids.CADE_CABINET_NAME + ".0").error())
        .containsIgnoringCase("gen");
    assertThat(manager.walk(Manager.As.COMMUNITY, MibOids.CADE_CARD_TABLE).error())
        .containsIgnoringCase("gen");
    assertThat(manager.get(Manager.As.COMMUNITY, EngineFrames.SYSTEM + ".5.0").error()).isNull();
    view.failure = null;
    assertThat(manager.get(Manager.As.COMMUNITY, MibOids.CADE_CABINET_NAME + ".0").entries())
        .extracting(Manager.Entry::value)
        .containsExactly("cabinet-7");
  }

  private static List<String> instances(String column, List<String> indices) {
    return indices.stream().map(i -> column + "." + i).toList();
  }
}
