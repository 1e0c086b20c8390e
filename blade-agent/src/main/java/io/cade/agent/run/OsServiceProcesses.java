package io.cade.agent.run;

import io.cade.agent.data.Orphan;
import io.cade.agent.wire.LogText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
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

  /** Until it is killed from here; the watch does so before, also without an agent. */
  private static final int GRACE_SECONDS = 7;

  /** For a watch whose program was killed. */
  private static final int KILLED_SECONDS = 3;

  /** How long the output of a service that has ended may still be held open by others. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private static final int MAX_LINE = LogText.MAX_CHARACTERS;

  /** Of the last line, when it is the cause of an end. */
  private static final int MAX_CAUSE = 400;

  private static final long WATCHER_STACK_BYTES = 128 * 1024;

  /**
   * Carries out its arguments when it is told to, in a session of their own. When its standard
   * input ends, it asks them to end, and 5 s later kills them with all that they have started: with
   * the agent, however that ends, ends what it has started. What they leave behind when they end by
   * themselves is killed as well.
   */
  private static final String WATCHED =
      """
      read -r go || exit 125
      exec 3<&0
      setsid "$@" </dev/null 3<&- &
      child=$!
      { read -r end <&3; kill -s TERM "$child"; sleep 5
        kill -s KILL -- "-$child"; kill -s KILL "$child"; } >/dev/null 2>&1 &
      watch=$!
      exec 3<&- 2>/dev/null
      wait "$child"
      code=$?
      # Its number may be another's from now on.
      kill -s KILL "$watch"
      for look in 1 2 3 4 5 6 7 8 9 10; do
        kill -s KILL -- "-$child" || break
        sleep 0.1
      done
      exit "$code"
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
    Started started =
        new Started(spec.service(), builder.start(), !runtime.saysReady(), spec.output());
    note(started.process, notes(spec.service(), spec.scratch()));
    if (!runtime.saysReady()) {
      started.go();
      // Whether it answers is all that it tells.
      started.listening.complete(null);
    }
    // A platform thread: a read from a pipe would hold a carrier of virtual threads for good.
    Thread reader =
        Thread.ofPlatform()
            .name("service-" + spec.service())
            .daemon()
            .stackSize(WATCHER_STACK_BYTES)
            .start(started::read);
    Thread.ofVirtual().name("end-" + spec.service()).start(() -> started.awaitEnd(reader));
    return started;
  }

  @Override
  public void endEarlier(String service, Path scratch) throws IOException, InterruptedException {
    Orphan.end(notes(service, scratch), GRACE_SECONDS);
  }

  /** Where it is noted which process the service is; no service has this name. */
  private static Path notes(String service, Path scratch) {
    return scratch.resolveSibling(service + ".pid");
  }

  private static void note(Process process, Path note) {
    try {
      Files.createDirectories(
          note.toAbsolutePath().getParent(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.writeString(note, Orphan.of(process.toHandle()));
    } catch (IOException e) {
      // A disk that is full must not keep a service from running again.
      LOG.warn("process {} could not be noted in {}", process.pid(), note, e);
    }
  }

  private static final class Started implements ServiceProcess {
    private final String service;
    private final Process process;
    private final boolean watched;
    private final Consumer<String> output;
    private final CompletableFuture<Void> listening = new CompletableFuture<>();
    private final CompletableFuture<String> exited = new CompletableFuture<>();
    private volatile String last = "";

    Started(String service, Process process, boolean watched, Consumer<String> output) {
      this.output = output;
      this.watched = watched;
      this.service = service;
      this.process = process;
    }

    /** The watch, too, begins only when it is known. */
    void go() {
      try {
        process.getOutputStream().write("go\n".getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
      } catch (IOException e) {
        LOG.debug("service {} has ended", service, e);
      }
    }

    /** Runs on a thread of its own until nobody holds the output any more. */
    void read() {
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
    }

    /** Its end is that of its process: what it has started may hold its output for ever. */
    void awaitEnd(Thread reader) {
      try {
        int code = process.waitFor();
        boolean _ = reader.join(LAST_WORDS);
        String said = last;
        closeInput();
        exited.complete("exit code " + code + (said.isEmpty() ? "" : ": " + cut(said)));
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

    private void closeInput() {
      try {
        process.getOutputStream().close();
      } catch (IOException e) {
        LOG.debug("service {} had closed its input", service, e);
      }
    }

    @Override
    public void stop() {
      closeInput();
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
      if (!watched) {
        process.destroyForcibly();
        return;
      }
      // The watch itself stays: it kills what is no descendant any more, and ends.
      closeInput();
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      Thread.ofVirtual().name("kill-" + service).start(this::killWatch);
    }

    private void killWatch() {
      try {
        if (process.waitFor(KILLED_SECONDS, TimeUnit.SECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
