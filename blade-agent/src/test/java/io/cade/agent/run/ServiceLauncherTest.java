package io.cade.agent.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.core.AgentEvent;
import io.cade.agent.core.AgentMemory;
import io.cade.image.Digests;
import io.cade.image.PackageBuilder;
import io.cade.image.PackageKeys;
import io.cade.image.PackageReader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServiceLauncherTest {
  @TempDir Path dir = Path.of("unset");
  private final KeyPair keys = PackageKeys.generate(new SecureRandom());
  private final List<String> calls = new ArrayList<>();
  private String digest = "";

  @BeforeEach
  void installed() throws IOException {
    Path file = dir.resolve("package");
    digest =
        new PackageBuilder("shop", "1", "static-site", 1, Instant.EPOCH)
            .file("index.html", "x".getBytes(UTF_8))
            .write(file, keys.getPrivate())
            .digest();
    Path parent = Files.createDirectories(dir.resolve("services/shop"));
    PackageReader.unpack(file, keys.getPublic(), parent.resolve(Digests.hex(digest)));
  }

  private List<AgentEvent> launch(ServiceProcesses processes) throws InterruptedException {
    List<AgentEvent> events = new ArrayList<>();
    new ServiceLauncher(
            7,
            new AgentMemory.Launch("shop", "static-site", digest, 8080),
            new ServiceFiles(dir),
            processes,
            calls::add)
        .run(
            PackageKeys.publicPem(keys.getPublic()),
            InetAddress.ofLiteral("127.1.20.5"),
            events::add);
    return events;
  }

  /** Of which every start fails as it is told to. */
  private abstract class Failing implements ServiceProcesses {
    @Override
    public void endEarlier(String service, Path scratch) throws IOException {
      calls.add("end " + service + " " + dir.relativize(scratch));
      calls.add("data there: " + Files.exists(dir.resolve("data/shop")));
    }
  }

  @Test
  void whateverAStartFailsWithIsReportedAsItsEnd() throws Exception {
    List<AgentEvent> events =
        launch(
            new Failing() {
              @Override
              public ServiceProcess start(ServiceSpec spec) {
                throw new OutOfMemoryError("Cannot reserve 67108864 bytes of direct buffer memory");
              }
            });
    assertThat(events)
        .containsExactly(
            new AgentEvent.ServiceExited(
                "shop", 7, "Cannot reserve 67108864 bytes of direct buffer memory"));
    // What an earlier agent left is ended before its data are touched.
    assertThat(calls).containsExactly("end shop run/shop", "data there: false");
    assertThat(dir.resolve("data/shop")).isDirectory();
  }

  @Test
  void nothingIsBegunBesideAProcessThatDoesNotEnd() throws Exception {
    List<AgentEvent> events =
        launch(
            new Failing() {
              @Override
              public void endEarlier(String service, Path scratch) throws IOException {
                super.endEarlier(service, scratch);
                throw new IOException("process 12 of an earlier start does not end");
              }

              @Override
              public ServiceProcess start(ServiceSpec spec) throws IOException {
                throw new IOException("begun");
              }
            });
    assertThat(events)
        .containsExactly(
            new AgentEvent.ServiceExited("shop", 7, "process 12 of an earlier start does not end"));
    assertThat(dir.resolve("data/shop")).doesNotExist();
  }
}
