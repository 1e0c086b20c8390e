package io.cade.proxy.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.TrafficReport;
import io.cade.agent.wire.VisitorSignal;
import io.cade.agent.wire.WireJson;
import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.Engine;
import io.cade.proxy.testing.ProxyRig;
import io.cade.proxy.testing.Visitor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole proxy card with access log, metrics and an engine that is told. */
@Timeout(60)
class AccountingTest {
  private static final String HOST = "www.shop.example";

  @TempDir Path folder;
  private final Engine engine = new Engine();

  private Server start() throws Exception {
    Path boot = folder.resolve("agent.json");
    Files.write(
        boot,
        new WireJson()
            .encode(
                new CardBootConfig(
                    new CardPosition(0, 4),
                    "127.0.0.1",
                    1,
                    "",
                    "secret",
                    "127.0.0.1",
                    1,
                    1,
                    Duration.ofMillis(200))));
    Path config = folder.resolve("proxy.yaml");
    Files.writeString(
        config,
        """
        role: proxy
        position: 0.4
        bootConfig: agent.json
        stateDirectory: state
        http: [127.0.0.1:0]
        metrics: [127.0.0.1:0]
        accessLog: {file: access.log, form: combined}
        signals: {scan: 5}
        timeouts: {report: 250ms, traffic: 250ms}
        """);
    return new Server(
        ProxyConfig.read(config),
        (bootConfig, mac, state) -> engine,
        InstantSource.system(),
        new Random(1));
  }

  private static InetSocketAddress address(String ready, String what) {
    List<String> words = List.of(ready.split(" ", -1));
    String text = words.get(words.indexOf(what) + 1);
    int colon = text.lastIndexOf(':');
    return new InetSocketAddress(
        InetAddress.ofLiteral(text.substring(0, colon)),
        Integer.parseInt(text.substring(colon + 1)));
  }

  private static String metrics(InetSocketAddress at) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + at.getPort() + "/metrics"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      return answer.body();
    }
  }

  @Test
  void oneRequestIsInTheLogTheMetricsAndTheReport() throws Exception {
    Server server = start();
    try (Card card = Card.named("hello")) {
      engine.announce(new RouteSnapshot(3, List.of(ProxyRig.site("shop", HOST, card))));
      String ready = server.start();
      awaitRoutes();
      try (Visitor visitor = new Visitor(address(ready, "http"))) {
        assertThat(visitor.get(HOST, "/x").body()).isEqualTo("hello");
        for (int i = 0; i < 6; i++) {
          assertThat(visitor.get("nobody.example", "/" + i).status()).isEqualTo(404);
        }
      }
      String text = metrics(address(ready, "metrics"));
      assertThat(text)
          .contains("cade_proxy_requests_total{site=\"shop\"} 1.0")
          .contains("cade_proxy_answers_total{class=\"2xx\",site=\"shop\"} 1.0")
          .contains("cade_proxy_refusals_total{reason=\"UNKNOWN_HOST\"} 6.0")
          .contains("cade_proxy_card_requests_total{card=\"1.1\",site=\"shop\"} 1.0")
          .contains("cade_proxy_request_duration_seconds_bucket{site=\"shop\",le=\"+Inf\"} 1")
          .contains("jvm_memory_used_bytes");
      TrafficReport traffic = null;
      boolean scanned = false;
      while (traffic == null || !scanned) {
        ProxyReport report = engine.proxyReports.poll(10, TimeUnit.SECONDS);
        assertThat(report).isNotNull();
        for (TrafficReport each : report.traffic()) {
          if (each.count().requests() == 1) {
            traffic = each;
          }
        }
        scanned |=
            report.signals().stream()
                .anyMatch(
                    s -> s.kind() == VisitorSignal.SCAN && s.network().equals("127.0.0.0/24"));
      }
      assertThat(traffic.localRequests()).isEqualTo(1);
      assertThat(traffic.count().bytesOut()).isPositive();
    } finally {
      server.stop();
    }
    String log = Files.readString(folder.resolve("access.log"));
    assertThat(log.lines()).hasSize(7);
    assertThat(log)
        .contains("\"GET /x HTTP/1.1\" 200 ")
        .contains("site=shop card=1.1")
        .contains("\"GET /5 HTTP/1.1\" 404 ");
  }

  private void awaitRoutes() throws Exception {
    while (true) {
      ProxyReport report = engine.proxyReports.poll(10, TimeUnit.SECONDS);
      assertThat(report).isNotNull();
      if (report.routesVersion() == 3) {
        return;
      }
    }
  }

  @Test
  void theLastReportOfAStoppingProxyHasAllOfTheTraffic() throws Exception {
    Server server = start();
    try (Card card = Card.named("hello")) {
      engine.announce(new RouteSnapshot(3, List.of(ProxyRig.site("shop", HOST, card))));
      String ready = server.start();
      awaitRoutes();
      try (Visitor visitor = new Visitor(address(ready, "http"))) {
        visitor.get(HOST, "/");
      }
    } finally {
      server.stop();
    }
    assertThat(List.copyOf(engine.proxyReports).getLast().traffic())
        .singleElement()
        .satisfies(t -> assertThat(t.count().requests()).isEqualTo(1));
  }

  @Test
  void promtoolFindsNothingToComplainOf() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/promtool")), "needs promtool (package prometheus)");
    Server server = start();
    try (Card card = Card.named("hello")) {
      engine.announce(new RouteSnapshot(3, List.of(ProxyRig.site("shop", HOST, card))));
      String ready = server.start();
      awaitRoutes();
      try (Visitor visitor = new Visitor(address(ready, "http"))) {
        visitor.get(HOST, "/");
        visitor.get("nobody.example", "/");
      }
      Process check =
          new ProcessBuilder("/usr/bin/promtool", "check", "metrics")
              .redirectErrorStream(true)
              .start();
      check
          .getOutputStream()
          .write(metrics(address(ready, "metrics")).getBytes(StandardCharsets.UTF_8));
      check.getOutputStream().close();
      String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(said.lines().filter(line -> line.contains("cade_"))).isEmpty();
      assertThat(said).doesNotContain("error");
      assertThat(check.waitFor()).as(said).isIn(0, 3); // 3: style of the JVM's own
    } finally {
      server.stop();
    }
  }
}
