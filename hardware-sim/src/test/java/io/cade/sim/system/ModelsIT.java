package io.cade.sim.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
 * What the cards of a small demonstration are to be: a model that reaches all, a hand on one, a
 * change that locks one out, another boot image. All through {@code ./cade}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ModelsIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir static @Nullable Path temp;
  private @Nullable RunningDemo running;

  @BeforeAll
  void startIt() throws Exception {
    running =
        RunningDemo.start(
            folder().resolve("state"),
            Ports.freeOffset(),
            folder().resolve("output"),
            List.of("--chassis", "1", "--cards", "5"));
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
  void aModelReachesAllCardsOfItsType() throws Exception {
    does(
        "model",
        "edit",
        "server",
        "--why",
        "a greeting",
        "--file",
        file(
            "server.yaml",
            """
            os:
              parameters:
                greeting:
                  default: Welcome
              items:
                file:/etc/motd:
                  content: |
                    {{greeting}} on card {{card}}
                kernel:net.core.somaxconn:
                  value: "4096"
            """));
    assertThat(demo().cade("model", "plan", "server").out())
        .contains("5 cards would change", "Welcome on card 1.4");
    does("model", "apply", "server");
    JsonNode cards = demo().json("model", "status", "server").path("cards");
    assertThat(cards).hasSize(5).allMatch(c -> c.path("progress").asText().equals("DONE"));
    assertThat(demo().cade("sim", "look", "1.4", "file:/etc/motd").out())
        .contains("Welcome on card 1.4");
    awaitDifferences(0);
  }

  @Test
  @Order(2)
  void aHandOnOneCardIsSeenAndPutRight() throws Exception {
    does("sim", "edit", "1.5", "/etc/motd", "I was here");
    JsonNode difference = awaitDifferences(1).path(0);
    assertThat(difference.path("card").asText()).isEqualTo("1.5");
    assertThat(difference.toString()).contains("file:/etc/motd", "I was here");
    does("model", "restore", "1.5");
    awaitDifferences(0);
    assertThat(demo().cade("sim", "look", "1.5", "file:/etc/motd").out())
        .contains("Welcome on card 1.5");
  }

  @Test
  @Order(3)
  void aChangeThatLocksACardOutIsTakenBackByTheCard() throws Exception {
    Run.Result tried =
        demo()
            .cade(
                "model",
                "try",
                "1.5",
                "--confirm",
                "20s",
                "--no-wait",
                "--file",
                file(
                    "locked.yaml",
                    """
                    items:
                      firewall:filter:
                        rules: |
                          chain output {
                            type filter hook output priority 0; policy drop;
                          }
                    """));
    assertThat(tried.exit()).as(tried.toString()).isZero();
    awaitState("1.5", "FAILED");
    awaitState("1.5", "AVAILABLE");
    assertThat(demo().cade("sim", "look", "1.5", "firewall:filter").out())
        .doesNotContain("policy drop");
  }

  @Test
  @Order(4)
  void anotherBootImageReachesTheCardsInWaves() throws Exception {
    String image = folder().resolve("blade-sim-2.img").toString();
    String bundle = folder().resolve("blade-sim-2.cade").toString();
    does(
        "image",
        "build",
        "--kernel",
        file("kernel", "a kernel"),
        "--name",
        "blade-sim",
        "--version",
        "2",
        "--architecture",
        "x86_64",
        "--out",
        image);
    does("update", "build", "--image", image, "--from", "1", "--out", bundle);
    does("update", "import", bundle);
    does("update", "start", "blade-sim:2", "--gate", "3s", "--wait", "240");
    for (JsonNode card : demo().json("card", "list")) {
      if (card.path("role").asText().equals("SERVER")) {
        assertThat(card.path("software").path("imageVersion").asText())
            .as(card.path("position").asText())
            .isEqualTo("2");
      }
    }
  }

  @Test
  @Order(5)
  void oneCommandIsCarriedOutForMany() throws Exception {
    Run.Result lit =
        demo().cade("each", "card", "--where", "slot in (3, 4) and role=server", "locate", "on");
    assertThat(lit.exit()).as(lit.toString()).isZero();
    assertThat(lit.out()).isEqualTo("2 cards: 2 done, 0 failed\n");
  }

  private JsonNode awaitDifferences(int count) throws Exception {
    Patience.until(
        count + " differences",
        LIMIT,
        () -> {
          JsonNode drift = demo().json("model", "drift");
          return drift.size() == count ? "" : drift.toString();
        });
    return demo().json("model", "drift");
  }

  private void awaitState(String card, String state) throws Exception {
    Patience.until(
        "card " + card + " is " + state,
        LIMIT,
        () -> {
          String now = demo().json("card", "show", card).path("state").asText();
          return now.equals(state) ? "" : now;
        });
  }

  private static String file(String name, String text) throws Exception {
    return Files.writeString(folder().resolve(name), text).toString();
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
