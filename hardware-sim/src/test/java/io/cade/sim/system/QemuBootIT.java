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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a bare power-on to an Available card: a virtual machine without a disk, the real engine with
 * its own DHCP, TFTP and HTTP, the image that {@code ./cade image build} makes. All of it in a
 * network namespace of its own.
 */
@Timeout(value = 12, unit = TimeUnit.MINUTES)
class QemuBootIT {
  private static final String KERNEL_PACKAGE = "linux-image-cloud-amd64";
  private static final String CARD_MAC = "52:54:00:00:01:03";
  private static final Duration BOOT = Duration.ofMinutes(7);

  @TempDir private Path folder;

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @Test
  void aBiosCardPxeBootsTheImageAndBecomesAvailable() throws Exception {
    boots(QemuCard.Firmware.BIOS, "");
  }

  @Test
  void aUefiCardPxeBootsTheImageAndBecomesAvailable() throws Exception {
    requireUefi();
    boots(QemuCard.Firmware.UEFI, "");
  }

  @Test
  void aUefiCardBootsByHttpAndBecomesAvailable() throws Exception {
    requireUefi();
    // Nothing is offered to its PXE client, so that the firmware goes on with HTTP boot.
    boots(
        QemuCard.Firmware.UEFI,
        """
          boot:
            loaders:
              efi-x64: ""
        """);
  }

  private static void requireUefi() {
    Assumptions.assumeTrue(
        Boolean.getBoolean("cade.test.uefi"), "needs -Dcade.test.uefi=true (takes minutes)");
  }

  private void boots(QemuCard.Firmware firmware, String dhcpSettings) throws Exception {
    NetworkNamespace.requirePossible();
    QemuCard.require(firmware);
    Tool.require("busybox", "busybox");
    Assumptions.assumeTrue(
        Files.isRegularFile(Path.of("/usr/lib/ipxe/ipxe.efi")),
        "needs /usr/lib/ipxe/ipxe.efi (package ipxe)");
    requireKernel();
    NetworkNamespace network = makeNetwork();
    startEngine(network, dhcpSettings);
    Path image = folder.resolve("blade.img");
    cade(network, "image", "build", "--profile", "blade", "--kernel-package", KERNEL_PACKAGE)
        .with("--name", "blade", "--version", "7.3", "--out", image.toString())
        .succeeds();
    cade(network, "image", "verify", image.toString()).succeeds();
    cade(network, "image", "import", image.toString()).succeeds();

    QemuCard card = QemuCard.powerOn(network, "tap0", CARD_MAC, firmware, folder);
    open.add(card::cut);
    Run.Result shown = cade(network, "card", "show", "1.3", "--json").run();
    boolean available = false;
    while (!available && card.isOn() && card.secondsSincePowerOn() < BOOT.toSeconds()) {
      // The command itself takes the time that is between two looks.
      shown = cade(network, "card", "show", "1.3", "--json").run();
      available = shown.out().contains("\"AVAILABLE\"");
    }
    double seconds = card.secondsSincePowerOn();
    assertThat(available)
        .as(
            "after %.0f s: %s%nconsole:%n%s%nengine:%n%s",
            seconds, shown, card.console(), Files.readString(folder.resolve("engine.log")))
        .isTrue();
    assertThat(shown.out())
        .contains(CARD_MAC, "10.77.1.3", "\"blade\"", "\"7.3\"", "QEMU")
        .contains("certificateSerial");
    assertThat(card.console())
        .contains("image blade 7.3", "address 10.77.1.3/24", "http://10.77.0.1:9080/agent.json")
        .doesNotContain("the agent ended");
    System.out.printf(
        "%s: Available %.1f s after power-on; after the kernel's start: network interface %.1f s,"
            + " address %.1f s, agent started %.1f s%n",
        firmware,
        seconds,
        card.kernelSeconds("network interface"),
        card.kernelSeconds("address"),
        card.kernelSeconds("starting the agent"));
  }

  private static void requireKernel() {
    try {
      KernelPackage.fetch(KERNEL_PACKAGE, Run.home().resolve(".cade/kernels"), System.out::println);
    } catch (IOException e) {
      Assumptions.abort("needs the package " + KERNEL_PACKAGE + ": " + e.getMessage());
    }
  }

  /** A switch with the card on one port; the engine sits on the switch, and is the router. */
  private NetworkNamespace makeNetwork() throws Exception {
    NetworkNamespace network = NetworkNamespace.create("qemu");
    open.add(network);
    network.ip("tuntap", "add", "tap0", "mode", "tap");
    network.ip("link", "set", "tap0", "up");
    network.bridge("br0", "tap0");
    network.address("br0", "10.77.0.1/16");
    network.address("br0", "10.77.1.254/24");
    return network;
  }

  private void startEngine(NetworkNamespace network, String dhcpSettings) throws Exception {
    Path config = folder.resolve("engine.yaml");
    Path state = folder.resolve("state");
    Files.writeString(
        config,
        """
        stateDirectory: %s
        listenAddress: 10.77.0.1
        internalNetwork: "10.77"
        cabinet:
          chassis: 1
        dhcp:
          interfaces: [br0]
          inventory:
            "1.3": "%s"
        """
                .formatted(state, CARD_MAC)
            + dhcpSettings);
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

  private Command cade(NetworkNamespace network, String... words) {
    List<String> all = new ArrayList<>(List.of(Run.launcher().toString()));
    all.addAll(List.of(words));
    all.addAll(List.of("--state", folder.resolve("state").toString()));
    return new Command(network.command(all));
  }

  /** A command of the operator, who sits at the engine. */
  private record Command(List<String> words) {
    Command with(String... more) {
      List<String> all = new ArrayList<>(words);
      all.addAll(List.of(more));
      return new Command(all);
    }

    Run.Result run() throws IOException, InterruptedException {
      return Run.command(words);
    }

    Run.Result succeeds() throws IOException, InterruptedException {
      Run.Result result = run();
      assertThat(result.exit()).as("%s", result).isZero();
      return result;
    }
  }
}
