package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.Change;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Rollout.Stage;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.ServiceVersions;
import io.cade.engine.operate.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code service publish|versions|return|cancel} against the engine's real API server. */
@Timeout(120)
final class VersionCommandTest {
  private static final CardPosition CARD = new CardPosition(1, 1);

  @TempDir Path dir;
  private final InstantSource clock = InstantSource.fixed(Desk.NOW);
  private final TestWriter writer = new TestWriter(clock);
  private ServedDesk served;
  private Desk desk;
  private Path site;

  @BeforeEach
  void start() throws Exception {
    served = new ServedDesk(dir, ServedDesk.Wishes.of(writer, clock));
    desk = served.desk;
    site = Files.createDirectories(dir.resolve("site"));
    content("first");
    assertThat(
            desk.run(
                    "service",
                    "create",
                    "shop",
                    "--no-wait",
                    "--host",
                    "shop.example",
                    "--cards",
                    "1",
                    "--content",
                    site.toString())
                .code())
        .isZero();
    writer.given(
        new Change.CardSeated(CARD, CardRole.SERVER, new MacAddress("02:00:00:00:01:01")),
        new Change.CardsBound("shop", List.of(CARD)),
        new Change.PackageGenerated("shop", "sha256:first", 10),
        new Change.ServicePhaseChanged("shop", ServicePhase.ANNOUNCED, ""));
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  private void content(String text) throws IOException {
    Files.writeString(site.resolve("index.html"), text);
  }

  private Service shop() {
    return writer.current().service("shop").orElseThrow();
  }

  private Desk.Outcome publish(String... more) {
    return desk.run(
        Stream.concat(
                Stream.of("service", "publish", "shop", "--content", site.toString(), "--no-wait"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private void ends(Stage stage, String cause) {
    Rollout rollout = shop().rollout().orElseThrow();
    writer.given(new Change.RolloutChanged("shop", rollout.into(stage, null, Desk.NOW, cause)));
  }

  @Test
  void publishedContentIsAVersionOnItsWay() throws Exception {
    content("second");
    Desk.Outcome done = publish("--why", "spring sale", "--gate", "30s", "--drain", "5s");
    assertThat(done.err()).isEmpty();
    assertThat(done.out()).contains("version 2 is on its way, 0 of 1 cards done");
    Rollout rollout = shop().rollout().orElseThrow();
    assertThat(rollout.from()).isEqualTo(1);
    assertThat(rollout.to()).isEqualTo(2);
    assertThat(rollout.gate()).hasSeconds(30);
    assertThat(rollout.drain()).hasSeconds(5);
    assertThat(shop().version().number()).as("until it has proved itself").isEqualTo(1);
    Desk.Outcome versions = desk.run("service", "versions", "shop");
    assertThat(versions.out()).contains("spring sale", PeerEngine.USER, "as ordered");
    assertThat(versions.out().lines().skip(1).toList())
        .satisfiesExactly(
            second -> assertThat(second).contains("2", "-"),
            first -> assertThat(first).contains("1", "yes"));
  }

  @Test
  void aVersionThatWentBackEndsTheCommandWithItsCause() throws Exception {
    content("second");
    publish();
    ends(Stage.RETURNED, "card 1.1: the digest is another one");
    Desk.Outcome shown = desk.run("service", "show", "shop");
    assertThat(shown.out()).contains("version 2 went back: card 1.1: the digest is another one");
    content("third");
    // Somebody else ends it while the command looks.
    desk.onPause = () -> ends(Stage.RETURNED, "card 1.1 was lost");
    Desk.Outcome waited =
        desk.run("service", "publish", "shop", "--content", site.toString(), "--wait", "5");
    assertThat(waited.code()).isEqualTo(1);
    assertThat(waited.err()).contains("version 3 went back: card 1.1 was lost");
  }

  @Test
  void aVersionThatIsThereCanBeReturnedTo() throws Exception {
    content("second");
    publish();
    writer.given(new Change.VersionBuilt("shop", 2, "sha256:second", 10));
    ends(Stage.DONE, "");
    assertThat(shop().version().number()).isEqualTo(2);
    Desk.Outcome back = desk.run("service", "return", "shop", "1", "--no-wait", "--why", "prices");
    assertThat(back.err()).isEmpty();
    assertThat(back.out()).contains("version 1 is on its way");
    assertThat(desk.run("service", "return", "shop", "1", "--no-wait").code())
        .as("it is on its way")
        .isEqualTo(ExitCode.CONFLICT.code());
    ends(Stage.DONE, "");
    assertThat(shop().packageDigest()).isEqualTo("sha256:first");
    assertThat(desk.run("service", "return", "shop", "1").err()).contains("has version 1 already");
    assertThat(desk.run("service", "return", "shop", "7").err())
        .contains("no version 7; there are [1, 2]");
  }

  @Test
  void whatIsUnderWayCanBeCancelledOnce() throws Exception {
    assertThat(desk.run("service", "cancel", "shop").err())
        .contains("service shop is neither on its way to another version nor to another card");
    content("second");
    publish();
    Desk.Outcome cancelled = desk.run("service", "cancel", "shop", "--no-wait");
    assertThat(cancelled.err()).isEmpty();
    assertThat(cancelled.out()).contains("version 2 went back: cancelled by " + PeerEngine.USER);
    assertThat(desk.run("service", "cancel", "shop").code()).isEqualTo(ExitCode.CONFLICT.code());
  }

  @Test
  void badOrdersAreRefusedAndChangeNothing() throws Exception {
    ServiceVersions before = shop().versions();
    assertThat(publish().err()).contains("content that shop has already, as version 1");
    content("second");
    assertThat(publish("--gate", "1s").err()).contains("3s to 1h");
    assertThat(publish("--gate", "soon").err()).contains("gate is not a duration");
    assertThat(publish("--drain", "2h").err()).contains("0s to 1h");
    assertThat(publish("--why", "a\nb").err()).contains("in one line");
    assertThat(publish("--why", "x".repeat(257)).err()).contains("256");
    assertThat(desk.run("service", "publish", "nothing", "--content", site.toString()).err())
        .contains("nothing");
    assertThat(
            desk.run("service", "publish", "shop", "--content", dir.resolve("no").toString())
                .code())
        .isEqualTo(1);
    assertThat(desk.run("service", "publish", "shop").code()).isEqualTo(ExitCode.USAGE.code());
    served.sitsDown("vera", Role.VIEWER);
    assertThat(publish().code()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(desk.run("service", "return", "shop", "1").code())
        .isEqualTo(ExitCode.REFUSED.code());
    assertThat(desk.run("service", "versions", "shop").code()).isZero();
    assertThat(shop().versions()).isEqualTo(before);
  }
}
