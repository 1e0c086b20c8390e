package io.cade.sim.trust;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.cade.agent.gateway.HttpEngineChannels;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.engine.model.Change;
import io.cade.proxy.app.EngineConnectors;
import io.cade.proxy.app.ProxyConfig;
import io.cade.proxy.app.Server;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A proxy and a balancer get another certificate while visitors are being served: the real
 * programs, over real sockets and mutual TLS. Only dates are played: the first certificate was
 * issued months ago.
 */
@Timeout(90)
class ManagementCertificateTest {
  /** Issued so long ago a certificate of a year ought to have been renewed. */
  private static final Duration OVERDUE = Duration.ofDays(280);

  private static final String HOST = "www.shop.example";

  @TempDir Path dir;

  /** How far the clocks of engine and proxies are behind. */
  private volatile Duration behind = OVERDUE;

  /** How far the clock of the proxy is ahead of the engine's. */
  private volatile Duration ahead = Duration.ZERO;

  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicBoolean slowEnds = new AtomicBoolean();
  private CertifyingEngine engine;
  private HttpServer card;

  @BeforeEach
  void start() throws Exception {
    engine = new CertifyingEngine(dir, this::now);
    card = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    card.setExecutor(executor);
    card.createContext(
        "/",
        exchange -> {
          byte[] body = "hello".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    card.createContext(
        "/slow",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            while (!slowEnds.get()) {
              out.write("line\n".getBytes(StandardCharsets.UTF_8));
              out.flush();
              TimeUnit.MILLISECONDS.sleep(20);
            }
            out.write("end\n".getBytes(StandardCharsets.UTF_8));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    card.start();
  }

  @AfterEach
  void stop() throws Exception {
    slowEnds.set(true);
    card.stop(0);
    engine.close();
    executor.shutdownNow();
  }

  private Instant now() {
    return InstantSource.system().instant().minus(behind);
  }

  private static CardPosition at(CardRole role) {
    return new CardPosition(0, role == CardRole.PROXY ? 4 : 3);
  }

  /** A running proxy or balancer. */
  private final class Running implements AutoCloseable {
    private final Server server;
    final int port;

    Running(CardRole role) throws Exception {
      this(role, 0);
    }

    /**
     * @param proxy port of the proxy behind a balancer
     */
    Running(CardRole role, int proxy) throws Exception {
      CardPosition at = at(role);
      Path config = dir.resolve(role + ".yaml");
      String relay =
          role == CardRole.BALANCER
              ? "proxiesHttp: 127.0.0.1:" + proxy + "\nsourceAddress: 127.0.0.9\n"
              : "trustedBalancers: [127.0.0.9]\n";
      Files.writeString(
          config,
          """
          role: %s
          position: %s
          bootConfig: %s
          stateDirectory: %s
          mac: %s
          http: 127.0.0.1:0
          threads: 1
          """
                  .formatted(
                      role == CardRole.PROXY ? "proxy" : "balancer",
                      at,
                      engine.bootConfig(at),
                      dir.resolve("state-" + role),
                      CertifyingEngine.mac(at))
              + relay);
      server =
          new Server(
              ProxyConfig.read(config),
              new EngineConnectors(
                  new HttpEngineChannels(executor, HttpEngineChannels.Timeouts.standard()),
                  () -> now().plus(ahead),
                  new SecureRandom()),
              () -> now().plus(ahead),
              new SecureRandom());
      String ready = server.start();
      port = Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1));
    }

    @Override
    public void close() throws Exception {
      server.stop();
    }
  }

  /** A proxy, and a balancer before it where visitors come in through one. */
  private final class Module implements AutoCloseable {
    private final Running proxy = new Running(CardRole.PROXY);
    private final @Nullable Running balancer;
    final int port;

    Module(CardRole entrance) throws Exception {
      balancer = entrance == CardRole.BALANCER ? new Running(CardRole.BALANCER, proxy.port) : null;
      port = balancer == null ? proxy.port : balancer.port;
    }

    @Override
    public void close() throws Exception {
      if (balancer != null) {
        balancer.close();
      }
      proxy.close();
    }
  }

  private RouteSnapshot routes(long version, String... hosts) {
    return new RouteSnapshot(
        version,
        List.of(
            new RouteSnapshot.SiteRoute(
                "shop",
                List.of(hosts),
                List.of(
                    new RouteSnapshot.Backend(
                        new CardPosition(1, 1), "127.0.0.1", card.getAddress().getPort())),
                "",
                "")));
  }

  /** One connection that is never opened anew. */
  private static final class Visitor implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    Visitor(int port) throws IOException {
      socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
      socket.setSoTimeout(20_000);
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    void ask(String host, String path) throws IOException {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Status of the answer, whose body of a known length is read. */
    int get(String host) throws IOException {
      ask(host, "/");
      String status = line();
      int length = 0;
      for (String field = line(); !field.isEmpty(); field = line()) {
        if (field.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
          length = Integer.parseInt(field.substring(15).trim());
        }
      }
      for (int i = 0; i < length; i++) {
        if (in.read() < 0) {
          throw new IOException("the connection was closed in a body");
        }
      }
      return Integer.parseInt(status.split(" ", -1)[1]);
    }

    String line() throws IOException {
      String line = in.readLine();
      if (line == null) {
        throw new IOException("the connection was closed");
      }
      return line;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    while (!condition.holds()) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private void awaitServed(int port, String host) throws Exception {
    await(() -> {
      try (Visitor visitor = new Visitor(port)) {
        return visitor.get(host) == 200;
      } catch (IOException e) {
        return false;
      }
    });
  }

  /** Visitors that go on while something happens; each answer has to be the right one. */
  private void servedMeanwhile(int port, Condition happens) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger answers = new AtomicInteger();
    try (Visitor slow = new Visitor(port)) {
      slow.ask(HOST, "/slow");
      assertThat(slow.line()).startsWith("HTTP/1.1 200");
      CompletableFuture<String> kept =
          CompletableFuture.supplyAsync(
              () -> {
                try (Visitor visitor = new Visitor(port)) {
                  while (!over.get()) {
                    int status = visitor.get(HOST);
                    if (status != 200) {
                      return "status " + status;
                    }
                    answers.incrementAndGet();
                  }
                  return "all well";
                } catch (IOException e) {
                  return e.toString();
                }
              },
              executor);
      await(happens);
      int until = answers.get();
      await(() -> kept.isDone() || answers.get() > until + 50);
      over.set(true);
      assertThat(kept.get(20, TimeUnit.SECONDS)).isEqualTo("all well");
      slowEnds.set(true);
      String line = slow.line();
      while (!line.contains("end")) {
        line = slow.line();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = CardRole.class,
      names = {"PROXY", "BALANCER"})
  void certificateIsRenewedWhileVisitorsAreServed(CardRole role) throws Exception {
    CardPosition at = at(role);
    engine.seat(at(CardRole.PROXY), CardRole.PROXY);
    engine.seat(at(CardRole.BALANCER), CardRole.BALANCER);
    engine.announce(routes(1, HOST));
    try (Module first = new Module(role)) {
      await(() -> engine.knows(at));
      awaitServed(first.port, HOST);
    }
    String enrolled = engine.card(at).certificateSerial();
    behind = Duration.ZERO;
    // It stays as it is: a renewal needs no secret.
    Files.writeString(
        engine.bootConfig(at),
        Files.readString(engine.bootConfig(at))
            .replaceFirst("\"enrolmentSecret\":\"[^\"]*", "$0x"));
    try (Module again = new Module(role)) {
      awaitServed(again.port, HOST);
      servedMeanwhile(again.port, () -> !engine.card(at).certificateSerial().equals(enrolled));
      assertThat(Objects.requireNonNull(engine.card(at).certificate()).endsAt())
          .isAfter(now().plus(Duration.ofDays(364)));
      engine.announce(routes(2, HOST, "www.other.example"));
      awaitServed(again.port, "www.other.example");
    }
    String renewed = engine.card(at).certificateSerial();
    try (Module last = new Module(role)) {
      awaitServed(last.port, HOST);
      await(() -> engine.knows(at));
    }
    assertThat(engine.card(at).certificateSerial()).as("kept durably").isEqualTo(renewed);
  }

  @Test
  void proxyWhoseCertificateIsWithdrawnEnrolsAnewByItsBootConfigurationAndServesOn()
      throws Exception {
    CardPosition at = at(CardRole.PROXY);
    behind = Duration.ZERO;
    engine.seat(at, CardRole.PROXY);
    engine.announce(routes(1, HOST));
    try (Running proxy = new Running(CardRole.PROXY)) {
      await(() -> engine.knows(at));
      awaitServed(proxy.port, HOST);
      String before = engine.card(at).certificateSerial();
      servedMeanwhile(
          proxy.port,
          () -> {
            if (engine.card(at).certificateSerial().equals(before)) {
              engine.given(new Change.CertificateChange.Revoked(at, "test"));
              TimeUnit.MILLISECONDS.sleep(500);
              assertThat(engine.card(at).certificateSerial()).as("its secret is spent").isEmpty();
              engine.writeBootConfig(at);
            }
            return !engine.card(at).certificateSerial().isEmpty();
          });
      engine.announce(routes(2, HOST, "www.other.example"));
      awaitServed(proxy.port, "www.other.example");
    }
  }

  @Test
  void proxyThatWasOffUntilItsCertificateEndedEnrolsAnew() throws Exception {
    CardPosition at = at(CardRole.PROXY);
    engine.seat(at, CardRole.PROXY);
    engine.announce(routes(1, HOST));
    try (Running first = new Running(CardRole.PROXY)) {
      await(() -> engine.knows(at));
      awaitServed(first.port, HOST);
    }
    String ended = engine.card(at).certificateSerial();
    behind = Duration.ZERO;
    ahead = Duration.ofDays(90);
    engine.writeBootConfig(at);
    try (Running again = new Running(CardRole.PROXY)) {
      awaitServed(again.port, HOST);
      await(() -> !engine.card(at).certificateSerial().equals(ended));
      await(() -> engine.knows(at));
    }
  }
}
