package io.cade.engine.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Answers over HTTPS what a test told it to; keeps what it was asked. */
final class PeerEngine implements AutoCloseable {
  static final String USER = "operator";
  static final String PASSWORD = "a:b ü and more";

  /** A request as it arrived. */
  record Request(String method, String target, String contentType, int bodyBytes) {}

  private record Answer(int status, String body) {}

  final List<Request> requests = new CopyOnWriteArrayList<>();
  final ModuleAuthority authority;
  private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
  private final SSLContext tls;
  private final int port;
  private HttpsServer server;

  /**
   * @param certifiedFor host or address that its certificate is for
   */
  PeerEngine(Path pki, String certifiedFor) throws Exception {
    authority = ModuleAuthority.open(pki, InstantSource.system(), new SecureRandom());
    Identity identity = authority.server("admin", List.of(certifiedFor));
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "admin", identity.key(), new char[0], identity.chain().toArray(Certificate[]::new));
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, new char[0]);
    tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
    server = listening(0);
    port = server.getAddress().getPort();
  }

  private HttpsServer listening(int port) throws IOException {
    HttpsServer next =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    next.setHttpsConfigurator(new HttpsConfigurator(tls));
    next.createContext("/", this::answer);
    next.start();
    return next;
  }

  int port() {
    return port;
  }

  /** Ends, as an engine does that dies. */
  void dies() {
    server.stop(0);
  }

  /** Listens again where it did. */
  void comesBack() {
    try {
      server = listening(port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From now on {@code METHOD /path?query} is answered so. */
  void when(String request, int status, String body) {
    answers.put(request, new ArrayDeque<>(List.of(new Answer(status, body))));
  }

  /** After the answers it has already, this one; the last is given again and again. */
  void then(String request, int status, String body) {
    answers.computeIfAbsent(request, _ -> new ArrayDeque<>()).add(new Answer(status, body));
  }

  private Answer next(String request) {
    Deque<Answer> left = answers.get(request);
    if (left == null) {
      return new Answer(404, "{\"detail\":\"there is no " + request + "\"}");
    }
    return left.size() > 1 ? left.remove() : left.element();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      int length = exchange.getRequestBody().readAllBytes().length;
      String target = exchange.getRequestURI().toString();
      String type = exchange.getRequestHeaders().getFirst("Content-Type");
      requests.add(new Request(exchange.getRequestMethod(), target, String.valueOf(type), length));
      String expected =
          "Basic "
              + Base64.getEncoder()
                  .encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
      Answer answer =
          expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))
              ? next(exchange.getRequestMethod() + " " + target)
              : new Answer(401, "{\"detail\":\"name and password of a user are needed\"}");
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
