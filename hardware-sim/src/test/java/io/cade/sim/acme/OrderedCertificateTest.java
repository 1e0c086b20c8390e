package io.cade.sim.acme;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.agent.wire.WireJson;
import io.cade.engine.acme.Acme4jAuthority;
import io.cade.engine.acme.AcmeOrders;
import io.cade.engine.acme.AcmeSettings;
import io.cade.engine.acme.AcmeWishes;
import io.cade.engine.acme.ChallengeBoard;
import io.cade.engine.acme.RenewalPolicy;
import io.cade.engine.app.SiteCertificateCache;
import io.cade.engine.change.Decision;
import io.cade.engine.change.ThreadedChangeWriter;
import io.cade.engine.log.MemoryChangeLog;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.observe.Observations;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.CertificateDesk;
import io.cade.engine.operate.Role;
import io.cade.engine.pki.AcmeFiles;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.UploadedCertificates;
import io.cade.engine.route.RouteDerivation;
import io.cade.engine.route.RoutePublisher;
import io.cade.proxy.balance.Backends;
import io.cade.proxy.balance.HealthPolicy;
import io.cade.proxy.balance.RetryBudget;
import io.cade.proxy.balance.RoundRobin;
import io.cade.proxy.http.HttpProxy;
import io.cade.proxy.http.ProxyServices;
import io.cade.proxy.http.VisitorLimits;
import io.cade.proxy.pool.PoolLimits;
import io.cade.proxy.route.Routes;
import io.cade.proxy.stats.ProxyStatistics;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * From the operator's word to the certificate that visitors see: the engine's rooms, a proxy on
 * real sockets, and an authority that asks this proxy, over HTTP, whether the host is the module's.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class OrderedCertificateTest {
  private static final String HOST = "www.shop.example";
  private static final CardPosition PROXY = new CardPosition(0, 4);
  private static final CardPosition CARD = new CardPosition(1, 1);
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final Caller OPERATOR = new Caller("ann", Role.OPERATOR);

  @TempDir private Path dir;

  private final SecureRandom random = new SecureRandom();
  // The engine's; the authority's and the machine's own is never ahead of it.
  private volatile Duration ahead = Duration.ZERO;
  private final InstantSource clock = () -> Instant.now().plus(ahead);
  private final ThreadedChangeWriter writer =
      new ThreadedChangeWriter(new MemoryChangeLog(), clock, Cabinet.empty());
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory());
  private final Observations observations = new Observations();
  private final ChallengeBoard board = new ChallengeBoard();
  private final List<String> records = new CopyOnWriteArrayList<>();
  private final BlockingQueue<String> renewals = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> open = new ArrayList<>();

  private final BlockingQueue<Long> taken = new LinkedBlockingQueue<>();

  private int httpPort;
  private int httpsPort;
  private @Nullable RoutePublisher published;
  private @Nullable CertificateDesk desk;
  private @Nullable AcmeOrders orders;

  @AfterEach
  void stop() throws Exception {
    threads.shutdownNow();
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @Test
  void theAuthorityAsksTheProxyAndVisitorsSeeItsCertificateAndThenItsSuccessor() throws Exception {
    Pebble.require();
    module();
    CertificateDesk operatorsDesk = desk();
    AcmeOrders running = orders();
    try (Visitor before = new Visitor()) {
      assertThat(before.issuer()).contains("Cade module");
      assertThat(before.get()).isEqualTo("hello");

      CertificateDesk.CertificateView ordered =
          operatorsDesk.order(OPERATOR, "shop").toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertThat(ordered.source()).isEqualTo("built-in");
      assertThat(ordered.acme()).isEqualTo("ordered, not there yet");
      running.look();
      awaitRenewal();
      CertificateDesk.CertificateView shown = operatorsDesk.show("shop");
      assertThat(shown.lastError()).isEmpty();
      assertThat(shown.source()).isEqualTo("acme");
      try (Visitor after = new Visitor()) {
        assertThat(after.issuer()).contains("Pebble");
        assertThat(after.get()).isEqualTo("hello");
        X509Certificate first = after.certificate();
        assertThat(first.getSubjectAlternativeNames()).hasSize(1);

        // Nearly at its end, it is renewed.
        ahead =
            Duration.between(
                Instant.now(), first.getNotAfter().toInstant().minus(Duration.ofDays(29)));
        running.look();
        awaitRenewal();
        try (Visitor last = new Visitor()) {
          assertThat(last.issuer()).contains("Pebble");
          assertThat(last.certificate().getSerialNumber()).isNotEqualTo(first.getSerialNumber());
          assertThat(last.certificate().getPublicKey()).isNotEqualTo(first.getPublicKey());
        }
        assertThat(after.get()).as("a connection that stands stays").isEqualTo("hello");
      }
      assertThat(before.get()).as("and so does the oldest").isEqualTo("hello");
    }
    assertThat(records.stream().filter(r -> r.startsWith("done, valid until"))).hasSize(2);
    assertThat(board.get()).isEmpty();
  }

  // ---- the module

  private void module() throws Exception {
    HttpServer card = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    card.createContext(
        "/",
        exchange -> {
          byte[] page = "hello".getBytes(StandardCharsets.US_ASCII);
          exchange.sendResponseHeaders(200, page.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(page);
          }
        });
    card.start();
    open.add(() -> card.stop(0));

    writer.start();
    open.add(writer);
    ModuleAuthority authority = ModuleAuthority.open(dir.resolve("pki"), clock, random);
    UploadedCertificates uploaded = UploadedCertificates.open(dir.resolve("pki/uploaded"), clock);
    AcmeFiles files = AcmeFiles.open(dir.resolve("pki/acme"), clock, random);
    RenewalPolicy policy = new RenewalPolicy(AcmeSettings.RENEW_BEFORE);
    SiteCertificateCache certificates =
        new SiteCertificateCache(authority, uploaded, files, policy, clock, threads);
    RoutePublisher publisher =
        new RoutePublisher(
            new RouteDerivation(certificates, card.getAddress().getPort()),
            board,
            List::of,
            writer.current());
    published = publisher;
    writer.listen(publisher);
    gateway(publisher, proxy());
    writer.listen((commits, after) ->
        commits.forEach(commit ->
            commit
                .changes()
                .forEach(change -> {
                  if (change instanceof Change.Audited audited) {
                    records.add(audited.outcome());
                    renewals.add(audited.outcome());
                  }
                })));
    cardsAndService();
    awaitRoutes();

    Pebble pebble = Pebble.start(dir, httpPort, Map.of("PEBBLE_AUTHZREUSE", "0"));
    open.add(pebble);
    AcmeSettings settings = pebble.settings();
    Acme4jAuthority client =
        new Acme4jAuthority(
            settings, () -> files.account(settings.directory()), clock, time -> Thread.sleep(time));
    open.add(client);
    orders =
        new AcmeOrders(
            new AcmeOrders.Surroundings(
                writer,
                publisher::snapshot,
                () -> observations.snapshot().routesInUse(),
                uploaded,
                certificates::forget),
            files,
            client,
            policy,
            board,
            clock,
            time -> Thread.sleep(time),
            threads);
    desk =
        new CertificateDesk(
            writer, uploaded, new AcmeWishes(files, settings, () -> {}), certificates, threads);
  }

  private Routes proxy() throws Exception {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    ProxyStatistics statistics = new ProxyStatistics();
    HealthPolicy health =
        new HealthPolicy(
            HealthPolicy.Kind.HTTP,
            "/",
            "health.cade.invalid",
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            1,
            2);
    Routes routes =
        new Routes(
            new Backends(health, 1000, () -> {}),
            statistics,
            RoundRobin::new,
            InstantSource.system());
    HttpProxy proxy =
        new HttpProxy(
            group,
            new ProxyServices(
                routes,
                statistics,
                new RetryBudget(500),
                VisitorLimits.standard(),
                b -> {},
                System::nanoTime,
                new SplittableRandom(1)),
            new PoolLimits(Duration.ofSeconds(1), 64, Duration.ofSeconds(20), 4096, 16384),
            Set.of());
    httpPort = proxy.listen(new InetSocketAddress(LOOPBACK, 0), false).getPort();
    httpsPort = proxy.listen(new InetSocketAddress(LOOPBACK, 0), true).getPort();
    open.add(() -> {
      proxy.drain(Duration.ofMillis(200));
      group.shutdownGracefully(0, 2, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    });
    return routes;
  }

  /** Routes as they travel, and the proxy's word that it uses them. */
  private void gateway(RoutePublisher publisher, Routes routes) {
    WireJson json = new WireJson();
    ExecutorService wire = Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
    open.add(wire::shutdownNow);
    publisher.onChange(() -> {
      RouteSnapshot newest = publisher.snapshot();
      wire.execute(() -> {
        try {
          routes.apply(json.decode(json.encode(newest), RouteSnapshot.class));
          observations.heardRoutesInUse(PROXY, newest.version());
          taken.add(newest.version());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    });
  }

  private void cardsAndService() throws Exception {
    MacAddress mac = new MacAddress("02:00:00:00:01:01");
    apply(
        new Change.CardSeated(PROXY, CardRole.PROXY, new MacAddress("02:00:00:00:00:04")),
        new Change.CardStateChanged(PROXY, CardState.BOOTING, "asked"),
        new Change.CardStateChanged(PROXY, CardState.AVAILABLE, "there"),
        new Change.CardSeated(CARD, CardRole.SERVER, mac),
        new Change.CardStateChanged(CARD, CardState.BOOTING, "asked"),
        new Change.LeaseGranted(CARD, mac, "127.0.0.1", clock.instant().plusSeconds(3600)),
        new Change.CardIntroduced(
            CARD,
            CardRole.SERVER,
            "boot",
            new HardwareDescriptor("Cade", "Blade", "S1", mac, 1, 1 << 30, List.of()),
            new SoftwareDescriptor("1", "blade", "1", "Linux")),
        new Change.CardStateChanged(CARD, CardState.AVAILABLE, "there"));
    apply(
        new Change.ServiceCreated(
            1, new ServiceDefinition("shop", "static-site", List.of(HOST), 1, "sha256:00")),
        new Change.CardsBound("shop", List.of(CARD)),
        new Change.CardStateChanged(CARD, CardState.ASSIGNED, "bound"),
        new Change.PlacementChanged(
            "shop", new Placement(CARD, Placement.State.RUNNING, "", "boot")),
        new Change.ServicePhaseChanged("shop", ServicePhase.ANNOUNCED, ""));
  }

  private void apply(Change... changes) throws Exception {
    var _ =
        writer.submit((_, _) -> new Decision<>(List.of(changes), true)).get(30, TimeUnit.SECONDS);
  }

  private CertificateDesk desk() {
    return Objects.requireNonNull(desk);
  }

  private AcmeOrders orders() {
    return Objects.requireNonNull(orders);
  }

  /** Until the engine has put it on record, and the proxy has what was published with that. */
  private void awaitRenewal() throws Exception {
    while (true) {
      String record = renewals.poll(60, TimeUnit.SECONDS);
      assertThat(record).as("nothing went on record for a minute").isNotNull();
      assertThat(record).doesNotContain("failed");
      if (String.valueOf(record).startsWith("done, valid until")) {
        break;
      }
    }
    awaitRoutes();
  }

  /** Until the proxy uses the newest routes. */
  private void awaitRoutes() throws Exception {
    long version = Objects.requireNonNull(published).snapshot().version();
    long used = -1;
    while (used < version) {
      Long next = taken.poll(60, TimeUnit.SECONDS);
      assertThat(next).as("the proxy did not take routes %d over", version).isNotNull();
      used = Objects.requireNonNull(next);
    }
  }

  // ---- visitors

  /** A connection over TLS that stands until it is closed. */
  private final class Visitor implements AutoCloseable {
    private final SSLSocket socket;
    private final BufferedReader in;

    Visitor() throws Exception {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, null);
      Socket plain = new Socket(LOOPBACK, httpsPort);
      plain.setSoTimeout(20_000); // against hangs only
      socket = (SSLSocket) context.getSocketFactory().createSocket(plain, HOST, httpsPort, true);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(HOST)));
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    X509Certificate certificate() throws IOException {
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }

    String issuer() throws IOException {
      return certificate().getIssuerX500Principal().getName();
    }

    /** The page's text. */
    String get() throws IOException {
      socket
          .getOutputStream()
          .write(
              ("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      assertThat(in.readLine()).startsWith("HTTP/1.1 200");
      int length = 0;
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
          length = Integer.parseInt(line.substring(15).strip());
        }
      }
      char[] page = new char[length];
      int read = 0;
      while (read < length) {
        int more = in.read(page, read, length - read);
        assertThat(more).isPositive();
        read += more;
      }
      return new String(page);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** What is shown is looked at by the test itself. */
  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
