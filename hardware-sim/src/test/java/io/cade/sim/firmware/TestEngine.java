package io.cade.sim.firmware;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.boottree.BootFile;
import io.cade.engine.boottree.BootTree;
import io.cade.engine.boottree.NetworkConfSource;
import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.dhcp.DhcpConfig;
import io.cade.engine.dhcp.DhcpService;
import io.cade.engine.dhcp.decide.AddressPlan;
import io.cade.engine.dhcp.decide.ChassisSubnets;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.tftp.TftpConfig;
import io.cade.engine.tftp.TftpServer;
import io.cade.sim.hub.Backplane;
import io.cade.sim.hub.ChassisHub;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** The real boot services and hubs on a loop, over a change log that the test holds. */
final class TestEngine implements AutoCloseable {
  static final Ipv4Address ADDRESS = Ipv4Address.of(127, 0, 0, 1);

  final PeerChangeWriter writer;
  final DhcpService dhcp;
  final TftpServer tftp;
  final BootTree tree;
  final List<ChassisHub> hubs = new ArrayList<>();

  TestEngine(
      DatagramLoop loop,
      InstantSource clock,
      Executor files,
      Backplane backplane,
      int chassis,
      Duration leaseTime) {
    this(loop, new PeerChangeWriter(clock), clock, files, backplane, chassis, leaseTime);
  }

  private TestEngine(
      DatagramLoop loop,
      PeerChangeWriter writer,
      InstantSource clock,
      Executor files,
      Backplane backplane,
      int chassis,
      Duration leaseTime) {
    this.writer = writer;
    AddressPlan plan = new ChassisSubnets(Ipv4Address.of(127, 1, 0, 0), chassis);
    DhcpConfig usual = DhcpConfig.of(backplane.engineDhcp(), ADDRESS, "agent.json");
    DhcpConfig config =
        new DhcpConfig(
            usual.listen(),
            usual.serverId(),
            usual.relayPort(),
            usual.clientPort(),
            false,
            leaseTime,
            usual.bootGrace(),
            usual.duplicateQuiet(),
            ADDRESS,
            "agent.json",
            usual.maxInFlight(),
            usual.policy());
    tree =
        new BootTree(
            writer::current,
            clock,
            List.of(new NetworkConfSource(plan, ADDRESS), TestEngine::agentJson));
    dhcp = DhcpService.start(loop, writer, clock, plan, config).join();
    tftp =
        TftpServer.start(loop, tree, files, TftpConfig.of(ADDRESS.port(backplane.tftpPort())))
            .join();
    List<CompletableFuture<ChassisHub>> connecting = new ArrayList<>();
    for (int c = 1; c <= chassis; c++) {
      connecting.add(ChassisHub.connect(loop, c, backplane));
    }
    connecting.forEach(hub -> hubs.add(hub.join()));
  }

  /** A few blocks of text that name the card. */
  static String configurationOf(CardPosition position) {
    return ("{\"position\":\"" + position + "\"}").repeat(1000);
  }

  private static Optional<BootFile> agentJson(CardPosition position, String name) {
    return name.equals("agent.json")
        ? Optional.of(BootFile.of(configurationOf(position).getBytes(StandardCharsets.US_ASCII)))
        : Optional.empty();
  }

  @Override
  public void close() {
    hubs.forEach(ChassisHub::close);
    tftp.close();
    dhcp.close();
  }
}
