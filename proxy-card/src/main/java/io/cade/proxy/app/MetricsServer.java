package io.cade.proxy.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.cade.proxy.stats.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Answers Prometheus at {@code /metrics}, on an address of its own and threads of its own: a scrape
 * holds up no visitor. Thread-safe.
 */
final class MetricsServer implements AutoCloseable {
  private static final int BACKLOG = 8;

  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory());

  private MetricsServer(HttpServer server, Metrics metrics) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", exchange -> answer(exchange, metrics));
    server.start();
  }

  static MetricsServer start(InetSocketAddress address, Metrics metrics) throws IOException {
    return new MetricsServer(HttpServer.create(address, BACKLOG), metrics);
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private static void answer(HttpExchange exchange, Metrics metrics) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (!exchange.getRequestURI().getPath().equals("/metrics")) {
        exchange.sendResponseHeaders(404, -1);
      } else if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(405, -1);
      } else {
        byte[] text = metrics.text().getBytes(StandardCharsets.UTF_8);
        exchange
            .getResponseHeaders()
            .set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        exchange.sendResponseHeaders(200, method.equals("HEAD") ? -1 : text.length);
        if (method.equals("GET")) {
          exchange.getResponseBody().write(text);
        }
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
