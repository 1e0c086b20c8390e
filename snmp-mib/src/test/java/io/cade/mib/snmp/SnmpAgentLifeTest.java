package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.mib.MibOids;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Start, stop and what is refused. */
@Timeout(60)
class SnmpAgentLifeTest {
  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  private final FixtureView view = FixtureView.of(1, 1, 1);

  private SnmpAgent agent(int port, String community) {
    var config =
        new SnmpAgentConfig(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            community,
            AgentContract.USER,
            folder,
            new SnmpAgentConfig.SystemTexts("Cade", "", "c", ""));
    return new SnmpAgent(config, view, InstantSource.fixed(FixtureView.NOW));
  }

  @Test
  void takenPortIsNamedAndDoesNotCountAsAStart() throws Exception {
    try (var other = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        var agent = agent(other.getLocalPort(), "look-only")) {
      assertThatThrownBy(agent::start)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("SNMP port 127.0.0.1:" + other.getLocalPort() + "/udp is in use");
      assertThat(folder.resolve("snmp-engine")).doesNotExist();
      assertThatThrownBy(agent::localAddress).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void portIsFreeAfterCloseAndAfterAStartThatFailed() throws Exception {
    var agent = agent(0, "look-only");
    agent.start();
    int port = agent.localAddress().getPort();
    agent.close();
    agent.close();
    try (var again = agent(port, "look-only")) {
      again.start();
      assertThat(again.localAddress().getPort()).isEqualTo(port);
      assertThatThrownBy(again::start).isInstanceOf(IllegalStateException.class);
    }
    java.nio.file.Files.writeString(folder.resolve("snmp-engine"), "damaged");
    try (var failing = agent(port, "look-only")) {
      assertThatThrownBy(failing::start).hasMessageContaining("damaged");
    }
    new DatagramSocket(port, InetAddress.getLoopbackAddress()).close();
  }

  @Test
  void engineIdAndBootsAreServed() throws Exception {
    for (int start = 1; start <= 2; start++) {
      try (var agent = agent(0, "look-only")) {
        agent.start();
        try (var manager = new JavaManager(agent.localAddress())) {
          assertThat(
                  manager
                      .get(
                          Manager.As.USER,
                          EngineFrames.ENGINE + ".2.0",
                          EngineFrames.ENGINE + ".1.0")
                      .entries())
              .first()
              .extracting(Manager.Entry::value)
              .isEqualTo(Integer.toString(start));
        }
      }
    }
  }

  @Test
  void withoutACommunityNotEvenTheEmptyOneIsAnswered() throws Exception {
    try (var agent = agent(0, "")) {
      agent.start();
      try (var manager = new JavaManager(agent.localAddress())) {
        assertThat(
                manager.get(Manager.As.WRONG_COMMUNITY, MibOids.CADE_CABINET_NAME + ".0").error())
            .isEqualTo("timeout");
        assertThat(manager.get(Manager.As.USER, MibOids.CADE_CABINET_NAME + ".0").error()).isNull();
      }
      // GET sysDescr.0 with an empty community
      byte[] request =
          java.util.HexFormat.of()
              .parseHex(
                  "3020"
                      + "020101"
                      + "0400"
                      + "a019"
                      + "020101020100020100"
                      + "300e300c06082b060102010101000500");
      try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
        socket.setSoTimeout(300);
        socket.send(new DatagramPacket(request, request.length, agent.localAddress()));
        assertThatThrownBy(() -> socket.receive(new DatagramPacket(new byte[2000], 2000)))
            .isInstanceOf(java.net.SocketTimeoutException.class);
      }
    }
  }

  @Test
  void rubbishAndOversizedRequestsGetNoAnswerAndDoNoHarm() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    try (var agent = agent(0, "look-only");
        var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      agent.start();
      for (int i = 0; i < 300; i++) {
        byte[] rubbish = new byte[i == 0 ? 0 : random.nextInt(i < 290 ? 200 : 60_000) + 1];
        random.nextBytes(rubbish);
        if (rubbish.length > 6 && i % 2 == 0) { // looks like SNMPv2c or v3 at first
          System.arraycopy(
              new byte[] {0x30, (byte) 0x82, 0, 100, 2, 1, (byte) (i % 4 == 0 ? 1 : 3)},
              0,
              rubbish,
              0,
              Math.min(7, rubbish.length));
        }
        socket.send(new DatagramPacket(rubbish, rubbish.length, agent.localAddress()));
      }
      try (var manager = new JavaManager(agent.localAddress())) {
        assertThat(manager.get(Manager.As.COMMUNITY, MibOids.CADE_CABINET_NAME + ".0").error())
            .isNull();
        assertThat(manager.get(Manager.As.USER, MibOids.CADE_CABINET_NAME + ".0").error()).isNull();
      }
    }
  }

  @Test
  void secretsAreNotInTheTextOfTheConfiguration() {
    var config =
        new SnmpAgentConfig(
            new InetSocketAddress(0),
            "look-only",
            AgentContract.USER,
            folder,
            new SnmpAgentConfig.SystemTexts("", "", "", ""));
    assertThat(config.toString())
        .contains("noc")
        .doesNotContain(
            "look-only", AgentContract.USER.authPassphrase(), AgentContract.USER.privPassphrase());
  }

  @Test
  void shortPassphraseIsRefused() {
    assertThatThrownBy(() -> new SnmpUser("noc", "short", "long enough"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8 octets");
  }
}
