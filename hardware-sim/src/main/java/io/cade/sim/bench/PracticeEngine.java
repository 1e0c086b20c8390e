package io.cade.sim.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.ErrorReply;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogUpload;
import io.cade.agent.wire.ReportReply;
import io.cade.agent.wire.WireJson;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.image.PackageKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The engine's side of one agent's gateway, for measuring and practising with a real agent process:
 * mutual TLS 1.3 under an authority of its own, made for the occasion in a folder that is deleted
 * afterwards. It knows no cabinet and believes every card. Thread-safe.
 */
final class PracticeEngine implements AutoCloseable {
  private static final char[] NO_PASSWORD = new char[0];
  private static final int BACKLOG = 16;

  private final ModuleAuthority authority;
  private final String packageKeyPem;
  private final WireJson json = new WireJson();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpsServer server;
  private final Iterator<Command> commands;

  /** Moments ({@link System#nanoTime}) at which introductions were answered. */
  final LinkedBlockingQueue<Long> introductions = new LinkedBlockingQueue<>();

  /** Moments at which reports were answered. */
  final LinkedBlockingQueue<Long> reports = new LinkedBlockingQueue<>();

  /** Moments at which an agent had nothing more to do. */
  final LinkedBlockingQueue<Long> idle = new LinkedBlockingQueue<>();

  private interface Handler {
    Object handle(byte[] body) throws IOException;
  }

  /**
   * Listens on the loopback network from now on.
   *
   * @param orders carried out once, by the agent that asks first
   * @throws IOException when the authority cannot be made or no port is to be had
   */
  static PracticeEngine start(Path folder, InstantSource clock, List<Command> orders)
      throws IOException {
    return new PracticeEngine(ModuleAuthority.open(folder, clock, new SecureRandom()), orders);
  }

  private PracticeEngine(ModuleAuthority authority, List<Command> orders) throws IOException {
    this.authority = authority;
    this.packageKeyPem =
        PackageKeys.publicPem(PackageKeys.generate(new SecureRandom()).getPublic());
    this.commands = List.copyOf(orders).iterator();
    this.server =
        HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral(address()), 0), BACKLOG);
    SSLContext tls = tls(authority.server("gateway", List.of(address())));
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
    on(
        "/v1/introduce",
        _ -> {
          introductions.add(System.nanoTime());
          return new IntroductionReply(packageKeyPem, hasOrders());
        });
    on(
        "/v1/report",
        _ -> {
          reports.add(System.nanoTime());
          return new ReportReply(false, false, hasOrders());
        });
    on("/v1/ask", _ -> new AskReply(nextOrder()));
    on("/v1/logs", this::logs);
    server.start();
  }

  static String address() {
    return "127.0.0.1";
  }

  int port() {
    return server.getAddress().getPort();
  }

  String authorityPem() {
    return authority.certificatePem();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  private SSLContext tls(Identity identity) throws IOException {
    try {
      KeyStore own = KeyStore.getInstance("PKCS12");
      own.load(null, null);
      own.setKeyEntry(
          "gateway", identity.key(), NO_PASSWORD, identity.chain().toArray(X509Certificate[]::new));
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(own, NO_PASSWORD);
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("authority", authority.certificate());
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("the practice engine's certificate cannot be used", e);
    }
  }

  private void on(String path, Handler handler) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            try {
              send(exchange, 200, handler.handle(body));
            } catch (IOException e) {
              send(exchange, 400, new ErrorReply("invalid", String.valueOf(e.getMessage())));
            }
          }
        });
  }

  private void send(HttpExchange exchange, int status, Object reply) throws IOException {
    byte[] bytes = json.encode(reply);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private EnrolReply enrol(byte[] body) throws IOException {
    EnrolRequest request = json.decode(body, EnrolRequest.class);
    CardPosition card = request.position();
    try {
      return new EnrolReply(
          ModuleAuthority.pem(authority.issueCard(card, request.certificateRequestPem())));
    } catch (CertificateException e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    }
  }

  private LogReply logs(byte[] body) throws IOException {
    LogUpload upload = json.decode(body, LogUpload.class);
    return new LogReply(upload.lines().isEmpty() ? 0 : upload.lines().getLast().number() + 1);
  }

  private boolean hasOrders() {
    synchronized (commands) {
      return commands.hasNext();
    }
  }

  private @Nullable Command nextOrder() {
    synchronized (commands) {
      if (commands.hasNext()) {
        return commands.next();
      }
    }
    idle.add(System.nanoTime());
    return null;
  }
}
