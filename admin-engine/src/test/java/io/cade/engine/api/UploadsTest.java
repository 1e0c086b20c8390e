package io.cade.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.web.Failures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class UploadsTest {
  private static final int LIMIT = 1 << 20;

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1_000, 900_000})
  void anUploadOnAFullDiskFailsAndSaysWhy(int bytes) throws Exception {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.isWritable(full), "needs /dev/full");
    assertThat(upload(full, new byte[bytes])).isEqualTo("no room");
  }

  @Test
  void anUploadIsWholeWhenItIsSaidToBe(@TempDir Path folder) throws Exception {
    byte[] content = new byte[900_000];
    new Random(3).nextBytes(content);
    Path file = Files.createFile(folder.resolve("upload"));
    assertThat(upload(file, content)).isEqualTo("done");
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
  }

  @Test
  void anUploadThatOnlyKeepsAPlaceIsEnded(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("upload"));
    // A byte now and then, in time for everything but the least rate.
    String answer =
        upload(
            file,
            HttpRequest.BodyPublishers.ofInputStream(() -> new Trickle(1, 200, 10)),
            Duration.ofMillis(500));
    assertThat(answer).contains("TooSlow", "less than 64 KiB");
    // Slow, but fast enough, and for many periods.
    assertThat(
            upload(
                file,
                HttpRequest.BodyPublishers.ofInputStream(() -> new Trickle(16_000, 60, 20)),
                Duration.ofMillis(500)))
        .isEqualTo("done");
    assertThat(Files.size(file)).isEqualTo(60 * 16_000);
  }

  /** Some bytes, a pause, some bytes. */
  private static final class Trickle extends InputStream {
    private final int bytes;
    private final int millis;
    private int parts;

    Trickle(int bytes, int parts, int millis) {
      this.bytes = bytes;
      this.parts = parts;
      this.millis = millis;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (parts == 0) {
        return -1;
      }
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      parts--;
      // The client's buffers are 16 KiB.
      return Math.min(bytes, length);
    }
  }

  private String upload(Path file, byte[] content) throws Exception {
    return upload(file, HttpRequest.BodyPublishers.ofByteArray(content), Uploads.LOOK);
  }

  private String upload(Path file, HttpRequest.BodyPublisher content, Duration period)
      throws Exception {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              request.pause();
              Uploads.toFile(vertx, request, file, LIMIT, Duration.ofSeconds(30), period)
                  .map("done")
                  .recover(e ->
                      Future.succeededFuture(
                          Failures.isDiskFull(e) ? "no room" : String.valueOf(e)))
                  .onSuccess(request.response()::end);
            })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + "/"))
                  .POST(content)
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
