package io.cade.sim.virtual;

import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.WireJson;
import io.cade.engine.boottree.BootFile;
import io.cade.engine.boottree.BootTree;
import io.cade.engine.boottree.Lookup;
import io.cade.engine.boottree.NetworkConfSource;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.conduct.Conductor;
import io.cade.engine.conduct.ConductorPolicy;
import io.cade.engine.conduct.ConductorRunner;
import io.cade.engine.conduct.Order;
import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.dhcp.DhcpConfig;
import io.cade.engine.dhcp.DhcpService;
import io.cade.engine.dhcp.decide.ChassisSubnets;
import io.cade.engine.gateway.AgentGateway;
import io.cade.engine.gateway.EngineGateway;
import io.cade.engine.log.ChangeLog;
import io.cade.engine.model.Cabinet;
import io.cade.engine.observe.Observations;
import io.cade.engine.observe.ReceiverStandings;
import io.cade.engine.operate.ContentStore;
import io.cade.engine.operate.Operations;
import io.cade.engine.pki.EnrolmentSecrets;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.PackageSigningKey;
import io.cade.engine.provision.PackagePlant;
import io.cade.engine.provision.StaticSitePlugin;
import io.cade.engine.route.RouteDerivation;
import io.cade.engine.route.RoutePublisher;
import io.cade.engine.snmp.NotificationPump;
import io.cade.engine.store.EngineState;
import io.cade.engine.tftp.TftpConfig;
import io.cade.engine.tftp.TftpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One life of the engine, from its start to its crash: the rooms of the real one, wired as the
 * daemon wires them. Only what it wrote to disk outlives it.
 */
final class VirtualEngine {
  /** As the daemon's: agents that found no engine pause between tries. */
  static final Duration RESTART_GRACE = Duration.ofSeconds(10);

  static final int SERVICE_PORT = 18_080;
  private static final int GATEWAY_PORT = 9_444;
  private static final int POKE_PORT = 1_070;

  /** What outlives the engine. */
  record Site(
      DatagramLoop world,
      InstantSource clock,
      Disk disk,
      Path directory,
      SecureRandom random,
      Faults faults,
      Layout layout,
      Surroundings surroundings,
      Sabotage sabotage) {}

  /** Whom the engine talks to beside its cards' requests. */
  interface Surroundings {
    void poke(CardPosition position);

    /** A notification arrived at the operations centre. */
    void notified(long sequence, boolean cleared);
  }

  private final ProcessLoop process;
  private final Faults faults;
  private final SyncedWriter writer;
  private final RoutePublisher routes;
  private final UnaryOperator<RouteSnapshot> routesAsSeen;
  private final AgentGateway gateway;
  private final BootTree tree;
  private final Operations operations;
  private final Instant listeningSince;

  private VirtualEngine(Site site) throws IOException {
    process = new ProcessLoop(site.world());
    faults = site.faults();
    InstantSource clock = site.clock();
    ChangeLog log = site.sabotage().log().apply(site.disk());
    Cabinet start = EngineState.replay(site.disk(), site.disk().stored());
    writer = new SyncedWriter(log, clock, start, process, () -> faults.micros(200, 8_000));
    listeningSince = clock.instant().plus(RESTART_GRACE);

    Path pki = site.directory().resolve("pki");
    ModuleAuthority authority = ModuleAuthority.open(pki, clock, site.random());
    PackageSigningKey signing = PackageSigningKey.open(pki, site.random());
    ContentStore contents = ContentStore.open(site.directory().resolve("content"));
    ContentStore packages = ContentStore.open(site.directory().resolve("packages"));
    Observations observations = new Observations();
    EnrolmentSecrets secrets = new EnrolmentSecrets(clock, site.random());
    PackagePlant plant =
        new PackagePlant(
            writer,
            contents,
            packages,
            List.of(new StaticSitePlugin()),
            signing.privateKey(),
            this::later);
    operations =
        new Operations(
            writer, contents, plant, CardPosition.MAX_CHASSIS * CardPosition.MAX_SLOT, this::later);
    routes =
        new RoutePublisher(
            new RouteDerivation(service -> RouteDerivation.SiteCertificate.none(), SERVICE_PORT),
            start);
    routesAsSeen = site.sabotage().routes().get();
    VirtualScheduler scheduler = new VirtualScheduler(process);
    EngineGateway real =
        new EngineGateway(
            writer,
            observations,
            authority,
            secrets,
            signing.publicKeyPem(),
            packages::find,
            routes::snapshot,
            scheduler,
            clock,
            site.layout().reportInterval());
    gateway = site.sabotage().gateway().apply(real, writer);
    writer.listen(routes);
    routes.onChange(real::routesChanged);

    ChassisSubnets plan = site.layout().plan();
    WireJson json = new WireJson();
    String authorityPem = authority.certificatePem();
    tree =
        new BootTree(
            writer::current,
            clock,
            List.of(
                (position, name) ->
                    name.equals(CardBootConfig.FILE_NAME)
                        ? Optional.of(
                            BootFile.of(
                                json.encode(
                                    new CardBootConfig(
                                        position,
                                        "127.0.0.1",
                                        GATEWAY_PORT,
                                        authorityPem,
                                        secrets.issue(position),
                                        plan.addressOf(position).toString(),
                                        POKE_PORT,
                                        SERVICE_PORT,
                                        site.layout().reportInterval()))))
                        : Optional.empty(),
                new NetworkConfSource(plan, site.layout().engineAddress())));
    bootServices(site, clock);
    conduct(site, observations, scheduler, plant);
    NotificationPump pump =
        new NotificationPump(
            writer,
            List.of(
                new NotificationPump.Receiver(
                    "default",
                    n -> new Centre(process, faults, site.surroundings()).deliver(n),
                    1,
                    null,
                    false)),
            scheduler,
            new ReceiverStandings(),
            clock);
    pump.start();
  }

  static VirtualEngine start(Site site) throws IOException {
    return new VirtualEngine(site);
  }

  private void bootServices(Site site, InstantSource clock) {
    DhcpConfig usual =
        DhcpConfig.of(
                site.layout().backplane().engineDhcp(),
                site.layout().engineAddress(),
                CardBootConfig.FILE_NAME)
            .withPeers(
                site.layout().backplane().hubLan(1).getPort(),
                site.layout().backplane().clientPort());
    DhcpConfig config =
        new DhcpConfig(
            usual.listen(),
            usual.serverId(),
            usual.relayPort(),
            usual.clientPort(),
            false,
            site.layout().leaseTime(),
            usual.bootGrace(),
            usual.duplicateQuiet(),
            usual.tftpServer(),
            usual.bootFile(),
            usual.maxInFlight(),
            usual.policy());
    var _ =
        DhcpService.start(
                process,
                site.sabotage().dhcpWriter().apply(writer),
                clock,
                site.layout().plan(),
                config)
            .join();
    var _ =
        TftpServer.start(
                process,
                tree,
                this::later,
                TftpConfig.of(
                    site.layout().engineAddress().port(site.layout().backplane().tftpPort())))
            .join();
  }

  private void conduct(
      Site site, Observations observations, VirtualScheduler scheduler, PackagePlant plant) {
    ConductorRunner runner =
        new ConductorRunner(
            new Conductor(
                ConductorPolicy.of(
                    site.layout().reportInterval(), Duration.ofSeconds(90), SERVICE_PORT)),
            writer,
            observations,
            listeningSince,
            scheduler,
            order -> {
              switch (order) {
                case Order.GeneratePackage(String service) -> plant.generate(service);
                case Order.BuildVersion(String service, int version) ->
                    plant.build(service, version);
                case Order.StoreImage(String digest) ->
                    throw new IllegalStateException(
                        "image " + digest + ": virtual cards do not boot from the network");
                case Order.Poke(CardPosition position) -> site.surroundings().poke(position);
              }
            });
    runner.start();
  }

  /** The executor for what blocks: it takes a while. */
  private void later(Runnable task) {
    process.schedule(faults.micros(100, 20_000), task);
  }

  void crash() {
    process.kill();
  }

  boolean isDead() {
    return process.isDead();
  }

  ChangeWriter writer() {
    return writer;
  }

  AgentGateway gateway() {
    return gateway;
  }

  Operations operations() {
    return operations;
  }

  Instant listeningSince() {
    return listeningSince;
  }

  RouteSnapshot routes() {
    return routesAsSeen.apply(routes.snapshot());
  }

  /** A file of the boot tree of whoever has the address. */
  byte[] bootFile(InetAddress source, String name) throws IOException {
    return switch (tree.open(source, name)) {
      case Lookup.Refused refused -> throw new IOException("boot file: " + refused.why());
      case Lookup.Found found -> {
        try (BootFile file = found.file()) {
          ByteBuffer content = ByteBuffer.allocate((int) file.size());
          file.read(0, content);
          yield content.array();
        }
      }
    };
  }
}
