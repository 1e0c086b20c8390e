package io.cade.agent.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.core.AgentTimings;
import io.cade.agent.gateway.HttpEngineChannels;
import io.cade.agent.gateway.TestGateway;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.ServiceStatus;
import io.cade.image.PackageBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
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

  /** A site wants a path without links, which that of the small disk is not. */
  private final class ContentElsewhere implements ServiceProcesses {
    private final OsServiceProcesses real = new OsServiceProcesses(ServiceRuntimes.ofThisProcess());

    @Override
    public ServiceProcess start(ServiceSpec spec) throws IOException {
      Path site = Files.createDirectories(dir.resolve("site"));
      Files.copy(
          spec.content().resolve("index.html"),
          site.resolve("index.html"),
          StandardCopyOption.REPLACE_EXISTING);
      return real.start(
          new ServiceSpec(
              spec.service(),
              spec.kind(),
              site,
              spec.scratch(),
              spec.data(),
              spec.address(),
              spec.output()));
    }

    @Override
    public void endEarlier(String service, Path scratch) throws IOException, InterruptedException {
      real.endEarlier(service, scratch);
    }
  }

  private TestCard card(Path directory) throws IOException {
    return new TestCard(
        gateway,
        TestCard.platform(executor, new ContentElsewhere()),
        new CardPosition(20, 7),
        directory,
        Duration.ofSeconds(1));
  }

  private Command.InstallService publish(long id) throws IOException {
    Path file = dir.resolve("package-" + id);
    PackageBuilder.Built built =
        new PackageBuilder("shop", "1", "static-site", id, Instant.EPOCH)
            .file("index.html", "<h1>shop</h1>".getBytes(UTF_8))
            .write(file, gateway.packageKeys.getPrivate());
    gateway.packages.put(built.digest(), Files.readAllBytes(file));
    return new Command.InstallService(id, "shop", built.digest(), built.bytes());
  }

  private CommandResult resultOf(long id) throws InterruptedException {
    return gateway.await(gateway.results, result -> result.commandId() == id);
  }

  @Test
  void aServiceCanBeRemovedFromACardWhoseDiskItHasFilled() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(4096)) {
      Path home = disk.directory().resolve("card");
      TestCard on = card(home);
      Command.InstallService install = publish(1);
      gateway.queue(install);
      gateway.queue(
          new Command.StartService(
              2, "shop", "static-site", install.packageDigest(), on.servicePort));
      try (Agent agent = on.boot()) {
        assertThat(resultOf(2).succeeded()).isTrue();
        disk.fill();

        gateway.queue(new Command.Ping(3));
        on.poke("CADE-POKE\n");
        assertThat(resultOf(3)).isEqualTo(new CommandResult(3, true, ""));
        gateway.queue(new Command.RemoveService(4, "shop"));
        on.poke("CADE-POKE\n");
        assertThat(resultOf(4)).isEqualTo(new CommandResult(4, true, ""));

        assertThat(home.resolve("services/shop")).doesNotExist();
        assertThat(home.resolve("run/shop.pid")).doesNotExist();
        gateway.reports.clear();
        gateway.await(gateway.reports, report -> report.services().isEmpty());
        assertThat(agent.online()).isTrue();
      }
    }
  }

  @Test
  void aServiceThatFallsOnAFullDiskIsStartedAgain() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(4096)) {
      TestCard on = card(disk.directory().resolve("card"));
      Command.InstallService install = publish(1);
      gateway.queue(install);
      gateway.queue(
          new Command.StartService(
              2, "shop", "static-site", install.packageDigest(), on.servicePort));
      try (Agent agent = on.boot()) {
        assertThat(resultOf(2).succeeded()).isTrue();
        disk.fill();
        ProcessHandle.current()
            .children()
            .filter(p -> p.info().commandLine().orElse("").contains(dir.toString()))
            .forEach(ProcessHandle::destroyForcibly);
        gateway.await(
            gateway.reports,
            report ->
                report.services().stream().anyMatch(s -> s.detail().contains("exit code 137")));
        gateway.await(
            gateway.reports,
            report ->
                report.services().stream().anyMatch(s -> s.state() == ServiceStatus.State.RUNNING));
        assertThat(on.get("/")).isEqualTo("<h1>shop</h1>");
        assertThat(agent.online()).isTrue();
      }
    }
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
