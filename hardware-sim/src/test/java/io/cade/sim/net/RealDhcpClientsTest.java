package io.cade.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.dhcp.decide.Outcome;
import io.cade.engine.dhcp.wire.Ipv4Address;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that people use, on Ethernet of their own: on the server's wire, on two at once, on a
 * VLAN, and behind a relay agent.
 */
@Timeout(90)
class RealDhcpClientsTest {
  private static final CardPosition SLOT = new CardPosition(1, 3);
  private static final CardPosition OTHER_SLOT = new CardPosition(2, 5);
  private static final String MAC = "02:00:00:01:03:00";
  private static final String OTHER_MAC = "02:00:00:02:05:00";

  @TempDir Path folder;
  private DhcpNetwork network;

  @BeforeEach
  void build() throws Exception {
    NetworkNamespace.requirePossible();
    network = new DhcpNetwork(folder);
  }

  @AfterEach
  void remove() throws Exception {
    if (network != null) {
      network.close();
    }
  }

  // --- on the server's own wire
  // -------------------------------------------------------------------

  @Test
  void udhcpcGetsItsAddressWithoutHavingOne() throws Exception {
    Tool.require("udhcpc", "udhcpc");
    DhcpClientMachine card = direct("eth1", "card", SLOT, MAC, "10.77.1.1/24");
    network.serve("eth1");
    assertThat(card.udhcpc("-q", "-n").waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(card.events()).contains("bound 10.77.1.3 10.77.1.1");
    assertThat(network.lease(SLOT)).hasValueSatisfying(l -> assertThat(l.mac()).hasToString(MAC));
    assertThat(card.machine().run("busybox", "ping", "-c", "1", "-W", "2", "10.77.1.1").exit())
        .isZero();
  }

  @Test
  void clientsThatWantBroadcastAnswersGetThem() throws Exception {
    Tool.require("udhcpc", "udhcpc");
    DhcpClientMachine card = direct("eth1", "card", SLOT, MAC, "10.77.1.1/24");
    network.serve("eth1");
    assertThat(card.udhcpc("-q", "-n", "-B").waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(card.events()).contains("bound 10.77.1.3 10.77.1.1");
  }

  @Test
  void twoInterfacesAreServedAtOnceEachOnItsOwn() throws Exception {
    Tool.require("udhcpc", "udhcpc");
    DhcpClientMachine first = direct("eth1", "one", SLOT, MAC, "10.77.1.1/24");
    DhcpClientMachine second = direct("eth2", "two", OTHER_SLOT, OTHER_MAC, "10.77.2.1/24");
    network.serve("eth1", "eth2");
    Process a = first.udhcpc("-q", "-n");
    Process b = second.udhcpc("-q", "-n");
    assertThat(a.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(b.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(first.events()).contains("bound 10.77.1.3 10.77.1.1");
    assertThat(second.events()).contains("bound 10.77.2.5 10.77.2.1");
    assertThat(network.count(Outcome.ACKED)).isEqualTo(2);
  }

  @Test
  void aVlanIsServed() throws Exception {
    Tool.require("udhcpc", "udhcpc");
    NetworkNamespace card = network.machine("card");
    network.server.cable("eth1", card, "trunk");
    network.server.address(network.server.vlan("eth1", 20), "10.77.1.1/24");
    String tagged = card.vlan("trunk", 20);
    card.ip("link", "set", tagged, "name", "eth0");
    card.mac("eth0", MAC);
    card.ip("link", "set", "eth0", "up");
    network.seat(SLOT, MAC);
    network.serve("eth1.20");
    DhcpClientMachine client = new DhcpClientMachine(card, "card", folder);
    assertThat(client.udhcpc("-q", "-n").waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(client.events()).contains("bound 10.77.1.3 10.77.1.1");
  }

  @Test
  void udhcpcRenewsAndReleases() throws Exception {
    Tool.require("udhcpc", "udhcpc");
    DhcpClientMachine card = direct("eth1", "card", SLOT, MAC, "10.77.1.1/24");
    network.serve("eth1");
    renewAndRelease(card);
  }

  @Test
  void udhcpcDeclinesAnAddressThatSomebodyElseUses() throws Exception {
    Tool.require("udhcpc", "udhcpc");
    NetworkNamespace card = network.machine("card");
    NetworkNamespace squatter = network.machine("squatter");
    network.server.cable("p1", card, "eth0");
    network.server.cable("p2", squatter, "eth0");
    network.server.bridge("eth1", "p1", "p2");
    network.server.address("eth1", "10.77.1.1/24");
    card.mac("eth0", MAC);
    squatter.address("eth0", "10.77.1.3/24");
    network.seat(SLOT, MAC);
    network.serve("eth1");
    DhcpClientMachine client = new DhcpClientMachine(card, "card", folder);
    client.udhcpc("-a");
    network.await("declined", () -> network.count(Outcome.DECLINED) > 0);
    assertThat(client.count("bound")).isZero();
  }

  @Test
  void dhclientGoesThroughAllItsStates() throws Exception {
    Tool.require("dhclient", "isc-dhcp-client");
    DhcpClientMachine card = direct("eth1", "card", SLOT, MAC, "10.77.1.1/24");
    network.serve("eth1");
    allStates(card, "10.77.1.1");
  }

  // --- behind a relay agent
  // -----------------------------------------------------------------------

  @Test
  void udhcpcGetsItsAddressThroughARelayAgentRenewsAndReleases() throws Exception {
    Tool.require("udhcpc", "udhcpc");
    renewAndRelease(relayed());
  }

  @Test
  void dhclientGoesThroughAllItsStatesBehindARelayAgent() throws Exception {
    Tool.require("dhclient", "isc-dhcp-client");
    allStates(relayed(), "10.77.0.1");
  }

  // --- helpers
  // ------------------------------------------------------------------------------------

  private void renewAndRelease(DhcpClientMachine card) throws Exception {
    Process client = card.udhcpc();
    network.await("bound", () -> card.count("bound") == 1);
    signal(client, card, "USR1");
    network.await("renewed", () -> card.count("renew") == 1);
    assertThat(network.lease(SLOT)).isPresent();
    signal(client, card, "USR2");
    network.await("released", () -> network.count(Outcome.RELEASED) == 1);
    assertThat(network.lease(SLOT)).isEmpty();
  }

  /** INIT to BOUND, RENEWING, REBINDING, INIT-REBOOT, and a release in the end. */
  private void allStates(DhcpClientMachine card, String server) throws Exception {
    Process client = card.dhclient();
    network.await("bound", () -> card.count("BOUND") == 1);
    assertThat(card.events()).contains("BOUND 10.77.1.3 " + server);

    Instant granted = network.lease(SLOT).orElseThrow().expiresAt();
    network.await("renewed", () -> card.count("RENEW") == 1);
    // Asked of the server alone, and for a new term, although dhclient keeps its transaction id.
    assertThat(broadcasts(card)).isEqualTo(1);
    assertThat(network.lease(SLOT).orElseThrow().expiresAt()).isAfter(granted);

    // Unicast to the server is lost from now on: only broadcast is left.
    String gateway = card.machine().ip("route", "get", server).split("dev ", 2)[0];
    String nextHop = gateway.contains("via ") ? gateway.split("via ", 2)[1].strip() : server;
    card.machine()
        .ip(
            "neighbour",
            "replace",
            nextHop,
            "lladdr",
            "02:00:00:00:de:ad",
            "dev",
            "eth0",
            "nud",
            "permanent");
    network.await("rebound", () -> broadcasts(card) == 2 && answersSinceBroadcast(card) > 0);
    card.machine().ip("neighbour", "del", nextHop, "dev", "eth0");

    // Killed and started again while its lease is good: INIT-REBOOT.
    kill(client, card);
    client = card.dhclient();
    network.await("confirmed after a reboot", () -> card.count("REBOOT") == 1);

    kill(client, card);
    assertThat(network.lease(SLOT)).isPresent();
    client = card.dhclient("-r");
    network.await("released", () -> network.count(Outcome.RELEASED) == 1);
    assertThat(client.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(network.lease(SLOT)).isEmpty();
    assertThat(network.count(Outcome.NAK_WRONG_ADDRESS)).isZero();
    assertThat(network.count(Outcome.IGNORED_MALFORMED)).isZero();
  }

  private DhcpClientMachine direct(
      String device, String label, CardPosition slot, String mac, String serverAddress)
      throws Exception {
    NetworkNamespace card = network.machine(label);
    network.server.cable(device, card, "eth0");
    network.server.address(device, serverAddress);
    card.mac("eth0", mac);
    network.seat(slot, mac);
    return new DhcpClientMachine(card, label, folder);
  }

  /** Server 10.77.0.1 — agent 10.77.0.2, 10.77.1.254 — card. */
  private DhcpClientMachine relayed() throws Exception {
    NetworkNamespace agent = network.machine("agent");
    NetworkNamespace card = network.machine("card");
    network.server.cable("eth1", agent, "lan");
    network.server.address("eth1", "10.77.0.1/24");
    network.server.ip("route", "add", "10.77.1.0/24", "via", "10.77.0.2");
    agent.address("lan", "10.77.0.2/24");
    agent.cable("cards", card, "eth0");
    agent.address("cards", "10.77.1.254/24");
    agent.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1").orFail();
    card.mac("eth0", MAC);
    network.serve("eth1");
    network.relay(
        agent, "cards", Ipv4Address.of(10, 77, 1, 254), "1/3", Ipv4Address.of(10, 77, 0, 1));
    return new DhcpClientMachine(card, "card", folder);
  }

  private static long broadcasts(DhcpClientMachine card) {
    return card.log("dhclient")
        .lines()
        .filter(l -> l.startsWith("DHCPREQUEST") && l.contains("to 255.255.255.255"))
        .count();
  }

  private static long answersSinceBroadcast(DhcpClientMachine card) {
    String log = card.log("dhclient");
    return log.substring(log.lastIndexOf("to 255.255.255.255"))
        .lines()
        .filter(l -> l.startsWith("DHCPACK"))
        .count();
  }

  private static void signal(Process client, DhcpClientMachine card, String name) throws Exception {
    card.machine().run("kill", "-" + name, Long.toString(client.pid())).orFail();
  }

  private static void kill(Process client, DhcpClientMachine card) throws Exception {
    signal(client, card, "KILL");
    assertThat(client.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }
}
