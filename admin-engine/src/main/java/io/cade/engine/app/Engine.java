package io.cade.engine.app;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.engine.api.ApiServer;
import io.cade.engine.api.UserDesk;
import io.cade.engine.api.UserFile;
import io.cade.engine.backup.BackupOperations;
import io.cade.engine.backup.EngineBackup;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.collect.CardLogs;
import io.cade.engine.collect.Collected;
import io.cade.engine.conduct.Conductor;
import io.cade.engine.conduct.ConductorPolicy;
import io.cade.engine.conduct.ConductorRunner;
import io.cade.engine.conduct.Order;
import io.cade.engine.gateway.EngineGateway;
import io.cade.engine.gateway.GatewayServer;
import io.cade.engine.gateway.RevokedConnections;
import io.cade.engine.gateway.SensorWatches;
import io.cade.engine.guard.DataFormat;
import io.cade.engine.guard.GuardLink;
import io.cade.engine.images.ImageCatalogue;
import io.cade.engine.images.ImageOperations;
import io.cade.engine.images.ImageStaging;
import io.cade.engine.model.Change;
import io.cade.engine.model.ThresholdBook;
import io.cade.engine.observe.BootCounters;
import io.cade.engine.observe.Observations;
import io.cade.engine.operate.AlarmHistory;
import io.cade.engine.operate.CertificateDesk;
import io.cade.engine.operate.ContentStore;
import io.cade.engine.operate.Inspection;
import io.cade.engine.operate.LeaseTransfer;
import io.cade.engine.operate.Operations;
import io.cade.engine.operate.ProtectionOperations;
import io.cade.engine.operate.Role;
import io.cade.engine.operate.TrafficInspection;
import io.cade.engine.pki.EnrolmentSecrets;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.PackageSigningKey;
import io.cade.engine.pki.SessionTicketKeys;
import io.cade.engine.pki.UploadedCertificates;
import io.cade.engine.probe.HttpProber;
import io.cade.engine.probe.ProbeRunner;
import io.cade.engine.provision.DovecotPlugin;
import io.cade.engine.provision.HostingPlugin;
import io.cade.engine.provision.JavaPlugin;
import io.cade.engine.provision.NginxPlugin;
import io.cade.engine.provision.PackagePlant;
import io.cade.engine.provision.StaticSitePlugin;
import io.cade.engine.provision.VsftpdPlugin;
import io.cade.engine.route.RouteDerivation;
import io.cade.engine.route.RoutePublisher;
import io.cade.engine.snmp.EngineCabinetView;
import io.cade.engine.snmp.HostProbe;
import io.cade.engine.store.EngineState;
import io.cade.engine.traffic.TrafficRecorder;
import io.cade.engine.update.BundleDepot;
import io.cade.engine.update.EngineUpdates;
import io.cade.engine.update.UpdateOperations;
import io.cade.engine.web.WebRuntime;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The running engine: every room of it, wired by hand, started in order and stopped in reverse. A
 * start that fails leaves nothing running.
 */
public final class Engine implements AutoCloseable {
  private static final Duration RESTART_GRACE = Duration.ofSeconds(30);
  private static final Duration CHECKPOINT = Duration.ofMinutes(1);

  /** How often the computer is looked at for SNMP. */
  private static final Duration HOST_LOOK = Duration.ofSeconds(1);

  private static final Duration TRAFFIC = Duration.ofSeconds(10);

  /** How often certificates are looked at; they are renewed weeks before they end. */
  private static final Duration RENEWAL = Duration.ofHours(1);

  /** Name of the certificate that gateway and API show. */
  private static final String SERVERS = "engine";

  /** How often the proxies get a new key for TLS session tickets. */
  private static final Duration TICKET_KEYS = Duration.ofHours(12);

  /**
   * What the secret of aimed requests is for. Derived, not drawn: after a new start of the engine
   * the proxies have it already, and a card that is being tried is asked at once.
   */
  private static final String PROBES = "probes";

  /** How often it is looked for certificates that end soon. */
  private static final Duration CERTIFICATE_WATCH = Duration.ofMinutes(1);

  /** How often it is looked what the guard has on record. */
  private static final Duration GUARD_LOOK = Duration.ofSeconds(1);

  /** The operator that exists from the first start; its password is in the secrets directory. */
  static final String FIRST_USER = "operator";

  /** Where a server that listens everywhere is for this machine. */
  static final String LOOPBACK = "127.0.0.1";

  private final EngineConfig config;
  private final @Nullable Path configFile;
  private final Lifecycle lifecycle = new Lifecycle();
  private final InstantSource clock = InstantSource.system();
  private final BootCounters bootCounters = new BootCounters();
  private final CompletableFuture<@Nullable Void> handedOver = new CompletableFuture<>();
  private volatile @Nullable Instant readySince;
  private boolean coldStart;

  private Engine(EngineConfig config, @Nullable Path configFile) {
    this.config = config;
    this.configFile = configFile;
  }

  /**
   * Starts everything.
   *
   * @param configFile where the configuration was read, for backups; null for nowhere
   * @throws IOException when something cannot be had; the message says what, where and what to do
   */
  public static Engine start(EngineConfig config, @Nullable Path configFile) throws IOException {
    Engine engine = new Engine(config, configFile);
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
        CompletableFuture.supplyAsync(WebRuntime::start, blocking);
    CompletableFuture<Keys> keysComing =
        CompletableFuture.supplyAsync(() -> Keys.open(directory, config, clock, random), blocking);

    // Before any data is opened: by this the guard knows whether another release can read them.
    Optional<GuardLink> guard =
        GuardLink.find(
            directory.path(""),
            System::getenv,
            () -> DataFormat.current(EngineState.tablesVersion()));
    EngineState state = lifecycle.started("state", EngineState.open(directory.path(""), clock));
    ChangeWriter writer = state.writer();
    coldStart = writer.current().position() == 0;
    Vertx vertx = Await.that(vertxComing);
    lifecycle.started("HTTP", () -> Await.that(vertx.close()));
    Keys keys = Await.that(keysComing);

    Observations observations = new Observations();
    observations.traffic().restored(writer.current());
    TrafficRecorder recorder =
        lifecycle.started("traffic record", new TrafficRecorder(writer, observations.traffic()));
    ScheduledExecutorService timer =
        started("timer", Executors.newSingleThreadScheduledExecutor(Engine::timerThread));
    EnrolmentSecrets secrets = new EnrolmentSecrets(clock, random);
    AgentConfigSource agentConfigs =
        new AgentConfigSource(config, keys.authority().certificatePem(), secrets);
    ContentStore contents = ContentStore.open(directory.path("content"));
    ContentStore packages = ContentStore.open(directory.path("packages"));
    BundleDepot bundles =
        BundleDepot.open(directory.path("updates"), keys.authority().certificate(), clock);
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
            List.of(
                new StaticSitePlugin(),
                new HostingPlugin(),
                new NginxPlugin(),
                new JavaPlugin(),
                new DovecotPlugin(),
                new VsftpdPlugin()),
            keys.packages().privateKey(),
            blocking);
    UploadedCertificates uploaded =
        UploadedCertificates.open(directory.path("pki").resolve("uploaded"), clock);
    OrderedCertificates ordered =
        new OrderedCertificates(
            config.acme(), directory.path("pki").resolve("acme"), clock, random, blocking);
    SiteCertificateCache certificates =
        new SiteCertificateCache(
            keys.authority(), uploaded, ordered.files(), ordered.policy(), clock, blocking);
    SessionTicketKeys tickets = new SessionTicketKeys(random);
    RoutePublisher routes =
        new RoutePublisher(
            new RouteDerivation(
                certificates,
                config.ports().service(),
                service -> keys.authority().derivedSecret("affinity " + service)),
            ordered.board(),
            tickets::current,
            keys.authority().derivedSecret(PROBES),
            writer.current());
    EngineGateway gateway =
        new EngineGateway(
            writer,
            observations,
            keys.authority(),
            secrets,
            keys.packages().publicKeyPem(),
            digest -> packages.find(digest).or(() -> bundles.image(digest)),
            routes::snapshot,
            timer,
            clock,
            config.reportInterval(),
            new SensorWatches(thresholds()),
            config::addressOf);
    Collected collected =
        Collected.open(directory.path("cards"), CardLogs.Bounds.standard(), clock, blocking);
    gateway.collect(collected);
    writer.listen(routes);
    writer.listen(certificates);
    Duties.every(
        timer,
        RENEWAL,
        () ->
            certificates
                .due()
                .ifPresent(service -> {
                  // Any change has the routes derived anew, and with them the certificate renewed.
                  var _ =
                      writer.submit((_, _) ->
                          Decision.of(
                              true,
                              new Change.Audited(
                                  "engine", "renew the certificate of service " + service, "due")));
                }));
    Duties.every(
        timer,
        TICKET_KEYS,
        () -> {
          tickets.rotate();
          var _ =
              writer.submit((_, _) ->
                  Decision.of(
                      true, new Change.Audited("engine", "renew the keys of TLS tickets", "due")));
        });
    CertificateWatch watch = new CertificateWatch(certificates);
    Duties.every(
        timer,
        CERTIFICATE_WATCH,
        () -> {
          Map<String, String> troubles = watch.troubles(writer.current());
          var _ = writer.submit((cabinet, _) -> CertificateWatch.decide(cabinet, troubles));
        });
    routes.onChange(gateway::routesChanged);
    lifecycle.started("ordered certificates", ordered);
    ordered.start(
        writer, routes, observations, uploaded, certificates, clock, time -> Thread.sleep(time));
    Duties.every(timer, OrderedCertificates.LOOK, ordered::lookSoon);

    keys.authority().imageSigner();
    ImageCatalogue images =
        ImageCatalogue.open(
            directory.path("images"), writer::current, keys.authority().certificate(), clock);
    BootServices boot = new BootServices(config, lifecycle, clock, bootCounters);
    boot.start(directory, writer, agentConfigs, images, blocking, random);
    ManagementCards management =
        new ManagementCards(config.management(), writer, agentConfigs, directory.path("boot"));
    management.seat();
    Duties.every(timer, Duration.ofMinutes(4), management::refresh);
    Duties.every(timer, TRAFFIC, recorder::run);
    Duties.every(
        timer,
        CHECKPOINT,
        () -> {
          var _ = state.requestCheckpoint();
        });

    GatewayServer server =
        lifecycle.started(
            "gateway",
            Await.that(
                GatewayServer.start(
                    vertx,
                    host(),
                    config.ports().gateway(),
                    keys.gateway(),
                    keys.authority().certificatePem(),
                    gateway)));
    writer.listen(new RevokedConnections(server::disconnect));
    Operations operations =
        new Operations(
            writer,
            contents,
            plant,
            config.chassis() * config.slots(),
            blocking,
            observations::snapshot,
            thresholds());
    operations.collect().from(collected);
    EngineUpdates updates =
        new EngineUpdates(
            guard.orElse(null),
            running(writer, observations, routes, timer),
            writer,
            keys.authority().certificate(),
            clock,
            blocking);
    if (guard.isPresent()) {
      Duties.every(timer, GUARD_LOOK, updates::tell);
    }
    ImageOperations imageOperations = new ImageOperations(writer, images, blocking);
    ApiServer api =
        startApi(
            vertx,
            operations,
            directory,
            state,
            observations,
            routes,
            imageOperations,
            new UpdateOperations(
                writer, bundles, updates, operations.releases(), config.name(), clock, blocking),
            new CertificateDesk(writer, uploaded, ordered.wishes(), certificates, blocking),
            keys.admin(),
            blocking,
            random);
    Duties.every(
        timer,
        RENEWAL,
        new ServerCertificates(
                keys.authority(),
                SERVERS,
                hosts(config),
                keys.gateway(),
                List.of(server::use, api::use))
            ::look);
    EndpointsFile.write(config, directory, keys.authority().certificatePem());
    HostProbe host = new HostProbe(directory.path("."), clock, System::nanoTime);
    host.tick();
    Duties.every(timer, HOST_LOOK, host::tick);
    new SnmpRoom(config, lifecycle, directory, writer, timer, clock, updates::probation)
        .start(
            keys.authority(),
            operations,
            observations,
            new EngineCabinetView(
                config.name(),
                Version.current(),
                writer,
                observations,
                bootCounters,
                () -> readySince,
                host::newest,
                thresholds()),
            random,
            coldStart);
    HttpProber prober =
        lifecycle.started(
            "aimed requests",
            new HttpProber(
                vertx, keys.authority().derivedSecret(PROBES), clock, random, config::addressOf));
    startConductor(
        writer,
        observations,
        timer,
        plant,
        prober,
        new ImageStaging(writer, imageOperations, bundles::image, blocking),
        gateway);
    readySince = clock.instant();
  }

  /** What the guard asks for, and how the engine makes way. */
  private EngineUpdates.Running running(
      ChangeWriter writer,
      Observations observations,
      RoutePublisher routes,
      ScheduledExecutorService timer) {
    return new EngineUpdates.Running(
        Version.current(),
        () -> readySince != null,
        () -> {
          var heard = observations.snapshot().cards();
          return (int)
              writer.current().cards().values().stream()
                  .filter(c -> c.role() == CardRole.SERVER && c.state().isAlive())
                  .filter(c -> heard.containsKey(c.position()))
                  .count();
        },
        () -> {
          var inUse = observations.snapshot().routesInUse();
          long newest = routes.snapshot().version();
          return (int)
              writer.current().cards().values().stream()
                  .filter(c -> c.role() == CardRole.PROXY && c.state().isAlive())
                  .filter(c -> inUse.getOrDefault(c.position(), -1L) >= newest)
                  .count();
        },
        // The one who ordered it is to have an answer first.
        () -> {
          var _ = timer.schedule(() -> handedOver.complete(null), 1, TimeUnit.SECONDS);
        });
  }

  /** Completes when a release was handed over to the guard: the engine is to be closed then. */
  CompletableFuture<@Nullable Void> handedOver() {
    return handedOver;
  }

  /** What was made once and is kept: authority, server certificates, signing key. */
  private record Keys(
      ModuleAuthority authority, Identity gateway, Identity admin, PackageSigningKey packages) {
    static Keys open(
        StateDirectory directory, EngineConfig config, InstantSource clock, SecureRandom random) {
      try {
        Path pki = directory.directory("pki");
        ModuleAuthority authority = ModuleAuthority.open(pki, clock, random);
        Identity server = authority.server(SERVERS, hosts(config));
        return new Keys(authority, server, server, PackageSigningKey.open(pki, random));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Under which cards and operators know the engine's servers. */
  private static List<String> hosts(EngineConfig config) {
    return config.listenAddress().isAnyLocalAddress()
        ? List.of(config.toldAddress(), LOOPBACK, "localhost")
        : List.of(config.toldAddress(), "localhost");
  }

  private ThresholdBook thresholds() {
    return ThresholdBook.standard().over(config.notifications().thresholds());
  }

  private void startConductor(
      ChangeWriter writer,
      Observations observations,
      ScheduledExecutorService timer,
      PackagePlant plant,
      HttpProber prober,
      ImageStaging staging,
      EngineGateway gateway)
      throws IOException {
    Poker poker = lifecycle.started("poker", new Poker(config, System::nanoTime));
    ConductorRunner runner =
        lifecycle.started(
            "conductor",
            new ConductorRunner(
                new Conductor(
                    ConductorPolicy.of(
                            config.reportInterval(), config.bootTime(), config.ports().service())
                        .with(thresholds())),
                writer,
                observations,
                // Agents that found no engine pause between tries: silence counts from later on.
                clock.instant().plus(RESTART_GRACE),
                timer,
                order -> {
                  switch (order) {
                    case Order.GeneratePackage(String service) -> plant.generate(service);
                    case Order.BuildVersion(String service, int version) ->
                        plant.build(service, version);
                    case Order.StoreImage(String digest) -> staging.stage(digest);
                    case Order.Poke(CardPosition position) -> poker.poke(position);
                  }
                }));
    runner.start();
    gateway.onNews(runner::wake);
    lifecycle
        .started(
            "gate",
            new ProbeRunner(writer::current, observations, prober, clock, timer, runner::wake))
        .start();
  }

  private ApiServer startApi(
      Vertx vertx,
      Operations operations,
      StateDirectory directory,
      EngineState state,
      Observations observations,
      RoutePublisher routes,
      ImageOperations images,
      UpdateOperations updates,
      CertificateDesk certificates,
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
        query ->
            state.store().alarmHistory(query).stream()
                .map(a ->
                    new AlarmHistory.Entry(
                        a.sequence(),
                        a.key(),
                        a.severity(),
                        a.text(),
                        a.raisedAt(),
                        a.clearedAt(),
                        a.acknowledgedBy(),
                        a.acknowledgedAt()))
                .toList();
    BackupOperations backups =
        new BackupOperations(
            state.writer(),
            EngineBackup.open(
                    directory.path(""), state, config.name(), Version.current(), configFile, clock)
                ::hold,
            blocking);
    ApiServer.Backing backing =
        new ApiServer.Backing(
            new Inspection(
                state.writer()::current,
                observations::snapshot,
                routes::snapshot,
                bootCounters,
                history,
                clock),
            operations,
            new LeaseTransfer(state.writer(), address -> BootServices.leasePlace(config, address)),
            images,
            updates,
            backups,
            certificates,
            new TrafficInspection(state.writer()::current, observations.traffic(), clock),
            new ProtectionOperations(state.writer()),
            new UserDesk(state.writer(), users, blocking, random),
            () -> readySince != null,
            blocking,
            System::nanoTime,
            random);
    return lifecycle.started(
        "API",
        Await.that(ApiServer.start(vertx, host(), config.ports().admin(), identity, backing)));
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

  /** Stops everything, in reverse order. */
  @Override
  public void close() throws Exception {
    lifecycle.close();
  }
}
