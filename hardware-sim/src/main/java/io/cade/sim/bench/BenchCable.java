package io.cade.sim.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two machines of their own on one Ethernet cable, as network namespaces: a server at
 * 10.77.255.1/16, and one that stands for a relay agent and all clients behind it at
 * 10.77.255.254/16. Linux only, as root.
 */
final class BenchCable implements AutoCloseable {
  static final String SERVER_ADDRESS = "10.77.255.1";
  static final String CLIENT_ADDRESS = "10.77.255.254";

  private final String server;
  private final String client;

  private BenchCable(String label) {
    String prefix = "cade-bench-" + ProcessHandle.current().pid() + "-" + label;
    server = prefix + "-server";
    client = prefix + "-client";
  }

  /**
   * Lays one.
   *
   * @throws IOException saying what is missing
   */
  static BenchCable lay(String label) throws IOException, InterruptedException {
    BenchCable cable = new BenchCable(label);
    try {
      run(List.of("ip", "netns", "add", cable.server));
      run(List.of("ip", "netns", "add", cable.client));
      cable.ip(cable.server, "link add eth0 type veth peer name eth0 netns " + cable.client);
      cable.up(cable.server, SERVER_ADDRESS);
      cable.up(cable.client, CLIENT_ADDRESS);
      return cable;
    } catch (IOException e) {
      cable.close();
      throw new IOException(
          "no network namespaces for the measurement ("
              + e.getMessage()
              + "); run it as root on Linux, with the package iproute2",
          e);
    }
  }

  private void up(String machine, String address) throws IOException, InterruptedException {
    ip(machine, "address add " + address + "/16 dev eth0");
    ip(machine, "link set eth0 up");
    ip(machine, "link set lo up");
  }

  private void ip(String machine, String words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip", "-n", machine));
    command.addAll(List.of(words.split(" ", -1)));
    run(command);
  }

  /** The command that runs on the server's machine. */
  List<String> onServer(List<String> words) {
    return on(server, words);
  }

  /** The command that runs on the clients' machine. */
  List<String> onClient(List<String> words) {
    return on(client, words);
  }

  private static List<String> on(String machine, List<String> words) {
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", machine));
    command.addAll(words);
    return command;
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    String said =
        new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
            .strip();
    if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }

  @Override
  public void close() throws InterruptedException {
    for (String machine : List.of(client, server)) {
      try {
        run(List.of("ip", "netns", "del", machine));
      } catch (IOException e) {
        // Was never made; there is nothing to remove.
      }
    }
  }
}
