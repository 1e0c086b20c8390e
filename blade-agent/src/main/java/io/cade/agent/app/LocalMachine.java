package io.cade.agent.app;

import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What this machine is made of, as Linux tells it under {@code /sys} and {@code /proc}. */
final class LocalMachine {
  private static final int MAX_TEXT = 64;
  private static final int MAX_DISKS = 8;
  private static final int SECTOR_BYTES = 512;

  private LocalMachine() {}

  /**
   * Describes the machine.
   *
   * @param local address of the card, whose interface gives the MAC
   * @throws IOException when no interface has that address
   */
  static HardwareDescriptor describe(InetAddress local) throws IOException {
    return new HardwareDescriptor(
        dmi("sys_vendor"),
        dmi("product_name"),
        dmi("product_serial"),
        mac(local),
        Runtime.getRuntime().availableProcessors(),
        memoryBytes(),
        disks());
  }

  /** In the words of boot images: Linux's own, where Java has others. */
  static String architecture() {
    String own = System.getProperty("os.arch", "");
    return own.equals("amd64") ? "x86_64" : own;
  }

  private static MacAddress mac(InetAddress local) throws IOException {
    NetworkInterface found = NetworkInterface.getByInetAddress(local);
    if (found == null) {
      throw new IOException(
          "no interface of this machine has the card's address " + local.getHostAddress());
    }
    byte[] octets = found.getHardwareAddress();
    // The loopback has none; zeros say so without inventing a card.
    return MacAddress.of(octets == null ? new byte[6] : octets);
  }

  private static String dmi(String name) {
    String text = first(Path.of("/sys/class/dmi/id", name)).strip();
    return text.substring(0, Math.min(text.length(), MAX_TEXT));
  }

  private static long memoryBytes() throws IOException {
    Path file = Path.of("/proc/meminfo");
    if (!Files.isReadable(file)) {
      return 0;
    }
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("MemTotal:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    return 0;
  }

  private static List<String> disks() throws IOException {
    Path block = Path.of("/sys/block");
    if (!Files.isDirectory(block)) {
      return List.of();
    }
    List<String> found = new ArrayList<>();
    try (Stream<Path> entries = Files.list(block)) {
      for (Path disk : entries.sorted().toList()) {
        String name = disk.getFileName().toString();
        String sectors = first(disk.resolve("size")).strip();
        if (name.matches("(sd|vd|nvme|hd)[a-z0-9]+") && sectors.matches("[0-9]{1,18}")) {
          long gigabytes = Long.parseLong(sectors) * SECTOR_BYTES / 1_000_000_000L;
          found.add(name + " " + gigabytes + " GB");
        }
      }
    }
    return found.subList(0, Math.min(found.size(), MAX_DISKS));
  }

  private static String first(Path file) {
    try {
      return Files.isReadable(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      return "";
    }
  }
}
