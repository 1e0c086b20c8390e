package io.cade.engine.web;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.function.Consumer;

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

    public TooSlow(int least, Duration in) {
      super("less than " + size(least) + " came within " + in.toSeconds() + " s");
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

  /** How long a body may become: what is announced of it, or the limit. */
  public static int atMost(HttpServerRequest request, int limit) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      long announced = length == null ? limit : Long.parseLong(length.strip());
      return Math.clamp(announced, 0, limit);
    } catch (NumberFormatException e) {
      return limit;
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
    Buffer received = Buffer.buffer();
    return take(vertx, request, limit, time, received::appendBuffer).map(received);
  }

  /**
   * Waits for the end of a body of which nothing is kept. Otherwise as {@link #read}.
   *
   * @param limit the body has so many bytes at most
   */
  public static Future<Void> ignore(
      Vertx vertx, HttpServerRequest request, int limit, Duration time) {
    return take(vertx, request, limit, time, _ -> {});
  }

  private static Future<Void> take(
      Vertx vertx, HttpServerRequest request, int limit, Duration time, Consumer<Buffer> parts) {
    if (announcesMoreThan(request, limit)) {
      return Future.failedFuture(new TooLarge(limit));
    }
    Promise<Void> body = Promise.promise();
    long[] received = new long[1];
    long timer = vertx.setTimer(time.toMillis(), t -> body.tryFail(new TooSlow(time)));
    request.exceptionHandler(body::tryFail);
    request.handler(part -> {
      received[0] += part.length();
      if (received[0] > limit) {
        body.tryFail(new TooLarge(limit));
      } else if (!body.future().isComplete()) {
        parts.accept(part);
      }
    });
    request.endHandler(v -> body.tryComplete());
    invite(request);
    return body.future().onComplete(r -> vertx.cancelTimer(timer));
  }
}
