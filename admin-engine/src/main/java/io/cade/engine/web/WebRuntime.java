package io.cade.engine.web;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the one Vert.x instance of the engine. */
public final class WebRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(WebRuntime.class);
  private static final int CLOSE_SECONDS = 2;

  private WebRuntime() {}

  /**
   * Two event loops (accepting and talking to some hundred cards is little work), few workers, no
   * file cache: nothing is served from the class path by Vert.x.
   */
  public static Vertx start() {
    return Vertx.vertx(
        new VertxOptions()
            .setPreferNativeTransport(true)
            .setEventLoopPoolSize(2)
            .setWorkerPoolSize(4)
            .setInternalBlockingPoolSize(2)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }

  /**
   * Stops listening, closes the connections and waits for it, {@value #CLOSE_SECONDS} s at most: a
   * connection that is accepted after the event loops have ended would be an error in the log. Not
   * to be called on an event loop.
   */
  public static void close(HttpServer server) {
    try {
      server.close().await(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | RuntimeException e) {
      LOG.warn(
          "HTTP server on port {} did not close in order: {}", server.actualPort(), e.toString());
    }
  }
}
