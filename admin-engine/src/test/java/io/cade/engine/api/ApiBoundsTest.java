package io.cade.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.gateway.RawPeer;
import io.cade.engine.model.Change;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.Role;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nobody uses up the API's memory, its connections or its places for uploads. */
@Timeout(60)
class ApiBoundsTest {
  private static final String CREATE =
      "/api/v1/services?name=shop&kind=static-site&host=www.shop.example&cards=2";
  private static final String ZIP = "Content-Type: application/zip";

  @TempDir Path dir;
  private ApiBench bench;

  @BeforeEach
  void start() throws Exception {
    bench = new ApiBench(dir, 0);
  }

  @AfterEach
  void stop() throws Exception {
    bench.close();
  }

  private static String as(String user) {
    return "Authorization: Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + ApiBench.PASSWORD).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatAViewerMayNotDoIsRefusedBeforeItsBodyComesAndOnceOnRecord() throws Exception {
    bench.populate();
    List<String> paths =
        List.of(
            "/api/v1/leases/import",
            "/api/v1/models/server/versions?why=x",
            "/api/v1/models/server/values",
            "/api/v1/devices/1.1/trial",
            "/api/v1/bundles/trust");
    for (String path : paths) {
      try (RawPeer raw = bench.peer.connect().announce(path, 1_000_000, as("viewer"))) {
        assertThat(raw.answer()).as(path).contains("403", "not-allowed", "viewer");
      }
    }
    assertThat(bench.writer.changes(Change.Audited.class))
        .hasSize(paths.size())
        .allSatisfy(a -> assertThat(a.outcome()).startsWith("refused"));
  }

  @Test
  void whereNoBodyIsExpectedNoneIsKept() throws Exception {
    bench.populate();
    for (int bytes : new int[] {ApiRoutes.MAX_IGNORED, ApiRoutes.MAX_IGNORED + 1}) {
      boolean large = bytes > ApiRoutes.MAX_IGNORED;
      byte[] body = new byte[bytes];
      for (var publisher :
          List.of(
              BodyPublishers.ofByteArray(body),
              BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))) {
        assertThat(
                bench
                    .peer
                    .send(bench.as("operator", "/api/v1/alarms/4711/acknowledge").POST(publisher))
                    .statusCode())
            .isEqualTo(large ? 413 : 404);
      }
    }
  }

  @Test
  void whoHasNotSignedInHasFewPlacesAndKeepsNone() throws Exception {
    List<RawPeer> silent = new ArrayList<>();
    try (RawPeer known = bench.peer.connect("127.0.0.77").get("/api/v1/cards", as("viewer"))) {
      assertThat(known.status()).isEqualTo(200);
      for (int i = 0; i < ApiServer.MAX_OF_ADDRESS; i++) {
        silent.add(bench.peer.connect("127.0.0.77"));
      }
      try (RawPeer tooMany = bench.peer.connect("127.0.0.77")) {
        assertThat(tooMany.isClosedWithin(5_000)).isTrue();
      }
      try (RawPeer other = bench.peer.connect("127.0.0.78").get("/api/v1/cards", as("viewer"))) {
        assertThat(other.status()).isEqualTo(200);
        assertThat(other.get("/api/v1/cards", as("viewer")).status()).isEqualTo(200);
      }
      for (String path : List.of("/api/v1/health", "/api/v1/cards")) {
        try (RawPeer stranger = bench.peer.connect("127.0.0.78").get(path)) {
          String answer = stranger.answer();
          assertThat(answer).contains("connection: close");
          assertThat(stranger.isClosedWithin(5_000)).as(path).isTrue();
        }
      }
      try (RawPeer stranger =
          bench.peer.connect("127.0.0.78").announce("/api/v1/leases/import", 9)) {
        assertThat(stranger.status()).isEqualTo(401);
        stranger.say("123456789");
        assertThat(stranger.isClosedWithin(5_000)).isTrue();
      }
      assertThat(known.get("/api/v1/cards", as("viewer")).status()).isEqualTo(200);
    } finally {
      for (RawPeer each : silent) {
        each.close();
      }
    }
  }

  @Test
  void aUserHasOneUploadAndTwoAreAllThereIs() throws Exception {
    UserFile.put(
        bench.users,
        "second",
        Role.OPERATOR,
        ApiBench.PASSWORD.toCharArray(),
        new SecureRandom(),
        1_000);
    try (RawPeer first = upload("operator")) {
      assertThat(first.status()).isEqualTo(100);
      try (RawPeer again = upload("operator")) {
        assertThat(again.answer()).contains("503", "another upload of operator");
      }
      try (RawPeer second = upload("administrator")) {
        assertThat(second.status()).isEqualTo(100);
        try (RawPeer third = upload("second")) {
          assertThat(third.answer()).contains("503", "2 uploads are under way");
        }
      }
    }
    int status = 503;
    for (int i = 0; i < 50 && status == 503; i++) {
      Thread.sleep(100);
      try (RawPeer next = upload("operator")) {
        status = next.status();
      }
    }
    assertThat(status).as("the place of who went away").isEqualTo(100);
  }

  private RawPeer upload(String user) throws Exception {
    return bench.peer.connect().announce(CREATE, 1_000_000, ZIP, "Expect: 100-continue", as(user));
  }

  @Test
  void tenantsTogetherHaveOnePlace() {
    UploadPlaces places = new UploadPlaces(2);
    Caller one = new Caller("one", Role.TENANT, Set.of("shop"));
    Caller two = new Caller("two", Role.TENANT, Set.of("blog"));
    Caller operator = new Caller("operator", Role.OPERATOR);
    assertThat(places.take(one)).isEmpty();
    assertThat(places.take(two)).contains("another tenant");
    assertThat(places.take(operator)).isEmpty();
    places.giveBack(two);
    assertThat(places.take(two)).as("who had none gives none back").isNotEmpty();
    places.giveBack(one);
    assertThat(places.take(two)).isEmpty();
  }
}
