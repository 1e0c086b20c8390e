package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.core.AgentTimings;
import io.cade.agent.gateway.HttpEngineChannels;
import io.cade.agent.gateway.TestGateway;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole agent on a disk that is really full, and one whose loop fails. */
@Timeout(120)
final class FullDiskTest {
  @TempDir Path dir = Path.of("unset");
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final TestGateway gateway;

  FullDiskTest() throws IOException {
    gateway = new TestGateway();
  }

  @AfterEach
  void end() {
    gateway.close();
    executor.shutdownNow();
  }

  private TestCard card(Path directory) throws IOException {
    return new TestCard(
        gateway,
        TestCard.platform(executor, new OsServiceProcesses(ServiceRuntimes.ofThisProcess())),
        new CardPosition(20, 7),
        directory,
        Duration.ofSeconds(1));
  }

  private CommandResult resultOf(long id) throws InterruptedException {
    return gateway.await(gateway.results, result -> result.commandId() == id);
  }

  @Test
  void whatCannotBeKeptIsNotAnsweredUntilItCan() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(4096)) {
      Path home = disk.directory().resolve("card");
      TestCard on = card(home);
      try (Agent agent = on.boot()) {
        gateway.await(gateway.reports, report -> true);
        Files.delete(home.resolve(".memory.spare"));
        disk.fill();
        gateway.queue(new Command.Ping(1));
        on.poke("CADE-POKE\n");
        while (gateway.connections.getOrDefault("/v1/ask", List.of()).isEmpty()) {
          Thread.onSpinWait();
        }
        gateway.reports.clear();
        assertThat(gateway.results).isEmpty();
        disk.makeRoom();
        assertThat(resultOf(1)).isEqualTo(new CommandResult(1, true, ""));
        gateway.await(gateway.reports, report -> true);
        assertThat(agent.online()).isTrue();
      }
    }
  }

  @Test
  void anAgentWhoseLoopFailsSaysSo() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    AgentPlatform platform =
        new AgentPlatform(
            new HttpEngineChannels(executor, HttpEngineChannels.Timeouts.standard()),
            new OsServiceProcesses(ServiceRuntimes.ofThisProcess()),
            InstantSource.system(),
            new SecureRandom() {
              private static final long serialVersionUID = 1L;

              @Override
              public long nextLong(long bound) {
                // The core draws from it after each report.
                if (broken.get()) {
                  throw new StackOverflowError("an error that nobody expects");
                }
                return super.nextLong(bound);
              }
            },
            AgentTimings.standard());
    TestCard on =
        new TestCard(
            gateway, platform, new CardPosition(20, 7), dir.resolve("card"), Duration.ofSeconds(1));
    try (Agent agent = on.boot()) {
      gateway.await(gateway.reports, report -> true);
      Thread waits =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  agent.awaitFailure();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      assertThat(waits.join(Duration.ofMillis(100))).isFalse();
      broken.set(true);
      assertThat(waits.join(Duration.ofSeconds(60))).isTrue();
    }
  }
}
