package io.cade.sim.bench;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A process that serves one folder, ours or a peer's, on 127.0.0.1.
 *
 * @param tftp where, if it does
 * @param http where, if it does
 * @param windows whether it knows RFC 7440
 */
record FileServer(
    String name,
    Process process,
    Optional<InetSocketAddress> tftp,
    Optional<InetSocketAddress> http,
    boolean windows)
    implements AutoCloseable {
  private static final int DNSMASQ_PORT = 69;

  /** The engine's servers; {@code flags} as the launcher gives them to the engine. */
  static FileServer ours(String name, Path image, int cards, boolean nio) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xms32m",
                "-Xmx128m",
                "-XX:MaxDirectMemorySize=48m",
                "-XX:ReservedCodeCacheSize=48m"));
    String more = System.getProperty("cade.bench.serverFlags", "");
    if (!more.isEmpty()) {
      command.addAll(List.of(more.split(",,", -1)));
    }
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            BootServerUnderTest.class.getName(),
            image.toString(),
            Integer.toString(cards)));
    if (nio) {
      command.add("nio");
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String line = process.inputReader(StandardCharsets.US_ASCII).readLine();
    if (line == null) {
      throw new IOException("the server under test did not start");
    }
    String[] ports = line.split(" ", -1);
    return new FileServer(
        name,
        process,
        Optional.of(at(Integer.parseInt(ports[0]))),
        Optional.of(at(Integer.parseInt(ports[1]))),
        true);
  }

  /** All TFTP servers that are installed and can be started here. */
  static List<FileServer> tftpPeers(Path folder) throws IOException, InterruptedException {
    List<FileServer> peers = new ArrayList<>();
    int port = freeUdp();
    start(
            "atftpd",
            List.of(
                "--daemon",
                "--no-fork",
                "--user",
                "root.root",
                "--maxthread",
                "400",
                "--bind-address",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                folder.toString()))
        .ifPresent(p -> peers.add(tftp("atftpd", p, port, true)));
    start(
            "dnsmasq",
            List.of(
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--pid-file=",
                "--user=root",
                "--port=0",
                "--listen-address=127.0.0.1",
                "--bind-interfaces",
                "--enable-tftp",
                "--tftp-max=400",
                "--tftp-root=" + folder))
        .ifPresent(p -> peers.add(tftp("dnsmasq", p, DNSMASQ_PORT, false)));
    int other = freeUdp();
    start(
            "in.tftpd",
            List.of("-L", "-a", "127.0.0.1:" + other, "-u", "root", "-s", folder.toString()))
        .ifPresent(p -> peers.add(tftp("in.tftpd", p, other, false)));
    return peers;
  }

  /** A web server, if one is installed. */
  static Optional<FileServer> httpPeer(Path folder) throws IOException, InterruptedException {
    int port = freeTcp();
    if (program("nginx").isPresent()) {
      Path config = folder.resolveSibling("nginx.conf");
      Files.writeString(
          config,
          """
          daemon off; worker_processes 1; pid %1$s/nginx.pid; error_log %1$s/nginx.log; user root;
          events { worker_connections 512; }
          http { access_log off; sendfile on; tcp_nopush on;
            server { listen 127.0.0.1:%2$d; root %3$s; } }
          """
              .formatted(folder.getParent(), port, folder));
      return start("nginx", List.of("-c", config.toString())).map(p -> http("nginx", p, port));
    }
    return start(
            "python3",
            List.of(
                "-m",
                "http.server",
                "--bind",
                "127.0.0.1",
                "--directory",
                folder.toString(),
                Integer.toString(port)))
        .map(p -> http("python3", p, port));
  }

  private static FileServer tftp(String name, Process process, int port, boolean windows) {
    return new FileServer(name, process, Optional.of(at(port)), Optional.empty(), windows);
  }

  private static FileServer http(String name, Process process, int port) {
    return new FileServer(name, process, Optional.empty(), Optional.of(at(port)), false);
  }

  private static Optional<Process> start(String program, List<String> arguments)
      throws IOException, InterruptedException {
    Optional<Path> found = program(program);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    List<String> command = new ArrayList<>(List.of(found.get().toString()));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    // One that cannot have its port or its rights ends at once.
    return process.waitFor(700, TimeUnit.MILLISECONDS) ? Optional.empty() : Optional.of(process);
  }

  /** An installed program. */
  static Optional<Path> program(String name) {
    String folders = System.getenv("PATH") + ":/usr/sbin:/sbin";
    return Arrays.stream(folders.split(":", -1))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static InetSocketAddress at(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static int freeUdp() throws IOException {
    try (DatagramSocket probe = new DatagramSocket(at(0))) {
      return probe.getLocalPort();
    }
  }

  private static int freeTcp() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  /** Counters of ours. */
  String counters() throws IOException {
    process.outputWriter(StandardCharsets.US_ASCII).append('\n').flush();
    return process.inputReader(StandardCharsets.US_ASCII).readLine();
  }

  /** A line of {@code /proc/PID/status} in KiB; 0 where there is none. */
  long memoryKib(String key) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(key + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElse(0);
  }

  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(3, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroy);
  }
}
