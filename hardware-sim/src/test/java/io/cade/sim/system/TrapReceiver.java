package io.cade.sim.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** net-snmp's {@code snmptrapd} in the foreground, with a configuration of its own. */
final class TrapReceiver implements AutoCloseable {
  private final Process process;
  private final Path received;
  private final Path said;

  private TrapReceiver(Process process, Path received, Path said) {
    this.process = process;
    this.received = received;
    this.said = said;
  }

  /** Takes from everybody: a community is made only when the cabinet starts; the lines show it. */
  static TrapReceiver start(Path folder, int port) throws Exception {
    Files.createDirectories(folder);
    Path configuration = folder.resolve("snmptrapd.conf");
    // One line for each.
    Files.writeString(configuration, "disableAuthorization yes\nformat2 %P|%V;%v\\n\n");
    Path received = folder.resolve("received");
    Path said = folder.resolve("said");
    Files.deleteIfExists(received);
    ProcessBuilder builder =
        new ProcessBuilder(
                Run.path("snmptrapd"),
                "-f",
                "-n",
                "-Lf",
                received.toString(),
                "-On",
                "-m",
                "",
                "-C",
                "-c",
                configuration.toString(),
                "-p",
                folder.resolve("pid").toString(),
                "udp:127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().put("SNMP_PERSISTENT_DIR", folder.resolve("persistent").toString());
    TrapReceiver receiver = new TrapReceiver(builder.start(), received, said);
    Patience.until(
        "snmptrapd has its port",
        Duration.ofSeconds(20),
        () -> {
          if (!receiver.process.isAlive()) {
            throw new AssertionError("snmptrapd has ended: " + Files.readString(said));
          }
          return Ports.isFreeUdp(port) ? "the port is free" : "";
        });
    return receiver;
  }

  /** Everything received so far, one notification per line. */
  List<String> lines() throws IOException {
    return Files.exists(received) ? Files.readString(received).lines().toList() : List.of();
  }

  /** What it wrote on its outputs, for a test's failure. */
  String said() throws IOException {
    return Files.readString(said);
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
