package io.cade.engine.web;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;

/** Makes the one Vert.x instance of the engine. */
public final class WebRuntime {
  private WebRuntime() {}

  /**
   * Two event loops (accepting and talking to some hundred cards is little work), few workers, no
   * file cache: nothing is served from the class path by Vert.x.
   */
  public static Vertx start() {
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(2)
            .setWorkerPoolSize(4)
            .setInternalBlockingPoolSize(2)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }
}
