package io.cade.engine.api;

import io.cade.engine.backup.BackupOperations;
import io.cade.engine.backup.EngineBackup;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /api/v1/backup}: the whole engine as one stream, one at a time. Its length is not
 * known before; the header {@value #BYTES} has the octets of its files. A backup that fails on the
 * way ends with its connection, and without its seal.
 */
final class BackupRoutes {
  static final String BYTES = "Cade-Backup-Bytes";

  private static final Logger LOG = LoggerFactory.getLogger(BackupRoutes.class);
  private static final int CHUNK = 256 << 10;
  private static final long PATIENCE_SECONDS = 60;

  private final ApiRoutes routes;
  private final BackupOperations backups;

  BackupRoutes(ApiRoutes routes, BackupOperations backups) {
    this.routes = routes;
    this.backups = backups;
  }

  void addTo(Router router) {
    router.get("/api/v1/backup").handler(this::backup);
  }

  private void backup(RoutingContext context) {
    context.request().resume();
    routes
        .onLoop(backups.hold(Gatekeeper.caller(context)))
        .onSuccess(held -> send(context, held))
        .onFailure(e -> routes.replies().fail(context, e));
  }

  private void send(RoutingContext context, EngineBackup.Held held) {
    HttpServerResponse response = context.response();
    response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, "application/x-tar");
    Context loop = routes.vertx().getOrCreateContext();
    routes
        .onLoop(
            routes.onDisk(() -> {
              try (held) {
                response.putHeader(BYTES, Long.toString(held.bytes()));
                OutputStream out = new BufferedOutputStream(new Stream(response, loop), CHUNK);
                held.writeTo(out);
              }
              return true;
            }))
        .compose(_ -> response.end())
        .onFailure(e -> {
          LOG.warn("a backup could not be sent completely", e);
          // The reader must not take what it has for the whole.
          var _ = context.request().connection().close();
        });
  }

  /** Waits for each chunk to be on its way: the engine's memory is not for slow readers. */
  private static final class Stream extends OutputStream {
    private final HttpServerResponse response;
    private final Context loop;

    Stream(HttpServerResponse response, Context loop) {
      this.response = response;
      this.loop = loop;
    }

    @Override
    public void write(int octet) throws IOException {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      CompletableFuture<Void> written = new CompletableFuture<>();
      Buffer chunk = Buffer.buffer(Arrays.copyOfRange(bytes, from, from + length));
      loop.runOnContext(_ -> {
        if (response.closed()) {
          written.completeExceptionally(new IOException("the reader has gone"));
          return;
        }
        response
            .write(chunk)
            .onSuccess(written::complete)
            .onFailure(written::completeExceptionally);
      });
      try {
        written.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        throw new IOException("the reader has gone", e);
      } catch (TimeoutException e) {
        throw new IOException("the reader took nothing for " + PATIENCE_SECONDS + " seconds", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the engine stops");
      }
    }
  }
}
