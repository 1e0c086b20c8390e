package io.cade.agent.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.gateway.TestGateway;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.DataSteps;
import io.cade.agent.wire.DataSteps.Step;
import io.cade.agent.wire.ServiceStatus;
import io.cade.agent.wire.WireJson;
import io.cade.image.Digests;
import io.cade.image.PackageBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole agent whose services' data are carried over, by real programs, with power cuts. */
@Timeout(120)
final class AgentDataTest {
  @TempDir Path dir = Path.of("unset");
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final TestGateway gateway;

  AgentDataTest() throws IOException {
    gateway = new TestGateway();
  }

  @AfterEach
  void end() {
    gateway.close();
    executor.shutdownNow();
  }

  private Command.InstallService publish(long id, String page, String... programs)
      throws IOException {
    PackageBuilder builder =
        new PackageBuilder("shop", "1", "static-site", id, Instant.EPOCH)
            .file("index.html", page.getBytes(UTF_8));
    if (programs.length > 0) {
      byte[] program = ("#!/bin/sh\n" + programs[0] + "\n").getBytes(UTF_8);
      Step step =
          new Step(2, "1", "2.0", Digests.of(Files.write(dir.resolve("program"), program)), 30);
      builder.file(DataSteps.FILE, new WireJson().encode(new DataSteps(List.of(step))));
      builder.file(step.file(), program);
    }
    Path file = dir.resolve("package-" + id);
    PackageBuilder.Built built = builder.write(file, gateway.packageKeys.getPrivate());
    gateway.packages.put(built.digest(), Files.readAllBytes(file));
    return new Command.InstallService(id, "shop", built.digest(), built.bytes());
  }

  private CommandResult start(TestCard on, Command.InstallService version)
      throws IOException, InterruptedException {
    gateway.queue(version);
    long id = version.id() + 1;
    gateway.queue(
        new Command.StartService(
            id, "shop", "static-site", version.packageDigest(), on.servicePort));
    on.poke("CADE-POKE\n");
    return gateway.await(gateway.results, result -> result.commandId() == id);
  }

  private void awaitRunning() throws InterruptedException {
    gateway.reports.clear();
    gateway.await(
        gateway.reports,
        report ->
            report.services().stream().anyMatch(s -> s.state() == ServiceStatus.State.RUNNING));
  }

  @Test
  void dataGoUpAndBackWithTheVersionsAndAPowerCutInTheMidstOnlyDelaysThem() throws Exception {
    TestCard on =
        new TestCard(
            gateway,
            TestCard.platform(executor, new OsServiceProcesses(ServiceRuntimes.ofThisProcess())),
            new CardPosition(20, 4),
            dir.resolve("card"),
            Duration.ofSeconds(1));
    Agent agent = on.boot();
    Path data = dir.resolve("card/data/shop/files");

    Command.InstallService old = publish(1, "<h1>old</h1>");
    assertThat(start(on, old)).isEqualTo(new CommandResult(2, true, ""));
    Files.writeString(data.resolve("stock"), "one");

    // It fails in the midst: the cause has its last words, and the old version gets its data back.
    Command.InstallService bad =
        publish(
            3,
            "<h1>bad</h1>",
            "if [ $1 = up ]; then echo two > stock; echo no disk; exit 3; fi"
                + "; printf one > stock; echo down >> log");
    CommandResult refused = start(on, bad);
    assertThat(refused.succeeded()).isFalse();
    assertThat(refused.detail())
        .isEqualTo("its data cannot be carried from 1 to 2.0: exit code 3: no disk");
    assertThat(start(on, publish(5, "<h1>old</h1>")).succeeded()).isTrue();
    assertThat(data.resolve("stock")).hasContent("one");
    assertThat(data.resolve("log")).hasContent("down\n");
    assertThat(on.get("/")).isEqualTo("<h1>old</h1>");

    // The power fails while the next one is at work; the card goes on with it when it is back.
    Command.InstallService good =
        publish(
            7,
            "<h1>good</h1>",
            "echo $1 >> log; if [ $1 = down ]; then printf one > stock; exit; fi;"
                + " echo $$ > me; test -e again || { touch again; sleep 300; }; printf two > stock");
    gateway.queue(good);
    gateway.queue(
        new Command.StartService(8, "shop", "static-site", good.packageDigest(), on.servicePort));
    on.poke("CADE-POKE\n");
    gateway.await(
        gateway.reports,
        report ->
            report.services().stream()
                .anyMatch(s -> s.detail().equals("its data are carried from 1 to 2.0")));
    while (!Files.exists(data.resolve("again"))) {
      Thread.onSpinWait();
    }
    long program = Long.parseLong(Files.readString(data.resolve("me")).strip());
    agent.kill();
    ProcessHandle.of(program).ifPresent(p -> p.onExit().join());
    assertThat(data.resolve("stock")).hasContent("one");
    agent = on.boot("");
    awaitRunning();
    assertThat(on.get("/")).isEqualTo("<h1>good</h1>");
    assertThat(data.resolve("stock")).hasContent("two");
    assertThat(data.resolve("log")).hasContent("down\nup\nup\n");
    assertThat(on.get("/.cade/data/steps.json")).contains("404");

    // A restart runs nothing; the way back runs the program that was kept.
    agent.close();
    agent = on.boot("");
    awaitRunning();
    assertThat(start(on, publish(9, "<h1>old</h1>")).succeeded()).isTrue();
    assertThat(data.resolve("stock")).hasContent("one");
    assertThat(data.resolve("log")).hasContent("down\nup\nup\ndown\n");

    gateway.queue(new Command.RemoveService(11, "shop"));
    on.poke("CADE-POKE\n");
    gateway.await(gateway.results, result -> result.commandId() == 11);
    assertThat(dir.resolve("card/data/shop")).doesNotExist();
    agent.close();
  }
}
