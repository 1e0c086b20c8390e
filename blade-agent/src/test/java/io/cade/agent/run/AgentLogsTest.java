package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.device.MemorySystem;
import io.cade.agent.gateway.TestGateway;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.LogUpload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real agent brings its logs and inventory to a gateway over mutual TLS. */
@Timeout(120)
final class AgentLogsTest {
  @TempDir Path dir = Path.of("unset");
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final TestGateway gateway;

  AgentLogsTest() throws IOException {
    gateway = new TestGateway();
  }

  @AfterEach
  void end() {
    gateway.close();
    executor.shutdownNow();
  }

  private TestCard card() throws IOException {
    TestCard card =
        new TestCard(
            gateway,
            TestCard.platform(executor, new InProcessServices(executor)),
            new CardPosition(20, 6),
            dir.resolve("card"),
            Duration.ofMillis(300));
    card.system = MemorySystem.calm();
    return card;
  }

  private CommandResult resultOf(long id) throws InterruptedException {
    return gateway.await(gateway.results, result -> result.commandId() == id);
  }

  private static List<String> texts(LogUpload upload) {
    return upload.lines().stream().map(LogLine::text).toList();
  }

  @Test
  void theAgentsOwnLogIsBroughtWithoutBeingAskedAndHoldsNoSecret() throws Exception {
    gateway.queue(new Command.Ping(1));
    String secret = "secret that nobody may know";
    gateway.secrets.put(secret, new CardPosition(20, 6));
    try (Agent _ = card().boot(secret)) {
      LogUpload first = gateway.await(gateway.logs, upload -> !upload.lines().isEmpty());
      assertThat(first.source()).isEqualTo("agent");
      assertThat(texts(first))
          .contains("the agent starts", "the engine has issued a certificate", "command 1: Ping");
    }
    try (Stream<Path> files = Files.walk(dir.resolve("card/logs"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.UTF_8)).doesNotContain(secret);
      }
    }
  }

  @Test
  void whatWasWrittenBeforeAPowerCutIsThereAfterIt() throws Exception {
    TestCard card = card();
    Agent before = card.boot();
    gateway.await(gateway.introductions, _ -> true);
    gateway.queue(new Command.ReadLogs(7, "", 10, 0, 0));
    gateway.reportWaiting = true;
    assertThat(resultOf(7).succeeded()).isTrue();
    before.kill();
    gateway.logs.clear();
    try (Agent _ = card.boot()) {
      gateway.queue(new Command.ReadLogs(8, "agent", 10, 0, 60));
      assertThat(resultOf(8).succeeded()).isTrue();
      LogUpload after = gateway.await(gateway.logs, upload -> !upload.lines().isEmpty());
      assertThat(after.lines().getFirst().number()).as("numbers go on").isGreaterThan(1);
    }
  }

  @Test
  void aSystemWithoutAJournalSaysSoAndAnInventoryIsSent() throws Exception {
    try (Agent _ = card().boot()) {
      gateway.queue(new Command.ReadLogs(1, "unit:ssh", 10, 0, 0));
      gateway.queue(new Command.ReadInventory(2));
      gateway.reportWaiting = true;
      CommandResult journal = resultOf(1);
      assertThat(journal.succeeded()).isFalse();
      assertThat(journal.detail()).isEqualTo("this card's system keeps no journal");
      assertThat(resultOf(2).succeeded()).isTrue();
      assertThat(gateway.await(gateway.inventories, _ -> true).position())
          .isEqualTo(new CardPosition(20, 6));
    }
  }
}
