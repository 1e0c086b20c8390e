package io.cade.engine.api;

import io.cade.engine.web.Bodies;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Streams a request's body to a file, within a size and a time. */
final class Uploads {
  /** Less than so much in {@link #LOOK} is an upload that only keeps a place from others. */
  static final int LEAST = 64 << 10;

  static final Duration LOOK = Duration.ofSeconds(10);

  private Uploads() {}

  /**
   * Whoever sends less than {@value #LEAST} bytes in 10 s is too slow.
   *
   * @param request paused
   * @return fails with {@link Bodies.TooLarge}, {@link Bodies.TooSlow} or what the file system says
   */
  static Future<Void> toFile(
      Vertx vertx, HttpServerRequest request, Path file, long limit, Duration time) {
    return toFile(vertx, request, file, limit, time, LOOK);
  }

  /**
   * As above, in tests with another period.
   *
   * @param period how often it is looked whether {@value #LEAST} bytes more have come
   */
  static Future<Void> toFile(
      Vertx vertx,
      HttpServerRequest request,
      Path file,
      long limit,
      Duration time,
      Duration period) {
    return vertx
        .fileSystem()
        .open(file.toString(), new OpenOptions().setTruncateExisting(true))
        .compose(out -> {
          Promise<Void> done = Promise.promise();
          long timer = vertx.setTimer(time.toMillis(), _ -> done.tryFail(new Bodies.TooSlow(time)));
          long[] received = new long[1];
          boolean[] held = new boolean[1];
          long[] before = new long[1];
          long look =
              vertx.setPeriodic(
                  period.toMillis(),
                  _ -> {
                    // What waits for our own disk is not the client's fault.
                    boolean holds = out.writeQueueFull();
                    if (received[0] - before[0] < LEAST && !holds && !held[0]) {
                      done.tryFail(new Bodies.TooSlow(LEAST, period));
                    }
                    before[0] = received[0];
                    held[0] = holds;
                  });
          copy(request, out, limit, received, done);
          return done.future()
              .onComplete(_ -> {
                vertx.cancelTimer(timer);
                vertx.cancelTimer(look);
              })
              .eventually(() -> {
                request.handler(null);
                return out.close();
              });
        });
  }

  private static void copy(
      HttpServerRequest request, AsyncFile out, long limit, long[] received, Promise<Void> done) {
    // All writes so far. One that fails after the last part came must not pass for success.
    List<Future<Void>> written = new ArrayList<>(List.of(Future.succeededFuture()));
    request.exceptionHandler(e -> done.tryFail(new IOException("the client went away", e)));
    out.exceptionHandler(done::tryFail);
    request.handler(part -> {
      received[0] += part.length();
      if (received[0] > limit) {
        request.pause();
        done.tryFail(new Bodies.TooLarge(limit));
        return;
      }
      Future<Void> write = out.write(part).onFailure(done::tryFail);
      written.set(0, written.getFirst().compose(_ -> write));
      if (out.writeQueueFull()) {
        request.pause();
        out.drainHandler(_ -> request.resume());
      }
    });
    request.endHandler(
        _ -> written.getFirst().onSuccess(_ -> done.tryComplete()).onFailure(done::tryFail));
    Bodies.invite(request);
    request.resume();
  }
}
