package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.mib.CabinetControl;
import io.cade.mib.ManagerRole;
import io.cade.mib.MibOids;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Captured messages, damaged; and good ones at the wrong time or place. */
@Timeout(600)
class MessageFuzzTest {
  /** More by hand: {@code -Dcade.snmp.messages=1000000}. */
  private static final int MESSAGES = Integer.getInteger("cade.snmp.messages", 20_000);

  private static final int BURST = 32;

  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  private final List<AuthenticationFailures.Failure> failures = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();

  private SnmpAgent agent() throws IOException {
    var agent =
        new SnmpAgent(
            new SnmpAgentConfig(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                true,
                true,
                List.of(
                    new SnmpCommunity(AgentContract.COMMUNITY, ManagerRole.OPERATOR, List.of()),
                    new SnmpCommunity(
                        "elsewhere",
                        ManagerRole.OPERATOR,
                        List.of(SnmpCommunity.Network.parse("192.0.2.0/24")))),
                List.of(AgentContract.USER),
                folder,
                new SnmpAgentConfig.SystemTexts("Cade", "", "c", "")),
            FixtureView.of(2, 14, 3),
            CabinetControl.none(),
            failure -> {
              synchronized (failures) {
                failures.add(failure);
              }
            },
            InstantSource.fixed(FixtureView.NOW),
            nanos::get);
    agent.start();
    return agent;
  }

  /** What managers send: discovery and requests of SNMPv3, requests of SNMPv2c. */
  private static List<byte[]> captured(InetSocketAddress agent) throws Exception {
    try (var relay = new Relay(agent);
        var manager = new JavaManager(relay.address())) {
      for (Manager.As as : List.of(Manager.As.COMMUNITY, Manager.As.USER)) {
        assertThat(manager.get(as, MibOids.CADE_CABINET_NAME + ".0").error()).isNull();
        assertThat(manager.bulkWalk(as, MibOids.CADE_CHASSIS_TABLE).error()).isNull();
        assertThat(manager.setText(as, EngineFrames.SYSTEM + ".5.0", "mine").error()).isNotNull();
      }
      var all = new ArrayList<>(relay.requests);
      // The same as SNMPv1.
      for (byte[] request : relay.requests) {
        if (request[4] == 1) {
          byte[] v1 = request.clone();
          v1[4] = 0;
          all.add(v1);
        }
      }
      return all;
    }
  }

  @Test
  void damagedMessagesDoNoHarm() throws Exception {
    long seed = Long.getLong("cade.seed", System.nanoTime());
    System.out.println("seed " + seed);
    var random = new SplittableRandom(seed);
    try (var agent = agent();
        var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      List<byte[]> originals = captured(agent.localAddress());
      assertThat(originals).hasSizeGreaterThan(8);
      byte[] probe = probe();
      socket.setSoTimeout(5000);
      var packet = new DatagramPacket(new byte[8192], 8192);
      for (int i = 0; i < MESSAGES; i++) {
        byte[] message = damaged(originals.get(random.nextInt(originals.size())), random);
        socket.send(new DatagramPacket(message, message.length, agent.localAddress()));
        if (i % BURST == BURST - 1) {
          // One that is good is still answered; by then all before it are dealt with.
          socket.send(new DatagramPacket(probe, probe.length, agent.localAddress()));
          do {
            packet.setLength(8192);
            try {
              socket.receive(packet);
            } catch (SocketTimeoutException e) {
              throw new AssertionError("silent after " + i + " messages of seed " + seed, e);
            }
            assertThat(packet.getLength()).isLessThanOrEqualTo(SnmpAgent.MAX_MESSAGE_OCTETS);
          } while (!answersProbe(packet));
        }
      }
      try (var manager = new JavaManager(agent.localAddress())) {
        var counted =
            manager.get(
                Manager.As.USER,
                EngineFrames.SNMP + ".3.0", // snmpInBadVersions
                EngineFrames.SNMP + ".4.0", // snmpInBadCommunityNames
                EngineFrames.SNMP + ".6.0", // snmpInASNParseErrs
                EngineFrames.USM_STATISTICS + ".3.0",
                EngineFrames.USM_STATISTICS + ".4.0",
                EngineFrames.USM_STATISTICS + ".5.0");
        assertThat(counted.error()).isNull();
        assertThat(counted.entries())
            .hasSize(6)
            .extracting(Manager.Entry::value)
            .doesNotContain("0");
        assertThat(manager.bulkWalk(Manager.As.COMMUNITY, MibOids.CADE).error()).isNull();
      }
    }
  }

  private static byte[] damaged(byte[] original, SplittableRandom random) {
    byte[] copy = original.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes && copy.length > 0; i++) {
      int at = random.nextInt(copy.length);
      switch (random.nextInt(7)) {
        case 0 -> copy[at] = (byte) random.nextInt();
        case 1 -> copy[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> copy[at] = (byte) (copy[at] + random.nextInt(3) - 1);
        case 3 -> copy[at] = (byte) (0x80 | random.nextInt(6)); // a long or endless length
        case 4 -> copy[at] = (byte) 0xFF;
        case 5 -> copy = Arrays.copyOf(copy, random.nextInt(copy.length + 8));
        default -> {
          int from = random.nextInt(copy.length);
          int length = Math.min(random.nextInt(16), copy.length - Math.max(at, from));
          System.arraycopy(copy, from, copy, at, length);
        }
      }
    }
    return copy;
  }

  /** GET of sysName by SNMPv2c. */
  private static byte[] probe() {
    String community =
        HexFormat.of().formatHex(Security.octets(AgentContract.COMMUNITY).getValue());
    return HexFormat.of()
        .parseHex(
            "302b"
                + "020101"
                + "0409"
                + community
                + "a01b"
                + "020330c0de020100020100"
                + "300e300c06082b060102010105000500");
  }

  private static boolean answersProbe(DatagramPacket packet) {
    return HexFormat.of().formatHex(packet.getData(), 0, packet.getLength()).contains("020330c0de");
  }

  @Test
  void replayedMessageOfAnEarlierBootIsReportedAsOutOfItsTime() throws Exception {
    List<byte[]> v3;
    try (var agent = agent()) {
      v3 = captured(agent.localAddress()).stream().filter(m -> version(m) == 3).toList();
    }
    byte[] authenticated = v3.get(2);
    try (var agent = agent();
        var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      socket.setSoTimeout(5000);
      socket.send(new DatagramPacket(authenticated, authenticated.length, agent.localAddress()));
      var packet = new DatagramPacket(new byte[8192], 8192);
      socket.receive(packet);
      // usmStatsNotInTimeWindows.0, in a message that is authenticated and not encrypted
      assertThat(HexFormat.of().formatHex(packet.getData(), 0, packet.getLength()))
          .contains("060a2b060106030f01010200");
      try (var manager = new JavaManager(agent.localAddress())) {
        assertThat(manager.get(Manager.As.USER, EngineFrames.USM_STATISTICS + ".2.0").entries())
            .extracting(Manager.Entry::value)
            .isNotEmpty()
            .doesNotContain("0");
      }
    }
  }

  private static int version(byte[] message) {
    int at = Ber.contentsAt(message, 0);
    return message[at + 2];
  }

  @Test
  void tooLongMessageIsCountedAndNotAnswered() throws Exception {
    try (var agent = agent();
        var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      byte[] large = Arrays.copyOf(probe(), SnmpAgent.MAX_MESSAGE_OCTETS + 1);
      socket.send(new DatagramPacket(large, large.length, agent.localAddress()));
      try (var manager = new JavaManager(agent.localAddress())) {
        assertThat(manager.get(Manager.As.COMMUNITY, EngineFrames.SNMP + ".6.0").entries())
            .extracting(Manager.Entry::value)
            .containsExactly("1");
      }
    }
  }

  @Test
  void refusedManagersAreToldOnceASecond() throws Exception {
    try (var agent = agent();
        var manager = new JavaManager(agent.localAddress())) {
      for (int i = 0; i < 3; i++) {
        assertThat(manager.get(Manager.As.WRONG_COMMUNITY, EngineFrames.SYSTEM + ".5.0").error())
            .isEqualTo("timeout");
      }
      nanos.addAndGet(2_000_000_000L);
      assertThat(manager.get(Manager.As.UNKNOWN_USER, EngineFrames.SYSTEM + ".5.0").error())
          .isNotNull();
      nanos.addAndGet(2_000_000_000L);
      assertThat(
              manager
                  .get(Manager.As.USER_WITH_WRONG_PASSPHRASE, EngineFrames.SYSTEM + ".5.0")
                  .error())
          .isNotNull();
      assertThat(manager.get(Manager.As.USER, EngineFrames.SYSTEM + ".5.0").error()).isNull();
    }
    synchronized (failures) {
      assertThat(failures)
          .extracting(AuthenticationFailures.Failure::reason)
          .containsExactly(
              AuthenticationFailures.Reason.COMMUNITY,
              AuthenticationFailures.Reason.USER,
              AuthenticationFailures.Reason.DIGEST);
      assertThat(failures.get(1).total()).isGreaterThanOrEqualTo(4);
    }
  }
}
