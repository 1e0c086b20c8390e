package io.cade.agent.site;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.cade.agent.wire.DataSteps;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves the files of one directory by GET and HEAD (RFC 9110), with entity tags made of their
 * content, so that all cards of a site answer alike. Files must not change while it runs. {@value
 * #HEALTH} answers 200 whatever the content. Thread-safe.
 */
public final class StaticSite implements AutoCloseable {
  /** Where the agent, the proxies and the balancer ask whether the site lives. */
  public static final String HEALTH = "/.cade/health";

  /** Header of the answer to {@link #HEALTH}: the card's load, 0 (idle) to 100. */
  public static final String LOAD = "Cade-Load";

  /** Entity tags kept; a package has no more files. */
  private static final int MAX_TAGS = 10_000;

  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int BACKLOG = 256;
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

  private final Path content;
  private final HttpServer server;
  private final IntSupplier load;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<Path, String> tags = new ConcurrentHashMap<>();

  private StaticSite(HttpServer server, Path content, IntSupplier load) {
    this.server = server;
    this.load = load;
    this.content = content;
  }

  /**
   * Listens and serves from now on.
   *
   * @throws IOException when the address cannot be bound or the content is no directory
   */
  public static StaticSite open(InetSocketAddress address, Path content) throws IOException {
    return open(address, content, CardLoad::percent);
  }

  /**
   * @param load of the card, 0 (idle) to 100; asked for with each check
   */
  public static StaticSite open(InetSocketAddress address, Path content, IntSupplier load)
      throws IOException {
    Path root = content.toRealPath();
    if (!Files.isDirectory(root)) {
      throw new IOException(content + " is no directory");
    }
    HttpServer server;
    try {
      server = HttpServer.create(address, BACKLOG);
    } catch (IOException e) {
      throw new IOException(
          "cannot listen on "
              + address.getAddress().getHostAddress()
              + " port "
              + address.getPort()
              + ": "
              + e.getMessage(),
          e);
    }
    StaticSite site = new StaticSite(server, root, load);
    server.setExecutor(site.executor);
    server.createContext("/", site::handle);
    server.start();
    return site;
  }

  /** Stops at once. */
  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      boolean head = method.equals("HEAD");
      if (!head && !method.equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        text(exchange, 405, "<h1>405 Method not allowed</h1>\n", false);
        return;
      }
      String path = exchange.getRequestURI().getPath();
      if (HEALTH.equals(path)) {
        exchange.getResponseHeaders().set(LOAD, Integer.toString(load.getAsInt()));
        text(exchange, 200, "ok\n", head);
        return;
      }
      Path file = path == null ? null : resolve(path);
      if (file == null) {
        notFound(exchange, head);
      } else if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        directory(exchange, file, head);
      } else if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        file(exchange, file, 200, head);
      } else {
        notFound(exchange, head);
      }
    }
  }

  /** The file that a path means, never one outside the content; null when it means none. */
  private @Nullable Path resolve(String path) {
    if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
      return null;
    }
    Path file = content;
    // Empty segments are refused too: //host/ in a redirect would lead to another site.
    String[] segments = path.substring(1).split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      String segment = segments[i];
      boolean last = i == segments.length - 1;
      if (segment.equals(".") || segment.equals("..") || (segment.isEmpty() && !last)) {
        return null;
      }
      if (i == 0 && segment.equals(DataSteps.RESERVED)) {
        return null; // what the package holds for the agent is not the site's
      }
      file = segment.isEmpty() ? file : file.resolve(segment);
    }
    if (path.endsWith("/") && path.length() > 1 && !Files.isDirectory(file)) {
      return null;
    }
    return file.normalize().startsWith(content) ? file : null;
  }

  private void directory(HttpExchange exchange, Path directory, boolean head) throws IOException {
    Path index = directory.resolve("index.html");
    if (!Files.isRegularFile(index, LinkOption.NOFOLLOW_LINKS)) {
      notFound(exchange, head);
      return;
    }
    String raw = exchange.getRequestURI().getRawPath();
    if (!raw.endsWith("/")) {
      exchange.getResponseHeaders().set("Location", raw + "/");
      text(exchange, 301, "", head);
      return;
    }
    file(exchange, index, 200, head);
  }

  private void notFound(HttpExchange exchange, boolean head) throws IOException {
    Path own = content.resolve("404.html");
    if (Files.isRegularFile(own, LinkOption.NOFOLLOW_LINKS)) {
      file(exchange, own, 404, head);
    } else {
      text(exchange, 404, "<!doctype html><title>404</title><h1>404 Not found</h1>\n", head);
    }
  }

  private void file(HttpExchange exchange, Path file, int status, boolean head) throws IOException {
    String tag = tag(file);
    Instant modified = Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.SECONDS);
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", ContentTypes.of(file.getFileName().toString()));
    headers.set("X-Content-Type-Options", "nosniff");
    if (status == 200) {
      headers.set("ETag", tag);
      headers.set("Last-Modified", HTTP_DATE.format(modified));
      if (unchanged(exchange.getRequestHeaders(), tag, modified)) {
        exchange.sendResponseHeaders(304, -1);
        return;
      }
    }
    long size = Files.size(file);
    if (head || size == 0) {
      headers.set("Content-Length", Long.toString(size));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, size);
    byte[] buffer = new byte[(int) Math.min(size, BUFFER_BYTES)];
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = exchange.getResponseBody()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
    }
  }

  /** RFC 9110 section 13.2.2: the tag decides; the date only when there is no tag. */
  private static boolean unchanged(Headers request, String tag, Instant modified) {
    String tags = request.getFirst("If-None-Match");
    if (tags != null) {
      for (String one : tags.split(",")) {
        String bare = one.strip();
        if (bare.equals("*") || bare.equals(tag) || bare.equals("W/" + tag)) {
          return true;
        }
      }
      return false;
    }
    String since = request.getFirst("If-Modified-Since");
    if (since == null) {
      return false;
    }
    try {
      return !modified.isAfter(Instant.from(HTTP_DATE.parse(since)));
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private String tag(Path file) throws IOException {
    String known = tags.get(file);
    if (known != null) {
      return known;
    }
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    String made = '"' + HexFormat.of().formatHex(digest.digest(), 0, 16) + '"';
    if (tags.size() < MAX_TAGS) {
      tags.put(file, made);
    }
    return made;
  }

  private static void text(HttpExchange exchange, int status, String body, boolean head)
      throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", body.startsWith("<") ? "text/html; charset=utf-8" : "text/plain");
    if (head || bytes.length == 0) {
      headers.set("Content-Length", Integer.toString(bytes.length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
