package io.cade.sim.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.datagram.NettyDatagramLoop;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.sim.net.DhcpClientMachine;
import io.cade.sim.net.NetworkNamespace;
import io.cade.sim.net.TestRelay;
import io.cade.sim.net.Tool;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine as it is delivered, a process of its own on Ethernet of its own, and the clients that
 * people use: for addresses, for files, and for the load.
 *
 * <pre>
 *   engine 10.77.0.1 (loopback), 10.77.1.1 (eth1) ── switch ── card 1.3, another machine
 * </pre>
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class EngineOnWireIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String MAC = "02:00:00:01:03:00";
  private static final String ADDRESS = "10.77.1.3";
  private static final String ENGINE = "10.77.1.1";
  private static final int PERFDHCP_CLIENTS = 12;

  @TempDir private Path folder;

  private final List<AutoCloseable> open = new ArrayList<>();
  private @Nullable NetworkNamespace engineHost;
  private @Nullable Process engine;

  @BeforeEach
  void build() throws Exception {
    NetworkNamespace.requirePossible();
    engineHost = machine("engine");
  }

  @AfterEach
  void end() throws Exception {
    if (engine != null) {
      engine.destroy();
      engine.waitFor(20, TimeUnit.SECONDS);
    }
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @Test
  void aLeaseSurvivesTheEngineThatIsKilledAndIsRenewed() throws Exception {
    Tool.require("udhcpc", "udhcpc");
    DhcpClientMachine card = onSwitch();
    startEngine("");
    Process client = card.udhcpc();
    until("bound", () -> card.count("bound") == 1 ? "" : card.events().toString());
    assertThat(card.events()).contains("bound " + ADDRESS + " " + ENGINE);
    Objects.requireNonNull(engine).descendants().forEach(ProcessHandle::destroyForcibly);
    engine.destroyForcibly().waitFor();
    Files.delete(folder.resolve("state/endpoints.json"));
    startEngine("");
    assertThat(cade("lease", "list", "--json").out()).contains(ADDRESS, MAC);
    card.machine().run("kill", "-USR1", Long.toString(client.pid())).orFail();
    until("renewed", () -> card.count("renew") == 1 ? "" : card.events().toString());
    card.machine().run("kill", "-USR2", Long.toString(client.pid())).orFail();
    until(
        "released",
        () -> {
          String shown = cade("lease", "list", "--json").out();
          return shown.contains(ADDRESS) ? shown : "";
        });
  }

  @Test
  void udhcpcDeclinesAnAddressThatAnotherMachineHasAndTheOperatorIsTold() throws Exception {
    Tool.require("udhcpc", "udhcpc");
    DhcpClientMachine card = onSwitch();
    machineOnSwitch("squatter", "p2").address("eth0", ADDRESS + "/24");
    startEngine("");
    card.udhcpc("-a");
    conflictIsReported(ADDRESS);
    assertThat(card.count("bound")).isZero();
  }

  @Test
  void dhclientDeclinesAnAddressThatAnotherMachineHasAndTheOperatorIsTold() throws Exception {
    Tool.require("dhclient", "isc-dhcp-client");
    Tool.require("busybox", "busybox");
    DhcpClientMachine card = onSwitch();
    machineOnSwitch("squatter", "p2").address("eth0", ADDRESS + "/24");
    startEngine("");
    card.dhclient("-e", "CHECK_ADDRESS=1");
    conflictIsReported(ADDRESS);
    assertThat(card.events()).anyMatch(e -> e.startsWith("taken " + ADDRESS));
    assertThat(card.log("dhclient")).contains("DHCPDECLINE");
  }

  @Test
  void theEngineFindsAnAddressOfAPoolInUseItselfAndOffersTheNext() throws Exception {
    Tool.require("udhcpc", "udhcpc");
    DhcpClientMachine stranger = onSwitch();
    stranger.machine().mac("eth0", "02:00:00:99:00:01");
    // Where in the pool the engine begins to look depends on the client alone: here, at the end.
    machineOnSwitch("squatter", "p2").address("eth0", "10.77.1.101/24");
    startEngine(
        """
          unknown: quarantine
          subnets:
            "10.77.1.0/24":
              pool: 10.77.1.100-10.77.1.101
        """);
    stranger.udhcpc("-q", "-n");
    until("bound", () -> stranger.count("bound") == 1 ? "" : stranger.events().toString());
    assertThat(stranger.events()).contains("bound 10.77.1.100 " + ENGINE);
    counted("conflictFound");
    conflictIsReported("10.77.1.101");
    // Whoever is in quarantine has an address, but no tree.
    stranger.machine().ip("route", "replace", "10.77.0.1", "via", ENGINE);
    assertThat(curl(stranger.machine(), "http://10.77.0.1:9080/network.conf").output())
        .contains("403");
  }

  @Test
  void aCardBehindARelayAgentGetsItsAddress() throws Exception {
    Tool.require("udhcpc", "udhcpc");
    NetworkNamespace agent = machine("agent");
    NetworkNamespace card = machine("card");
    engineHost().cable("eth1", agent, "lan");
    engineHost().address("eth1", "10.77.0.1/24");
    engineHost().ip("route", "add", "10.77.1.0/24", "via", "10.77.0.2");
    agent.address("lan", "10.77.0.2/24");
    agent.cable("cards", card, "eth0");
    agent.address("cards", "10.77.1.254/24");
    agent.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1").orFail();
    startEngine("");
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    open.add(() -> group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly());
    open.add(
        agent.inside(() ->
            new TestRelay(
                new NettyDatagramLoop(group.next()),
                "cards",
                Ipv4Address.of(10, 77, 1, 254),
                "1/4",
                Ipv4Address.of(10, 77, 0, 1))));
    // The inventory says that this card is in slot 3; the wire, which is believed, says 4.
    card.mac("eth0", "02:00:00:01:04:00");
    DhcpClientMachine client = new DhcpClientMachine(card, "card", folder);
    client.udhcpc("-q", "-n");
    until("bound", () -> client.count("bound") == 1 ? "" : client.events().toString());
    assertThat(client.events()).contains("bound 10.77.1.4 10.77.0.1");
    assertThat(curl(card, "http://10.77.0.1:9080/network.conf").output()).contains("10.77.1.4");
  }

  @Test
  void filesComeByCurlAtftpAndTftpHpaAndNobodyElseHasThem() throws Exception {
    Tool.require("curl", "curl");
    Tool.require("atftp", "atftp");
    Tool.require("tftp", "tftp-hpa");
    Tool.require("udhcpc", "udhcpc");
    DhcpClientMachine card = onSwitch();
    NetworkNamespace stranger = machineOnSwitch("stranger", "p2");
    stranger.address("eth0", "10.77.1.9/24");
    stranger.ip("route", "add", "10.77.0.1", "via", ENGINE);
    startEngine("");
    byte[] text = "all of this is one template\n".repeat(7000).getBytes(StandardCharsets.US_ASCII);
    Files.write(Files.createDirectories(folder.resolve("state/templates")).resolve("big"), text);
    card.udhcpc("-q", "-n");
    until("bound", () -> card.count("bound") == 1 ? "" : card.events().toString());
    card.machine().ip("route", "replace", "10.77.0.1", "via", ENGINE);

    Path got = folder.resolve("got");
    String http = "http://10.77.0.1:9080/big";
    fetched(card, got, text, "curl", "-sS", "-f", "-o", got.toString(), http);
    Files.write(got, Arrays.copyOf(text, 100_000));
    fetched(card, got, text, "curl", "-sS", "-f", "-C", "-", "-o", got.toString(), http);
    String tftp = "tftp://10.77.0.1/big";
    fetched(card, got, text, "curl", "-sS", "-f", "--max-time", "30", "-o", got.toString(), tftp);
    fetched(
        card,
        got,
        text,
        "atftp",
        "--option",
        "blksize 1428",
        "--option",
        "windowsize 16",
        "--option",
        "tsize 1",
        "--get",
        "-r",
        "big",
        "-l",
        got.toString(),
        "10.77.0.1");
    fetched(
        card, got, text, "tftp", "-m", "binary", "10.77.0.1", "-c", "get", "big", got.toString());

    for (String name : List.of("big", "agent.json", "..%2f1.3/agent.json", "../1.3/agent.json")) {
      assertThat(curl(stranger, "http://10.77.0.1:9080/" + name).output())
          .as(name)
          .containsAnyOf("403", "400")
          .doesNotContain("template", "secret");
    }
    Files.deleteIfExists(got);
    stranger.run("tftp", "-m", "binary", "10.77.0.1", "-c", "get", "agent.json", got.toString());
    assertThat(Files.exists(got) ? Files.size(got) : 0).isZero();
    counted("refusedSource");
  }

  @Test
  void aPxeRomIsAnsweredOnPort4011OfTheAddressThatItWasToldOf() throws Exception {
    Tool.require("udhcpc", "udhcpc");
    DhcpClientMachine card = onSwitch();
    startEngine("  bootServerPort: 4011\n");
    card.udhcpc("-q", "-n");
    until("bound", () -> card.count("bound") == 1 ? "" : card.events().toString());
    byte[] answer = card.machine().inside(EngineOnWireIT::asksTheBootServer);
    assertThat(answer[0]).isEqualTo((byte) 2);
    String bytes = new String(answer, StandardCharsets.ISO_8859_1);
    assertThat(bytes).contains("undionly.kpxe").contains("6\4\12M\1\1");
  }

  @Test
  void perfdhcpCompletesItsExchangesAndNoLeaseIsGivenTwice() throws Exception {
    Tool.require("perfdhcp", "kea-admin");
    NetworkNamespace load = machineOnSwitch("load", "p1");
    bridge("p1");
    // It is the relay agent of its clients itself, so it needs the hub's address.
    load.address("eth0", "10.77.1.254/24");
    StringBuilder others = new StringBuilder();
    for (int i = 1; i < PERFDHCP_CLIENTS; i++) {
      // Its clients' hardware addresses are those that follow the first one; slot 1.3 is taken.
      int slot = i < 3 ? i : i + 1;
      others.append("    \"1.%d\": \"02:00:00:01:03:%02x\"\n".formatted(slot, i));
    }
    startEngine(others.toString());
    String report =
        load.run(
                "perfdhcp",
                "-4",
                "-l",
                "10.77.1.254",
                "-b",
                "mac=" + MAC,
                "-R",
                Integer.toString(PERFDHCP_CLIENTS),
                "-r",
                "20",
                "-n",
                "100",
                // Late is not lost: this machine may have other work.
                "-d",
                "10",
                "-W",
                "10000000",
                ENGINE)
            .output();
    assertThat(received(report, "DISCOVER-OFFER")).as(report).isBetween(95L, 100L);
    assertThat(received(report, "REQUEST-ACK")).as(report).isBetween(95L, 100L);
    counted("acked");
    String leases = cade("lease", "list", "--json").out();
    List<String> addresses = all("\"address\" *: *\"([^\"]+)\"", leases);
    List<String> macs = all("\"mac\" *: *\"([^\"]+)\"", leases);
    assertThat(addresses).as(leases).doesNotHaveDuplicates().contains(ADDRESS);
    assertThat(macs)
        .as(leases)
        .doesNotHaveDuplicates()
        .hasSameSizeAs(addresses)
        .hasSizeBetween(2, PERFDHCP_CLIENTS)
        .allMatch(mac -> mac.startsWith("02:00:00:01:03:"));
  }

  /** The packets that perfdhcp received in one of its two phases. */
  private static long received(String report, String phase) {
    List<String> found =
        all("(?s)Statistics for: " + phase + ".*?received packets: (\\d+)", report);
    assertThat(found).as(report).isNotEmpty();
    return Long.parseLong(found.getFirst());
  }

  private static List<String> all(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(m -> m.group(1)).toList();
  }

  // --- the machines

  private NetworkNamespace machine(String label) throws Exception {
    NetworkNamespace made = NetworkNamespace.create(label);
    open.add(made);
    return made;
  }

  private NetworkNamespace engineHost() {
    return Objects.requireNonNull(engineHost);
  }

  /** A card on port {@code p1} of a switch with a free port {@code p2}. */
  private DhcpClientMachine onSwitch() throws Exception {
    NetworkNamespace card = machineOnSwitch("card", "p1");
    card.mac("eth0", MAC);
    bridge("p1");
    return new DhcpClientMachine(card, "card", folder);
  }

  private NetworkNamespace machineOnSwitch(String label, String port) throws Exception {
    NetworkNamespace made = machine(label);
    engineHost().cable(port, made, "eth0");
    if (!port.equals("p1")) {
      engineHost().ip("link", "set", port, "master", "eth1");
    }
    return made;
  }

  private void bridge(String port) throws Exception {
    engineHost().bridge("eth1", port);
    engineHost().address("eth1", ENGINE + "/24");
    engineHost().address("lo", "10.77.0.1/32");
  }

  // --- the engine

  private void startEngine(String dhcpSettings) throws Exception {
    Path config = folder.resolve("engine.yaml");
    Path state = folder.resolve("state");
    Files.writeString(
        config,
        """
        stateDirectory: %s
        listenAddress: 10.77.0.1
        internalNetwork: "10.77"
        dhcp:
          interfaces: [eth1]
          inventory:
            "1.3": "%s"
        """
                .formatted(state, MAC)
            + dhcpSettings);
    Path log = folder.resolve("engine.log");
    Process started =
        engineHost().start(log, Run.launcher().toString(), "engine", "--config", config.toString());
    engine = started;
    until(
        "the engine is there",
        () -> {
          assertThat(started.isAlive()).as(Files.readString(log)).isTrue();
          return Files.exists(state.resolve("endpoints.json"))
              ? ""
              : "log " + Files.readString(log);
        });
  }

  private Run.Result cade(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(Run.launcher().toString()));
    all.addAll(List.of(words));
    all.addAll(List.of("--state", folder.resolve("state").toString()));
    return Run.command(engineHost().command(all));
  }

  private void conflictIsReported(String address) throws Exception {
    until(
        "the alarm about " + address,
        () -> {
          Run.Result alarms = cade("alarm", "list", "--json");
          return alarms.out().contains("addressConflict") && alarms.out().contains(address)
              ? ""
              : alarms + cade("show", "boot", "--json").out();
        });
  }

  private void counted(String outcome) throws Exception {
    until(
        outcome + " is counted",
        () -> {
          String shown = cade("show", "boot").out();
          return shown.contains(outcome) ? "" : shown;
        });
  }

  private static void until(String what, Patience.Look look) throws Exception {
    Patience.until(what, LIMIT, look);
  }

  // --- clients

  private static Tool.Result curl(NetworkNamespace from, String url) throws Exception {
    Tool.require("curl", "curl");
    return from.run("curl", "-sS", "--path-as-is", "-w", " %{http_code}", url);
  }

  private static void fetched(DhcpClientMachine card, Path file, byte[] expected, String... words)
      throws Exception {
    card.machine().run(words).orFail();
    assertThat(Files.readAllBytes(file)).as(words[0]).isEqualTo(expected);
    Files.delete(file);
  }

  /** DHCPREQUEST to UDP port 4011 (PXE 2.1 §2.2.3), from the card's own address. */
  private static byte[] asksTheBootServer() throws Exception {
    ByteBuffer packet = ByteBuffer.allocate(400);
    packet.put((byte) 1).put((byte) 1).put((byte) 6).put((byte) 0).putInt(0x5e5e5e5e);
    packet.putInt(0).put(InetAddress.ofLiteral(ADDRESS).getAddress()).position(28);
    packet.put(new byte[] {2, 0, 0, 1, 3, 0}).position(236);
    packet.putInt(0x63825363).put(new byte[] {53, 1, 3, 93, 2, 0, 0, 94, 3, 1, 2, 1, 97, 17});
    packet.position(packet.position() + 17);
    byte[] vendor = "PXEClient:Arch:00000:UNDI:002001".getBytes(StandardCharsets.US_ASCII);
    packet.put((byte) 60).put((byte) vendor.length).put(vendor).put((byte) 255);
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(68))) {
      socket.connect(new InetSocketAddress(ENGINE, 4011));
      socket.setSoTimeout(20_000);
      socket.send(new DatagramPacket(packet.array(), packet.capacity()));
      DatagramPacket answer = new DatagramPacket(new byte[1500], 1500);
      socket.receive(answer);
      return Arrays.copyOf(answer.getData(), answer.getLength());
    }
  }
}
