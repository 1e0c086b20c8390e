package io.cade.engine.update;

import io.cade.image.Digests;
import io.cade.image.trust.RepositorySource;
import io.cade.image.trust.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A repository behind any web server. Nothing that comes from it is believed here; this only sees
 * to it that nobody can send more, or more slowly, than is sensible. Redirections are not followed.
 * For one thread.
 */
final class WebRepository implements RepositorySource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WebRepository.class);

  /** Without a byte for so long, a connection is closed. */
  private static final Duration STALL = Duration.ofSeconds(30);

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final int BUFFER = 64 << 10;

  private final URI base;
  private final HttpClient client;

  /**
   * @throws IOException when it is no address of a web server
   */
  WebRepository(String url) throws IOException {
    URI given;
    try {
      given = URI.create(url.endsWith("/") ? url : url + "/");
    } catch (IllegalArgumentException e) {
      throw new IOException("'" + url + "' is no address like https://updates.example/cade/", e);
    }
    boolean web = "http".equals(given.getScheme()) || "https".equals(given.getScheme());
    if (!web
        || given.getHost() == null
        || given.getQuery() != null
        || given.getUserInfo() != null) {
      throw new IOException("'" + url + "' is no address like https://updates.example/cade/");
    }
    base = given;
    client =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
  }

  @Override
  public Optional<byte[]> fetch(String path, int limit) throws IOException, InterruptedException {
    HttpResponse<InputStream> response = send(request(path).build(), path);
    try (Guarded in = new Guarded(response.body())) {
      if (response.statusCode() == 404) {
        return Optional.empty();
      }
      if (response.statusCode() != 200) {
        throw new IOException(base.resolve(path) + " answers with status " + response.statusCode());
      }
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new IOException(
            base.resolve(path) + " has more than the " + limit + " bytes that it may have");
      }
      return Optional.of(bytes);
    }
  }

  /**
   * Fetches a target, going on where an earlier try ended, and checks its length and digest.
   *
   * @param file that grows; it is complete and checked on return, and gone when it was wrong
   * @throws IOException when it cannot be had; what is there of it is kept for the next try
   */
  void download(Target target, Path file) throws IOException, InterruptedException {
    long have = Files.exists(file) ? Files.size(file) : 0;
    if (have > target.length()) {
      Files.delete(file);
      have = 0;
    }
    if (have < target.length()) {
      fetchRest(target, file, have);
    }
    if (Files.size(file) != target.length() || !Digests.of(file).equals(target.digest())) {
      Files.delete(file);
      throw new IOException(
          target.name() + " is not what the repository's signed list says; nothing of it is kept");
    }
  }

  private void fetchRest(Target target, Path file, long have)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(target.path());
    if (have > 0) {
      request.header("Range", "bytes=" + have + "-");
    }
    HttpResponse<InputStream> response = send(request.build(), target.path());
    try (Guarded in = new Guarded(response.body())) {
      boolean goesOn =
          have > 0
              && response.statusCode() == 206
              && response
                  .headers()
                  .firstValue("Content-Range")
                  .orElse("")
                  .startsWith("bytes " + have + "-");
      if (!goesOn && response.statusCode() != 200) {
        throw new IOException(
            base.resolve(target.path()) + " answers with status " + response.statusCode());
      }
      try (OutputStream out =
          Files.newOutputStream(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              goesOn ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING)) {
        byte[] buffer = new byte[BUFFER];
        long size = goesOn ? have : 0;
        for (int n = more(in, buffer); n >= 0; n = more(in, buffer)) {
          size += n;
          if (size > target.length()) {
            throw new IOException(
                target.name() + " has more than the " + target.length() + " bytes of the list");
          }
          out.write(buffer, 0, n);
        }
        if (size < target.length()) {
          throw new IOException(
              "the connection ended after %d of %d bytes of %s; fetch it again to go on"
                  .formatted(size, target.length(), target.name()));
        }
      }
    }
  }

  /** The next bytes; -1 at the end, also when the connection broke: how much is there tells. */
  private static int more(InputStream in, byte[] buffer) {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      LOG.info("a download broke off", e);
      return -1;
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve(path)).timeout(STALL);
  }

  private HttpResponse<InputStream> send(HttpRequest request, String path)
      throws IOException, InterruptedException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      String why = e.getMessage() == null ? "no answer" : e.getMessage();
      throw new IOException(base.resolve(path) + " cannot be fetched: " + why, e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  /** A body that is closed when it stands still. */
  private static final class Guarded extends java.io.FilterInputStream {
    private final AtomicLong moved = new AtomicLong();
    private final CountDownLatch closed = new CountDownLatch(1);

    Guarded(InputStream body) {
      super(body);
      var _ = Thread.ofVirtual().start(this::watch);
    }

    private void watch() {
      try {
        for (long last = -1; last != moved.get(); ) {
          last = moved.get();
          if (closed.await(STALL.toSeconds(), TimeUnit.SECONDS)) {
            return;
          }
        }
        in.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (IOException e) {
        // It is closed; the reader has found out by now.
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = in.read(buffer, offset, length);
      moved.incrementAndGet();
      return n;
    }

    @Override
    public void close() throws IOException {
      closed.countDown();
      in.close();
    }
  }
}
