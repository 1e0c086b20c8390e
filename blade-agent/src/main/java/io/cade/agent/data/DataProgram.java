package io.cade.agent.data;

import io.cade.agent.wire.LogText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs that carry data over as processes of the services' user, in a session of their own
 * and with an empty environment. Whatever ends the agent ends the program, and the next run waits
 * for that: two never work on the same data. {@link #kill} may come from another thread.
 */
public final class DataProgram implements DataRunner {
  /** How long a program that was killed is waited for. */
  private static final int END_SECONDS = 5;

  /** Of the last line, when it is the cause of a failure. */
  private static final int MAX_CAUSE = 300;

  private static final long READER_STACK_BYTES = 128 << 10;

  /**
   * Runs its arguments when it is told to, and kills them with all that they have started when its
   * standard input ends: with the agent, or when the time is over.
   */
  private static final String GUARDED =
      """
      read -r go || exit 125
      exec 3<&0
      setsid "$@" </dev/null 3<&- &
      child=$!
      { cat <&3; kill -s KILL -- "-$child"; kill -s KILL "$child"; } >/dev/null 2>&1 &
      exec 3<&-
      wait "$child" 2>/dev/null
      """;

  private final Path note;
  private final String service;
  private final Consumer<String> output;
  private @Nullable Process running;
  private boolean ended;

  /**
   * @param folder of the service's data; where it is noted which process works on them
   * @param output takes each line that a program writes; must neither fail nor wait
   */
  public DataProgram(Path folder, String service, Consumer<String> output) {
    this.note = folder.resolve("program.pid");
    this.service = service;
    this.output = output;
  }

  @Override
  public void run(Path program, List<String> arguments, Path directory, int timeoutSeconds)
      throws IOException, InterruptedException {
    endOrphan();
    Process process = start(program, arguments, directory);
    CompletableFuture<String> words = new CompletableFuture<>();
    // A platform thread: a read from a pipe would hold a carrier of virtual threads.
    Thread.ofPlatform()
        .name("data-" + service)
        .daemon()
        .stackSize(READER_STACK_BYTES)
        .start(() -> words.complete(lastWords(process)));
    try {
      Files.writeString(note, Orphan.of(process.toHandle()));
      process.getOutputStream().write("go\n".getBytes(StandardCharsets.US_ASCII));
      process.getOutputStream().flush();
      boolean inTime = process.waitFor(timeoutSeconds, TimeUnit.SECONDS);
      end(process);
      int code = process.exitValue();
      // Also when all is well: what it said is told before whatever comes next.
      String said = said(words);
      if (!inTime) {
        throw new IOException("ended after " + timeoutSeconds + " s" + said);
      }
      if (code != 0) {
        throw new IOException("exit code " + code + said);
      }
    } finally {
      end(process);
      Files.deleteIfExists(note);
    }
  }

  private synchronized Process start(Path program, List<String> arguments, Path directory)
      throws IOException {
    if (ended) {
      throw new IOException("stopped before it was begun");
    }
    List<String> command =
        new ArrayList<>(
            List.of("/bin/sh", "-c", GUARDED, "sh", program.toAbsolutePath().toString()));
    command.addAll(arguments);
    command.add(directory.toAbsolutePath().toString());
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).directory(directory.toFile());
    Map<String, String> environment = builder.environment();
    // Nothing of the agent's surroundings, options and secrets, reaches a program.
    environment.clear();
    environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("CADE_SERVICE", service);
    running = builder.start();
    return running;
  }

  /** Ends what runs, at once, and lets nothing begin. */
  public synchronized void kill() {
    ended = true;
    Process process = running;
    if (process != null) {
      try {
        process.getOutputStream().close();
      } catch (IOException e) {
        // It has ended.
      }
    }
  }

  /** Returns when nothing of it runs any more. */
  private static void end(Process process) throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("process " + process.pid() + " does not end");
      }
    }
  }

  private String lastWords(Process process) {
    String last = "";
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8), 1024)) {
      StringBuilder line = new StringBuilder();
      for (int c = out.read(); c >= 0; c = out.read()) {
        if (c == '\n') {
          last = told(line, last);
          line.setLength(0);
        } else if (line.length() < LogText.MAX_CHARACTERS && c != '\r') {
          line.append((char) c);
        }
      }
      return told(line, last);
    } catch (IOException e) {
      return last;
    }
  }

  private String told(StringBuilder line, String before) {
    String text = LogText.harmless(line.toString());
    if (text.isBlank()) {
      return before;
    }
    output.accept(text);
    return text;
  }

  private static String said(CompletableFuture<String> words) throws InterruptedException {
    try {
      String last = words.get(END_SECONDS, TimeUnit.SECONDS);
      return last.isEmpty() ? "" : ": " + last.substring(0, Math.min(last.length(), MAX_CAUSE));
    } catch (ExecutionException | TimeoutException e) {
      return "";
    }
  }

  /** A program that an agent left behind has been told to end; it is waited for. */
  private void endOrphan() throws IOException, InterruptedException {
    if (!Files.exists(note)) {
      return;
    }
    ProcessHandle orphan = Orphan.find(Files.readString(note));
    if (orphan != null) {
      try {
        orphan.onExit().get(END_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        orphan.descendants().forEach(ProcessHandle::destroyForcibly);
        orphan.destroyForcibly();
        throw new IOException("an earlier program, process " + orphan.pid() + ", still ran", e);
      }
    }
    Files.delete(note);
  }
}
