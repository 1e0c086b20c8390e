package io.cade.sim.acme;

import io.cade.engine.acme.AcmeSettings;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.sim.net.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Pebble, Let's Encrypt's ACME server for tests, as a process of its own. */
final class Pebble implements AutoCloseable {
  private static final Duration START_WITHIN = Duration.ofSeconds(30);

  private final Process process;
  private final Path output;
  private final NameServer names;
  private final AcmeSettings settings;

  private Pebble(Process process, Path output, NameServer names, AcmeSettings settings) {
    this.process = process;
    this.output = output;
    this.names = names;
    this.settings = settings;
  }

  /** Skips the test when it is not installed. */
  static void require() {
    Tool.require("pebble", "pebble");
  }

  /**
   * Starts one that finds every name at 127.0.0.1.
   *
   * @param httpPort where it looks for answers to its challenges
   * @param environment its further settings, see its manual
   */
  static Pebble start(Path dir, int httpPort, Map<String, String> environment) throws Exception {
    return start(dir, httpPort, "", environment);
  }

  /**
   * @param more further members of its configuration, each preceded by a comma
   */
  static Pebble start(Path dir, int httpPort, String more, Map<String, String> environment)
      throws Exception {
    ModuleAuthority authority =
        ModuleAuthority.open(dir.resolve("ca"), InstantSource.system(), new SecureRandom());
    Identity server = authority.server("pebble", List.of("127.0.0.1"));
    Path ca = Files.writeString(dir.resolve("ca.pem"), authority.certificatePem());
    Path chain = Files.writeString(dir.resolve("chain.pem"), server.certificateChainPem());
    Path key = Files.writeString(dir.resolve("key.pem"), server.privateKeyPem());
    int port = freePort();
    Path config =
        Files.writeString(
            dir.resolve("pebble.json"),
            """
            {"pebble": {"listenAddress": "127.0.0.1:%d", "managementListenAddress": "",
             "certificate": "%s", "privateKey": "%s", "httpPort": %d, "tlsPort": 1%s}}
            """
                .formatted(port, chain, key, httpPort, more));
    NameServer names = NameServer.start();
    Path output = dir.resolve("pebble.log");
    ProcessBuilder builder =
        new ProcessBuilder(
            "pebble", "-config", config.toString(), "-dnsserver", "127.0.0.1:" + names.port());
    builder.environment().put("PEBBLE_VA_NOSLEEP", "1");
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    Pebble pebble =
        new Pebble(
            process,
            output,
            names,
            new AcmeSettings(
                URI.create("https://127.0.0.1:" + port + "/dir"),
                List.of(URI.create("mailto:hostmaster@example.com")),
                ca,
                AcmeSettings.RENEW_BEFORE));
    try {
      pebble.awaitListening(port);
    } catch (AssertionError e) {
      pebble.close();
      throw e;
    }
    return pebble;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private void awaitListening(int port) throws IOException {
    long giveUp = System.nanoTime() + START_WITHIN.toNanos();
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 1000);
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > giveUp) {
          throw new AssertionError("pebble does not listen:\n" + said(), e);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
  }

  /** How an engine is configured to order here. */
  AcmeSettings settings() {
    return settings;
  }

  /** Everything it has logged. */
  String said() throws IOException {
    return Files.readString(output, StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    names.close();
  }
}
