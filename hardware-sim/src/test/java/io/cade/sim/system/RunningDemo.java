package io.cade.sim.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** {@code ./cade demo} as its own process, from the shell as a user has it. Used by one thread. */
final class RunningDemo implements AutoCloseable {
  private static final Duration READY_LIMIT = Duration.ofMinutes(2);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path state;
  private final int offset;
  private final Path output;
  private final Process process;

  private RunningDemo(Path state, int offset, Path output, Process process) {
    this.state = state;
    this.offset = offset;
    this.output = output;
    this.process = process;
  }

  /** Starts it and waits for its line READY. */
  static RunningDemo start(Path state, int offset, Path output) throws Exception {
    return start(state, offset, output, List.of());
  }

  static RunningDemo start(Path state, int offset, Path output, List<String> more)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Run.launcher().toString(),
                "demo",
                "--state",
                state.toString(),
                "--port-offset",
                String.valueOf(offset)));
    command.addAll(more);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().remove("CADE_STATE");
    builder.environment().put("CADE_NO_BUILD", "1");
    RunningDemo demo = new RunningDemo(state, offset, output, builder.start());
    try {
      Patience.until(
          "READY",
          READY_LIMIT,
          () -> {
            if (demo.lines().stream().anyMatch(l -> l.matches("READY in \\d+\\.\\d s"))) {
              return "";
            }
            if (!demo.process.isAlive()) {
              throw new AssertionError("the demo has ended:\n" + demo.text());
            }
            return "said so far: " + demo.text();
          });
      return demo;
    } catch (Exception | AssertionError e) {
      demo.close();
      throw e;
    }
  }

  Path state() {
    return state;
  }

  int offset() {
    return offset;
  }

  Process process() {
    return process;
  }

  String text() throws IOException {
    return Files.readString(output);
  }

  List<String> lines() throws IOException {
    return text().lines().toList();
  }

  JsonNode endpoints() throws IOException {
    return JSON.readTree(Files.readAllBytes(state.resolve("endpoints.json")));
  }

  /** The port behind a key of {@code endpoints.json}. */
  int port(String key) throws IOException {
    String at = endpoints().path(key).asText();
    return Integer.parseInt(at.substring(at.indexOf(':') + 1));
  }

  long pid(String role) throws IOException {
    return endpoints().path("pids").path(role).asLong();
  }

  String secret(String key) throws IOException {
    return Files.readString(Path.of(endpoints().path(key).asText())).strip();
  }

  Path authority() throws IOException {
    return Path.of(endpoints().path("caFile").asText());
  }

  /** {@code ./cade WORDS --state DIR}. */
  Run.Result cade(String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--state");
    all.add(state.toString());
    return Run.cade(all);
  }

  /** The JSON that such a command prints; fails when it does not end well. */
  JsonNode json(String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--json");
    Run.Result result = cade(all.toArray(String[]::new));
    if (result.exit() != 0 || !result.err().isEmpty()) {
      throw new AssertionError(result.toString());
    }
    return JSON.readTree(result.out());
  }

  /** The demo's process and everything below it. */
  Set<ProcessHandle> family() {
    Set<ProcessHandle> all = process.descendants().collect(Collectors.toCollection(TreeSet::new));
    all.add(process.toHandle());
    return all;
  }

  /** Tells it to end and returns its exit code. */
  int end(Duration limit) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("the demo did not end within " + limit.toSeconds() + " s");
    }
    return process.exitValue();
  }

  /** Leaves nothing running, however the test ended. */
  @Override
  public void close() {
    Set<ProcessHandle> family = family();
    process.destroy();
    try {
      process.waitFor(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    family.forEach(ProcessHandle::destroyForcibly);
  }
}
