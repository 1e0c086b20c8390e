package io.cade.agent.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.gateway.TestGateway;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.ErrorReply;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ServiceStatus;
import io.cade.image.PackageBuilder;
import io.cade.image.PackageKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole agent, over real sockets, with real processes, against a written engine. */
@Timeout(180)
final class AgentTest {
  @TempDir Path dir = Path.of("unset");
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final AgentPlatform platform =
      TestCard.platform(executor, new OsServiceProcesses(ServiceRuntimes.ofThisProcess()));
  private final TestGateway gateway;
  private Path cardDirectory = Path.of("unset");

  AgentTest() throws IOException {
    gateway = new TestGateway();
  }

  private TestCard newCard(Path directory) throws IOException {
    return new TestCard(
        gateway, platform, new CardPosition(20, 3), directory, Duration.ofSeconds(1));
  }

  @BeforeEach
  void prepare() throws IOException {
    cardDirectory = dir.resolve("card");
  }

  @AfterEach
  void end() {
    gateway.close();
    executor.shutdownNow();
  }

  private Command.InstallService publish(long id, String page, KeyPair keys) throws IOException {
    Path file = dir.resolve("package-" + id);
    PackageBuilder.Built built =
        new PackageBuilder("shop", "1", "static-site", id, Instant.EPOCH)
            .file("index.html", page.getBytes(UTF_8))
            .write(file, keys.getPrivate());
    gateway.packages.put(built.digest(), Files.readAllBytes(file));
    return new Command.InstallService(id, "shop", built.digest(), built.bytes());
  }

  private Command.InstallService publish(long id, String page) throws IOException {
    return publish(id, page, gateway.packageKeys);
  }

  private static Command.StartService start(long id, String digest, TestCard on) {
    return new Command.StartService(id, "shop", "static-site", digest, on.servicePort);
  }

  private CommandResult resultOf(long id) throws InterruptedException {
    return gateway.await(gateway.results, result -> result.commandId() == id);
  }

  private void awaitService(Predicate<ServiceStatus> wanted) throws InterruptedException {
    gateway.await(gateway.reports, report -> report.services().stream().anyMatch(wanted));
  }

  private static Predicate<ServiceStatus> state(ServiceStatus.State state) {
    return status -> status.state() == state;
  }

  private void assertNothingInstalled() throws IOException {
    Path services = cardDirectory.resolve("services");
    if (Files.exists(services)) {
      try (Stream<Path> left = Files.walk(services)) {
        assertThat(left.filter(Files::isRegularFile)).isEmpty();
      }
    }
  }

  @Test
  void newCardEnrolsInstallsServesAndComesBackAfterAPowerCut() throws Exception {
    TestCard on = newCard(cardDirectory);
    Command.InstallService install = publish(1, "<h1>shop</h1>");
    gateway.queue(install);
    gateway.queue(start(2, install.packageDigest(), on));
    Agent agent = on.boot();
    Introduction first = gateway.await(gateway.introductions, i -> true);
    assertThat(first.position()).isEqualTo(on.position);
    assertThat(resultOf(1)).isEqualTo(new CommandResult(1, true, ""));
    assertThat(resultOf(2)).isEqualTo(new CommandResult(2, true, ""));
    awaitService(state(ServiceStatus.State.RUNNING));
    assertThat(on.get("/")).isEqualTo("<h1>shop</h1>");

    agent.kill();
    assertThatThrownBy(() -> on.get("/")).isInstanceOf(IOException.class);

    gateway.reports.clear();
    Agent again = on.boot("");
    Introduction second = gateway.await(gateway.introductions, i -> true);
    assertThat(second.bootId()).isNotEqualTo(first.bootId());
    awaitService(state(ServiceStatus.State.RUNNING));
    assertThat(on.get("/")).isEqualTo("<h1>shop</h1>");
    assertThat(gateway.connections.get("/v1/enrol")).as("enrolled once").hasSize(1);
    again.close();
    assertThatThrownBy(() -> on.get("/")).isInstanceOf(IOException.class);
  }

  @Test
  void sessionsRunOnConnectionsOfTheirOwn() throws Exception {
    TestCard on = newCard(cardDirectory);
    try (Agent agent = on.boot()) {
      gateway.await(gateway.reports, r -> true);
      for (long id = 1; id <= 3; id++) {
        gateway.queue(new Command.StopService(id, "shop"));
        on.poke("CADE-POKE\n");
        assertThat(resultOf(id).succeeded()).isTrue();
      }
      assertThat(agent.online()).isTrue();
    }
    List<Integer> asks = gateway.connections.getOrDefault("/v1/ask", List.of());
    List<Integer> reports = gateway.connections.getOrDefault("/v1/report", List.of());
    assertThat(new HashSet<>(asks))
        .hasSizeGreaterThanOrEqualTo(3)
        .doesNotContainAnyElementsOf(reports);
  }

  @Test
  void junkOnThePokePortDoesNothing() throws Exception {
    TestCard on = newCard(cardDirectory);
    try (Agent agent = on.boot()) {
      gateway.await(gateway.reports, r -> true);
      on.poke("");
      on.poke("CADE-POKE");
      on.poke("CADE-POKE\n\n");
      on.poke("x".repeat(2_000));
      gateway.reports.clear();
      gateway.await(gateway.reports, r -> true);
      assertThat(agent.online()).isTrue();
      assertThat(gateway.connections).doesNotContainKey("/v1/ask");
    }
  }

  @Test
  void lostPokeIsMadeUpForByAReport() throws Exception {
    TestCard on = newCard(cardDirectory);
    try (Agent agent = on.boot()) {
      gateway.await(gateway.reports, r -> true);
      gateway.queue(new Command.StopService(1, "shop"));
      gateway.reportWaiting = true;
      assertThat(resultOf(1).succeeded()).isTrue();
      assertThat(agent.online()).isTrue();
    }
  }

  @Test
  void badPackagesAreReportedAndLeaveNothing() throws Exception {
    TestCard on = newCard(cardDirectory);
    Command.InstallService other = publish(1, "evil", PackageKeys.generate(new SecureRandom()));
    Command.InstallService good = publish(2, "good");
    gateway.queue(other);
    Command.InstallService swapped = publish(3, "swapped");
    gateway.packages.put(
        swapped.packageDigest(), gateway.packages.getOrDefault(good.packageDigest(), new byte[0]));
    gateway.queue(swapped);
    gateway.queue(new Command.InstallService(4, "shop", good.packageDigest(), 10));
    gateway.queue(new Command.InstallService(5, "shop", good.packageDigest(), 1L << 32));
    gateway.queue(new Command.InstallService(6, "../shop", good.packageDigest(), 10_000));
    gateway.queue(new Command.InstallService(7, "shop", "sha256:" + "0".repeat(64), 10_000));
    gateway.queue(new Command.InstallService(8, "shop", "../../x", 10_000));
    try (Agent agent = on.boot()) {
      assertFailed(1, "signature is not one of this module's package key");
      assertFailed(3, "the engine sent a package with digest " + good.packageDigest());
      assertFailed(4, "more than the 10 bytes allowed");
      assertFailed(5, "package of 4294967296 bytes");
      assertFailed(6, "service name '../shop'");
      assertFailed(7, "no-such-package");
      assertFailed(8, "is no digest");
      assertThat(agent.services()).isEmpty();
    }
    assertNothingInstalled();
  }

  private void assertFailed(long id, String cause) throws InterruptedException {
    CommandResult result = resultOf(id);
    assertThat(result.succeeded()).as(result.detail()).isFalse();
    assertThat(result.detail()).contains(cause);
  }

  @Test
  void takenPortFailsTheStartWithItsCause() throws Exception {
    TestCard on = newCard(cardDirectory);
    Command.InstallService install = publish(1, "x");
    gateway.queue(install);
    gateway.queue(start(2, install.packageDigest(), on));
    try (var taken = new java.net.ServerSocket(on.servicePort, 1, on.address);
        Agent agent = on.boot()) {
      assertFailed(2, "exit code 1: cannot listen on 127.1.20.3 port " + taken.getLocalPort());
      assertThat(agent.services().get(0).state()).isEqualTo(ServiceStatus.State.FAILED);
    }
  }

  @Test
  void tamperedContentIsNotServedAfterAReboot() throws Exception {
    TestCard on = newCard(cardDirectory);
    Command.InstallService install = publish(1, "good");
    gateway.queue(install);
    gateway.queue(start(2, install.packageDigest(), on));
    Agent agent = on.boot();
    assertThat(resultOf(2).succeeded()).isTrue();
    agent.close();
    Path page =
        cardDirectory.resolve(
            "services/shop/" + install.packageDigest().substring(7) + "/content/index.html");
    Files.writeString(page, "evil");
    gateway.reports.clear();
    try (Agent again = on.boot("")) {
      awaitService(s -> s.detail().contains("file 'index.html' was changed"));
      assertThatThrownBy(() -> on.get("/")).isInstanceOf(IOException.class);
      assertThat(again.online()).isTrue();
    }
  }

  @Test
  void repeatedCommandsAreAnsweredWithoutBeingRepeated() throws Exception {
    TestCard on = newCard(cardDirectory);
    Command.InstallService install = publish(1, "x");
    gateway.queue(install);
    gateway.queue(new Command.StopService(2, "shop"));
    Agent agent = on.boot();
    assertThat(resultOf(2).succeeded()).isTrue();
    agent.kill();
    gateway.packages.clear();
    gateway.queue(install);
    try (Agent again = on.boot("")) {
      assertThat(resultOf(1)).isEqualTo(new CommandResult(1, true, ""));
      assertThat(again.services()).hasSize(1);
    }
  }

  @Test
  void fallenServiceIsStartedAgain() throws Exception {
    TestCard on = newCard(cardDirectory);
    Command.InstallService install = publish(1, "x");
    gateway.queue(install);
    gateway.queue(start(2, install.packageDigest(), on));
    try (Agent agent = on.boot()) {
      assertThat(resultOf(2).succeeded()).isTrue();
      gateway.reports.clear();
      ProcessHandle site =
          ProcessHandle.current()
              .children()
              .filter(p -> p.info().commandLine().orElse("").contains(cardDirectory.toString()))
              .findFirst()
              .orElseThrow();
      site.destroyForcibly();
      awaitService(s -> s.detail().equals("exit code 137; restart 1 follows"));
      awaitService(state(ServiceStatus.State.RUNNING));
      assertThat(on.get("/")).isEqualTo("x");
      assertThat(agent.online()).isTrue();
    }
  }

  @Test
  void electedReaderReportsItsChassis() throws Exception {
    TestCard on = newCard(cardDirectory);
    gateway.chassisReader = true;
    try (Agent agent = on.boot()) {
      Report report = gateway.await(gateway.reports, r -> r.chassis() != null);
      assertThat(report.readings()).hasSize(1);
      gateway.chassisReader = false;
      gateway.reports.clear();
      gateway.await(gateway.reports, r -> r.chassis() == null);
      assertThat(agent.online()).isTrue();
    }
  }

  @Test
  void refusedSecretIsReplacedFromTheBootTree() throws Exception {
    TestCard on = newCard(cardDirectory);
    try (Agent agent = on.boot("a secret that nobody knows")) {
      gateway.await(gateway.reports, r -> true);
      assertThat(on.refetches).hasValue(1);
      assertThat(agent.online()).isTrue();
    }
  }

  @Test
  void agentComesBackWhenTheEngineDoes() throws Exception {
    TestCard on = newCard(cardDirectory);
    gateway.refusal = new ErrorReply("starting", "the engine is starting");
    try (Agent agent = on.boot()) {
      assertThat(agent.online()).isFalse();
      gateway.refusal = null;
      gateway.await(gateway.reports, r -> true);
    }
  }

  @Test
  void takenPokePortIsNamed() throws Exception {
    TestCard on = newCard(cardDirectory);
    Agent agent = on.boot();
    assertThatThrownBy(() -> on.boot(""))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot hear pokes on /127.1.20.3:" + on.pokePort);
    agent.kill();
    agent.kill();
  }
}
