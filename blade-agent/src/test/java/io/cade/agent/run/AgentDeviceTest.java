package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.device.MemorySystem;
import io.cade.agent.gateway.TestGateway;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.ModelStanding;
import io.cade.agent.wire.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole agent with a model of its device, over real sockets, against a written engine. */
@Timeout(120)
final class AgentDeviceTest {
  private static final FileItem SECRET = new FileItem("/etc/key", "top secret\n", "0600", "");

  @TempDir Path dir = Path.of("unset");
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final TestGateway gateway;
  private final MemorySystem system = MemorySystem.calm();

  AgentDeviceTest() throws IOException {
    gateway = new TestGateway();
  }

  @AfterEach
  void end() {
    gateway.close();
    executor.shutdownNow();
  }

  private TestCard card() throws IOException {
    AgentPlatform platform = TestCard.platform(executor, new InProcessServices(executor));
    TestCard card =
        new TestCard(
            gateway,
            new AgentPlatform(
                platform.channels(),
                platform.processes(),
                platform.clock(),
                platform.random(),
                platform.timings().withDeviceLookInterval(Duration.ofMillis(200))),
            new CardPosition(20, 4),
            dir.resolve("card"),
            Duration.ofMillis(300));
    card.system = system;
    return card;
  }

  private ModelStanding standing(Predicate<ModelStanding> wanted) throws InterruptedException {
    Report report =
        gateway.await(
            gateway.reports, r -> r.model() != null && wanted.test(r.model()));
    ModelStanding model = report.model();
    assertThat(model).isNotNull();
    return model == null ? new ModelStanding("", 0, List.of(), 0, 0, 0, "") : model;
  }

  private CommandResult resultOf(long id) throws InterruptedException {
    return gateway.await(gateway.results, result -> result.commandId() == id);
  }

  @Test
  void appliesWatchesAndTellsAndIsQuietWhileAllIsWell() throws Exception {
    gateway.queue(new Command.ApplyModel(1, "server/1", List.of(SECRET), List.of(), 0));
    try (Agent _ = card().boot()) {
      assertThat(resultOf(1)).isEqualTo(new CommandResult(1, true, "1 of 1 items changed"));
      standing(m -> m.label().equals("server/1") && m.differences().isEmpty());
      gateway.await(gateway.reports, r -> r.model() == null);

      system.put(new FileItem("/etc/key", "known to all\n", "0644", ""));
      ModelStanding drifted = standing(m -> !m.differences().isEmpty());
      assertThat(drifted.differences()).hasSize(2);
      assertThat(drifted.toString()).doesNotContain("secret").doesNotContain("known");

      gateway.queue(new Command.ReadItems(2, List.of(SECRET.key())));
      gateway.reportWaiting = true;
      assertThat(resultOf(2).found()).hasSize(1);
      Path memory = dir.resolve("card/memory.json");
      assertThat(Files.readString(memory)).doesNotContain("known to all");
      assertThat(PosixFilePermissions.toString(
              Files.getPosixFilePermissions(dir.resolve("card/device.json"))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void unconfirmedChangeIsTakenBackByARestartedAgent() throws Exception {
    gateway.queue(
        new Command.ApplyModel(
            1,
            "server/1",
            List.of(SECRET, new DeviceItem.FirewallItem("inet cade", "tcp dport 1 drop")),
            List.of(),
            3));
    TestCard on = card();
    Agent agent = on.boot();
    assertThat(resultOf(1).succeeded()).isTrue();
    agent.kill();
    try (Agent _ = on.boot()) {
      ModelStanding back = standing(m -> !m.problem().isEmpty());
      assertThat(back.problem()).isEqualTo("change 1 was taken back: not confirmed within 3 s");
      assertThat(back.label()).isEmpty();
      assertThat(system.look(SECRET.key())).isEqualTo(new DeviceItem.AbsentItem(SECRET.key()));
      gateway.queue(new Command.ConfirmChange(2, 1));
      gateway.reportWaiting = true;
      assertThat(resultOf(2).succeeded()).isFalse();
    }
  }

  @Test
  void cardWhoseSystemIsNobodysSaysSo() throws Exception {
    gateway.queue(new Command.ApplyModel(1, "server/1", List.of(SECRET), List.of(), 0));
    TestCard on = card();
    on.system = null;
    try (Agent _ = on.boot()) {
      assertThat(resultOf(1).detail()).contains("cannot be changed");
      assertThat(gateway.await(gateway.reports, r -> true).model()).isNull();
    }
  }
}
