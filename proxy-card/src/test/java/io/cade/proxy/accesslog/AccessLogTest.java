package io.cade.proxy.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cade.agent.wire.CardPosition;
import io.cade.proxy.stats.ProxyStatistics;
import io.cade.proxy.stats.RequestAccount;
import io.cade.proxy.stats.RequestSink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AccessLogTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00.25Z");

  @TempDir Path folder;
  private final ProxyStatistics statistics = new ProxyStatistics();

  private RequestAccount account(RequestSink sink, String target, @Nullable String agent) {
    RequestAccount account =
        new RequestAccount(
            sink,
            new RequestAccount.Head(
                "192.0.2.7",
                true,
                "www.shop.example",
                "GET",
                target,
                "HTTP/1.1",
                null,
                agent,
                "7f"),
            null,
            1_000);
    account.at("shop", statistics.site("shop"));
    CardPosition card = new CardPosition(1, 3);
    account.card(card, statistics.site("shop").card(card), 3, 1234);
    return account;
  }

  private String line(AccessLogConfig.Form form, String target, @Nullable String agent) {
    StringBuilder text = new StringBuilder();
    RequestAccount account = account(RequestSink.none(), target, agent);
    account.end(200, 1_000 + 12_345_678);
    new LineFormat(form).append(text, account, NOON);
    return text.toString();
  }

  @Test
  void combinedLinesAreWhatToolsExpectWithOursBehind() {
    assertThat(line(AccessLogConfig.Form.COMBINED, "/a?b=c", "curl/8"))
        .isEqualTo(
            "192.0.2.7 - - [21/Nov/2026:12:00:00 +0000] \"GET /a?b=c HTTP/1.1\" 200 1234 \"-\""
                + " \"curl/8\" host=\"www.shop.example\" site=shop card=1.3 in=3 time=0.012345"
                + " tls=1 id=7f\n");
  }

  @Test
  void jsonLinesAreJson() throws Exception {
    JsonNode json =
        new ObjectMapper().readTree(line(AccessLogConfig.Form.JSON, "/a", "q\"\\\u0007ü"));
    assertThat(json.get("userAgent").asText()).isEqualTo("q\"\\\u0007ü");
    assertThat(json.get("card").asText()).isEqualTo("1.3");
    assertThat(json.get("status").asInt()).isEqualTo(200);
    assertThat(json.get("seconds").asDouble()).isEqualTo(0.012345);
    assertThat(json.has("referer")).isFalse();
  }

  @Test
  void noVisitorForgesALine() throws Exception {
    String evil = "x\" 200 1 \"-\"\r\n10.0.0.1 - - [now] \u001b[2J\\ é\u2028";
    for (AccessLogConfig.Form form : AccessLogConfig.Form.values()) {
      String line = line(form, evil, evil);
      assertThat(line.lines()).hasSize(1);
      assertThat(line.chars().filter(c -> c < ' ' || c > '~').filter(c -> c != '\n').count())
          .isZero();
    }
    assertThat(line(AccessLogConfig.Form.COMBINED, evil, null))
        .contains("x\\x22 200 1 \\x22-\\x22\\x0d\\x0a10.0.0.1");
    assertThat(
            new ObjectMapper()
                .readTree(line(AccessLogConfig.Form.JSON, evil, null))
                .get("target")
                .asText())
        .isEqualTo(evil);
    assertThat(line(AccessLogConfig.Form.COMBINED, "/" + "a".repeat(5000), null).length())
        .isLessThan(LineFormat.MAX_FIELD + 300);
  }

  @Test
  void whatIsTooMuchIsDroppedAndCountedAndNobodyWaits() throws Exception {
    AccessLogConfig config =
        new AccessLogConfig(folder.resolve("a.log"), AccessLogConfig.Form.COMBINED, 0, 0, 16);
    AccessLog log = new AccessLog(config, InstantSource.fixed(NOON));
    for (int i = 0; i < 20; i++) {
      account(log, "/" + i, null).end(200, 2_000); // nobody writes yet
    }
    assertThat(log.dropped()).isEqualTo(4);
    log.close();
    log.run();
    assertThat(log.written()).isEqualTo(16);
    List<String> lines = Files.readAllLines(config.file());
    assertThat(lines).hasSize(16);
    assertThat(lines.getFirst()).contains("GET /0 ");
    assertThat(lines.getLast()).contains("GET /15 ");
  }

  @Test
  void filesAreRenamedWhenLargeAndOnlySoManyKept() throws Exception {
    Path file = folder.resolve("logs").resolve("a.log");
    LogFile log = new LogFile(new AccessLogConfig(file, AccessLogConfig.Form.JSON, 100, 2, 16));
    try (log) {
      for (int i = 0; i < 10; i++) {
        log.write(
            java.nio.ByteBuffer.wrap(
                ("line " + i + "x".repeat(53) + "\n")
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
      }
    }
    List<String> names = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder.resolve("logs"))) {
      all.forEach(each -> names.add(each.getFileName().toString()));
    }
    assertThat(names).containsExactlyInAnyOrder("a.log", "a.log.1", "a.log.2");
    assertThat(Files.readString(file)).startsWith("line 9");
    assertThat(Files.readString(folder.resolve("logs/a.log.1"))).startsWith("line 8");
  }

  @Test
  void aFileThatSomebodyRenamedIsMadeAnew() throws Exception {
    Path file = folder.resolve("a.log");
    try (LogFile log =
        new LogFile(new AccessLogConfig(file, AccessLogConfig.Form.JSON, 0, 0, 16))) {
      log.write(java.nio.ByteBuffer.wrap(new byte[] {'a', '\n'}));
      log.followName();
      log.write(java.nio.ByteBuffer.wrap(new byte[] {'b', '\n'}));
      Files.move(file, folder.resolve("old"));
      log.followName();
      log.write(java.nio.ByteBuffer.wrap(new byte[] {'c', '\n'}));
    }
    assertThat(Files.readString(folder.resolve("old"))).isEqualTo("a\nb\n");
    assertThat(Files.readString(file)).isEqualTo("c\n");
  }
}
