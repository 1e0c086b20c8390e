package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.run.ServiceProcesses.ServiceProcess;
import io.cade.agent.run.ServiceProcesses.ServiceSpec;
import io.cade.agent.site.StaticSite;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every adapter of {@link ServiceProcesses} must do. */
@Timeout(120)
abstract class ServiceProcessesContract {
  private static final InetAddress CARD = InetAddress.ofLiteral("127.1.20.2");

  @TempDir Path temporary = Path.of("unset");
  Path dir = Path.of("unset");
  private InetSocketAddress address = new InetSocketAddress(CARD, 1);

  abstract ServiceProcesses processes();

  @BeforeEach
  void content() throws IOException {
    dir = Files.createDirectory(temporary.resolve("content"));
    Files.writeString(dir.resolve("index.html"), "hello");
    address = new InetSocketAddress(CARD, FreePorts.tcp(CARD));
  }

  final ServiceSpec spec(String kind) {
    return new ServiceSpec("shop", kind, dir, dir.resolveSibling("scratch"), address);
  }

  final InetSocketAddress address() {
    return address;
  }

  private ServiceProcess start() throws IOException {
    return processes().start(spec("static-site"));
  }

  @Test
  void startedServiceAnswersUntilItIsStopped() throws Exception {
    ServiceProcess process = start();
    process.listening().get(60, TimeUnit.SECONDS);
    assertThat(HealthProbe.answers(address, StaticSite.HEALTH)).isTrue();
    assertThat(process.exited()).isNotDone();

    process.stop();

    assertThat(process.exited().get(60, TimeUnit.SECONDS)).isEqualTo("exit code 0");
    assertThat(HealthProbe.answers(address, StaticSite.HEALTH)).isFalse();
  }

  @Test
  void killedServiceIsGone() throws Exception {
    ServiceProcess process = start();
    process.listening().get(60, TimeUnit.SECONDS);

    process.kill();

    assertThat(process.exited().get(60, TimeUnit.SECONDS)).startsWith("exit code");
    assertThat(HealthProbe.answers(address, StaticSite.HEALTH)).isFalse();
  }

  @Test
  void takenPortEndsTheServiceWithTheCause() throws Exception {
    try (ServerSocket taken = new ServerSocket(address.getPort(), 1, CARD)) {
      ServiceProcess process = start();
      assertThat(process.exited().get(60, TimeUnit.SECONDS))
          .startsWith("exit code 1: cannot listen on 127.1.20.2 port " + taken.getLocalPort());
      assertThat(process.listening()).isNotDone();
    }
  }

  @Test
  void stopMayBeRepeated() throws Exception {
    ServiceProcess process = start();
    process.stop();
    process.stop();
    process.exited().get(60, TimeUnit.SECONDS);
    process.stop();
    process.kill();
  }

  @Test
  void unknownKindIsRefused() {
    assertThatThrownBy(() -> processes().start(spec("/bin/sh")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no runtime for services of kind '/bin/sh'");
  }
}
