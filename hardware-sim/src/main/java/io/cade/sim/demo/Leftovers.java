package io.cade.sim.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Processes of a demonstration that was killed: they end by themselves, in some seconds. */
final class Leftovers {
  private static final int MAX_BYTES = 64 << 10;

  private Leftovers() {}

  /** Those of this state directory's last demonstration that still run. */
  static List<ProcessHandle> of(Path state) {
    Path file = state.resolve("endpoints.json");
    List<ProcessHandle> running = new ArrayList<>();
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
        return running;
      }
      JsonNode pids = JsonMapper.builder().build().readTree(Files.readAllBytes(file)).path("pids");
      for (JsonNode pid : pids) {
        ProcessHandle.of(pid.asLong())
            .filter(process -> process.pid() != ProcessHandle.current().pid())
            .filter(process -> serves(process, state))
            .ifPresent(running::add);
      }
    } catch (IOException e) {
      // It says nothing then.
    }
    return running;
  }

  /** The number may long belong to somebody else. */
  private static boolean serves(ProcessHandle process, Path state) {
    return process
        .info()
        .arguments()
        .map(List::of)
        .map(words -> words.stream().anyMatch(word -> word.startsWith(state + "/")))
        .orElse(false);
  }
}
