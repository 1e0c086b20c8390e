package io.cade.engine.gateway;

import io.cade.agent.wire.Ask;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.ErrorReply;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogUpload;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.RenewRequest;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.WireJson;
import io.cade.engine.change.Refusal;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.PeerIdentity;
import io.cade.engine.web.Bodies;
import io.cade.engine.web.BodyBudget;
import io.cade.engine.web.ConnectionGuard;
import io.cade.engine.web.Failures;
import io.cade.engine.web.LastWords;
import io.cade.engine.web.TlsOptions;
import io.cade.engine.web.WebRuntime;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiFunction;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link AgentGateway} over HTTP/1.1 over TLS 1.3. Every call but {@code enrol} needs a client
 * certificate of the module's authority; one of another authority already fails the handshake.
 *
 * <p>Limits: {@value #MAX_CONNECTIONS} connections of cards that are believed (two for each of 280
 * cards, and some), {@value #MAX_OF_CARD} of one card; {@value #MAX_STRANGERS} of others, {@value
 * #MAX_OF_ADDRESS} from one address, for 30 s and one request each; 10 s to the first request and
 * for each body; 90 s without traffic; bodies of 32 KiB (enrol, renew), 128 KiB (introduce), 256
 * KiB (report), 512 KiB (logs), 2 MiB (inventory), 4 MiB (ask, proxy-report). Of a card that is not
 * believed no body is read. All bodies that are being worked on have 22 MiB together, those of
 * enrolment 2 MiB; what does not fit waits 5 s, then it is refused. A refusal is an {@link
 * ErrorReply}.
 */
public final class GatewayServer implements AutoCloseable {
  static final int MAX_CONNECTIONS = 1_024;

  /** More than an agent and a proxy use; what a card left behind when it restarted fits in. */
  static final int MAX_OF_CARD = 16;

  /** A whole module may enrol at once. */
  static final int MAX_STRANGERS = 320;

  static final int MAX_OF_ADDRESS = 16;

  /** A result may hold what a card was found to have: a million characters, and some escaped. */
  private static final int MAX_ASK = 4 << 20;

  private static final int MAX_ENROL = 32 << 10;

  private static final Duration BODY_TIME = Duration.ofSeconds(10);
  private static final Duration STRANGER_LIFE = Duration.ofSeconds(30);

  /** Agents wait for an answer for 15 s. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final BodyBudget.Limits OF_CARDS =
      new BodyBudget.Limits(16 << 20, 6 << 20, 256 << 10, PATIENCE);
  private static final BodyBudget.Limits OF_STRANGERS =
      new BodyBudget.Limits(0, 2 << 20, 128 << 10, PATIENCE);

  private static final Duration REFUSAL_TIME = Duration.ofMillis(50);
  private static final Duration IDLE = Duration.ofSeconds(90);
  private static final String PACKAGES = "/v1/packages/";

  private static final Logger log = LoggerFactory.getLogger(GatewayServer.class);

  private final Vertx vertx;
  private final AgentGateway gateway;
  private final ConnectionGuard guard;
  private final BodyBudget room;
  private final BodyBudget strangersRoom;
  private final WireJson json = new WireJson();
  private final HttpServer server;
  private final Function<Identity, HttpServerOptions> options;

  /** Whose connections they are; an entry goes with its connection. */
  private final Map<HttpConnection, PeerIdentity> known = new ConcurrentHashMap<>();

  private GatewayServer(
      Vertx vertx, String host, int port, Identity identity, String ca, AgentGateway gateway) {
    this.vertx = vertx;
    this.gateway = gateway;
    this.guard =
        new ConnectionGuard(
            vertx,
            "gateway",
            new ConnectionGuard.Limits(
                MAX_CONNECTIONS,
                MAX_OF_CARD,
                MAX_STRANGERS,
                MAX_OF_ADDRESS,
                BODY_TIME,
                STRANGER_LIFE),
            known::remove);
    this.room = new BodyBudget(vertx, OF_CARDS);
    this.strangersRoom = new BodyBudget(vertx, OF_STRANGERS);
    this.options = own -> options(host, port, own, ca);
    this.server =
        vertx
            .createHttpServer(options.apply(identity))
            .connectionHandler(this::connected)
            .requestHandler(this::handle);
  }

  /**
   * Starts to listen.
   *
   * @param port 0 for any
   * @param identity of this server, with the address under which the cards know it
   * @param authorityPem the module's authority
   * @return fails when the address is not to be had
   */
  public static Future<GatewayServer> start(
      Vertx vertx,
      String host,
      int port,
      Identity identity,
      String authorityPem,
      AgentGateway gateway) {
    GatewayServer made = new GatewayServer(vertx, host, port, identity, authorityPem, gateway);
    return made.server.listen().map(made);
  }

  private static HttpServerOptions options(String host, int port, Identity identity, String ca) {
    return TlsOptions.withClientCertificates(
        TlsOptions.server(host, port, identity, Set.of("TLSv1.3"), IDLE), ca);
  }

  /** Shows another certificate to whoever connects from now on; connections stay as they are. */
  public Future<Void> use(Identity next) {
    return server.updateSSLOptions(options.apply(next).getSslOptions()).mapEmpty();
  }

  /** TCP port on which it listens. */
  public int port() {
    return server.actualPort();
  }

  /**
   * Closes all connections of a card: its certificate counts no more. What it sends on another one
   * is refused. A refusal that is under way on one of them still gets out.
   */
  public void disconnect(CardPosition card) {
    var _ =
        vertx.setTimer(
            REFUSAL_TIME.toMillis(),
            _ ->
                known.forEach((connection, at) -> {
                  if (at.position().equals(card)) {
                    var _ = connection.close();
                  }
                }));
  }

  private static String address(HttpConnection connection) {
    SocketAddress remote = connection.remoteAddress();
    String host = remote == null ? null : remote.hostAddress();
    return host == null ? "" : host;
  }

  /** Stops listening and closes its connections. Not to be called on an event loop. */
  @Override
  public void close() {
    WebRuntime.close(server);
  }

  private void connected(HttpConnection connection) {
    String believed = null;
    try {
      PeerIdentity peer = certified(connection);
      believed = gateway.believes(peer) ? name(peer) : null;
    } catch (SSLPeerUnverifiedException | CertificateException e) {
      log.debug("a peer without a card's certificate: {}", e.toString());
    }
    var _ = guard.admit(connection, believed);
  }

  private static String name(PeerIdentity peer) {
    return "card " + peer.position();
  }

  /**
   * Whose certificate a connection shows; from then on the connection is that card's, if the card
   * is believed.
   */
  private PeerIdentity identify(HttpConnection connection)
      throws SSLPeerUnverifiedException, CertificateException {
    PeerIdentity peer = certified(connection);
    if (guard.isStranger(connection) && gateway.believes(peer)) {
      var _ = guard.believe(connection, name(peer));
    }
    return peer;
  }

  private PeerIdentity certified(HttpConnection connection)
      throws SSLPeerUnverifiedException, CertificateException {
    // TLS 1.3 has no renegotiation: a connection's certificate stays what it was.
    PeerIdentity peer = known.get(connection);
    if (peer == null) {
      SSLSession session = connection.sslSession();
      if (session == null) {
        throw new SSLPeerUnverifiedException("no TLS");
      }
      if (!(session.getPeerCertificates()[0] instanceof X509Certificate certificate)) {
        throw new CertificateException("not an X.509 certificate");
      }
      peer = PeerIdentity.of(certificate).at(address(connection));
      known.put(connection, peer);
    }
    return peer;
  }

  private void handle(HttpServerRequest request) {
    guard.spoke(request.connection());
    String path = request.path() == null ? "" : request.path();
    switch (path) {
      case "/v1/enrol" -> {
        if (allows(request, HttpMethod.POST)) {
          String address = address(request.connection());
          take(
              request,
              strangersRoom.ask(address, Bodies.atMost(request, MAX_ENROL)),
              MAX_ENROL,
              EnrolRequest.class,
              m -> gateway.enrol(m, address));
        }
      }
      case "/v1/renew" -> post(request, MAX_ENROL, RenewRequest.class, gateway::renew);
      case "/v1/introduce" -> post(request, 128 << 10, Introduction.class, gateway::introduce);
      case "/v1/report" -> post(request, 256 << 10, Report.class, gateway::report);
      case "/v1/ask" -> post(request, MAX_ASK, Ask.class, gateway::ask);
      case "/v1/proxy-report" -> post(request, 4 << 20, ProxyReport.class, gateway::proxyReport);
      case "/v1/logs" -> post(request, 512 << 10, LogUpload.class, gateway::logs);
      case "/v1/inventory" -> post(request, 2 << 20, Inventory.class, gateway::inventory);
      case "/v1/routes" -> routes(request);
      default -> {
        if (path.startsWith(PACKAGES)) {
          sendPackage(request, path.substring(PACKAGES.length()));
        } else {
          refuse(request, 404, "not-found", "there is no " + cut(path));
        }
      }
    }
  }

  private <T> void post(
      HttpServerRequest request,
      int limit,
      Class<T> type,
      BiFunction<PeerIdentity, T, CompletionStage<?>> call) {
    if (!allows(request, HttpMethod.POST)) {
      return;
    }
    PeerIdentity peer = peer(request);
    if (peer == null) {
      return;
    }
    if (Bodies.announcesMoreThan(request, limit)) {
      fail(request, new Bodies.TooLarge(limit));
      return;
    }
    try {
      gateway.admit(peer, type.equals(ProxyReport.class));
    } catch (Refusal e) {
      fail(request, e);
      return;
    }
    take(
        request,
        room.ask(peer.position().toString(), Bodies.atMost(request, limit)),
        limit,
        type,
        m -> call.apply(peer, m));
  }

  /** Reads, decodes, has it worked on and answers; the room is held until then. */
  private <T> void take(
      HttpServerRequest request,
      BodyBudget.Room place,
      int limit,
      Class<T> type,
      Function<T, CompletionStage<?>> call) {
    Future<BodyBudget.Room> ready = place.taken();
    if (!ready.isComplete()) {
      request.pause();
      request.exceptionHandler(_ -> place.release());
    }
    ready
        .compose(_ -> {
          Future<T> body = body(request, limit, type);
          request.resume();
          return body;
        })
        .compose(m ->
            Future.fromCompletionStage(call.apply(m), vertx.getOrCreateContext())
                .map(r -> (Object) r))
        .onComplete(_ -> place.release())
        .onSuccess(reply -> reply(request, reply))
        .onFailure(e -> fail(request, e));
  }

  private void routes(HttpServerRequest request) {
    PeerIdentity peer = allows(request, HttpMethod.GET) ? peer(request) : null;
    if (peer == null) {
      return;
    }
    try {
      long after = number(request, "after");
      Duration wait = Duration.ofMillis(Math.min(number(request, "waitMillis"), 3_600_000));
      answer(request, gateway.routes(peer, after, wait).thenApply(r -> r.orElse(null)));
    } catch (NumberFormatException e) {
      refuse(request, 400, "invalid", "after and waitMillis must be numbers from 0");
    }
  }

  private static long number(HttpServerRequest request, String name) {
    String text = request.getParam(name);
    return text == null || text.isEmpty() ? 0 : Long.parseUnsignedLong(text) & Long.MAX_VALUE;
  }

  private void sendPackage(HttpServerRequest request, String digest) {
    PeerIdentity peer = allows(request, HttpMethod.GET) ? peer(request) : null;
    if (peer == null) {
      return;
    }
    Future.fromCompletionStage(gateway.packageFile(peer, digest), vertx.getOrCreateContext())
        .onFailure(e -> fail(request, e))
        .onSuccess(file ->
            request
                .response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/octet-stream")
                .sendFile(file.toAbsolutePath().toString())
                .onFailure(e -> {
                  log.warn("package {} for card {}", digest, peer.position(), e);
                  var _ = request.connection().close();
                }));
  }

  private <T> Future<T> body(HttpServerRequest request, int limit, Class<T> type) {
    return Bodies.read(vertx, request, limit, BODY_TIME)
        .map(bytes -> {
          try {
            return json.decode(bytes.getBytes(), type);
          } catch (IOException e) {
            throw new BadMessage(e);
          }
        });
  }

  private static final class BadMessage extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadMessage(IOException cause) {
      super("the message cannot be understood: " + firstLine(cause.getMessage()), cause);
    }

    private static String firstLine(@Nullable String text) {
      // The parser's further lines quote the source, which may be a secret.
      return text == null ? "" : text.lines().findFirst().orElse("");
    }
  }

  /** The peer by its certificate; null when it has none, which is answered then. */
  private @Nullable PeerIdentity peer(HttpServerRequest request) {
    try {
      return identify(request.connection());
    } catch (SSLPeerUnverifiedException e) {
      refuse(request, 401, "no-certificate", "show the card's certificate, or enrol to get one");
    } catch (CertificateException e) {
      refuse(request, 403, "not-allowed", String.valueOf(e.getMessage()));
    }
    return null;
  }

  private boolean allows(HttpServerRequest request, HttpMethod method) {
    if (request.method().equals(method)) {
      return true;
    }
    request.response().putHeader(HttpHeaders.ALLOW, method.name());
    refuse(request, 405, "wrong-method", "only " + method + " is possible here");
    return false;
  }

  private void answer(HttpServerRequest request, CompletionStage<?> stage) {
    Future.fromCompletionStage(stage, vertx.getOrCreateContext())
        .onSuccess(reply -> reply(request, reply))
        .onFailure(e -> fail(request, e));
  }

  private void reply(HttpServerRequest request, @Nullable Object reply) {
    if (reply == null) {
      end(request, request.response().setStatusCode(204), null);
    } else {
      end(request, request.response(), json.encode(reply));
    }
  }

  private void fail(HttpServerRequest request, Throwable error) {
    switch (Failures.cause(error)) {
      case Refusal r ->
          refuse(request, status(r.kind()), word(r.kind()), String.valueOf(r.getMessage()));
      case Bodies.TooLarge e -> refuse(request, 413, "too-large", e.getMessage());
      case Bodies.TooSlow e -> refuse(request, 408, "too-slow", e.getMessage());
      case BodyBudget.NoRoom e -> {
        request.response().putHeader("Retry-After", "5");
        refuse(request, 503, "busy", e.getMessage());
      }
      case HttpClosedException _ ->
          log.debug("{} {}: closed by the peer", request.method(), request.path());
      case BadMessage e -> refuse(request, 400, "invalid", e.getMessage());
      case RejectedExecutionException e ->
          refuse(request, 503, "busy", "the engine is busy or stops: try again later");
      default -> {
        log.error("{} {}", request.method(), request.path(), error);
        refuse(request, 500, "failed", "the engine failed; its log has the cause");
      }
    }
  }

  private static int status(Refusal.Kind kind) {
    return switch (kind) {
      case NOT_FOUND -> 404;
      case CONFLICT -> 409;
      case NOT_ALLOWED -> 403;
      case INVALID, CONTENT -> 400;
      case LIMIT -> 429;
    };
  }

  private static String word(Refusal.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void refuse(HttpServerRequest request, int status, String error, @Nullable String why) {
    HttpServerResponse response = request.response();
    if (response.headWritten() || response.closed()) {
      return;
    }
    response.setStatusCode(status);
    if (!request.isEnded()) {
      // What still comes is not kept: the connection cannot be used again.
      response.putHeader(HttpHeaders.CONNECTION, "close");
      LastWords.hearOut(vertx, request);
    }
    end(request, response, json.encode(new ErrorReply(error, cut(why == null ? "" : why))));
  }

  private void end(HttpServerRequest request, HttpServerResponse response, byte @Nullable [] body) {
    if (response.closed()) {
      return;
    }
    boolean last = request.isEnded() && guard.isStranger(request.connection());
    if (last) {
      response.putHeader(HttpHeaders.CONNECTION, "close");
    }
    Future<Void> sent =
        body == null
            ? response.end()
            : response
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(Buffer.buffer(body));
    if (last) {
      // A place that others may need.
      sent.onComplete(_ -> {
        var _ = request.connection().close();
      });
    }
  }

  private static String cut(String text) {
    return text.length() > 512 ? text.substring(0, 512) : text;
  }
}
