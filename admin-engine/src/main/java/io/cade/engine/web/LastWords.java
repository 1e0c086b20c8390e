package io.cade.engine.web;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;

/**
 * Refusals that reach a client who is still sending. Many clients listen only when all is sent, and
 * a connection that is closed while data comes is reset, which takes the answer away from them (RFC
 * 9112 §9.6). So what comes is read and thrown away for a while before the connection is closed.
 */
public final class LastWords {
  /** So long somebody may go on sending what nobody keeps. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Likewise for a request without an end that could be seen. */
  static final Duration SHORT_PATIENCE = Duration.ofSeconds(2);

  private LastWords() {}

  /**
   * Has the rest of a body come and keeps nothing of it; closes the connection when it has ended
   * and was answered, and when it does not end in time.
   *
   * @param request whose body has not ended, paused or not
   */
  public static void hearOut(Vertx vertx, HttpServerRequest request) {
    long timer =
        vertx.setTimer(
            PATIENCE.toMillis(),
            _ -> {
              var _ = request.connection().close();
            });
    request.exceptionHandler(_ -> vertx.cancelTimer(timer));
    request.handler(_ -> {});
    request.endHandler(_ -> {
      vertx.cancelTimer(timer);
      if (request.response().ended()) {
        var _ = request.connection().close();
      }
    });
    request.resume();
  }

  /** Answers a request whose head could not be read, then closes the connection. */
  public static void say(
      Vertx vertx, HttpServerRequest request, int status, String type, Buffer body) {
    HttpServerResponse response = request.response();
    // An answer that has ended would close the connection at once.
    var _ =
        response
            .setStatusCode(status)
            .putHeader(HttpHeaders.CONNECTION, "close")
            .putHeader(HttpHeaders.CONTENT_TYPE, type)
            .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()))
            .write(body);
    vertx.setTimer(
        SHORT_PATIENCE.toMillis(),
        _ -> {
          if (!response.closed()) {
            var _ = response.end();
          }
        });
  }
}
