package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that wait, and an engine that dies and comes back meanwhile. */
@Timeout(60)
class WaitingTest {
  @TempDir Path dir;
  private PeerEngine engine;
  private Path site;
  private final Desk desk = new Desk();
  private int looks;

  @BeforeEach
  void start() throws Exception {
    engine = new PeerEngine(dir.resolve("pki"), "127.0.0.1");
    Path state =
        Desk.state(
            dir.resolve("state"),
            "127.0.0.1:" + engine.port(),
            PeerEngine.PASSWORD,
            engine.authority.certificatePem());
    desk.environment.put("CADE_STATE", state.toString());
    site = Files.createDirectories(dir.resolve("site"));
    Files.writeString(site.resolve("index.html"), "hello");
    String service = "{\"name\":\"shop\",\"phase\":\"%s\",\"proxiesServing\":2,\"proxies\":2}";
    engine.when(
        "POST /api/v1/services?name=shop&kind=static-site&host=a.example&cards=2",
        201,
        service.formatted("PARAMETERS"));
    engine.then("GET /api/v1/services/shop", 200, service.formatted("SETUP"));
    engine.then("GET /api/v1/services/shop", 200, service.formatted("ANNOUNCED"));
    String commands =
        "{\"position\":\"1.3\",\"commands\":[{\"id\":7,\"kind\":\"ping\",\"state\":\"%s\","
            + "\"queuedAt\":\"2026-03-01T12:00:00Z\"%s}]}";
    engine.when("POST /api/v1/cards/1.3/ping?count=1", 202, "{\"commands\":[7]}");
    engine.then("GET /api/v1/cards/1.3/commands", 200, commands.formatted("waiting", ""));
    engine.then(
        "GET /api/v1/cards/1.3/commands",
        200,
        commands.formatted("done", ",\"endedAt\":\"2026-03-01T12:00:01Z\""));
    String run = "{\"type\":\"server\",\"active\":%s,\"stage\":\"%s\",\"summary\":\"%s\"}";
    engine.when(
        "POST /api/v1/models/server/run", 202, run.formatted("true", "CANARY", "0 of 2 done"));
    engine.then(
        "GET /api/v1/models/server/run", 200, run.formatted("true", "WAVES", "1 of 2 done"));
    engine.then(
        "GET /api/v1/models/server/run", 200, run.formatted("false", "DONE", "2 of 2 done"));
    String update =
        "{\"name\":\"blade\",\"version\":\"2\",\"stage\":\"%s\",\"since\":\"2026-03-01T12:00:00Z\"}";
    engine.when("POST /api/v1/updates?bundle=blade%3A2", 202, update.formatted("running"));
    engine.then("GET /api/v1/updates", 200, "{\"updates\":[" + update.formatted("running") + "]}");
    engine.then("GET /api/v1/updates", 200, "{\"updates\":[" + update.formatted("done") + "]}");
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private Desk.Outcome run(String words) {
    return desk.run(words.replace("SITE", site.toString()).split(" "));
  }

  /** Dies at the first look, and comes back after so many. */
  private void awayFor(int pauses) {
    desk.onPause =
        () -> {
          looks++;
          if (looks == 1) {
            engine.dies();
          } else if (looks == 1 + pauses) {
            engine.comesBack();
          }
        };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "service create shop --host a.example --cards 2 --content SITE",
        "card ping 1.3",
        "model apply server",
        "update start blade:2 --wait 60"
      })
  void anEngineThatComesBackIsWaitedFor(String words) {
    awayFor(5);
    Desk.Outcome outcome = run(words);
    assertThat(outcome.code()).as("%s", outcome).isZero();
    assertThat(outcome.err())
        .containsOnlyOnce("cade: the engine does not answer; still waiting\n")
        .containsOnlyOnce("cade: the engine answers again\n");
    assertThat(engine.requests)
        .as("the order is given once")
        .filteredOn(WaitingTest::order)
        .hasSize(1);
  }

  private static boolean order(PeerEngine.Request request) {
    return !request.method().equals("GET");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "service create shop --host a.example --cards 2 --content SITE = service show shop",
        "card ping 1.3 = card commands 1.3",
        "model apply server = model status server",
        "update start blade:2 --wait 60 = update status"
      })
  void anEngineThatStaysAwayIsGivenUpAfterAMinuteAndTheWordsSayWhereToLook(String test) {
    awayFor(1_000);
    String[] words = test.split(" = ");
    Desk.Outcome outcome = run(words[0]);
    assertThat(outcome.code()).isEqualTo(ExitCode.UNREACHABLE.code());
    assertThat(outcome.err())
        .contains("nothing listens there", "looked for it for 60 s", "goes on")
        .endsWith("see " + words[1] + "\n");
    assertThat(desk.paused.stream().mapToLong(Duration::toSeconds).sum()).isBetween(60L, 62L);
  }

  @Test
  void anEngineThatIsBusyForAMomentIsAskedAgain() {
    engine.when("GET /api/v1/services/shop", 503, "{\"detail\":\"the engine is busy or stops\"}");
    engine.then(
        "GET /api/v1/services/shop",
        200,
        "{\"name\":\"shop\",\"phase\":\"ANNOUNCED\",\"proxiesServing\":2,\"proxies\":2}");
    Desk.Outcome outcome = run("service create shop --host a.example --cards 2 --content SITE");
    assertThat(outcome.code()).as("%s", outcome).isZero();
  }

  @Test
  void anOrderThatReachesNobodyIsNotRepeated() {
    engine.dies();
    Desk.Outcome outcome = run("service delete shop");
    assertThat(outcome.code()).isEqualTo(ExitCode.UNREACHABLE.code());
    assertThat(desk.paused).isEmpty();
    engine.comesBack();
    assertThat(engine.requests).isEmpty();
  }

  @Test
  void aWaitOutsideItsBoundsIsRefusedBeforeAnythingIsOrdered() {
    for (String words :
        new String[] {
          "service create shop --host a.example --cards 2 --content SITE --wait 0",
          "card ping 1.3 --wait 0",
          "card reboot 1.3 --wait 3601",
          "model apply server --wait 0",
          "update start blade:2 --wait 0"
        }) {
      assertThat(run(words).code()).as(words).isEqualTo(ExitCode.USAGE.code());
    }
    assertThat(engine.requests).isEmpty();
  }
}
