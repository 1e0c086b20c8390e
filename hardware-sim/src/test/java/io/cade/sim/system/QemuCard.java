package io.cade.sim.system;

import io.cade.sim.net.NetworkNamespace;
import io.cade.sim.net.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * A server card that is a virtual machine: QEMU without hardware acceleration, no disk, one network
 * card on a tap interface, its serial console in a file.
 */
final class QemuCard {
  private static final Path OVMF_CODE = Path.of("/usr/share/OVMF/OVMF_CODE_4M.fd");
  private static final Path OVMF_VARIABLES = Path.of("/usr/share/OVMF/OVMF_VARS_4M.fd");
  private static final Path IPXE_ROM = Path.of("/usr/lib/ipxe/qemu/pxe-virtio.rom");

  /** What the card's firmware is. */
  enum Firmware {
    /** A BIOS with iPXE in the network card's ROM. */
    BIOS,
    /** UEFI with its own network drivers, which asks for PXE first. */
    UEFI_PXE(true),
    /** The same with PXE switched off, as a setup menu does it, so that it asks for HTTP boot. */
    UEFI_HTTP(true);

    private final boolean uefi;

    Firmware() {
      this(false);
    }

    Firmware(boolean uefi) {
      this.uefi = uefi;
    }
  }

  private final Process process;
  private final Path console;
  private final long poweredOnNanos = System.nanoTime();

  private QemuCard(Process process, Path console) {
    this.process = process;
    this.console = console;
  }

  static void require(Firmware firmware) {
    Tool.require("qemu-system-x86_64", "qemu-system-x86");
    if (!firmware.uefi) {
      Assumptions.assumeTrue(
          Files.isRegularFile(IPXE_ROM), "needs " + IPXE_ROM + " (package ipxe-qemu)");
    } else {
      Assumptions.assumeTrue(
          Files.isRegularFile(OVMF_CODE), "needs " + OVMF_CODE + " (package ovmf)");
    }
    Assumptions.assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
  }

  /** Switches the machine on. */
  static QemuCard powerOn(
      NetworkNamespace network, String tap, String mac, Firmware firmware, Path folder)
      throws IOException {
    Path console = folder.resolve("console-" + firmware + ".log");
    List<String> words =
        new ArrayList<>(
            List.of(
                "qemu-system-x86_64",
                "-accel",
                "tcg,thread=multi",
                "-smp",
                "2",
                "-m",
                "768",
                "-display",
                "none",
                "-monitor",
                "none",
                "-serial",
                "file:" + console,
                "-netdev",
                "tap,id=n0,script=no,downscript=no,ifname=" + tap));
    String device = "virtio-net-pci,netdev=n0,bootindex=1,mac=" + mac;
    if (firmware.uefi) {
      Path variables = folder.resolve("variables-" + firmware + ".fd");
      Files.copy(OVMF_VARIABLES, variables);
      words.addAll(
          List.of(
              "-machine",
              "q35",
              "-drive",
              "if=pflash,format=raw,readonly=on,file=" + OVMF_CODE,
              "-drive",
              "if=pflash,format=raw,file=" + variables));
      // Without iPXE in the card's ROM the firmware's own drivers are used.
      device += ",romfile=";
    }
    if (firmware == Firmware.UEFI_HTTP) {
      // Read by OVMF's network drivers (names of its README).
      for (String version : List.of("IPv4", "IPv6")) {
        words.addAll(
            List.of("-fw_cfg", "name=opt/org.tianocore/" + version + "PXESupport,string=n"));
      }
    }
    words.addAll(List.of("-device", device));
    Process process =
        network.start(folder.resolve("qemu-" + firmware + ".log"), words.toArray(String[]::new));
    return new QemuCard(process, console);
  }

  boolean isOn() {
    return process.isAlive();
  }

  /** Pulls the plug. */
  void cut() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** What it wrote to its serial console, escape sequences left out. */
  String console() throws IOException {
    return Files.exists(console)
        ? Files.readString(console, StandardCharsets.ISO_8859_1)
            .replaceAll("\u001b(\\[[0-9;?]*[A-Za-z]|[()][A-Z0-9])", "")
        : "";
  }

  double secondsSincePowerOn() {
    return (System.nanoTime() - poweredOnNanos) / 1e9;
  }

  /** Seconds after the kernel's start at which the card said something. */
  double kernelSeconds(String said) throws IOException {
    Matcher match =
        Pattern.compile("cade\\[([0-9.]+)\\]: " + Pattern.quote(said)).matcher(console());
    return match.find() ? Double.parseDouble(match.group(1)) : -1;
  }
}
