package io.cade.sim.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.image.blade.KernelPackage;
import io.cade.sim.net.NetworkNamespace;
import io.cade.sim.net.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Where virtual machines are cards: a network namespace with a switch, the real engine on it, and
 * the image that {@code ./cade image build} makes imported. One chassis; the slots that are given
 * have a port each, {@code tap3} for slot 1.3. Used by one thread.
 */
final class QemuSite implements AutoCloseable {
  static final String KERNEL_PACKAGE = "linux-image-cloud-amd64";

  /** Against hangs only: a quarter of a minute where nothing else runs. */
  private static final Duration BUILD = Duration.ofMinutes(5);

  private final Path folder;
  private final NetworkNamespace network;
  private final List<AutoCloseable> open = new ArrayList<>();

  private QemuSite(Path folder, NetworkNamespace network) {
    this.folder = folder;
    this.network = network;
    open.add(network);
  }

  /** Skips the test, by name, where something is missing that every card needs. */
  static void require() throws IOException, InterruptedException {
    NetworkNamespace.requirePossible();
    Tool.require("busybox", "busybox");
    Assumptions.assumeTrue(
        Files.isRegularFile(Path.of("/usr/lib/ipxe/ipxe.efi")),
        "needs /usr/lib/ipxe/ipxe.efi (package ipxe)");
    try {
      KernelPackage.fetch(KERNEL_PACKAGE, Run.home().resolve(".cade/kernels"), System.out::println);
    } catch (IOException e) {
      Assumptions.abort("needs the package " + KERNEL_PACKAGE + ": " + e.getMessage());
    }
  }

  /**
   * Starts the engine and builds and imports the image.
   *
   * @param slots of chassis 1, each of a card with the address of {@link #mac}
   */
  static QemuSite start(Path folder, List<Integer> slots) throws Exception {
    QemuSite site = new QemuSite(folder, NetworkNamespace.create("qemu"));
    try {
      site.makeNetwork(slots);
      site.startEngine(slots);
      site.importImage();
      return site;
    } catch (Exception | AssertionError e) {
      site.close();
      throw e;
    }
  }

  static String mac(int slot) {
    return "52:54:00:00:01:%02x".formatted(slot);
  }

  QemuCard powerOn(int slot, QemuCard.Firmware firmware) throws IOException {
    QemuCard card = QemuCard.powerOn(network, "tap" + slot, mac(slot), firmware, folder);
    open.add(card::cut);
    return card;
  }

  /** What the operator sees of a card. */
  Run.Result show(int slot) throws IOException, InterruptedException {
    return cade("card", "show", "1." + slot, "--json");
  }

  String engineLog() throws IOException {
    return Files.readString(folder.resolve("engine.log"));
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  /** A switch with the cards on its ports; the engine sits on the switch, and is the router. */
  private void makeNetwork(List<Integer> slots) throws Exception {
    List<String> ports = slots.stream().map(slot -> "tap" + slot).toList();
    for (String port : ports) {
      network.ip("tuntap", "add", port, "mode", "tap");
      network.ip("link", "set", port, "up");
    }
    network.bridge("br0", ports.toArray(String[]::new));
    network.address("br0", "10.77.0.1/16");
    network.address("br0", "10.77.1.254/24");
  }

  private void startEngine(List<Integer> slots) throws Exception {
    Path config = folder.resolve("engine.yaml");
    Path state = folder.resolve("state");
    StringBuilder settings =
        new StringBuilder(
            """
            stateDirectory: %s
            listenAddress: 10.77.0.1
            internalNetwork: "10.77"
            cabinet:
              chassis: 1
            dhcp:
              interfaces: [br0]
              inventory:
            """
                .formatted(state));
    slots.forEach(slot -> settings.append("    \"1.%d\": \"%s\"\n".formatted(slot, mac(slot))));
    Files.writeString(config, settings);
    Path log = folder.resolve("engine.log");
    Process engine =
        network.start(log, Run.launcher().toString(), "engine", "--config", config.toString());
    open.add(() -> {
      engine.destroy();
      engine.waitFor(20, TimeUnit.SECONDS);
    });
    Patience.until(
        "the engine is there",
        Duration.ofMinutes(1),
        () -> {
          assertThat(engine.isAlive()).as(Files.readString(log)).isTrue();
          return Files.exists(state.resolve("endpoints.json"))
              ? ""
              : "log " + Files.readString(log);
        });
  }

  private void importImage() throws Exception {
    Path image = folder.resolve("blade.img");
    succeeds(buildImage(image, "7.3", List.of()));
    succeeds(cade("image", "verify", image.toString()));
    succeeds(cade("image", "import", image.toString()));
  }

  /** What the cards boot. */
  Path image() {
    return folder.resolve("blade.img");
  }

  /** Builds it once more, somewhere else and by a command that is prefixed. */
  Path buildAgain(Path otherFolder, List<String> prefix) throws Exception {
    Path again = Files.createDirectories(otherFolder).resolve("again.img");
    succeeds(buildImage(again, "7.3", prefix));
    return again;
  }

  /** Builds another version and hands it to the engine as a bundle, which no card has asked for. */
  void importUpdate(String version) throws Exception {
    Path image = folder.resolve("blade-" + version + ".img");
    Path bundle = folder.resolve("blade-" + version + ".cade");
    succeeds(buildImage(image, version, List.of()));
    succeeds(
        cade(
            "update",
            "build",
            "--image",
            image.toString(),
            "--from",
            "7.3",
            "--out",
            bundle.toString()));
    succeeds(cade("update", "import", bundle.toString()));
  }

  private Run.Result buildImage(Path target, String version, List<String> prefix) throws Exception {
    List<String> words = new ArrayList<>(prefix);
    words.addAll(
        List.of(Run.launcher().toString(), "image", "build", "--profile", "blade", "--build"));
    words.addAll(List.of(version.replace(".", ""), "--created", "2026-01-02T03:04:05Z"));
    words.addAll(List.of("--kernel-package", KERNEL_PACKAGE, "--name"));
    words.addAll(List.of("blade", "--version", version, "--out", target.toString()));
    words.addAll(List.of("--state", folder.resolve("state").toString()));
    return Run.command(words, Map.of(), BUILD);
  }

  /** A command of the operator, who sits at the engine. */
  Run.Result cade(String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(Run.launcher().toString()));
    all.addAll(List.of(words));
    all.addAll(List.of("--state", folder.resolve("state").toString()));
    return Run.command(network.command(all));
  }

  private static void succeeds(Run.Result result) {
    assertThat(result.exit()).as("%s", result).isZero();
  }
}
