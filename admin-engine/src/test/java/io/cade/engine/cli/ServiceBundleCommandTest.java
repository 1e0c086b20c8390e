package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.DataSteps;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.Change;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Rollout.Stage;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.ServiceVersion;
import io.cade.engine.operate.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code update build|import|start|status|cancel} for a service, against the real API server. */
@Timeout(120)
final class ServiceBundleCommandTest {
  private static final CardPosition CARD = new CardPosition(1, 1);

  @TempDir private Path dir;
  private final InstantSource clock = InstantSource.system();
  private final TestWriter writer = new TestWriter(clock);
  private ServedDesk served;
  private Desk desk;
  private Path key;
  private Path site;

  @BeforeEach
  void start() throws Exception {
    served = new ServedDesk(dir, ServedDesk.Wishes.of(writer, clock).with(Role.ADMINISTRATOR));
    key = served.authority.imageSigner();
    desk = served.desk;
    desk.clock = clock;
    site = Files.createDirectories(dir.resolve("site/etc"));
    site = dir.resolve("site");
    Files.writeString(site.resolve("index.html"), "first");
    Files.writeString(site.resolve("etc/shop.properties"), "colour=red\n");
    good(
        "service",
        "create",
        "shop",
        "--no-wait",
        "--host",
        "shop.example",
        "--cards",
        "1",
        "--content",
        site.toString());
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

  private Desk.Outcome good(String... words) {
    Desk.Outcome outcome = desk.run(words);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome;
  }

  private String refused(String... words) {
    Service before = shop();
    Desk.Outcome outcome = desk.run(words);
    assertThat(outcome.code()).as(outcome.out()).isEqualTo(5);
    assertThat(shop()).isEqualTo(before);
    return outcome.err();
  }

  private List<String> audited() {
    return writer.changes(Change.Audited.class).stream().map(Change.Audited::action).toList();
  }

  private Service shop() {
    return writer.current().service("shop").orElseThrow();
  }

  private Path built(String version, String from, String... more) {
    Path file = dir.resolve("shop-" + version + ".cade");
    List<String> words =
        new ArrayList<>(
            List.of(
                "update",
                "build",
                "--service",
                "shop",
                "--version",
                version,
                "--from",
                from,
                "--key",
                key.toString(),
                "--out",
                file.toString()));
    Collections.addAll(words, more);
    good(words.toArray(String[]::new));
    return file;
  }

  private void imported(String version, String from, String... more) {
    good("update", "import", built(version, from, more).toString());
  }

  private Path program(String text) throws IOException {
    return Files.writeString(dir.resolve("carry"), text);
  }

  /** What the engine's conductor and a card would do. */
  private void ends(Stage stage, String cause) {
    Rollout rollout = shop().rollout().orElseThrow();
    writer.given(
        new Change.VersionBuilt("shop", rollout.to(), "sha256:p" + rollout.to(), 10),
        new Change.RolloutChanged(
            "shop", rollout.plus(CARD).into(stage, null, clock.instant(), cause)));
  }

  private String contentOf(ServiceVersion version, String file) throws IOException {
    Path zip = dir.resolve("contents").resolve(version.contentDigest().substring(7));
    try (ZipFile content = new ZipFile(zip.toFile())) {
      return new String(
          content.getInputStream(Objects.requireNonNull(content.getEntry(file))).readAllBytes(),
          java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  @Test
  void contentConfigurationAndDataReachTheServiceAsItsNextVersion() throws Exception {
    Files.writeString(site.resolve("index.html"), "second");
    Path config = Files.writeString(dir.resolve("new.properties"), "colour=blue\n");
    Path file =
        built(
            "2.0",
            "1",
            "--content",
            site.toString(),
            "--config",
            "etc/shop.properties=" + config,
            "--migrate",
            program("#!/bin/sh\ntrue\n").toString(),
            "--migrate-within",
            "90s");
    assertThat(good("update", "show", file.toString()).out())
        .contains(
            "shop:2.0",
            "give service shop the content payload/content.zip",
            "put etc/shop.properties into the content of service shop",
            "carry the data of service shop over with payload/migrate, each card within 90 s")
        .containsSubsequence(
            "way back 1",
            "carry the data of service shop back with payload/migrate",
            "way back 2",
            "give service shop the content that it had");
    good("update", "import", file.toString());
    assertThat(good("update", "start", "shop:2.0", "--gate", "5s", "--drain", "1s").out())
        .contains("shop:2.0 of service shop running, 0 cards done", "one card at a time, gate 5 s");

    Rollout rollout = shop().rollout().orElseThrow();
    assertThat(rollout.to()).isEqualTo(2);
    assertThat(rollout.gate()).hasSeconds(5);
    ServiceVersion version = shop().versions().version(2).orElseThrow();
    assertThat(version.label()).isEqualTo("2.0");
    assertThat(contentOf(version, "index.html")).isEqualTo("second");
    assertThat(contentOf(version, "etc/shop.properties")).isEqualTo("colour=blue\n");
    DataSteps.Step step = version.data().steps().getFirst();
    assertThat(step).isEqualTo(new DataSteps.Step(2, "1", "2.0", step.program(), 90));
    assertThat(dir.resolve("contents").resolve(step.program().substring(7)))
        .hasContent("#!/bin/sh\ntrue\n");
    assertThat(audited()).contains("start update shop:2.0 of service shop");

    assertThat(refused("update", "start", "shop:2.0")).contains("version 2 of service shop is on");
    ends(Stage.DONE, "");
    assertThat(good("update", "status").out())
        .contains("shop:2.0 of service shop done, 1 cards done")
        .containsPattern("1\\.1 +done");
    assertThat(good("update", "status", "--json").out()).contains("\"service\" : \"shop\"");
    assertThat(refused("update", "start", "shop:2.0"))
        .contains("service shop has shop:2.0 already, as version 2");
    assertThat(good("service", "versions", "shop").out()).contains("update shop:2.0");
  }

  @Test
  void aBundleThatDoesNotFollowOnWhatRunsChangesNothing() throws Exception {
    Files.writeString(site.resolve("index.html"), "second");
    imported("1.5", "1.2..1.4", "--content", site.toString());
    assertThat(refused("update", "start", "shop:1.5"))
        .contains(
            "service shop has version 1, which no bundle brought, and shop:1.5 may follow on"
                + " 1.2..1.4");
    imported("2.0", "1", "--content", site.toString());
    good("update", "start", "shop:2.0");
    ends(Stage.DONE, "");
    Files.writeString(site.resolve("index.html"), "third");
    imported("3.0", "2.1", "--content", site.toString());
    assertThat(refused("update", "start", "shop:3.0"))
        .contains("service shop has shop:2.0 (its version 2), and shop:3.0 may follow on 2.1");
    imported("2.5", "2.0", "--name", "crm", "--content", site.toString());
    assertThat(refused("update", "start", "crm:2.5"))
        .contains("has shop:2.0 (its version 2), and crm:2.5 may follow on 2.0");
  }

  @Test
  void configurationAloneKeepsTheContentAndWhatIsPublishedKeepsTheFormOfTheData() throws Exception {
    Path config = Files.writeString(dir.resolve("new.properties"), "colour=blue\n");
    imported(
        "2.0",
        "any",
        "--config",
        "etc/shop.properties=" + config,
        "--migrate",
        program("#!/bin/sh\n").toString());
    good("update", "start", "shop:2.0");
    ServiceVersion version = shop().versions().version(2).orElseThrow();
    assertThat(contentOf(version, "index.html")).isEqualTo("first");
    assertThat(contentOf(version, "etc/shop.properties")).isEqualTo("colour=blue\n");
    ends(Stage.DONE, "");
    Files.writeString(site.resolve("index.html"), "by hand");
    good("service", "publish", "shop", "--content", site.toString(), "--no-wait");
    assertThat(shop().versions().version(3).orElseThrow().data()).isEqualTo(version.data());
    ends(Stage.DONE, "");
    imported("2.1", "2.0", "--migrate", program("#!/bin/sh\ntrue\n").toString());
    assertThat(refused("update", "start", "shop:2.1"))
        .contains("has version 3, which no bundle brought, and shop:2.1 may follow on 2.0");
  }

  @Test
  void whatIsCancelledGoesBackAndTheRecordSaysBoth() throws Exception {
    Files.writeString(site.resolve("index.html"), "second");
    imported("2.0", "1", "--content", site.toString());
    good("update", "start", "shop:2.0");
    assertThat(good("update", "cancel", "shop:2.0").out()).contains("shop:2.0 of service shop");
    assertThat(Objects.requireNonNull(shop().versions().rollout()).cause())
        .isEqualTo("cancelled by " + PeerEngine.USER);
    assertThat(audited()).contains("cancel update shop:2.0");
    assertThat(desk.run("update", "cancel", "shop:2.0").code()).isEqualTo(5);
  }

  @Test
  void contentThatIsThereAndBundlesOfSeveralServicesAreRefused() throws Exception {
    imported("2.0", "1", "--content", site.toString());
    assertThat(refused("update", "start", "shop:2.0"))
        .contains("service shop has what is in shop:2.0 already, as version 1");
    Path config = Files.writeString(dir.resolve("new.properties"), "x");
    imported("2.1", "1", "--config", "index.html/below=" + config);
    Desk.Outcome below = desk.run("update", "start", "shop:2.1");
    assertThat(below.code()).isNotZero();
    assertThat(below.err()).contains("index.html/below is below what is a file");
    good("service", "stop", "shop");
    Files.writeString(site.resolve("index.html"), "second");
    imported("2.2", "1", "--content", site.toString());
    assertThat(refused("update", "start", "shop:2.2")).contains("service shop is stopped");
  }

  @Test
  void contentWithCadesOwnFolderIsRefused() throws Exception {
    Path own = Files.createDirectories(site.resolve(".cade/data"));
    Files.writeString(own.resolve("steps.json"), "{\"steps\":[]}");
    Desk.Outcome outcome =
        desk.run("service", "publish", "shop", "--content", site.toString(), "--no-wait");
    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.err()).contains("holds .cade at its top, which is not for content");
  }

  @Test
  void theSameFilesGiveTheSameBundle() throws Exception {
    byte[] first = Files.readAllBytes(built("2.0", "1", "--content", site.toString()));
    assertThat(built("2.0", "1", "--content", site.toString())).hasBinaryContent(first);
  }

  @Test
  void usageIsExplained() throws Exception {
    Path text = Files.writeString(dir.resolve("text"), "no program");
    String out = dir.resolve("b").toString();
    List<List<String>> wrong =
        List.of(
            List.of("needs its --version", "--service", "shop", "--content", "x"),
            List.of("nothing in the bundle", "--service", "shop", "--version", "2"),
            List.of("PATH=FILE", "--service", "shop", "--version", "2", "--config", "a"),
            List.of("name it with --service", "--image", "x", "--content", "x"),
            List.of("name --image FILE, --service NAME", "--content", "x"),
            List.of(
                "begins neither with #!",
                "--service",
                "shop",
                "--version",
                "2",
                "--migrate",
                text.toString()),
            List.of(
                "--migrate-within is a duration",
                "--service",
                "shop",
                "--version",
                "2",
                "--migrate",
                program("#!/x").toString(),
                "--migrate-within",
                "2h"),
            List.of(
                "is about a program",
                "--service",
                "shop",
                "--version",
                "2",
                "--content",
                site.toString(),
                "--migrate-within",
                "2min"));
    for (List<String> each : wrong) {
      List<String> words =
          new ArrayList<>(
              Arrays.asList(
                  "update", "build", "--from", "any", "--key", key.toString(), "--out", out));
      words.addAll(each.subList(1, each.size()));
      Desk.Outcome outcome = desk.run(words.toArray(String[]::new));
      assertThat(outcome.code()).as(each.toString()).isNotZero();
      assertThat(outcome.err()).contains(each.getFirst());
    }
    assertThat(Path.of(out)).doesNotExist();
  }
}
