package io.cade.agent.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.cade.agent.wire.Ask;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.ErrorReply;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogUpload;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ReportReply;
import io.cade.agent.wire.WireJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** A written peer: the engine's side of the gateway contract over real TLS on loopback. */
public final class TestGateway implements AutoCloseable {
  public final TestAuthority authority = new TestAuthority("module");
  public final KeyPair packageKeys = io.cade.image.PackageKeys.generate(new SecureRandom());
  public final LinkedBlockingQueue<Introduction> introductions = new LinkedBlockingQueue<>();
  public final LinkedBlockingQueue<Report> reports = new LinkedBlockingQueue<>();
  public final LinkedBlockingQueue<CommandResult> results = new LinkedBlockingQueue<>();

  public final LinkedBlockingQueue<LogUpload> logs = new LinkedBlockingQueue<>();
  public final LinkedBlockingQueue<Inventory> inventories = new LinkedBlockingQueue<>();
  private final Map<String, Long> taken = new ConcurrentHashMap<>();

  /** Remote ports of connections, by the path asked for. */
  public final Map<String, List<Integer>> connections = new ConcurrentHashMap<>();

  /** Secrets good for one enrolment each. */
  public final Map<String, CardPosition> secrets = new ConcurrentHashMap<>();

  public final Map<String, byte[]> packages = new ConcurrentHashMap<>();
  public volatile boolean chassisReader;
  public volatile boolean reportWaiting;
  public volatile @Nullable ErrorReply refusal;

  private final Deque<Command> commands = new ArrayDeque<>();
  private final WireJson json = new WireJson();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpsServer server;

  private interface Handler {
    Object handle(HttpExchange exchange) throws IOException;
  }

  public TestGateway() throws IOException {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    server = HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 300);
    SSLContext tls = authority.gateway("127.0.0.1");
    server.setHttpsConfigurator(
        new HttpsConfigurator(tls) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters ssl = tls.getDefaultSSLParameters();
            ssl.setProtocols(new String[] {"TLSv1.3"});
            ssl.setWantClientAuth(true);
            parameters.setSSLParameters(ssl);
          }
        });
    server.setExecutor(executor);
    on("/v1/enrol", this::enrol);
    on("/v1/introduce", exchange -> introduce(exchange));
    on("/v1/report", exchange -> report(exchange));
    on("/v1/ask", exchange -> ask(exchange));
    on("/v1/logs", exchange -> logs(exchange));
    on("/v1/inventory", exchange -> inventory(exchange));
    server.createContext("/v1/packages/", this::sendPackage);
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public synchronized void queue(Command command) {
    commands.add(command);
  }

  public <T> T await(LinkedBlockingQueue<T> queue, Predicate<T> wanted)
      throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (true) {
      T next = queue.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (next == null) {
        throw new AssertionError("nothing of the kind came within 60 s");
      }
      if (wanted.test(next)) {
        return next;
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  private void on(String path, Handler handler) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            connections
                .computeIfAbsent(path, p -> new CopyOnWriteArrayList<>())
                .add(exchange.getRemoteAddress().getPort());
            ErrorReply refused = refusal;
            if (refused != null) {
              send(exchange, 403, refused);
              return;
            }
            try {
              send(exchange, 200, handler.handle(exchange));
            } catch (IllegalArgumentException e) {
              send(exchange, 403, new ErrorReply("not-allowed", String.valueOf(e.getMessage())));
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private void send(HttpExchange exchange, int status, Object body) throws IOException {
    byte[] bytes = json.encode(body);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private <T> T body(HttpExchange exchange, Class<T> type) throws IOException {
    return json.decode(exchange.getRequestBody().readAllBytes(), type);
  }

  private static CardPosition caller(HttpExchange exchange) {
    try {
      X509Certificate peer =
          (X509Certificate) ((HttpsExchange) exchange).getSSLSession().getPeerCertificates()[0];
      String uri =
          (String)
              Objects.requireNonNull(peer.getSubjectAlternativeNames()).iterator().next().get(1);
      return CardPosition.parse(uri.substring("urn:cade:card:".length()));
    } catch (SSLPeerUnverifiedException e) {
      throw new IllegalArgumentException("a certificate is needed", e);
    } catch (java.security.cert.CertificateParsingException e) {
      throw new IllegalArgumentException("strange certificate", e);
    }
  }

  private static void check(HttpExchange exchange, CardPosition said) {
    if (!caller(exchange).equals(said)) {
      throw new IllegalArgumentException(caller(exchange) + " says that it is " + said);
    }
  }

  private Object enrol(HttpExchange exchange) throws IOException {
    EnrolRequest request = body(exchange, EnrolRequest.class);
    if (!request.position().equals(secrets.remove(request.secret()))) {
      throw new IllegalArgumentException("the secret is not good for " + request.position());
    }
    return new EnrolReply(
        authority.issueCard(
            request.certificateRequestPem(), request.position(), Duration.ofHours(1)));
  }

  private Object introduce(HttpExchange exchange) throws IOException {
    Introduction introduction = body(exchange, Introduction.class);
    check(exchange, introduction.position());
    introductions.add(introduction);
    synchronized (this) {
      return new IntroductionReply(
          io.cade.image.PackageKeys.publicPem(packageKeys.getPublic()), !commands.isEmpty());
    }
  }

  private Object report(HttpExchange exchange) throws IOException {
    Report report = body(exchange, Report.class);
    check(exchange, report.position());
    reports.add(report);
    return new ReportReply(false, chassisReader, reportWaiting);
  }

  private synchronized Object ask(HttpExchange exchange) throws IOException {
    Ask ask = body(exchange, Ask.class);
    check(exchange, ask.position());
    CommandResult result = ask.result();
    if (result != null) {
      results.add(result);
      Command head = commands.peek();
      if (head != null && head.id() == result.commandId()) {
        commands.remove();
      }
    }
    return new AskReply(commands.peek());
  }

  private Object logs(HttpExchange exchange) throws IOException {
    LogUpload upload = body(exchange, LogUpload.class);
    check(exchange, upload.position());
    long next = upload.lines().isEmpty() ? 0 : upload.lines().getLast().number() + 1;
    logs.add(upload);
    return new LogReply(taken.merge(upload.source(), next, Math::max));
  }

  private Object inventory(HttpExchange exchange) throws IOException {
    Inventory inventory = body(exchange, Inventory.class);
    check(exchange, inventory.position());
    inventories.add(inventory);
    return Map.of();
  }

  private void sendPackage(HttpExchange exchange) throws IOException {
    try (exchange) {
      caller(exchange);
      String path = exchange.getRequestURI().getPath();
      byte[] bytes = packages.get(path.substring("/v1/packages/".length()));
      if (bytes == null) {
        send(exchange, 404, new ErrorReply("no-such-package", "it is not assigned to this card"));
        return;
      }
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
