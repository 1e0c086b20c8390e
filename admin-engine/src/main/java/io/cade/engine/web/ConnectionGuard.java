package io.cade.engine.web;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the open connections of a server, and closes one whose first request does not come: silent
 * peers must not use up the places of those who have something to say. Thread-safe.
 */
public final class ConnectionGuard implements Handler<HttpConnection> {
  private static final Logger log = LoggerFactory.getLogger(ConnectionGuard.class);

  private final Vertx vertx;
  private final String server;
  private final int limit;
  private final Duration firstRequest;
  private final Consumer<HttpConnection> closed;
  private final AtomicInteger open = new AtomicInteger();
  private final Map<HttpConnection, Long> silent = new ConcurrentHashMap<>();

  /**
   * @param server its name, for the log
   * @param limit connections open at once; one more is closed at once
   * @param firstRequest time in which the head of the first request must have come
   */
  public ConnectionGuard(Vertx vertx, String server, int limit, Duration firstRequest) {
    this(vertx, server, limit, firstRequest, _ -> {});
  }

  /**
   * Likewise.
   *
   * @param closed told of each connection that has ended
   */
  public ConnectionGuard(
      Vertx vertx,
      String server,
      int limit,
      Duration firstRequest,
      Consumer<HttpConnection> closed) {
    this.closed = closed;
    this.vertx = vertx;
    this.server = server;
    this.limit = limit;
    this.firstRequest = firstRequest;
  }

  @Override
  public void handle(HttpConnection connection) {
    if (open.incrementAndGet() > limit) {
      open.decrementAndGet();
      log.warn(
          "{}: connection from {} closed, {} are open already",
          server,
          connection.remoteAddress(),
          limit);
      var _ = connection.close();
      return;
    }
    silent.put(
        connection,
        vertx.setTimer(
            firstRequest.toMillis(),
            t -> {
              if (silent.remove(connection) != null) {
                var _ = connection.close();
              }
            }));
    connection.closeHandler(v -> {
      open.decrementAndGet();
      spoke(connection);
      closed.accept(connection);
    });
  }

  /** The head of a request has come on the connection. */
  public void spoke(HttpConnection connection) {
    Long timer = silent.remove(connection);
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
  }

  /** Connections open now. */
  public int open() {
    return open.get();
  }
}
