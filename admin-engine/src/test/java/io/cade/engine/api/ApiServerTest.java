package io.cade.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.operate.Role;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ApiServerTest {
  private static final String CREATE =
      "/api/v1/services?name=shop&kind=static-site&host=www.shop.example&cards=2";

  @TempDir Path dir;
  private ApiBench bench;
  private final JsonMapper json = new JsonMapper();

  @BeforeEach
  void start() throws Exception {
    bench = new ApiBench(dir, 0);
  }

  @AfterEach
  void stop() throws Exception {
    bench.close();
  }

  private JsonNode read(HttpResponse<byte[]> response, int status) throws Exception {
    assertThat(response.statusCode())
        .as(new String(response.body(), StandardCharsets.UTF_8))
        .isEqualTo(status);
    return json.readTree(response.body());
  }

  private void assertProblem(HttpResponse<byte[]> response, int status, String error)
      throws Exception {
    JsonNode problem = read(response, status);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("error").asText()).isEqualTo(error);
    assertThat(problem.get("title").asText()).isNotEmpty();
    assertThat(problem.get("detail").asText()).isNotEmpty();
  }

  private HttpResponse<byte[]> create(String user, String path, byte[] content) throws Exception {
    return bench.peer.send(
        bench
            .as(user, path)
            .header("Content-Type", "application/zip")
            .POST(BodyPublishers.ofByteArray(content)));
  }

  private static byte[] zip(String... names) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (String name : names) {
        out.putNextEntry(new ZipEntry(name));
        out.write(name.getBytes(StandardCharsets.UTF_8));
        out.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  private List<Path> stored() throws Exception {
    try (Stream<Path> files = Files.list(dir.resolve("contents"))) {
      return files.toList();
    }
  }

  @Test
  void healthIsOpenAndSaysWhenTheEngineIsReady() throws Exception {
    bench.ready.set(false);
    assertThat(read(bench.peer.get("/api/v1/health"), 503).get("status").asText())
        .isEqualTo("starting");
    bench.ready.set(true);
    assertThat(read(bench.peer.get("/api/v1/health"), 200).get("status").asText())
        .isEqualTo("ready");
  }

  @Test
  void everythingElseNeedsNameAndPassword() throws Exception {
    for (String path : List.of("/", "/console.js", "/api/v1/cards", "/api/v1/nothing")) {
      HttpResponse<byte[]> response = bench.peer.get(path);
      assertProblem(response, 401, "not-authenticated");
      assertThat(response.headers().firstValue("www-authenticate").orElse("")).startsWith("Basic");
    }
    assertProblem(
        bench.peer.send(bench.as("viewer", "wrong password", "/api/v1/cards")),
        401,
        "not-authenticated");
    assertProblem(bench.peer.send(bench.as("nobody", "/api/v1/cards")), 401, "not-authenticated");
    for (String rubbish : List.of("Basic", "Basic %%%", "Basic bm9jb2xvbg==", "Bearer x")) {
      assertProblem(
          bench.peer.send(
              HttpRequest.newBuilder(bench.peer.uri("/api/v1/cards"))
                  .header("Authorization", rubbish)),
          401,
          "not-authenticated");
    }
  }

  @Test
  void guessingIsSlowedDownButWhoIsKnownStaysIn() throws Exception {
    read(bench.get("/api/v1/cards"), 200);
    for (int i = 0; i < 10; i++) {
      assertThat(
              bench
                  .peer
                  .send(bench.as("viewer", "guess number " + i, "/api/v1/cards"))
                  .statusCode())
          .isEqualTo(401);
    }
    HttpResponse<byte[]> blocked =
        bench.peer.send(bench.as("viewer", "guess number 10", "/api/v1/cards"));
    assertProblem(blocked, 429, "slow-down");
    assertThat(blocked.headers().firstValue("retry-after")).isPresent();
    read(bench.get("/api/v1/cards"), 200);
    bench.skippedNanos.addAndGet(FailureLimiter.WINDOW.toNanos());
    assertThat(bench.peer.send(bench.as("viewer", "guess number 11", "/api/v1/cards")).statusCode())
        .isEqualTo(401);
  }

  @Test
  void changedPasswordCountsWithoutARestart() throws Exception {
    read(bench.get("/api/v1/cards"), 200);
    UserFile.put(
        bench.users,
        "viewer",
        Role.VIEWER,
        "another long password".toCharArray(),
        new SecureRandom(),
        1_000);
    bench.skippedNanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(bench.get("/api/v1/cards").statusCode()).isEqualTo(401);
  }

  @Test
  void whatIsThereIsShown() throws Exception {
    bench.populate();
    JsonNode cards = read(bench.get("/api/v1/cards"), 200).get("cards");
    assertThat(cards).hasSize(31);
    JsonNode card = read(bench.get("/api/v1/cards/1.1"), 200);
    assertThat(card.get("state").asText()).isEqualTo("RUNNING");
    assertThat(card.get("address").asText()).isEqualTo("127.1.1.1");
    assertThat(card.get("since").asText()).matches("\\d{4}-.*Z");
    assertThat(card.get("services").get(0).asText()).isEqualTo("shop");
    JsonNode service = read(bench.get("/api/v1/services/shop"), 200);
    assertThat(service.get("cardsRunning").asInt()).isEqualTo(1);
    assertThat(service.get("waitsFor").asText()).contains("2.1");
    JsonNode sensors = read(bench.get("/api/v1/sensors"), 200).get("sensors");
    assertThat(sensors.get(0).get("source").asText()).isEqualTo("chassis 1");
    assertThat(sensors.get(0).get("unit").asText()).isEqualTo("rpm");
    assertThat(sensors.get(4).has("value")).as("an unavailable reading has no value").isFalse();
    assertThat(sensors.get(4).get("cause").asText()).isEqualTo("bus error");
    JsonNode alarms = read(bench.get("/api/v1/alarms"), 200).get("alarms");
    assertThat(alarms).hasSize(2);
    assertThat(read(bench.get("/api/v1/alarms/history?limit=1"), 200).get("alarms")).hasSize(1);
    assertThat(read(bench.get("/api/v1/swaps"), 200).get("swaps")).hasSize(1);
    JsonNode proxies = read(bench.get("/api/v1/proxies"), 200).get("proxies");
    assertThat(proxies).hasSize(3);
    assertThat(proxies.get(1).get("routesVersion").asInt()).isEqualTo(17);
    JsonNode cabinet = read(bench.get("/api/v1/cabinet"), 200);
    assertThat(cabinet.get("cards").asInt()).isEqualTo(31);
    assertThat(cabinet.get("activeAlarms").get("MAJOR").asInt()).isEqualTo(2);
  }

  @Test
  void whatIsNotThereIsSaidInTheSameForm() throws Exception {
    assertProblem(bench.get("/api/v1/nothing"), 404, "not-found");
    assertProblem(bench.get("/../../etc/passwd"), 404, "not-found");
    assertProblem(bench.get("/api/v1/cards/1.3"), 404, "not-found");
    assertProblem(bench.get("/api/v1/cards/99.99"), 400, "invalid");
    assertProblem(bench.get("/api/v1/services/none"), 404, "not-found");
    assertProblem(bench.get("/api/v1/alarms/history?limit=0"), 400, "invalid");
    assertProblem(bench.get("/api/v1/alarms/history?limit=x"), 400, "invalid");
    assertProblem(
        bench.peer.send(bench.as("operator", "/api/v1/cards").DELETE()), 405, "wrong-method");
  }

  @Test
  void operatorCreatesAndDeletesAServiceAndBothAreOnRecord() throws Exception {
    HttpResponse<byte[]> response = create("operator", CREATE, zip("index.html", "a/b.css"));
    JsonNode service = read(response, 201);
    assertThat(response.headers().firstValue("location")).hasValue("/api/v1/services/shop");
    assertThat(service.get("phase").asText()).isEqualTo("PARAMETERS");
    Cabinet cabinet = bench.writer.current();
    String digest = cabinet.service("shop").orElseThrow().definition().contentDigest();
    assertThat(bench.contents.find(digest)).isPresent();
    assertThat(stored()).as("no leftovers of the upload").hasSize(1);

    read(bench.peer.send(bench.as("operator", "/api/v1/services/shop").DELETE()), 202);
    assertThat(bench.writer.current().service("shop").orElseThrow().phase())
        .isEqualTo(ServicePhase.REMOVING);
    assertThat(bench.writer.changes(Change.Audited.class))
        .extracting(a -> a.user() + " " + a.action() + " " + a.outcome())
        .containsExactly(
            "operator create service shop (static-site, 2 cards, www.shop.example) done",
            "operator delete service shop done");
  }

  @Test
  void viewerMayLookButNotTouchAndTheAttemptIsOnRecord() throws Exception {
    bench.populate();
    assertProblem(create("viewer", CREATE, zip("index.html")), 403, "not-allowed");
    assertProblem(
        bench.peer.send(bench.as("viewer", "/api/v1/services/shop").DELETE()), 403, "not-allowed");
    assertProblem(
        bench.peer.send(
            bench.as("viewer", "/api/v1/alarms/1/acknowledge").POST(BodyPublishers.noBody())),
        403,
        "not-allowed");
    assertThat(bench.writer.changes(Change.Audited.class))
        .hasSize(3)
        .allSatisfy(a -> assertThat(a.outcome()).startsWith("refused"));
    assertThat(stored()).isEmpty();
  }

  @Test
  void serviceThatContradictsOrIsMalformedIsRefusedWithItsCause() throws Exception {
    read(create("operator", CREATE, zip("index.html")), 201);
    byte[] content = zip("index.html");
    assertProblem(create("operator", CREATE, content), 409, "conflict");
    String sameHost = CREATE.replace("name=shop", "name=other");
    assertProblem(create("operator", sameHost, content), 409, "conflict");
    String other = sameHost.replace("www.shop", "www.other");
    assertProblem(
        create("operator", other.replace("static-site", "unheard-of"), content), 400, "invalid");
    assertProblem(create("operator", other.replace("cards=2", "cards=0"), content), 400, "invalid");
    assertProblem(create("operator", other.replace("cards=2", "cards=x"), content), 400, "invalid");
    assertProblem(create("operator", other.replace("name=other", ""), content), 400, "invalid");
    assertProblem(
        create("operator", other.replace("other.example", "..%2F"), content), 400, "invalid");
    assertProblem(
        bench.peer.send(bench.as("operator", other).POST(BodyPublishers.ofString("x"))),
        400,
        "invalid");
    assertProblem(
        create("operator", other, "no zip".getBytes(StandardCharsets.UTF_8)), 422, "content");
    assertProblem(create("operator", other, zip("ok", "../../evil")), 422, "content");
    assertThat(bench.writer.current().services()).hasSize(1);
    assertThat(stored()).hasSize(1);
    assertThat(dir.resolve("evil")).doesNotExist();
  }

  @Test
  void oversizedBodiesAreRefusedWhetherAnnouncedOrNot() throws Exception {
    byte[] big = new byte[Gatekeeper.MAX_BODY + 1];
    assertProblem(
        bench.peer.send(
            bench
                .as("operator", "/api/v1/alarms/1/acknowledge")
                .POST(BodyPublishers.ofByteArray(big))),
        413,
        "too-large");
    byte[] huge = new byte[Gatekeeper.MAX_CONTENT + 1];
    assertProblem(
        bench.peer.send(
            bench
                .as("operator", CREATE)
                .header("Content-Type", "application/zip")
                .expectContinue(true)
                .POST(BodyPublishers.ofByteArray(huge))),
        413,
        "too-large");
    assertProblem(
        bench.peer.send(
            bench
                .as("operator", CREATE)
                .header("Content-Type", "application/zip")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(huge)))),
        413,
        "too-large");
    assertThat(bench.writer.current().services()).isEmpty();
    assertThat(read(bench.get("/api/v1/services"), 200).get("services")).isEmpty();
  }

  @Test
  void alarmIsAcknowledgedByItsFirstTaker() throws Exception {
    bench.populate();
    JsonNode alarm =
        read(
            bench.peer.send(
                bench.as("operator", "/api/v1/alarms/1/acknowledge").POST(BodyPublishers.noBody())),
            200);
    assertThat(alarm.get("acknowledgedBy").asText()).isEqualTo("operator");
    JsonNode again =
        read(
            bench.peer.send(
                bench
                    .as("administrator", "/api/v1/alarms/1/acknowledge")
                    .POST(BodyPublishers.noBody())),
            200);
    assertThat(again.get("acknowledgedBy").asText()).isEqualTo("operator");
    assertProblem(
        bench.peer.send(
            bench.as("operator", "/api/v1/alarms/99/acknowledge").POST(BodyPublishers.noBody())),
        404,
        "not-found");
  }

  @Test
  void changeFromAnotherSitesPageIsRefused() throws Exception {
    bench.populate();
    assertProblem(
        bench.peer.send(
            bench
                .as("operator", "/api/v1/services/shop")
                .header("Sec-Fetch-Site", "cross-site")
                .DELETE()),
        403,
        "not-allowed");
    assertThat(bench.writer.current().service("shop").orElseThrow().phase())
        .isEqualTo(ServicePhase.SETUP);
  }

  @Test
  void changeFromAnotherSitesPageIsRefusedAlsoInAnOlderBrowser() throws Exception {
    bench.populate();
    String own = bench.peer.uri("").toString();
    for (String origin :
        List.of("https://evil.example", "null", own + "1", "http" + own.substring(5))) {
      assertProblem(
          bench.peer.send(
              bench.as("operator", "/api/v1/services/shop").header("Origin", origin).DELETE()),
          403,
          "not-allowed");
    }
    assertThat(bench.writer.current().service("shop").orElseThrow().phase())
        .isEqualTo(ServicePhase.SETUP);
    read(
        bench.peer.send(
            bench.as("operator", "/api/v1/services/shop").header("Origin", own).DELETE()),
        202);
  }

  private interface Meanwhile {
    void happens() throws Exception;
  }

  /** A service is created by an upload during which something happens to the users. */
  private HttpResponse<byte[]> createWhile(Meanwhile meanwhile) throws Exception {
    byte[] content = zip("index.html", "a/b.css");
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!stored().isEmpty()) {
      assertThat(System.nanoTime()).as("the upload before is discarded").isLessThan(end);
      Thread.onSpinWait();
    }
    CompletableFuture<HttpResponse<byte[]>> answer;
    try (SubmissionPublisher<ByteBuffer> body = new SubmissionPublisher<>()) {
      answer =
          bench
              .peer
              .client()
              .sendAsync(
                  bench
                      .as("operator", CREATE)
                      .header("Content-Type", "application/zip")
                      .POST(BodyPublishers.fromPublisher(body))
                      .build(),
                  HttpResponse.BodyHandlers.ofByteArray());
      while (!body.hasSubscribers()) {
        assertThat(System.nanoTime()).isLessThan(end);
        Thread.onSpinWait();
      }
      body.submit(ByteBuffer.wrap(content, 0, content.length / 2));
      while (stored().isEmpty()) {
        assertThat(System.nanoTime()).as("the upload has begun").isLessThan(end);
        Thread.onSpinWait();
      }
      meanwhile.happens();
      bench.skippedNanos.addAndGet(Duration.ofSeconds(1).toNanos());
      int half = content.length / 2;
      body.submit(ByteBuffer.wrap(content, half, content.length - half));
    }
    return answer.get(20, TimeUnit.SECONDS);
  }

  private void put(String name, Role role, String password) throws Exception {
    UserFile.put(bench.users, name, role, password.toCharArray(), new SecureRandom(), 1_000);
  }

  @Test
  void rightsThatEndDuringAnUploadEndItToo() throws Exception {
    for (Meanwhile meanwhile :
        List.<Meanwhile>of(
            () -> UserFile.remove(bench.users, "operator"),
            () -> put("operator", Role.VIEWER, ApiBench.PASSWORD),
            () -> put("operator", Role.OPERATOR, "another long password"))) {
      assertProblem(createWhile(meanwhile), 403, "not-allowed");
      assertThat(bench.writer.current().services()).isEmpty();
      put("operator", Role.OPERATOR, ApiBench.PASSWORD);
      bench.skippedNanos.addAndGet(Duration.ofSeconds(1).toNanos());
    }
    read(createWhile(() -> put("vera", Role.VIEWER, "another long password")), 201);
    assertThat(stored()).as("no leftovers of the uploads").hasSize(1);
  }

  @Test
  void consoleIsSelfContainedAndForbidsEverythingElse() throws Exception {
    HttpResponse<byte[]> page = bench.get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    String html = new String(page.body(), StandardCharsets.UTF_8);
    assertThat(html).doesNotContain("http://", "https://", "<style", "onclick", "style=");
    assertThat(page.headers().firstValue("content-security-policy").orElse(""))
        .contains("default-src 'none'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    for (String file : List.of("/console.css", "/console.js")) {
      assertThat(bench.get(file).statusCode()).isEqualTo(200);
      assertThat(new String(bench.get(file).body(), StandardCharsets.UTF_8))
          .doesNotContain("http://", "https://", "innerHTML");
    }
  }

  @Test
  void userFileThatOthersCanReadLetsNobodyIn() throws Exception {
    Files.setPosixFilePermissions(
        bench.users, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(bench.get("/api/v1/cards").statusCode()).isEqualTo(401);
  }
}
