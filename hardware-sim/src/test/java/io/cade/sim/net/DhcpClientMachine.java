package io.cade.sim.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine with a real DHCP client on {@code eth0}. The client's script sets the address and notes
 * what happened, one line each: {@code BOUND 10.77.1.3 10.77.1.1}.
 */
public final class DhcpClientMachine {
  private static final String SCRIPT =
      """
      #!/bin/sh
      # udhcpc says what happened in $1, dhclient in $reason
      what=${1:-$reason}
      address=${ip:-${new_ip_address:-}}
      server=${serverid:-${new_dhcp_server_identifier:-}}
      case $what in
        bound | BOUND | REBOOT)
          # As Debian's own script does for dhclient, which declines when it is told so.
          if [ -n "${CHECK_ADDRESS:-}" ] && ! busybox arping -D -q -c 1 -w 2 -I eth0 "$address"; then
            echo "taken $address $server" >>EVENTS
            exit 1
          fi
          ip address flush dev eth0
          ip address add "$address/24" dev eth0
          if [ -n "${router:-${new_routers:-}}" ]; then
            ip route replace default via "${router:-$new_routers}" || true
          fi
          ;;
        deconfig | EXPIRE | FAIL | RELEASE | STOP) ip address flush dev eth0 ;;
        PREINIT) ip link set eth0 up ;;
      esac
      echo "$what $address $server" >>EVENTS
      exit 0
      """;

  private final NetworkNamespace machine;
  private final Path folder;
  private final String label;
  private final Path events;
  private final Path script;

  public DhcpClientMachine(NetworkNamespace machine, String label, Path folder) throws IOException {
    this.machine = machine;
    this.label = label;
    this.folder = folder;
    events = folder.resolve(label + "-events.log");
    Files.createFile(events);
    script = folder.resolve(label + "-script");
    Files.writeString(script, SCRIPT.replace("EVENTS", events.toString()));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
  }

  public NetworkNamespace machine() {
    return machine;
  }

  /** {@code udhcpc} in the foreground. */
  public Process udhcpc(String... more) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of("udhcpc", "-f", "-i", "eth0", "-s", script.toString(), "-t", "20", "-T", "1"));
    words.addAll(List.of(more));
    return machine.start(folder.resolve(label + "-udhcpc.log"), words.toArray(String[]::new));
  }

  /** {@code dhclient} in the foreground; its leases survive it. */
  public Process dhclient(String... more) throws IOException {
    Path config = folder.resolve(label + "-dhclient.conf");
    Files.writeString(
        config,
        """
        timeout 20;
        retry 1;
        reboot 5;
        select-timeout 0;
        initial-interval 1;
        backoff-cutoff 2;
        # Long enough for the server, short enough for a test.
        supersede dhcp-renewal-time 2;
        supersede dhcp-rebinding-time 4;
        supersede dhcp-lease-time 60;
        request subnet-mask, routers, dhcp-lease-time, dhcp-server-identifier;
        """);
    List<String> words =
        new ArrayList<>(
            List.of(
                "dhclient",
                "-4",
                "-d",
                "-cf",
                config.toString(),
                "-lf",
                leaseFile().toString(),
                "-pf",
                folder.resolve(label + "-dhclient.pid").toString(),
                "-sf",
                script.toString()));
    words.addAll(List.of(more));
    words.add("eth0");
    return machine.start(folder.resolve(label + "-dhclient.log"), words.toArray(String[]::new));
  }

  Path leaseFile() throws IOException {
    Path file = folder.resolve(label + "-dhclient.leases");
    if (!Files.exists(file)) {
      Files.createFile(file);
    }
    return file;
  }

  /** What happened, in order. */
  public List<String> events() {
    try {
      return Files.readAllLines(events).stream().map(String::strip).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How often something happened. */
  public long count(String event) {
    return events().stream().filter(e -> e.startsWith(event)).count();
  }

  /** What the client itself said. */
  public String log(String client) {
    try {
      return Files.readString(folder.resolve(label + "-" + client + ".log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
