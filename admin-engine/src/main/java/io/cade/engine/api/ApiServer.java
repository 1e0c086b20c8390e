package io.cade.engine.api;

import io.cade.engine.backup.BackupOperations;
import io.cade.engine.images.ImageOperations;
import io.cade.engine.operate.CertificateDesk;
import io.cade.engine.operate.Inspection;
import io.cade.engine.operate.LeaseTransfer;
import io.cade.engine.operate.Operations;
import io.cade.engine.operate.ProtectionOperations;
import io.cade.engine.operate.TrafficInspection;
import io.cade.engine.pki.Identity;
import io.cade.engine.update.UpdateOperations;
import io.cade.engine.web.ConnectionGuard;
import io.cade.engine.web.TlsOptions;
import io.cade.engine.web.WebRuntime;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The HTTPS server of console and API (TLS 1.2 or 1.3: browsers of an operations centre are not
 * always new). Limits: {@value #MAX_CONNECTIONS} connections on which somebody has signed in,
 * {@value #MAX_OF_USER} of one user; {@value #MAX_STRANGERS} others, {@value #MAX_OF_ADDRESS} from
 * one address, for 30 s and one request each; 10 s to the first request; 60 s without traffic;
 * bodies 1 MiB, content of services 64 MiB within 5 minutes, images 1 GiB within 30.
 */
public final class ApiServer implements AutoCloseable {
  static final int MAX_CONNECTIONS = 512;
  static final int MAX_OF_USER = 128;
  static final int MAX_STRANGERS = 256;
  static final int MAX_OF_ADDRESS = 32;
  private static final Duration FIRST_REQUEST = Duration.ofSeconds(10);
  private static final Duration STRANGER_LIFE = Duration.ofSeconds(30);
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final HttpServer server;
  private final String host;

  private ApiServer(HttpServer server, String host) {
    this.server = server;
    this.host = host;
  }

  /**
   * What the server needs of the engine.
   *
   * @param users who may use it
   * @param ready whether the engine does its work
   * @param blocking carries out what waits for the disk
   * @param ticker monotonic nanoseconds
   */
  public record Backing(
      Inspection inspection,
      Operations operations,
      LeaseTransfer leases,
      ImageOperations images,
      UpdateOperations updates,
      BackupOperations backups,
      CertificateDesk certificates,
      TrafficInspection traffic,
      ProtectionOperations protection,
      UserDesk users,
      BooleanSupplier ready,
      Executor blocking,
      LongSupplier ticker,
      SecureRandom random) {}

  /**
   * Starts to listen.
   *
   * @param port 0 for any
   * @return fails when the address is not to be had
   */
  public static Future<ApiServer> start(
      Vertx vertx, String host, int port, Identity identity, Backing backing) {
    ConnectionGuard guard =
        new ConnectionGuard(
            vertx,
            "admin",
            new ConnectionGuard.Limits(
                MAX_CONNECTIONS,
                MAX_OF_USER,
                MAX_STRANGERS,
                MAX_OF_ADDRESS,
                FIRST_REQUEST,
                STRANGER_LIFE));
    Replies replies = new Replies();
    Router router = Router.router(vertx);
    Authenticator authenticator =
        new Authenticator(vertx, backing.users().file(), backing.ticker(), backing.random());
    new Gatekeeper(replies, authenticator, guard, backing.ready(), backing.updates().engine())
        .addTo(router);
    new UserRoutes(
            new ApiRoutes(vertx, replies, backing).addTo(router),
            backing.users(),
            authenticator::lookAgain)
        .addTo(router);
    new Console().addTo(router);
    HttpServer server =
        vertx
            .createHttpServer(options(host, port, identity))
            .connectionHandler(guard)
            .invalidRequestHandler(request -> replies.malformed(vertx, request))
            .requestHandler(request -> {
              guard.spoke(request.connection());
              router.handle(request);
            });
    return server.listen().map(listening -> new ApiServer(listening, host));
  }

  private static HttpServerOptions options(String host, int port, Identity identity) {
    return TlsOptions.server(host, port, identity, Set.of("TLSv1.2", "TLSv1.3"), IDLE);
  }

  /** Shows another certificate to whoever connects from now on; connections stay as they are. */
  public Future<Void> use(Identity next) {
    return server.updateSSLOptions(options(host, port(), next).getSslOptions()).mapEmpty();
  }

  /** TCP port on which it listens. */
  public int port() {
    return server.actualPort();
  }

  /** Stops listening and closes its connections. Not to be called on an event loop. */
  @Override
  public void close() {
    WebRuntime.close(server);
  }
}
