package io.cade.sim.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.sim.demo.EngineApi;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A program of Cade that says {@code READY …} when it is; closed, it is told to end and awaited.
 */
final class Running implements AutoCloseable {
  /** Between the ports of the demonstration and those that the system gives to clients. */
  private static final int PORT_OFFSET = 14_000;

  private static final Duration END_LIMIT = Duration.ofSeconds(30);

  private final Process process;
  private final long began;

  /** Completed by the reader thread: with the moment of readiness, or with the last line said. */
  private final CompletableFuture<Long> ready = new CompletableFuture<>();

  private Running(Process process, long began) {
    this.process = process;
    this.began = began;
  }

  static Running demo(Path launcher, Workspace workspace, int chassis) throws IOException {
    int offset = PORT_OFFSET + (int) (ProcessHandle.current().pid() % 300) * 10;
    return start(
        List.of(
            launcher.toString(),
            "demo",
            "--chassis",
            Integer.toString(chassis),
            "--state",
            workspace.state().toString(),
            "--port-offset",
            Integer.toString(offset)));
  }

  /** The demonstration's endpoints, as a script finds them. */
  static JsonNode endpoints(Workspace workspace) throws IOException {
    return JsonMapper.builder()
        .build()
        .readTree(workspace.state().resolve("endpoints.json").toFile());
  }

  /** The interface of the demonstration's engine. */
  static EngineApi engineOf(Workspace workspace) throws IOException {
    JsonNode endpoints = endpoints(workspace);
    String admin = endpoints.path("admin").asText();
    return EngineApi.open(
        Integer.parseInt(admin.substring(admin.lastIndexOf(':') + 1)),
        Path.of(endpoints.path("caFile").asText()),
        endpoints.path("user").asText(),
        Path.of(endpoints.path("passwordFile").asText()));
  }

  static Running start(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // What runs now was built a moment ago; the check would count as start time.
    builder.environment().put("CADE_NO_BUILD", "1");
    Running running = new Running(builder.start(), System.nanoTime());
    Thread.ofPlatform().name("output of " + command.get(1)).daemon().start(running::read);
    return running;
  }

  private void read() {
    String last = "it said nothing";
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = line;
        if (line.startsWith("READY ")) {
          ready.complete(System.nanoTime());
        }
      }
    } catch (IOException e) {
      last = String.valueOf(e.getMessage());
    }
    ready.completeExceptionally(new IOException(last));
  }

  /**
   * Waits until it is ready.
   *
   * @return seconds since its start
   * @throws IOException when it ends before, or is not ready in time
   */
  double awaitReady(Duration limit) throws IOException, InterruptedException {
    try {
      return (ready.get(limit.toMillis(), TimeUnit.MILLISECONDS) - began) / 1e9;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException("it ended before it was ready: " + cause.getMessage(), e);
    } catch (TimeoutException e) {
      throw new IOException("it was not ready within " + limit.toSeconds() + " s", e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
