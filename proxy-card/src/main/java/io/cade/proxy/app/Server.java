package io.cade.proxy.app;

import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.ProxyReport.BackendReport;
import io.cade.agent.wire.ProxyReport.Entrance;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.agent.wire.WireJson;
import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.Backends;
import io.cade.proxy.balance.BalancingAlgorithm;
import io.cade.proxy.balance.HealthChecker;
import io.cade.proxy.balance.HealthPolicy;
import io.cade.proxy.balance.LeastConnections;
import io.cade.proxy.balance.RetryBudget;
import io.cade.proxy.balance.RoundRobin;
import io.cade.proxy.balance.ServiceState;
import io.cade.proxy.balancer.BalancerLimits;
import io.cade.proxy.balancer.TcpBalancer;
import io.cade.proxy.http.HttpProxy;
import io.cade.proxy.http.ProxyServices;
import io.cade.proxy.route.CertificateKeeper;
import io.cade.proxy.route.EngineAccess;
import io.cade.proxy.route.EngineLink;
import io.cade.proxy.route.Pause;
import io.cade.proxy.route.ProxyReporter;
import io.cade.proxy.route.RouteFeed;
import io.cade.proxy.route.Routes;
import io.cade.proxy.route.SnapshotFile;
import io.cade.proxy.route.VisitorsReport;
import io.cade.proxy.stats.ProxyStatistics;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running proxy or balancer, wired by hand. Started once, stopped once, by one thread. */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Server {
  private static final Logger log = LoggerFactory.getLogger(Server.class);
  private static final int BOOT_ID_BYTES = 16;
  private static final int TICKET_KEY_HOURS = 6;
  private static final Duration LAST_REPORT = Duration.ofSeconds(1);

  private final ProxyConfig config;
  private final EngineConnector connector;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final MultiThreadIoEventLoopGroup group;
  private final List<Thread> threads = new ArrayList<>();
  private final List<String> listening = new ArrayList<>();
  private final List<Entrance> entrances = new CopyOnWriteArrayList<>();
  private @Nullable EngineLink link;
  private @Nullable HttpProxy proxy;
  private @Nullable TcpBalancer balancer;
  private @Nullable HealthChecker checker;
  private @Nullable LineProxies lines;
  private @Nullable Accounting accounting;
  private @Nullable ProxyReporter reporter;
  private volatile @Nullable SharedAddress shared;

  /**
   * @param random unpredictable: boot ids come from it
   */
  public Server(
      ProxyConfig config, EngineConnector connector, InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.config = config;
    this.connector = connector;
    this.random = random;
    this.group =
        new MultiThreadIoEventLoopGroup(
            config.threads() == 0 ? Runtime.getRuntime().availableProcessors() : config.threads(),
            NioIoHandler.newFactory());
  }

  /**
   * Starts to serve; what was started is stopped again when this fails.
   *
   * @return the line that says where it listens
   * @throws StartException with one line for the operator
   */
  public String start() throws StartException, InterruptedException {
    try {
      prepareStateDirectory();
      if (config.role() == ProxyConfig.Role.PROXY) {
        startProxy();
      } else {
        startBalancer();
      }
      return "READY "
          + config.role().name().toLowerCase(java.util.Locale.ROOT)
          + " "
          + config.position()
          + " "
          + String.join(" ", listening);
    } catch (StartException | RuntimeException e) {
      stop();
      throw e;
    }
  }

  private void startProxy() throws StartException {
    Semaphore changes = new Semaphore(0);
    Backends backends =
        new Backends(config.health(), config.connectionsPerBackend(), changes::release);
    ProxyStatistics statistics = new ProxyStatistics();
    Backends furtherBackends =
        new Backends(config.health(), config.connectionsPerBackend(), changes::release);
    Accounting accounts = new Accounting(config.visitors(), statistics, random);
    accounting = accounts;
    Routes routes =
        new Routes(
            backends,
            furtherBackends,
            statistics,
            () -> new ServiceState(algorithm(), config.retryReserve()),
            clock,
            accounts.guard());
    SnapshotFile file = new SnapshotFile(config.stateDirectory());
    HealthChecker health = newChecker(config.health(), backends);
    HttpProxy http =
        new HttpProxy(
            group,
            new ProxyServices(
                routes,
                statistics,
                new RetryBudget(config.retryReserve()),
                config.visitor(),
                health::checkSoon,
                System::nanoTime,
                random,
                accounts.guard(),
                accounts.sink()),
            config.pool(),
            config.trustedBalancers());
    proxy = http;
    String bootId = newBootId();
    EngineLink engine = newLink(CardRole.PROXY, bootId);
    if (engine == null) {
      file.load().ifPresent(routes::apply);
    } else {
      ProxyReporter made =
          new ProxyReporter(
              engine,
              routes,
              new VisitorsReport(
                  statistics,
                  accounts.guard().watch(),
                  config.visitors().traffic(),
                  System::nanoTime),
              () -> List.copyOf(entrances),
              changes,
              config.position(),
              bootId,
              config.report(),
              Pause.real(),
              random);
      RouteFeed feed = new RouteFeed(engine, routes, file, changes::release, Pause.real(), random);
      feed.restore();
      newThread("route-feed", feed);
      newThread("proxy-report", made);
      reporter = made;
    }
    for (InetSocketAddress address : config.http()) {
      listening.add("http " + shown(entrance(http, address, false)));
    }
    for (InetSocketAddress address : config.https()) {
      listening.add("https " + shown(entrance(http, address, true)));
    }
    for (InetSocketAddress address : config.visitors().metrics()) {
      listening.add(
          "metrics " + shown(bind(address, () -> accounts.listen(address, http::visitors))));
    }
    LineProxies further =
        new LineProxies(group, config, routes, statistics, furtherBackends, clock, random);
    lines = further;
    bindLines(further);
    group.scheduleAtFixedRate(
        routes::rotateTicketKeys, TICKET_KEY_HOURS, TICKET_KEY_HOURS, TimeUnit.HOURS);
    health.start();
    threads.forEach(Thread::start);
  }

  private InetSocketAddress entrance(HttpProxy http, InetSocketAddress address, boolean secure)
      throws StartException {
    InetSocketAddress bound = bind(address, () -> http.listen(address, secure));
    entrances.add(new Entrance(bound.getAddress().getHostAddress(), bound.getPort(), secure));
    return bound;
  }

  private void bindLines(LineProxies further) throws StartException {
    for (InetSocketAddress address : config.lines().ftp()) {
      listening.add("ftp " + shown(bind(address, () -> further.listenFtp(address))));
    }
    for (InetSocketAddress address : config.lines().pop3()) {
      listening.add("pop3 " + shown(bind(address, () -> further.listenPop3(address, false))));
    }
    for (InetSocketAddress address : config.lines().pop3s()) {
      listening.add("pop3s " + shown(bind(address, () -> further.listenPop3(address, true))));
    }
    further.start();
  }

  private void startBalancer() throws StartException {
    Semaphore changes = new Semaphore(0);
    Runnable onChange =
        () -> {
          changes.release();
          SharedAddress affected = shared;
          if (affected != null) {
            affected.wake();
          }
        };
    Backends proxies = new Backends(config.health(), config.balancer().maxConnections(), onChange);
    // Behind the https port a check in plain HTTP would not be understood: it only connects.
    HealthPolicy connecting =
        new HealthPolicy(
            HealthPolicy.Kind.TCP,
            config.health().path(),
            config.health().hostHeader(),
            config.health().interval(),
            config.health().timeout(),
            config.health().rise(),
            config.health().fall());
    Backends secureProxies = new Backends(connecting, config.balancer().maxConnections(), onChange);
    TcpBalancer relay =
        new TcpBalancer(
            group,
            algorithm(),
            new BalancerLimits(
                Descriptors.visitors(config.balancer().maxConnections(), Descriptors.allowed()),
                config.balancer().connectTimeout(),
                config.balancer().idleTimeout()),
            config.sourceAddress(),
            System::nanoTime);
    balancer = relay;
    VirtualAddressConfig virtual = config.virtualAddress();
    SharedAddress moving = virtual == null ? null : new SharedAddress(virtual, relay);
    List<Backend> plain = backends(config.proxiesHttp(), proxies);
    List<Backend> secure = backends(config.proxiesHttps(), secureProxies);
    for (InetSocketAddress address : config.http()) {
      balance(relay, moving, address, plain, "http");
    }
    for (InetSocketAddress address : config.https()) {
      balance(relay, moving, address, secure, "https");
    }
    balanceLines(relay, moving, secureProxies);
    // TLS, and protocols in which the server speaks first, are only connected to: what hangs is
    // noticed at the port for HTTP.
    for (Backend connected : secureProxies.all()) {
      plain.stream()
          .filter(asked -> asked.address().equals(connected.address()))
          .findFirst()
          .ifPresent(asked -> connected.health().dependOn(asked.health()));
    }
    newChecker(config.health(), proxies).start();
    new HealthChecker((EventLoop) group.next(), connecting, secureProxies::all).start();
    String bootId = newBootId();
    EngineLink engine = newLink(CardRole.BALANCER, bootId);
    if (engine != null) {
      newThread(
          "proxy-report",
          new ProxyReporter(
              engine,
              () -> 0,
              () -> balancerReport(relay, moving),
              null,
              List::of,
              changes,
              config.position(),
              bootId,
              config.report(),
              Pause.real(),
              random));
    }
    Accounting accounts = new Accounting(config.visitors(), new ProxyStatistics(), random);
    accounting = accounts;
    if (moving != null) {
      accounts.show(moving::gauges, moving::totals);
    }
    for (InetSocketAddress address : config.visitors().metrics()) {
      listening.add(
          "metrics " + shown(bind(address, () -> accounts.listen(address, relay::visitors))));
    }
    threads.forEach(Thread::start);
    if (moving != null) {
      moving.start(changes::release);
      shared = moving;
    }
  }

  private List<BackendReport> balancerReport(TcpBalancer relay, @Nullable SharedAddress moving) {
    List<BackendReport> all = new ArrayList<>(relay.report(config.proxyCards()));
    if (moving != null) {
      all.addAll(moving.report(config.position()));
    }
    return all;
  }

  /** Listens now, or whenever the address is here. */
  private void balance(
      TcpBalancer relay,
      @Nullable SharedAddress moving,
      InetSocketAddress address,
      List<Backend> proxies,
      String protocol)
      throws StartException {
    if (moving != null && moving.has(address)) {
      moving.add(address, proxies, protocol);
      if (!protocol.isEmpty()) {
        listening.add(protocol + " " + shown(address) + " (shared)");
      }
      return;
    }
    InetSocketAddress bound = bind(address, () -> relay.listen(address, proxies, protocol));
    if (!protocol.isEmpty()) {
      listening.add(protocol + " " + shown(bound));
    }
  }

  private void balanceLines(TcpBalancer relay, @Nullable SharedAddress moving, Backends connecting)
      throws StartException {
    LineConfig further = config.lines();
    List<Backend> ftp = backends(further.proxiesFtp(), connecting);
    List<Backend> pop3 = backends(further.proxiesPop3(), connecting);
    List<Backend> pop3s = backends(further.proxiesPop3s(), connecting);
    // Ports of data connections lead to one proxy each, the one that has named them; whether it
    // listens there at this moment is no sign of its health, so they are not checked.
    Backends unchecked =
        new Backends(config.health(), config.balancer().maxConnections(), () -> {});
    for (InetSocketAddress address : further.ftp()) {
      balance(relay, moving, address, ftp, "ftp");
      for (LineConfig.PassivePorts ports : further.passive()) {
        for (int port = ports.lowest(); port <= ports.highest(); port++) {
          InetSocketAddress data = new InetSocketAddress(address.getAddress(), port);
          List<Backend> proxy = List.of(unchecked.at(ports.proxy(), port));
          balance(relay, moving, data, proxy, "");
        }
      }
    }
    for (InetSocketAddress address : further.pop3()) {
      balance(relay, moving, address, pop3, "pop3");
    }
    for (InetSocketAddress address : further.pop3s()) {
      balance(relay, moving, address, pop3s, "pop3s");
    }
  }

  private HealthChecker newChecker(HealthPolicy policy, Backends backends) {
    HealthChecker made = new HealthChecker((EventLoop) group.next(), policy, backends::all);
    checker = made;
    return made;
  }

  private static List<Backend> backends(List<InetSocketAddress> addresses, Backends all) {
    return addresses.stream()
        .map(address -> all.at(address.getAddress().getHostAddress(), address.getPort()))
        .toList();
  }

  private BalancingAlgorithm algorithm() {
    return switch (config.balancing()) {
      case ROUND_ROBIN -> new RoundRobin();
      case LEAST_CONNECTIONS -> new LeastConnections();
    };
  }

  private @Nullable EngineLink newLink(CardRole role, String bootId) throws StartException {
    Path file = config.bootConfig();
    if (file == null) {
      log.warn("no bootConfig is given: running without an engine");
      return null;
    }
    CardBootConfig boot;
    try {
      boot = bootConfig(file);
    } catch (IOException e) {
      throw new StartException(
          file
              + ": not the boot configuration of a card ("
              + e.getMessage()
              + "); the engine"
              + " writes it, start the engine first",
          e);
    }
    if (!boot.position().equals(config.position())) {
      throw new StartException(
          file
              + ": is for the card "
              + boot.position()
              + ", this is "
              + config.position()
              + "; give each card its own",
          null);
    }
    Introduction introduction =
        new Introduction(config.position(), role, bootId, hardware(), software());
    EngineAccess access =
        connector.open(() -> bootConfig(file), config.mac(), config.stateDirectory());
    EngineLink made =
        new EngineLink(access, introduction, boot.reportInterval(), Pause.real(), random);
    link = made;
    newThread("engine-link", made);
    newThread(
        "certificate",
        new CertificateKeeper(made, access, introduction, clock, Pause.real(), random));
    return made;
  }

  private static CardBootConfig bootConfig(Path file) throws IOException {
    return new WireJson().decode(Files.readAllBytes(file), CardBootConfig.class);
  }

  private HardwareDescriptor hardware() {
    return new HardwareDescriptor(
        "Cade",
        "management card",
        "M" + config.position(),
        config.mac(),
        Runtime.getRuntime().availableProcessors(),
        Runtime.getRuntime().maxMemory(),
        List.of());
  }

  private static SoftwareDescriptor software() {
    String version = Server.class.getPackage().getImplementationVersion();
    String known = version == null ? "development" : version;
    return new SoftwareDescriptor(
        known,
        "cade-proxy",
        known,
        System.getProperty("os.name") + " " + System.getProperty("os.version"));
  }

  private String newBootId() {
    byte[] id = new byte[BOOT_ID_BYTES];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  private void prepareStateDirectory() throws StartException {
    Path state = config.stateDirectory();
    try {
      if (!Files.isDirectory(state)) {
        Files.createDirectories(
            state,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
    } catch (IOException e) {
      throw new StartException(state + ": cannot be made (" + e + "); change stateDirectory", e);
    }
    if (!Files.isWritable(state)) {
      throw new StartException(
          state + ": is not writable; change its owner or stateDirectory", null);
    }
  }

  private interface Binding {
    InetSocketAddress bind() throws Exception;
  }

  private static InetSocketAddress bind(InetSocketAddress address, Binding binding)
      throws StartException {
    try {
      return binding.bind();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("interrupted while starting", e);
    } catch (BindException e) {
      throw new StartException(
          shown(address)
              + ": cannot listen here ("
              + e.getMessage()
              + "); stop what uses the port, or change the configuration",
          e);
    } catch (Exception e) {
      throw new StartException(shown(address) + ": cannot listen here (" + e + ")", e);
    }
  }

  private static String shown(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  private void newThread(String name, Runnable body) {
    threads.add(Thread.ofPlatform().name(name).daemon().unstarted(body));
  }

  /** Takes no more visitors, lets running requests end within the drain time, and stops. */
  public void stop() throws InterruptedException {
    for (Thread thread : threads) {
      thread.interrupt();
    }
    if (checker != null) {
      checker.close();
    }
    SharedAddress moving = shared;
    if (moving != null) {
      // First: what it has can be served by another at once, what is left drains.
      moving.close();
    }
    drainAll();
    ProxyReporter last = reporter;
    if (last != null) {
      // An engine that does not answer must not hold up the stop.
      Thread.ofVirtual().start(last::last).join(LAST_REPORT);
    }
    if (accounting != null) {
      accounting.close();
    }
    if (link != null) {
      link.close();
    }
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).await(3, TimeUnit.SECONDS);
    for (Thread thread : threads) {
      thread.join(1000);
    }
  }

  /** All protocols at once: none gets less time because another's visitors take theirs. */
  private void drainAll() throws InterruptedException {
    List<LineProxies.Drain> drains = new ArrayList<>();
    HttpProxy http = proxy;
    LineProxies further = lines;
    TcpBalancer relay = balancer;
    if (http != null) {
      drains.add(() -> http.drain(config.drain()));
    }
    if (further != null) {
      drains.addAll(further.drains(config.drain()));
    }
    if (relay != null) {
      drains.add(() -> relay.drain(config.drain()));
    }
    List<Thread> running = new ArrayList<>();
    for (LineProxies.Drain drain : drains) {
      running.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  drain.run();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    for (Thread thread : running) {
      thread.join();
    }
  }
}
