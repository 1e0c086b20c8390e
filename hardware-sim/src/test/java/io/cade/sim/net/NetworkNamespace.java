package io.cade.sim.net;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A machine of its own, as far as the network goes: a Linux network namespace, which has only the
 * loopback interface in the beginning. Closing it ends its processes and removes it with all its
 * interfaces. Names begin with {@code cade-test-} and the process id, so that what a killed test
 * run left behind is found and removed by the next one.
 */
public final class NetworkNamespace implements AutoCloseable {
  private static final String PREFIX = "cade-test-";

  private final String name;
  private final List<Process> started = new ArrayList<>();

  private NetworkNamespace(String name) {
    this.name = name;
  }

  /** Skips the test, by name, where namespaces cannot be made. */
  public static void requirePossible() throws IOException, InterruptedException {
    Tool.require("ip", "iproute2");
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "needs root for network namespaces");
    removeLeftovers();
    String trial = nameOf("trial");
    boolean possible = Tool.run(List.of("ip", "netns", "add", trial)).exit() == 0;
    if (possible) {
      Tool.run(List.of("ip", "netns", "del", trial)).orFail();
    }
    Assumptions.assumeTrue(possible, "needs the right to make network namespaces (CAP_SYS_ADMIN)");
  }

  private static String nameOf(String label) {
    return PREFIX + ProcessHandle.current().pid() + "-" + label;
  }

  private static void removeLeftovers() throws IOException, InterruptedException {
    for (String line : Tool.run(List.of("ip", "netns", "list")).orFail().lines().toList()) {
      String old = line.split(" ", 2)[0];
      if (old.matches(PREFIX + "[0-9]+-.*")) {
        long pid = Long.parseLong(old.split("-", 4)[2]);
        if (ProcessHandle.of(pid).isEmpty()) {
          new NetworkNamespace(old).close();
        }
      }
    }
  }

  /** Makes one; the label tells those of one test apart. */
  public static NetworkNamespace create(String label) throws IOException, InterruptedException {
    NetworkNamespace made = new NetworkNamespace(nameOf(label));
    Tool.run(List.of("ip", "netns", "add", made.name)).orFail();
    made.ip("link", "set", "lo", "up");
    return made;
  }

  public String name() {
    return name;
  }

  /** {@code ip WORDS} inside. */
  public String ip(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip", "-n", name));
    command.addAll(List.of(words));
    return Tool.run(command).orFail();
  }

  /** Lays a cable between an interface here and one there, and brings both up. */
  public void cable(String here, NetworkNamespace other, String there)
      throws IOException, InterruptedException {
    ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", other.name);
    ip("link", "set", here, "up");
    other.ip("link", "set", there, "up");
  }

  /** Makes a switch of interfaces that are here already. */
  public void bridge(String bridge, String... ports) throws IOException, InterruptedException {
    ip("link", "add", bridge, "type", "bridge", "forward_delay", "0");
    for (String port : ports) {
      ip("link", "set", port, "master", bridge);
    }
    ip("link", "set", bridge, "up");
  }

  /** Makes the sub-interface {@code parent.id}; the test is skipped where the kernel has none. */
  public String vlan(String parent, int id) throws IOException, InterruptedException {
    String made = parent + "." + id;
    String words = "link add link " + parent + " name " + made + " type vlan id " + id;
    Tool.Result result =
        Tool.run(
            Stream.concat(Stream.of("ip", "-n", name), Stream.of(words.split(" ", -1))).toList());
    Assumptions.assumeFalse(
        result.output().contains("Unknown device type"),
        "needs VLAN interfaces (kernel module 8021q)");
    result.orFail();
    ip("link", "set", made, "up");
    return made;
  }

  public void address(String device, String address) throws IOException, InterruptedException {
    ip("address", "add", address, "dev", device);
  }

  public void mac(String device, String mac) throws IOException, InterruptedException {
    ip("link", "set", device, "address", mac);
  }

  /** The command that runs WORDS inside. */
  public List<String> command(List<String> words) {
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", name));
    command.addAll(words);
    return command;
  }

  /** Runs a command to its end. */
  public Tool.Result run(String... words) throws IOException, InterruptedException {
    return Tool.run(command(List.of(words)));
  }

  /** Starts a command that ends with the namespace at the latest. */
  public Process start(Path output, String... words) throws IOException {
    return start(output, new ProcessBuilder(command(List.of(words))));
  }

  private Process start(Path output, ProcessBuilder builder) throws IOException {
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    started.add(process);
    return process;
  }

  /**
   * Calls something on a new thread inside. Sockets that it opens, and threads that it starts, stay
   * inside.
   */
  public <T> T inside(Callable<T> work) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("inside " + name)
        .start(() -> {
          try {
            ThreadNamespace.enter(Path.of("/run/netns", name));
            result.complete(work.call());
          } catch (Throwable e) {
            result.completeExceptionally(e);
          }
        });
    return result.get(60, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (String pid : Tool.run(List.of("ip", "netns", "pids", name)).output().lines().toList()) {
      // Those of threads of this very process are its own.
      if (pid.matches("[0-9]+") && Long.parseLong(pid) != ProcessHandle.current().pid()) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
    for (Process process : started) {
      process.destroyForcibly();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        throw new AssertionError("does not end: " + process.info().commandLine());
      }
    }
    Tool.run(List.of("ip", "netns", "del", name)).orFail();
  }
}
