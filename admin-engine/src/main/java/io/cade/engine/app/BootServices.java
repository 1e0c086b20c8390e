package io.cade.engine.app;

import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.engine.boothttp.BootHttpConfig;
import io.cade.engine.boothttp.BootHttpServer;
import io.cade.engine.boottree.BootTree;
import io.cade.engine.boottree.DirectoryUploads;
import io.cade.engine.boottree.NetworkConfSource;
import io.cade.engine.boottree.UploadLimits;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.datagram.NettyDatagramLoop;
import io.cade.engine.datagram.NettyTransport;
import io.cade.engine.dhcp.DhcpConfig;
import io.cade.engine.dhcp.DhcpService;
import io.cade.engine.dhcp.InterfaceWire;
import io.cade.engine.dhcp.WireOpener;
import io.cade.engine.dhcp.decide.ChassisSubnets;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.images.ImageCatalogue;
import io.cade.engine.images.SlotBoots;
import io.cade.engine.observe.BootCounters;
import io.cade.engine.operate.LeasePlaces;
import io.cade.engine.tftp.InterfaceMtu;
import io.cade.engine.tftp.TftpConfig;
import io.cade.engine.tftp.TftpServer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Starts what cards boot from: DHCP on its sockets and interfaces, TFTP, HTTP boot, and the tree of
 * files behind both. Used by the thread that starts the engine.
 */
final class BootServices {
  private final EngineConfig config;
  private final Lifecycle lifecycle;
  private final InstantSource clock;
  private final BootCounters bootCounters;

  BootServices(
      EngineConfig config, Lifecycle lifecycle, InstantSource clock, BootCounters bootCounters) {
    this.config = config;
    this.lifecycle = lifecycle;
    this.clock = clock;
    this.bootCounters = bootCounters;
  }

  /** Starts DHCP, TFTP and HTTP boot, in this order. */
  void start(
      StateDirectory directory,
      ChangeWriter writer,
      AgentConfigSource agentConfigs,
      ImageCatalogue images,
      ExecutorService blocking,
      SecureRandom random)
      throws IOException {
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NettyTransport.handlers());
    lifecycle.started(
        "boot services' threads",
        () -> loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly());
    ChassisSubnets plan = subnets(config);
    Ipv4Address self = address();
    BootTree tree =
        new BootTree(
            writer::current,
            clock,
            BootFiles.of(
                config,
                directory,
                writer::current,
                agentConfigs,
                new NetworkConfSource(plan, self),
                images,
                new SlotBoots(images, writer),
                random),
            DirectoryUploads.open(directory.path("uploads"), UploadLimits.usual()));
    DhcpConfig dhcp =
        DhcpConfig.of(at(config.ports().dhcp()), self, CardBootConfig.FILE_NAME)
            .withPeers(config.ports().relay(), config.ports().dhcp() + 1)
            .withPolicy(
                config.dhcp().policy(), config.dhcp().leaseTime(), config.dhcp().bootAddress());
    List<WireOpener> wires = new ArrayList<>(interfaces(dhcp));
    wires.addAll(bootServers(dhcp));
    DhcpService dhcpService =
        lifecycle.started(
            "DHCP",
            Await.that(
                DhcpService.start(
                    new NettyDatagramLoop(loops.next()), writer, clock, plan, dhcp, wires)));
    TftpServer tftp =
        lifecycle.started(
            "TFTP",
            Await.that(
                TftpServer.start(
                    new NettyDatagramLoop(loops.next()),
                    tree,
                    blocking,
                    TftpConfig.of(at(config.ports().tftp()))
                        .withMaxBlockBytes(config.tftpMaxBlock())
                        .withMtu(new InterfaceMtu()))));
    BootHttpServer bootHttp =
        lifecycle.started(
            "boot HTTP",
            BootHttpServer.start(
                loops, BootHttpConfig.of(at(config.ports().bootHttp())), tree, blocking, clock));
    bootCounters.register(BootCounters.Group.DHCP, dhcpService::outcomes);
    bootCounters.register(BootCounters.Group.DHCP_MALFORMED, dhcpService::malformed);
    bootCounters.register(BootCounters.Group.TFTP, tftp::outcomes);
    bootCounters.register(BootCounters.Group.BOOT_TREE, tree::outcomes);
    bootCounters.register(BootCounters.Group.BOOT_HTTP, bootHttp::outcomes);
  }

  /**
   * The interfaces, and the listen address beside them unless one of them has it: a socket on all
   * addresses would hear the interfaces' broadcasts once more.
   */
  private List<WireOpener> interfaces(DhcpConfig dhcp) throws IOException {
    List<WireOpener> wires = new ArrayList<>();
    boolean covered =
        !config.dhcp().interfaces().isEmpty() && config.listenAddress().isAnyLocalAddress();
    for (String name : config.dhcp().interfaces()) {
      covered |= InterfaceWire.addressOf(name).toInetAddress().equals(config.listenAddress());
      wires.add(
          InterfaceWire.on(name, dhcp.listen().getPort(), dhcp.relayPort(), dhcp.clientPort()));
    }
    if (!covered) {
      wires.add(DhcpService.udp(dhcp));
    }
    return wires;
  }

  /**
   * The port of PXE boot servers: at each interface's own address, because that is the server that
   * its ROMs were told of, and at the listen address.
   */
  private List<WireOpener> bootServers(DhcpConfig dhcp) throws IOException {
    int port = config.dhcp().bootServerPort();
    if (port == 0) {
      return List.of();
    }
    Set<InetSocketAddress> addresses = new LinkedHashSet<>();
    for (String name : config.dhcp().interfaces()) {
      addresses.add(InterfaceWire.addressOf(name).port(port));
    }
    if (addresses.isEmpty() || !config.listenAddress().isAnyLocalAddress()) {
      addresses.add(at(port));
    }
    return addresses.stream().map(a -> DhcpService.bootServer(dhcp, a)).toList();
  }

  /** What the DHCP server would lease an address for. */
  static LeasePlaces.Place leasePlace(EngineConfig config, String address) {
    Ipv4Address parsed = Ipv4Address.parse(address);
    Optional<CardPosition> slot = subnets(config).positionOf(parsed);
    if (slot.isPresent()) {
      return slot.get().slot() <= config.slots()
          ? new LeasePlaces.Place.Slot(slot.get())
          : new LeasePlaces.Place.None();
    }
    return config.dhcp().policy().subnetOf(parsed).filter(n -> n.pools(parsed)).isPresent()
        ? new LeasePlaces.Place.Pool()
        : new LeasePlaces.Place.None();
  }

  private static ChassisSubnets subnets(EngineConfig config) {
    return new ChassisSubnets(
        Ipv4Address.parse(config.internalNetwork() + ".0.0"), config.chassis());
  }

  private InetSocketAddress at(int port) {
    return new InetSocketAddress(config.listenAddress(), port);
  }

  private Ipv4Address address() throws IOException {
    return Ipv4Address.of(config.listenAddress())
        .orElseThrow(() -> new IOException(config.listenAddress() + " is not an IPv4 address"));
  }
}
