package io.cade.sim.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine as a daemon under jsvc of Apache Commons Daemon, by the script that is delivered. */
@Timeout(value = 200, unit = TimeUnit.SECONDS)
class JsvcIT {
  @TempDir @Nullable Path temp;

  @Test
  void theEngineIsStartedAndStoppedUnderJsvc() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/jsvc")), "needs jsvc (package jsvc)");
    Path folder = folder();
    EngineFiles engine = EngineFiles.write(folder, Ports.freeOffset());
    Run.Result start = script(engine, "start");
    Path pidFile = folder.resolve("run").resolve("engine.pid");
    boolean started = start.exit() == 0;
    try {
      assertThat(start.exit()).as(start.toString()).isZero();
      long pid = Long.parseLong(Files.readString(pidFile).strip());
      Optional<ProcessHandle> process = ProcessHandle.of(pid);
      assertThat(process.filter(ProcessHandle::isAlive)).isPresent();

      // Started means ready: the first question is answered.
      assertThat(health(engine).statusCode()).isEqualTo(200);

      Run.Result stop = script(engine, "stop");
      started = false;
      assertThat(stop.exit()).as(stop.toString()).isZero();
      assertThat(process.filter(ProcessHandle::isAlive)).isEmpty();
      assertThat(pidFile).doesNotExist();
      assertThat(Ports.isFreeTcp("127.0.0.1", engine.admin())).isTrue();
    } finally {
      if (started) {
        script(engine, "stop");
      }
    }
  }

  @Test
  void aStartThatFailsIsToldByTheScript() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/jsvc")), "needs jsvc (package jsvc)");
    Path folder = folder();
    EngineFiles engine = EngineFiles.write(folder, Ports.freeOffset());
    Files.writeString(engine.config(), "unheardOf: 1\n");
    Run.Result start = script(engine, "start");
    assertThat(start.exit()).as(start.toString()).isEqualTo(1);
    assertThat(start.err()).contains("unheardOf");
    assertThat(folder.resolve("state")).doesNotExist();
  }

  private static Run.Result script(EngineFiles engine, String word) throws Exception {
    return Run.command(
        List.of(Run.home().resolve("packaging/jsvc/cade-engine").toString(), word),
        Map.of(
            "CADE_CONFIG", engine.config().toString(),
            "CADE_RUN", engine.config().resolveSibling("run").toString()));
  }

  private static HttpResponse<String> health(EngineFiles engine) throws Exception {
    Path authority = engine.state().resolve("pki").resolve("authority.pem");
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(Visit.trusting(authority)).build()) {
      return client.send(
          HttpRequest.newBuilder(
                  URI.create("https://127.0.0.1:" + engine.admin() + "/api/v1/health"))
              .timeout(Duration.ofSeconds(30))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private Path folder() {
    Path folder = temp;
    if (folder == null) {
      throw new AssertionError("no temporary folder");
    }
    return folder;
  }
}
