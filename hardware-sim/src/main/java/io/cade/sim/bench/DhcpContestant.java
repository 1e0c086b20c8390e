package io.cade.sim.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A DHCP server that knows 280 cards by their MAC addresses and keeps its leases on disk. All tell
 * a card the same: mask, router, broadcast address, host name, and when to renew and to rebind.
 */
enum DhcpContestant {
  CADE("the engine, every lease synced to disk before its ACK"),
  KEA("Kea, memfile, persistent"),
  DNSMASQ("dnsmasq, lease file");

  static final int CHASSIS = 20;
  static final int SLOTS = 14;

  final String description;

  DhcpContestant(String description) {
    this.description = description;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Slots and their MAC addresses: {@code 1.3} is {@code 02:00:00:01:03:00} at 10.77.1.3. */
  static Map<String, String> cards() {
    Map<String, String> cards = new TreeMap<>();
    for (int c = 1; c <= CHASSIS; c++) {
      for (int s = 1; s <= SLOTS; s++) {
        cards.put(c + "." + s, "02:00:00:%02x:%02x:00".formatted(c, s));
      }
    }
    return cards;
  }

  /** Starts it; it answers some time later. */
  Process start(BenchCable cable, Path launcher, Path folder) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(cable.onServer(command(launcher, folder)))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile());
    builder.environment().put("CADE_NO_BUILD", "1");
    builder.environment().put("KEA_PIDFILE_DIR", folder.toString());
    builder.environment().put("KEA_LOCKFILE_DIR", folder.toString());
    return builder.start();
  }

  private List<String> command(Path launcher, Path folder) throws IOException {
    Path config = folder.resolve("config");
    return switch (this) {
      case CADE -> {
        Files.writeString(config, cade(folder));
        yield List.of(launcher.toString(), "engine", "--config", config.toString());
      }
      case KEA -> {
        Files.writeString(config, kea(folder));
        yield List.of("kea-dhcp4", "-c", config.toString());
      }
      case DNSMASQ -> {
        Files.writeString(config, dnsmasq(folder));
        yield List.of("dnsmasq", "-C", config.toString());
      }
    };
  }

  private static String cade(Path folder) {
    return """
    stateDirectory: %s
    listenAddress: %s
    internalNetwork: "10.77"
    cabinet:
      chassis: %d
      slots: %d
    dhcp:
      subnets:
        "10.77.255.0/24": {}
      inventory:
    %s
    """
        .formatted(
            folder.resolve("state"),
            BenchCable.SERVER_ADDRESS,
            CHASSIS,
            SLOTS,
            each("    \"%s\": \"%s\"", "\n"));
  }

  private static String kea(Path folder) {
    return """
    {"Dhcp4": {
      "interfaces-config": {"interfaces": ["eth0"], "dhcp-socket-type": "udp"},
      "lease-database": {"type": "memfile", "persist": true, "name": "%s", "lfc-interval": 0},
      "valid-lifetime": 3600, "renew-timer": 1800, "rebind-timer": 3150,
      "host-reservation-identifiers": ["hw-address"],
      "multi-threading": {"enable-multi-threading": true, "thread-pool-size": 2},
      "subnet4": [{"id": 1, "subnet": "10.77.0.0/16", "reservations-out-of-pool": true,
        "option-data": [{"name": "routers", "data": "10.77.0.254"},
          {"name": "broadcast-address", "data": "10.77.255.255"}],
        "reservations": [
    %s
        ]}],
      "loggers": [{"name": "kea-dhcp4", "severity": "ERROR",
        "output_options": [{"output": "stderr"}]}]
    }}
    """
        .formatted(
            folder.resolve("leases.csv"),
            each(
                "    {\"ip-address\": \"10.77.%s\", \"hw-address\": \"%s\", \"hostname\": \"%s\"}",
                ",\n"));
  }

  private static String dnsmasq(Path folder) {
    return """
    port=0
    keep-in-foreground
    user=root
    interface=eth0
    no-ping
    quiet-dhcp
    log-facility=-
    dhcp-leasefile=%s
    dhcp-lease-max=2000
    dhcp-range=10.77.0.0,static,255.255.0.0,1h
    dhcp-option=option:router,10.77.0.254
    %s
    """
        .formatted(folder.resolve("leases"), each("dhcp-host=10.77.%s,%s,%s", "\n"));
  }

  /**
   * @param form is given slot, MAC address and host name
   */
  private static String each(String form, String between) {
    return cards().entrySet().stream()
        .map(e -> form.formatted(e.getKey(), e.getValue(), "card-" + e.getKey().replace('.', '-')))
        .collect(Collectors.joining(between));
  }

  /** Ends it, gently first. */
  static void stop(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(15, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
