package io.cade.agent.debian;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Programs as real processes: found in the system's own folders and nowhere else, with an
 * environment of their own, bounded in time and in what they say. Thread-safe.
 */
final class OsPrograms implements Programs {
  static final int MAX_OUTPUT = 1 << 20;
  private static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
  private static final long READER_STACK_BYTES = 128 << 10;

  /** How long the output of a program that has ended may still be held open by others. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private static final Map<String, String> PACKAGES =
      Map.of(
          "nft", "nftables",
          "ip", "iproute2",
          "useradd", "passwd",
          "usermod", "passwd",
          "userdel", "passwd",
          "systemctl", "systemd",
          "apt-get", "apt",
          "apt-cache", "apt");

  private final List<String> before;

  /**
   * @param before words put before each program's, like {@code ip netns exec NAME}; may be empty
   */
  OsPrograms(List<String> before) {
    this.before = List.copyOf(before);
  }

  /** Where a program is. */
  private static String find(String name) throws IOException {
    for (String folder : PATH.split(":", -1)) {
      Path file = Path.of(folder, name);
      if (Files.isExecutable(file)) {
        return file.toString();
      }
    }
    String pack = PACKAGES.get(name);
    throw new IOException(
        "this system has no " + name + (pack == null ? "" : "; install the package " + pack));
  }

  @Override
  public Said run(List<String> words, String input, Duration limit)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(before);
    command.addAll(words);
    if (!before.isEmpty()) {
      command.set(before.size(), find(words.getFirst()));
    }
    command.set(0, find(command.getFirst()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", PATH);
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("DEBIAN_FRONTEND", "noninteractive");
    Process process = builder.start();
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    // A platform thread: a read from a pipe would hold a carrier of virtual threads.
    Thread reader =
        Thread.ofPlatform()
            .name("output-" + words.getFirst())
            .daemon()
            .stackSize(READER_STACK_BYTES)
            .start(() -> read(process.getInputStream(), output));
    try {
      try (OutputStream in = process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // It ended without reading: its exit code tells why.
      }
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(
            words.getFirst() + " did not end within " + limit.toSeconds() + " s and was killed");
      }
      boolean _ = reader.join(LAST_WORDS);
    } finally {
      if (process.isAlive()) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    }
    synchronized (output) {
      return new Said(process.exitValue(), output.toString(StandardCharsets.UTF_8));
    }
  }

  /** Keeps the first megabyte; the rest is read, so that the program does not hang on it. */
  private static void read(InputStream in, ByteArrayOutputStream output) {
    byte[] buffer = new byte[8 << 10];
    try (in) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        synchronized (output) {
          output.write(buffer, 0, Math.min(count, MAX_OUTPUT - output.size()));
        }
      }
    } catch (IOException e) {
      // The process was killed.
    }
  }
}
