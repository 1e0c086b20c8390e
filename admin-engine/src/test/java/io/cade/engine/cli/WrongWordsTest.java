package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.collect.CardLogs;
import io.cade.engine.collect.Collected;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.operate.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Words that are wrong end with exit code 2 and one line that says which, whoever finds it: the
 * command or the engine.
 */
@Timeout(60)
class WrongWordsTest {
  @TempDir Path dir;
  private final InstantSource clock = InstantSource.fixed(Desk.NOW);
  private final TestWriter writer = new TestWriter(clock);
  private ServedDesk served;
  private Desk desk;

  @BeforeEach
  void start() throws Exception {
    served = new ServedDesk(dir, ServedDesk.Wishes.of(writer, clock).with(Role.ADMINISTRATOR));
    desk = served.desk;
    served
        .operations
        .collect()
        .from(
            Collected.open(dir.resolve("cards"), CardLogs.Bounds.standard(), clock, Runnable::run));
    CardPosition at = new CardPosition(1, 1);
    writer.given(
        new Change.CardSeated(at, CardRole.SERVER, new MacAddress("02:00:00:00:01:01")),
        new Change.CardStateChanged(at, CardState.BOOTING, "asked"),
        new Change.CardStateChanged(at, CardState.AVAILABLE, "introduced"),
        new Change.ServiceCreated(
            writer.current().nextServiceIndex(),
            new ServiceDefinition(
                "shop", "static-site", List.of("shop.example"), 1, "sha256:shop")),
        new Change.CardsBound("shop", List.of(at)),
        new Change.PackageGenerated("shop", "sha256:p", 10),
        new Change.ServicePhaseChanged("shop", ServicePhase.ANNOUNCED, ""));
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  private void assertUsage(Desk.Outcome outcome, String... words) {
    assertThat(outcome.err()).hasLineCount(1).startsWith("cade: ").contains(words);
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(ExitCode.USAGE.code());
    assertThat(outcome.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "card logs 1.1 --lines -1 | lines",
        "card logs 1.1 --stored --lines 5001 | lines",
        "card ping 1.1 --count 0 | count",
        "card show 99.99 | 99",
        "card drain 1.1 --deadline soon | 30s",
        "service set shop gate-status=bad | gate-status",
        "service set shop gate-requests=-1 | gate-requests",
        "service set shop gate-timeout=1m | gate-timeout",
        "service set shop nonsense=1 | nonsense",
        "service resize shop --cards 999 --no-wait | 280",
        "service limits shop --visitor-burst 3 | visitorBurst",
        "user add x --role boss | role must be one of",
        "user add Ä --role viewer | name",
        "model apply server --parallel 999 | parallel",
        "model apply server --canary 51 | canary",
        "model apply server --stop-at 101 | stop-at",
        "alarm history --limit 0 | limit",
        "spare set 999 | 999",
      })
  void aValueThatTheEngineRefusesIsAUsageErrorAndChangesNothing(String words, String named) {
    int before = writer.changes(Change.class).size();
    Desk.Outcome outcome = desk.run(words.split(" "));
    assertUsage(outcome, named);
    // That an order was begun, and refused, may be on record; nothing else is.
    List<Change> changes = writer.changes(Change.class);
    assertThat(changes.subList(before, changes.size()))
        .hasSizeLessThan(3)
        .allSatisfy(change -> assertThat(change).isInstanceOf(Change.Audited.class));
  }

  @ParameterizedTest
  @ValueSource(ints = {8_200, 100_000, 120_000})
  void aValueThatIsTooLongForARequestIsRefusedInWords(int length) {
    assertUsage(
        desk.run("service", "set", "shop", "gate-text=" + "x".repeat(length)),
        "longer than the 8 KiB allowed");
    assertThat(writer.current().service("shop").orElseThrow().settings().values()).isEmpty();
    assertThat(desk.run("service", "show", "shop").code()).isZero();
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedToAClientThatListensOnlyWhenAllIsSent() throws Exception {
    ApiClient client =
        new ApiClient(
            Engine.find(Path.of(desk.environment.get("CADE_STATE"))),
            new ApiClient.Patience(
                Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20)));
    for (String path :
        List.of(
            "/api/v1/models/server/versions",
            "/api/v1/models/server/values",
            "/api/v1/cards/1.1/ping",
            "/api/v1/services/shop/certificate",
            "/api/v1/bundles/trust",
            // Other types of content are refused before the size is looked at.
            "/api/v1/services/shop/settings")) {
      ApiClient.Answer answer = client.post(path, "x".repeat(3 << 20));
      assertThat(answer.status()).as("%s: %s", path, answer).isIn(400, 413);
      assertThat(answer.body()).as(path).contains("\"detail\"");
    }
    ApiClient.Answer answer = client.post("/api/v1/models/server/versions", "x".repeat(3 << 20));
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.body()).contains("larger than the 1 MiB allowed");
  }

  @Test
  void anUploadThatIsTooLargeIsRefusedWithItsLimit() throws Exception {
    Path large = dir.resolve("leases.csv");
    Files.write(large, new byte[(16 << 20) + 1]);
    assertUsage(desk.run("lease", "import", large.toString()), "larger than the 16 MiB allowed");
    Path model = Files.write(dir.resolve("model.yaml"), new byte[(1 << 20) + 1]);
    assertUsage(
        desk.run("model", "edit", "server", "--file", model.toString()), "larger than 1 MiB");
  }
}
