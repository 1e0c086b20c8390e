package io.cade.engine.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogUpload;
import io.cade.engine.collect.CardLogs;
import io.cade.engine.collect.Collected;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uploads of cards over the real gateway. */
@Timeout(60)
class CollectGatewayTest {
  private static final CardPosition A = new CardPosition(1, 3);
  private static final CardPosition B = new CardPosition(1, 4);
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  @TempDir Path dir;
  private GatewayBench bench;
  private Collected collected;

  @BeforeEach
  void start() throws Exception {
    bench = new GatewayBench(dir);
    collected =
        Collected.open(
            dir.resolve("cards"), CardLogs.Bounds.standard(), bench.clock, Runnable::run);
    bench.gateway.collect(collected);
  }

  @AfterEach
  void stop() throws Exception {
    bench.close();
  }

  private static LogUpload upload(CardPosition at, String boot, LogLine... lines) {
    return new LogUpload(at, boot, "service:shop", "e1", false, List.of(lines));
  }

  private List<String> texts() throws Exception {
    return collected.logs().read(A, _ -> true, Instant.EPOCH, 100).stream()
        .map(CardLogs.Line::text)
        .toList();
  }

  @Test
  void linesArriveOnceAndCanBeReadWhenTheCardIsGone() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      LogUpload first = upload(A, "boot", new LogLine(0, NOW, "one"), new LogLine(1, NOW, "two"));
      assertThat(a.call("/v1/logs", first, LogReply.class).next()).isEqualTo(2);
      assertThat(a.call("/v1/logs", first, LogReply.class).next()).isEqualTo(2);
    }
    assertThat(texts()).containsExactly("one", "two");
  }

  @Test
  void noCardSpeaksForAnotherNorForABootThatIsOver() throws Exception {
    bench.introduced(B, CardRole.SERVER).close();
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      assertThat(a.post("/v1/logs", upload(B, "boot", new LogLine(0, NOW, "x"))).statusCode())
          .isEqualTo(403);
      assertThat(a.post("/v1/logs", upload(A, "before", new LogLine(0, NOW, "x"))).statusCode())
          .isEqualTo(409);
    }
    try (TestPeer nobody = TestPeer.anonymous(bench.authority.certificate(), bench.server.port())) {
      assertThat(nobody.post("/v1/logs", upload(A, "boot", new LogLine(0, NOW, "x"))).statusCode())
          .isEqualTo(401);
    }
    assertThat(collected.logs().sources(A)).isEmpty();
    assertThat(collected.logs().sources(B)).isEmpty();
  }

  @Test
  void hostileTextIsMadeHarmlessAndAHostileNameIsRefused() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      Map<String, Object> upload =
          Map.of(
              "position", "1.3",
              "bootId", "boot",
              "source", "service:shop",
              "epoch", "e1",
              "replaces", false,
              "lines",
                  List.of(
                      Map.of(
                          "number", 0, "at", NOW.toString(), "text", "\u001b]0;owned\u0007\nx")));
      assertThat(a.post("/v1/logs", upload).statusCode()).isEqualTo(200);
      assertThat(texts()).containsExactly("·]0;owned··x");
      for (String source : List.of("service:../../pki", "unit:-f", "", "Agent")) {
        Map<String, Object> bad = new java.util.HashMap<>(upload);
        bad.put("source", source);
        assertThat(a.post("/v1/logs", bad).statusCode()).as(source).isEqualTo(400);
      }
    }
    assertThat(collected.logs().sources(A)).containsExactly("service:shop");
  }

  @Test
  void tooManyLinesAndTooLongBodiesAreRefusedAndChangeNothing() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      List<Map<String, Object>> many =
          Stream.iterate(0, n -> n + 1)
              .limit(1_001)
              .map(n -> Map.<String, Object>of("number", n, "at", NOW.toString(), "text", ""))
              .toList();
      Map<String, Object> upload =
          Map.of(
              "position", "1.3",
              "bootId", "boot",
              "source", "agent",
              "epoch", "e1",
              "replaces", false,
              "lines", many);
      assertThat(a.post("/v1/logs", upload).statusCode()).isEqualTo(400);
      assertThat(a.post("/v1/logs", Map.of("bootId", "x".repeat(600 << 10))).statusCode())
          .isEqualTo(413);
    }
    assertThat(collected.logs().sources(A)).isEmpty();
  }

  @Test
  void anUploadThatBreaksOffLeavesNothing() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      try (Socket torn =
          a.client()
              .sslContext()
              .getSocketFactory()
              .createSocket("127.0.0.1", bench.server.port())) {
        torn.getOutputStream()
            .write(
                ("POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n"
                        + "{\"position\":\"1.3\",\"bootId\":\"boot\",\"source\":\"agent\",\"lines\":[")
                    .getBytes(StandardCharsets.US_ASCII));
        torn.getOutputStream().flush();
      }
      // The connection's end has been dealt with by the time another one is answered.
      a.call("/v1/logs", upload(A, "boot", new LogLine(0, NOW, "after")), LogReply.class);
    }
    assertThat(collected.logs().sources(A)).containsExactly("service:shop");
  }

  @Test
  void aCardThatUploadsWithoutEndIsHeldBack() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      int refused = 0;
      for (int n = 0; n < 300; n++) {
        int status =
            a.post("/v1/logs", upload(A, "boot", new LogLine(n, NOW, "again"))).statusCode();
        refused += status == 429 ? 1 : 0;
      }
      assertThat(refused).isEqualTo(60);
    }
  }

  @Test
  void theLastInventoryIsKeptAndATooLongOneIsRefused() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      for (String version : List.of("1.22", "1.24")) {
        Inventory inventory =
            new Inventory(
                A,
                "boot",
                NOW,
                "6.1",
                List.of(new Inventory.InstalledPackage("nginx", version)),
                List.of(new Inventory.Unit("nginx.service", true, "running")),
                0,
                "");
        assertThat(a.post("/v1/inventory", inventory).statusCode()).isEqualTo(200);
      }
      Inventory last = collected.inventories().last(A).orElseThrow();
      assertThat(last.packages()).containsExactly(new Inventory.InstalledPackage("nginx", "1.24"));
      assertThat(a.post("/v1/inventory", Map.of("kernel", "x".repeat(3 << 20))).statusCode())
          .isEqualTo(413);
      assertThat(collected.inventories().last(A)).contains(last);
    }
  }
}
