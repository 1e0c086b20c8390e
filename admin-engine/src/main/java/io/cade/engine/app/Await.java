package io.cade.engine.app;

import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits, while the engine starts or ends, for what comes about elsewhere. */
final class Await {
  private static final Duration START_TIME = Duration.ofSeconds(30);

  private Await() {}

  static <T> T that(Future<T> future) throws IOException {
    return that(future.toCompletionStage().toCompletableFuture());
  }

  static <T> T that(CompletableFuture<T> future) throws IOException {
    try {
      return future.get(START_TIME.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      while (cause != null && cause.getCause() != null && !(cause instanceof IOException)) {
        cause = cause.getCause();
      }
      throw cause instanceof IOException io ? io : new IOException(String.valueOf(cause), e);
    } catch (TimeoutException e) {
      throw new IOException("not started within " + START_TIME.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
