package io.cade.sim.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A web server or proxy in a process of its own, on one core. */
final class WebProcess implements AutoCloseable {
  private static final int TICKS_A_SECOND = 100;

  private final String name;
  private final Process process;
  private final int http;
  private final int https;

  private WebProcess(String name, Process process, int http, int https) {
    this.name = name;
    this.process = process;
    this.http = http;
    this.https = https;
  }

  /**
   * Starts it on one core and waits until both ports accept.
   *
   * @param https 0 when it has none
   * @throws IOException when it ends or does not listen within 20 s; with the end of its log
   */
  static WebProcess start(
      String name, int core, List<String> command, int http, int https, Path log)
      throws IOException, InterruptedException {
    List<String> pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
    pinned.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(pinned).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("CADE_NO_BUILD", "1");
    WebProcess server = new WebProcess(name, builder.start(), http, https);
    try {
      server.await(http, log);
      if (https != 0) {
        server.await(https, log);
      }
    } catch (IOException | InterruptedException e) {
      server.close();
      throw e;
    }
    return server;
  }

  private void await(int port, Path log) throws IOException, InterruptedException {
    for (int i = 0; i < 200; i++) {
      try (Socket probe = new Socket()) {
        probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
        return;
      } catch (IOException e) {
        if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
          break;
        }
      }
    }
    List<String> said = Files.readAllLines(log);
    throw new IOException(
        name + " did not start: " + said.subList(Math.max(0, said.size() - 3), said.size()));
  }

  String name() {
    return name;
  }

  int http() {
    return http;
  }

  int https() {
    return https;
  }

  /** Processor time of it and its children so far. */
  double cpuSeconds() throws IOException {
    long ticks = 0;
    for (ProcessHandle each : family()) {
      Path stat = Path.of("/proc", Long.toString(each.pid()), "stat");
      if (Files.isReadable(stat)) {
        ticks += ticks(Files.readString(stat));
      }
    }
    return (double) ticks / TICKS_A_SECOND;
  }

  /** Processor time of the just-in-time compilers in it so far; 0 for programs without. */
  double compilerSeconds() throws IOException {
    long ticks = 0;
    Path tasks = Path.of("/proc", Long.toString(process.pid()), "task");
    try (DirectoryStream<Path> all = Files.newDirectoryStream(tasks)) {
      for (Path task : all) {
        String stat = Files.readString(task.resolve("stat"));
        if (stat.contains("(C1 Compiler") || stat.contains("(C2 Compiler")) {
          ticks += ticks(stat);
        }
      }
    }
    return (double) ticks / TICKS_A_SECOND;
  }

  /** User and system time from a line of {@code /proc/PID/stat} (proc(5), fields 14 and 15). */
  static long ticks(String stat) {
    // The name, field 2, may hold anything, also blanks and brackets.
    String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(rest[11]) + Long.parseLong(rest[12]);
  }

  /** Resident memory of it and its children. */
  long residentKib() throws IOException {
    long sum = 0;
    for (ProcessHandle each : family()) {
      Path status = Path.of("/proc", Long.toString(each.pid()), "status");
      if (Files.isReadable(status)) {
        sum += (long) (FootprintBench.residentMebibytes(Files.readAllLines(status)) * 1024);
      }
    }
    return sum;
  }

  private List<ProcessHandle> family() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
  }

  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroy);
  }
}
