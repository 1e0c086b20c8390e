package io.cade.sim.net;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.Decision;
import io.cade.engine.datagram.NettyDatagramLoop;
import io.cade.engine.dhcp.DhcpConfig;
import io.cade.engine.dhcp.DhcpService;
import io.cade.engine.dhcp.InterfaceWire;
import io.cade.engine.dhcp.WireOpener;
import io.cade.engine.dhcp.decide.ChassisSubnets;
import io.cade.engine.dhcp.decide.Outcome;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.model.Change;
import io.cade.engine.model.Lease;
import io.cade.engine.store.EngineState;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The DHCP server over a durable state in a namespace, and client machines around it: 10.77.0.0/16,
 * one /24 for each chassis.
 */
final class DhcpNetwork implements AutoCloseable {
  static final Ipv4Address BASE = Ipv4Address.of(10, 77, 0, 0);

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final List<NetworkNamespace> machines = new ArrayList<>();
  private final Path folder;
  private final EngineState state;
  private final List<AutoCloseable> services = new ArrayList<>();
  final NetworkNamespace server;
  private @Nullable DhcpService dhcp;

  DhcpNetwork(Path folder) throws Exception {
    this.folder = folder;
    server = machine("server");
    state =
        EngineState.open(Files.createDirectory(folder.resolve("state")), InstantSource.system());
  }

  NetworkNamespace machine(String label) throws Exception {
    NetworkNamespace made = NetworkNamespace.create(label);
    machines.add(made);
    return made;
  }

  /** Serves on interfaces of the server. */
  void serve(String... interfaces) throws Exception {
    Ipv4Address self = server.inside(() -> InterfaceWire.addressOf(interfaces[0]));
    DhcpConfig config = DhcpConfig.of(self.port(67), self, "agent.json").withPeers(67, 68);
    NettyDatagramLoop loop = new NettyDatagramLoop(group.next());
    List<WireOpener> wires =
        Arrays.stream(interfaces).map(i -> InterfaceWire.on(i, 67, 67, 68)).toList();
    DhcpService started =
        server.inside(() ->
            DhcpService.start(
                    loop,
                    state.writer(),
                    InstantSource.system(),
                    new ChassisSubnets(BASE, 2),
                    config,
                    wires)
                .get(10, TimeUnit.SECONDS));
    dhcp = started;
    services.add(started);
  }

  /** A relay agent on a machine, for the clients of one slot. */
  TestRelay relay(
      NetworkNamespace on, String device, Ipv4Address address, String circuit, Ipv4Address to)
      throws Exception {
    TestRelay relay =
        on.inside(
            () -> new TestRelay(new NettyDatagramLoop(group.next()), device, address, circuit, to));
    services.add(relay);
    return relay;
  }

  /** Makes a card known, as if it had been seen there before. */
  void seat(CardPosition position, String mac) throws Exception {
    state
        .writer()
        .submit((cabinet, at) ->
            new Decision<>(
                List.of(new Change.CardSeated(position, CardRole.SERVER, new MacAddress(mac))),
                true))
        .get(10, TimeUnit.SECONDS);
  }

  Optional<Lease> lease(CardPosition position) {
    return state.writer().current().lease(position);
  }

  private DhcpService dhcp() {
    return Objects.requireNonNull(dhcp, "serve() comes first");
  }

  long count(Outcome outcome) {
    return dhcp().outcomes().getOrDefault(outcome, 0L);
  }

  String outcomes() {
    StringBuilder text = new StringBuilder();
    dhcp()
        .outcomes()
        .forEach((outcome, n) -> {
          if (n > 0) {
            text.append(outcome).append('=').append(n).append(' ');
          }
        });
    return text.toString();
  }

  /** Waits, and says what the server and the clients' logs have when it does not come about. */
  void await(String what, BooleanSupplier condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "not in time: " + what + "\nserver: " + outcomes() + "\n" + logs());
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private String logs() throws IOException {
    StringBuilder text = new StringBuilder();
    try (var files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
        text.append(file.getFileName()).append(":\n").append(Files.readString(file)).append('\n');
      }
    }
    return text.toString();
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable service : services.reversed()) {
      service.close();
    }
    for (NetworkNamespace machine : machines.reversed()) {
      machine.close();
    }
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    state.close();
  }
}
