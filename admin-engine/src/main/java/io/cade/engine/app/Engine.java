package io.cade.engine.app;

import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.engine.api.ApiServer;
import io.cade.engine.api.UserFile;
import io.cade.engine.boothttp.BootHttpConfig;
import io.cade.engine.boothttp.BootHttpServer;
import io.cade.engine.boottree.BootTree;
import io.cade.engine.boottree.DirectoryUploads;
import io.cade.engine.boottree.NetworkConfSource;
import io.cade.engine.boottree.UploadLimits;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.conduct.Conductor;
import io.cade.engine.conduct.ConductorPolicy;
import io.cade.engine.conduct.ConductorRunner;
import io.cade.engine.conduct.Order;
import io.cade.engine.datagram.NettyDatagramLoop;
import io.cade.engine.datagram.NettyTransport;
import io.cade.engine.dhcp.DhcpConfig;
import io.cade.engine.dhcp.DhcpService;
import io.cade.engine.dhcp.InterfaceWire;
import io.cade.engine.dhcp.WireOpener;
import io.cade.engine.dhcp.decide.ChassisSubnets;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.gateway.EngineGateway;
import io.cade.engine.gateway.GatewayServer;
import io.cade.engine.images.ImageCatalogue;
import io.cade.engine.images.ImageOperations;
import io.cade.engine.observe.BootCounters;
import io.cade.engine.observe.Observations;
import io.cade.engine.operate.AlarmHistory;
import io.cade.engine.operate.ContentStore;
import io.cade.engine.operate.Inspection;
import io.cade.engine.operate.LeasePlaces;
import io.cade.engine.operate.LeaseTransfer;
import io.cade.engine.operate.Operations;
import io.cade.engine.operate.Role;
import io.cade.engine.pki.EnrolmentSecrets;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.PackageSigningKey;
import io.cade.engine.provision.HostingPlugin;
import io.cade.engine.provision.PackagePlant;
import io.cade.engine.provision.StaticSitePlugin;
import io.cade.engine.route.RouteDerivation;
import io.cade.engine.route.RoutePublisher;
import io.cade.engine.snmp.EngineCabinetView;
import io.cade.engine.snmp.NotificationPump;
import io.cade.engine.store.EngineState;
import io.cade.engine.tftp.InterfaceMtu;
import io.cade.engine.tftp.TftpConfig;
import io.cade.engine.tftp.TftpServer;
import io.cade.mib.snmp.Notifier;
import io.cade.mib.snmp.NotifierConfig;
import io.cade.mib.snmp.SnmpAgent;
import io.cade.mib.snmp.SnmpAgentConfig;
import io.cade.mib.snmp.SnmpUser;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running engine: every room of it, wired by hand, started in order and stopped in reverse. A
 * start that fails leaves nothing running.
 */
public final class Engine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
  private static final Duration START_TIME = Duration.ofSeconds(30);
  private static final Duration RESTART_GRACE = Duration.ofSeconds(30);
  private static final Duration CHECKPOINT = Duration.ofMinutes(1);

  /** The operator that exists from the first start; its password is in the secrets directory. */
  static final String FIRST_USER = "operator";

  private final EngineConfig config;
  private final Lifecycle lifecycle = new Lifecycle();
  private final InstantSource clock = InstantSource.system();
  private final BootCounters bootCounters = new BootCounters();
  private volatile @Nullable Instant readySince;

  private Engine(EngineConfig config) {
    this.config = config;
  }

  /**
   * Starts everything.
   *
   * @throws IOException when something cannot be had; the message says what, where and what to do
   */
  public static Engine start(EngineConfig config) throws IOException {
    Engine engine = new Engine(config);
    try {
      engine.startAll();
      return engine;
    } catch (IOException | RuntimeException e) {
      try {
        engine.close();
      } catch (Exception suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private void startAll() throws IOException {
    // Nothing is to be made in vain; but where a state is, its own engine may hold the ports.
    if (!Files.exists(config.stateDirectory())) {
      FreePorts.require(config);
    }
    StateDirectory directory =
        lifecycle.started("state directory", StateDirectory.open(config.stateDirectory()));
    FreePorts.require(config);
    SecureRandom random = new SecureRandom();
    // Slow to begin with and independent of each other: keys, HTTP and the store start side by
    // side.
    ExecutorService blocking =
        started("workers", Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory()));
    CompletableFuture<Vertx> vertxComing =
        CompletableFuture.supplyAsync(Engine::newVertx, blocking);
    CompletableFuture<Keys> keysComing =
        CompletableFuture.supplyAsync(() -> Keys.open(directory, config, clock, random), blocking);

    EngineState state = lifecycle.started("state", EngineState.open(directory.path(""), clock));
    ChangeWriter writer = state.writer();
    Vertx vertx = await(vertxComing);
    lifecycle.started("HTTP", () -> await(vertx.close()));
    Keys keys = await(keysComing);

    Observations observations = new Observations();
    ScheduledExecutorService timer =
        started("timer", Executors.newSingleThreadScheduledExecutor(Engine::timerThread));
    EnrolmentSecrets secrets = new EnrolmentSecrets(clock, random);
    AgentConfigSource agentConfigs =
        new AgentConfigSource(config, keys.authority().certificatePem(), secrets);
    ContentStore contents = ContentStore.open(directory.path("content"));
    ContentStore packages = ContentStore.open(directory.path("packages"));
    Duration settled = Duration.ofHours(1);
    var _ =
        timer.scheduleWithFixedDelay(
            () ->
                blocking.execute(
                    new Sweep(writer, contents, packages, clock.instant().minus(settled))),
            0,
            10,
            TimeUnit.MINUTES);
    PackagePlant plant =
        new PackagePlant(
            writer,
            contents,
            packages,
            List.of(new StaticSitePlugin(), new HostingPlugin()),
            keys.packages().privateKey(),
            blocking);
    RoutePublisher routes =
        new RoutePublisher(
            new RouteDerivation(
                new SiteCertificateCache(keys.authority()), config.ports().service()),
            writer.current());
    EngineGateway gateway =
        new EngineGateway(
            writer,
            observations,
            keys.authority(),
            secrets,
            keys.packages().publicKeyPem(),
            packages::find,
            routes::snapshot,
            timer,
            clock,
            config.reportInterval());
    writer.listen(routes);
    routes.onChange(gateway::routesChanged);

    keys.authority().imageSigner();
    ImageCatalogue images =
        ImageCatalogue.open(
            directory.path("images"), writer::current, keys.authority().certificate(), clock);
    startBootServices(directory, writer, agentConfigs, images, blocking, random);
    ManagementCards management =
        new ManagementCards(config.management(), writer, agentConfigs, directory.path("boot"));
    management.seat();
    every(timer, Duration.ofMinutes(4), management::refresh);
    every(
        timer,
        CHECKPOINT,
        () -> {
          var _ = state.requestCheckpoint();
        });

    lifecycle.started(
        "gateway",
        await(
            GatewayServer.start(
                vertx,
                host(),
                config.ports().gateway(),
                keys.gateway(),
                keys.authority().certificatePem(),
                gateway)));
    startApi(
        vertx,
        directory,
        state,
        observations,
        routes,
        contents,
        plant,
        new ImageOperations(writer, images, blocking),
        keys.admin(),
        blocking,
        random);
    EndpointsFile.write(config, directory, keys.authority().certificatePem());
    startSnmp(directory, writer, observations, timer, random);
    startConductor(writer, observations, timer, plant);
    readySince = clock.instant();
  }

  /** What was made once and is kept: authority, server certificates, signing key. */
  private record Keys(
      ModuleAuthority authority, Identity gateway, Identity admin, PackageSigningKey packages) {
    static Keys open(
        StateDirectory directory, EngineConfig config, InstantSource clock, SecureRandom random) {
      try {
        Path pki = directory.directory("pki");
        ModuleAuthority authority = ModuleAuthority.open(pki, clock, random);
        String host = config.listenAddress().getHostAddress();
        Identity server = authority.server("engine", List.of(host, "localhost"));
        return new Keys(authority, server, server, PackageSigningKey.open(pki, random));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Vertx newVertx() {
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(2)
            .setWorkerPoolSize(2)
            .setInternalBlockingPoolSize(2)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }

  private void startBootServices(
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
    ChassisSubnets plan = subnets();
    Ipv4Address self = ipv4(host());
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
                random),
            DirectoryUploads.open(directory.path("uploads"), UploadLimits.usual()));
    DhcpConfig dhcp =
        DhcpConfig.of(at(config.ports().dhcp()), self, CardBootConfig.FILE_NAME)
            .withPeers(config.ports().relay(), config.ports().dhcp() + 1)
            .withPolicy(
                config.dhcp().policy(), config.dhcp().leaseTime(), config.dhcp().bootAddress());
    List<WireOpener> wires = new ArrayList<>(interfaces(dhcp));
    if (config.dhcp().bootServerPort() != 0) {
      wires.add(DhcpService.bootServer(dhcp, at(config.dhcp().bootServerPort())));
    }
    DhcpService dhcpService =
        lifecycle.started(
            "DHCP",
            await(
                DhcpService.start(
                    new NettyDatagramLoop(loops.next()), writer, clock, plan, dhcp, wires)));
    TftpServer tftp =
        lifecycle.started(
            "TFTP",
            await(
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

  private void startConductor(
      ChangeWriter writer,
      Observations observations,
      ScheduledExecutorService timer,
      PackagePlant plant)
      throws IOException {
    Poker poker = lifecycle.started("poker", new Poker(config, System::nanoTime));
    ConductorRunner runner =
        lifecycle.started(
            "conductor",
            new ConductorRunner(
                new Conductor(
                    ConductorPolicy.of(config.reportInterval(), config.ports().service())),
                writer,
                observations,
                // Agents that found no engine pause between tries: silence counts from later on.
                clock.instant().plus(RESTART_GRACE),
                timer,
                order -> {
                  switch (order) {
                    case Order.GeneratePackage(String service) -> plant.generate(service);
                    case Order.Poke(CardPosition position) -> poker.poke(position);
                  }
                }));
    runner.start();
  }

  private void startApi(
      Vertx vertx,
      StateDirectory directory,
      EngineState state,
      Observations observations,
      RoutePublisher routes,
      ContentStore contents,
      PackagePlant plant,
      ImageOperations images,
      Identity identity,
      ExecutorService blocking,
      SecureRandom random)
      throws IOException {
    Path users = directory.path("users");
    if (!Files.exists(users)) {
      UserFile.put(
          users,
          FIRST_USER,
          Role.ADMINISTRATOR,
          directory.secret("operator-password", random).toCharArray(),
          random);
    }
    AlarmHistory history =
        limit ->
            state.store().alarmHistory(limit).stream()
                .map(a ->
                    new AlarmHistory.Entry(
                        a.sequence(),
                        a.key(),
                        a.severity(),
                        a.text(),
                        a.raisedAt(),
                        a.clearedAt(),
                        a.acknowledgedBy()))
                .toList();
    ApiServer.Backing backing =
        new ApiServer.Backing(
            new Inspection(
                state.writer()::current,
                observations::snapshot,
                routes::snapshot,
                bootCounters,
                history,
                clock),
            new Operations(
                state.writer(), contents, plant, config.chassis() * config.slots(), blocking),
            new LeaseTransfer(state.writer(), this::leasePlace),
            images,
            users,
            () -> readySince != null,
            blocking,
            System::nanoTime,
            random);
    lifecycle.started(
        "API", await(ApiServer.start(vertx, host(), config.ports().admin(), identity, backing)));
  }

  private LeasePlaces.Place leasePlace(String address) {
    Ipv4Address parsed = Ipv4Address.parse(address);
    Optional<CardPosition> slot = subnets().positionOf(parsed);
    if (slot.isPresent()) {
      return slot.get().slot() <= config.slots()
          ? new LeasePlaces.Place.Slot(slot.get())
          : new LeasePlaces.Place.None();
    }
    return config.dhcp().policy().subnetOf(parsed).filter(n -> n.pools(parsed)).isPresent()
        ? new LeasePlaces.Place.Pool()
        : new LeasePlaces.Place.None();
  }

  private ChassisSubnets subnets() {
    return new ChassisSubnets(
        Ipv4Address.parse(config.internalNetwork() + ".0.0"), config.chassis());
  }

  private void startSnmp(
      StateDirectory directory,
      ChangeWriter writer,
      Observations observations,
      ScheduledExecutorService timer,
      SecureRandom random)
      throws IOException {
    String community = directory.secret("snmp-community", random);
    String passphrase = directory.secret("snmp3-passphrase", random);
    SnmpAgent agent =
        new SnmpAgent(
            new SnmpAgentConfig(
                at(config.ports().snmp()),
                community,
                new SnmpUser(FIRST_USER, passphrase, passphrase),
                directory.directory("snmp"),
                new SnmpAgentConfig.SystemTexts(
                    "Cade server module, " + Version.current(), "", config.name(), "")),
            new EngineCabinetView(
                config.name(),
                Version.current(),
                writer,
                observations,
                bootCounters,
                () -> readySince),
            clock);
    agent.start();
    lifecycle.started("SNMP agent", agent);
    Notifier notifier =
        lifecycle.started(
            "SNMP notifier",
            new Notifier(
                new NotifierConfig(
                    config.trapReceiver(),
                    new NotifierConfig.Inform2c(community),
                    Duration.ofSeconds(1),
                    1),
                agent::upTime));
    NotificationPump pump =
        lifecycle.started("notifications", new NotificationPump(writer, notifier::send, timer));
    pump.start();
  }

  /** Something that may fail and is tried again at its next turn. */
  @FunctionalInterface
  private interface Duty {
    void run() throws Exception;
  }

  private static void every(ScheduledExecutorService timer, Duration period, Duty duty) {
    var _ =
        timer.scheduleWithFixedDelay(
            () -> {
              try {
                duty.run();
              } catch (Exception e) {
                LOG.warn("a regular duty failed and is tried again", e);
              }
            },
            period.toMillis(),
            period.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private <E extends ExecutorService> E started(String name, E executor) {
    lifecycle.started(name, executor::shutdownNow);
    return executor;
  }

  private static Thread timerThread(Runnable work) {
    return Thread.ofPlatform().name("timer").daemon().unstarted(work);
  }

  private String host() {
    return config.listenAddress().getHostAddress();
  }

  private InetSocketAddress at(int port) {
    return new InetSocketAddress(config.listenAddress(), port);
  }

  private static Ipv4Address ipv4(String text) throws IOException {
    return Ipv4Address.of(InetAddress.ofLiteral(text))
        .orElseThrow(() -> new IOException(text + " is not an IPv4 address"));
  }

  private static <T> T await(Future<T> future) throws IOException {
    return await(future.toCompletionStage().toCompletableFuture());
  }

  private static <T> T await(CompletableFuture<T> future) throws IOException {
    try {
      return future.get(START_TIME.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      while (cause != null && cause.getCause() != null && !(cause instanceof IOException)) {
        cause = cause.getCause();
      }
      throw cause instanceof IOException io ? io : new IOException(String.valueOf(cause), e);
    } catch (TimeoutException e) {
      throw new IOException("not started within " + START_TIME.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Stops everything, in reverse order. */
  @Override
  public void close() throws Exception {
    lifecycle.close();
  }
}
