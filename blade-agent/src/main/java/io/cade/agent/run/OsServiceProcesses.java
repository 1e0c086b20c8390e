package io.cade.agent.run;

import io.cade.agent.wire.LogText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services as real processes. They get an empty environment, a pipe whose end tells them to end,
 * and nothing else of the agent's. Thread-safe.
 */
public final class OsServiceProcesses implements ServiceProcesses {
  private static final Logger LOG = LoggerFactory.getLogger(OsServiceProcesses.class);
  private static final int GRACE_SECONDS = 5;
  private static final int MAX_LINE = LogText.MAX_CHARACTERS;

  /** Of the last line, when it is the cause of an end. */
  private static final int MAX_CAUSE = 400;

  private static final long WATCHER_STACK_BYTES = 128 * 1024;

  /**
   * Carries out its arguments, and asks them to end when its standard input does: with the agent,
   * however that ends, ends what it has started.
   */
  private static final String WATCHED =
      """
      exec 3<&0
      "$@" </dev/null 3<&- &
      child=$!
      { cat <&3; kill -TERM "$child"; } >/dev/null 2>&1 &
      exec 3<&-
      wait "$child"
      """;

  private final ServiceRuntimes runtimes;

  public OsServiceProcesses(ServiceRuntimes runtimes) {
    this.runtimes = runtimes;
  }

  @Override
  public ServiceProcess start(ServiceSpec spec) throws IOException {
    ServiceRuntimes.HowTo runtime = runtimes.of(spec);
    List<String> command = new ArrayList<>();
    if (!runtime.saysReady()) {
      command.addAll(List.of("/bin/sh", "-c", WATCHED, "sh"));
    }
    command.addAll(runtime.command());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(runtime.directory().toFile());
    Map<String, String> environment = builder.environment();
    // Nothing of the agent's surroundings, options and secrets, reaches a service.
    environment.clear();
    environment.put("LC_ALL", "C.UTF-8");
    environment.putAll(runtime.environment());
    Started started = new Started(spec.service(), builder.start(), spec.output());
    if (!runtime.saysReady()) {
      // Whether it answers is all that it tells.
      started.listening.complete(null);
    }
    // A platform thread: a read from a pipe would hold a carrier of virtual threads for good.
    Thread.ofPlatform()
        .name("service-" + spec.service())
        .daemon()
        .stackSize(WATCHER_STACK_BYTES)
        .start(started::watch);
    return started;
  }

  private static final class Started implements ServiceProcess {
    private final String service;
    private final Process process;
    private final Consumer<String> output;
    private final CompletableFuture<Void> listening = new CompletableFuture<>();
    private final CompletableFuture<String> exited = new CompletableFuture<>();

    Started(String service, Process process, Consumer<String> output) {
      this.output = output;
      this.service = service;
      this.process = process;
    }

    /** Runs on the watcher's thread until the process has ended. */
    void watch() {
      String last = "";
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8), 1024)) {
        for (String line = line(out); line != null; line = line(out)) {
          if (line.equals("READY")) {
            listening.complete(null);
          } else if (!line.isBlank()) {
            last = line;
            output.accept(line);
            LOG.debug("service {} (pid {}): {}", service, process.pid(), line);
          }
        }
      } catch (IOException e) {
        LOG.debug("output of service {} ended", service, e);
      }
      try {
        int code = process.waitFor();
        exited.complete("exit code " + code + (last.isEmpty() ? "" : ": " + cut(last)));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        exited.complete("no longer watched");
      }
    }

    private static String cut(String line) {
      return line.substring(0, Math.min(line.length(), MAX_CAUSE));
    }

    /** One line, cut to a sane length however long it is. */
    private static @org.jspecify.annotations.Nullable String line(BufferedReader in)
        throws IOException {
      StringBuilder line = new StringBuilder();
      int c = in.read();
      if (c < 0) {
        return null;
      }
      for (; c >= 0 && c != '\n'; c = in.read()) {
        if (line.length() < MAX_LINE && c >= 0x20) {
          line.append((char) c);
        }
      }
      return line.toString();
    }

    @Override
    public CompletableFuture<Void> listening() {
      return listening;
    }

    @Override
    public CompletableFuture<String> exited() {
      return exited;
    }

    @Override
    public void stop() {
      try {
        process.getOutputStream().close();
      } catch (IOException e) {
        LOG.debug("service {} had closed its input", service, e);
      }
      Thread.ofVirtual().name("stop-" + service).start(this::endWithinGrace);
    }

    private void endWithinGrace() {
      try {
        if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
          LOG.warn("service {} did not end by itself; killed", service);
          kill();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        kill();
      }
    }

    @Override
    public void kill() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
