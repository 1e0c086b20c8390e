package io.cade.sim.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Versions of a service's content in a small demonstration, published, taken back and cut short,
 * while visitors come and go. All through {@code ./cade service} and {@code ./cade sim}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class VersionsIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String SITE = "versions.example";

  @TempDir static @Nullable Path temp;
  private @Nullable RunningDemo running;

  @BeforeAll
  void rentASite() throws Exception {
    running =
        RunningDemo.start(
            folder().resolve("state"),
            Ports.freeOffset(),
            folder().resolve("output"),
            List.of("--chassis", "2", "--cards", "3"));
    does(
        "service", "create", "site", "--host", SITE, "--cards", "2", "--content", content("first"));
  }

  @AfterAll
  void endEverything() {
    RunningDemo demo = running;
    if (demo != null) {
      demo.close();
    }
  }

  @Test
  @Order(1)
  void aVersionReachesAllCardsAndNoVisitorNoticesMore() throws Exception {
    try (Visitors visitors = Visitors.of(demo().port("http"), SITE)) {
      Run.Result published =
          demo()
              .cade(
                  "service",
                  "publish",
                  "site",
                  "--content",
                  content("second"),
                  "--why",
                  "sale",
                  "--gate",
                  "4s",
                  "--drain",
                  "3s");
      assertThat(published.exit()).as(published.toString()).isZero();
      assertThat(published.err()).contains("is emptied of visitors", "proves itself", "1 of 2");
      assertThat(published.out()).contains("version 2 is on all cards");
      List<Visitors.Seen> seen = visitors.end();
      assertThat(seen).hasSizeGreaterThan(100).allMatch(Visitors.Seen::good);
      System.out.println("version published: " + seen.size() + " visits, none failed");
    }
    onlyAnswers("second");
    JsonNode versions = demo().json("service", "versions", "site");
    assertThat(versions).hasSize(2);
    assertThat(versions.path(0).path("current").asBoolean()).isTrue();
    assertThat(versions.path(0).path("why").asText()).isEqualTo("sale");
    assertThat(demo().json("alarm", "history"))
        .noneMatch(a -> a.path("source").asText().equals("service site"));
  }

  @Test
  @Order(2)
  void anEngineThatDiesInTheMidstGoesOnWithIt() throws Exception {
    does(
        "service",
        "publish",
        "site",
        "--content",
        content("third"),
        "--gate",
        "4s",
        "--drain",
        "3s",
        "--no-wait");
    awaitStage("PROVING");
    long engine = demo().pid("engine");
    assertThat(ProcessHandle.of(engine).orElseThrow().destroyForcibly()).isTrue();
    Patience.until(
        "another engine",
        LIMIT,
        () -> {
          long pid = demo().pid("engine");
          return pid != 0 && pid != engine && demo().cade("show", "cabinet").exit() == 0
              ? ""
              : "pid " + pid;
        });
    awaitStage("DONE");
    onlyAnswers("third");
  }

  @Test
  @Order(3)
  void aCardThatIsPulledUnderAVersionSendsItBackAndAnAlarmSaysWhy() throws Exception {
    does(
        "service",
        "publish",
        "site",
        "--content",
        content("fourth"),
        "--gate",
        "60s",
        "--drain",
        "3s",
        "--no-wait");
    String card = awaitStage("PROVING").path("card").asText();
    does("sim", "pull", card);
    JsonNode ended = awaitStage("RETURNED");
    assertThat(ended.path("cause").asText()).contains("card " + card + " was lost");
    onlyAnswers("third");
    JsonNode alarm =
        StreamSupport.stream(demo().json("alarm", "list").spliterator(), false)
            .filter(a -> a.path("type").asText().equals("updateFailed"))
            .findFirst()
            .orElseThrow();
    assertThat(alarm.path("text").asText()).contains("version 4", "card " + card);
    does("alarm", "ack", alarm.path("sequence").asText());
    does("sim", "insert", card);
    Patience.until(
        "the card serves again",
        LIMIT,
        () -> {
          JsonNode service = demo().json("service", "show", "site");
          return service.path("cardsRunning").asInt() == 2 ? "" : service.toString();
        });
    onlyAnswers("third");
    assertThat(demo().json("alarm", "list"))
        .noneMatch(a -> a.path("type").asText().equals("updateFailed"));
  }

  @Test
  @Order(4)
  void anOlderVersionIsOneCommandAway() throws Exception {
    does("service", "return", "site", "1", "--gate", "3s", "--drain", "3s");
    onlyAnswers("first");
    Run.Result again = demo().cade("service", "return", "site", "1");
    assertThat(again.exit()).as(again.toString()).isEqualTo(5);
  }

  /** The proxies' health check has a path of its own, which every package answers. */
  @Test
  @Order(5)
  void aWrongPageIsSeenByTheEngineAloneAndTheCauseNamesProxyCardAndPath() throws Exception {
    does("service", "set", "site", "gate-text=version</h1>");
    Path wrong = Files.createDirectories(folder().resolve("wrong"));
    Files.writeString(wrong.resolve("index.html"), "<h1>Cannot reach the database</h1>\n");
    goesBackUnseen(wrong, "/", "answered 200 without the text 'version</h1>'");
    does("service", "set", "site", "gate-text=", "gate-path=/ /prices.html");
    Path incomplete = Path.of(content("incomplete"));
    goesBackUnseen(incomplete, "/prices.html", "answered 404 in place of 2xx/3xx");
  }

  private void goesBackUnseen(Path content, String path, String cause) throws Exception {
    try (Visitors visitors = Visitors.of(demo().port("http"), SITE, "first version</h1>")) {
      Run.Result published =
          demo()
              .cade(
                  "service",
                  "publish",
                  "site",
                  "--content",
                  content.toString(),
                  "--gate",
                  "4s",
                  "--drain",
                  "3s");
      assertThat(published.exit()).as(published.toString()).isEqualTo(1);
      assertThat(published.err()).contains("is tried before visitors come");
      List<Visitors.Seen> seen = visitors.end();
      assertThat(seen).hasSizeGreaterThan(100).allMatch(Visitors.Seen::good);
      System.out.println("version went back: " + seen.size() + " visits, none saw it");
    }
    JsonNode rollout = demo().json("service", "show", "site").path("rollout");
    assertThat(rollout.path("stage").asText()).isEqualTo("RETURNED");
    assertThat(rollout.path("cause").asText())
        .matches("proxy 0\\.[45]: GET \\S+ of versions\\.example on card [12]\\.[123] .*")
        .contains("GET " + path + " of ")
        .endsWith(cause);
    JsonNode alarm =
        StreamSupport.stream(demo().json("alarm", "list").spliterator(), false)
            .filter(a -> a.path("type").asText().equals("updateFailed"))
            .findFirst()
            .orElseThrow();
    assertThat(alarm.path("text").asText()).endsWith(cause);
    does("alarm", "ack", alarm.path("sequence").asText());
  }

  /** Each card's program, by what it says; where the data are is said too. */
  @Test
  @Order(6)
  void aBundleBringsContentConfigurationAndDataAndOneWhoseDataFailGoesBackWithThem()
      throws Exception {
    does("service", "set", "site", "gate-path=/");
    Path ran = folder().resolve("ran");
    Path opening = Files.writeString(folder().resolve("opening"), "7-19\n");
    Path carry =
        Files.writeString(
            folder().resolve("carry"),
            "#!/bin/sh\necho $1 $2 $3 >> %s\nif [ $1 = up ]; then echo $3 > orders; else rm -f orders; fi\n"
                .formatted(ran));
    try (Visitors visitors = Visitors.of(demo().port("http"), SITE)) {
      bundled(
          "2.0",
          "1",
          "--content",
          content("bundled"),
          "--config",
          "opening.txt=" + opening,
          "--migrate",
          carry.toString());
      Run.Result started =
          demo()
              .cade(
                  "update", "start", "site:2.0", "--gate", "4s", "--drain", "3s", "--wait", "120");
      assertThat(started.exit()).as(started.toString()).isZero();
      List<Visitors.Seen> seen = visitors.end();
      assertThat(seen).hasSizeGreaterThan(100).allMatch(Visitors.Seen::good);
      System.out.println("bundle brought: " + seen.size() + " visits, none failed");
    }
    onlyAnswers("bundled");
    assertThat(Visit.get(demo().port("http"), SITE, "/opening.txt").body()).isEqualTo("7-19\n");
    assertThat(Visit.get(demo().port("http"), SITE, "/.cade/data/steps.json").status())
        .isEqualTo(404);
    assertThat(Files.readAllLines(ran)).containsExactly("up 1 2.0", "up 1 2.0");

    Files.delete(ran);
    Path bad =
        Files.writeString(
            folder().resolve("bad"),
            """
            #!/bin/sh
            echo $1 $2 $3 >> %s
            if [ $1 = down ]; then echo $3 > orders; exit; fi
            echo half > orders
            if test -e %s; then echo 'cannot read orders'; exit 3; fi
            touch %s
            echo $3 > orders
            """
                .formatted(ran, folder().resolve("once"), folder().resolve("once")));
    bundled("3.0", "2.0", "--content", content("spoilt"), "--migrate", bad.toString());
    Run.Result failed =
        demo()
            .cade("update", "start", "site:3.0", "--gate", "4s", "--drain", "3s", "--wait", "120");
    assertThat(failed.exit()).as(failed.toString()).isEqualTo(1);
    assertThat(failed.err())
        .containsPattern(
            "card [12]\\.[123]: its data cannot be carried from 2\\.0 to 3\\.0: exit code 3:"
                + " cannot read orders");
    onlyAnswers("bundled");
    assertThat(Files.readAllLines(ran))
        .containsExactly("up 2.0 3.0", "up 2.0 3.0", "down 3.0 2.0", "down 3.0 2.0");
    JsonNode alarm =
        StreamSupport.stream(demo().json("alarm", "list").spliterator(), false)
            .filter(a -> a.path("type").asText().equals("updateFailed"))
            .findFirst()
            .orElseThrow();
    assertThat(alarm.path("text").asText()).contains("cannot read orders");
    does("alarm", "ack", alarm.path("sequence").asText());

    Files.delete(ran);
    does("service", "return", "site", "1", "--gate", "3s", "--drain", "3s");
    onlyAnswers("first");
    assertThat(Files.readAllLines(ran)).containsExactly("down 2.0 1", "down 2.0 1");
  }

  private void bundled(String version, String from, String... more) throws Exception {
    String file = folder().resolve("site-" + version + ".cade").toString();
    List<String> words = new ArrayList<>(List.of("update", "build", "--service", "site"));
    words.addAll(List.of("--version", version, "--from", from, "--out", file));
    words.addAll(List.of(more));
    does(words.toArray(String[]::new));
    does("update", "import", file);
  }

  private void onlyAnswers(String text) throws Exception {
    for (int i = 0; i < 20; i++) {
      Visit visit = Visit.get(demo().port("http"), SITE, "/");
      assertThat(visit.status()).isEqualTo(200);
      assertThat(visit.body()).contains(text);
    }
  }

  private JsonNode awaitStage(String stage) throws Exception {
    Patience.until(
        "the version is " + stage,
        LIMIT,
        () -> {
          JsonNode rollout = demo().json("service", "show", "site").path("rollout");
          return rollout.path("stage").asText().equals(stage) ? "" : "> " + rollout;
        });
    return demo().json("service", "show", "site").path("rollout");
  }

  private String content(String text) throws Exception {
    Path content = Files.createDirectories(folder().resolve(text));
    Files.writeString(content.resolve("index.html"), "<h1>The " + text + " version</h1>\n");
    return content.toString();
  }

  private void does(String... words) throws Exception {
    Run.Result result = demo().cade(words);
    assertThat(result.exit()).as(result.toString()).isZero();
  }

  private static Path folder() {
    Path folder = temp;
    if (folder == null) {
      throw new AssertionError("no temporary folder");
    }
    return folder;
  }

  private RunningDemo demo() {
    RunningDemo demo = running;
    if (demo == null) {
      throw new AssertionError("the demo did not start");
    }
    return demo;
  }
}
