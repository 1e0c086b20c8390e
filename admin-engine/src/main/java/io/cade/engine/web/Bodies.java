package io.cade.engine.web;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;

/** Reads whole request bodies within a size and a time. */
public final class Bodies {
  private Bodies() {}

  /** The body is larger than this request may have. */
  public static final class TooLarge extends Exception {
    private static final long serialVersionUID = 1L;

    public TooLarge(long limit) {
      super("what was sent is larger than the " + size(limit) + " allowed here: nothing was kept");
    }
  }

  /** A limit in words. */
  public static String size(long bytes) {
    return bytes % (1 << 20) == 0
        ? (bytes >> 20) + " MiB"
        : bytes % (1 << 10) == 0 ? (bytes >> 10) + " KiB" : bytes + " bytes";
  }

  /** The body did not come in time. */
  public static final class TooSlow extends Exception {
    private static final long serialVersionUID = 1L;

    public TooSlow(Duration limit) {
      super("the body did not come within " + limit.toSeconds() + " s");
    }
  }

  /** Whether the client announces more than {@code limit} bytes. */
  public static boolean announcesMoreThan(HttpServerRequest request, long limit) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length != null && Long.parseLong(length.strip()) > limit;
    } catch (NumberFormatException e) {
      return true;
    }
  }

  /** Lets a client that waits for leave to send its body do so (RFC 9110 §10.1.1). */
  public static void invite(HttpServerRequest request) {
    String expect = request.getHeader(HttpHeaders.EXPECT);
    if (expect != null && expect.equalsIgnoreCase("100-continue")) {
      var _ = request.response().writeContinue();
    }
  }

  /**
   * Reads the body. To be called in the request's handler, before anything of the body has come, or
   * on a paused request.
   *
   * @return fails with {@link TooLarge} or {@link TooSlow}; the connection is of no further use
   *     then
   */
  public static Future<Buffer> read(
      Vertx vertx, HttpServerRequest request, int limit, Duration time) {
    if (announcesMoreThan(request, limit)) {
      return Future.failedFuture(new TooLarge(limit));
    }
    Promise<Buffer> body = Promise.promise();
    Buffer received = Buffer.buffer();
    long timer = vertx.setTimer(time.toMillis(), t -> body.tryFail(new TooSlow(time)));
    request.exceptionHandler(body::tryFail);
    request.handler(part -> {
      if (received.length() + part.length() > limit) {
        body.tryFail(new TooLarge(limit));
      } else if (!body.future().isComplete()) {
        received.appendBuffer(part);
      }
    });
    request.endHandler(v -> body.tryComplete(received));
    invite(request);
    return body.future().onComplete(r -> vertx.cancelTimer(timer));
  }
}
