package io.cade.sim.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * {@code cade bench NAME [--quick]}. Ends with lines {@code figure NAME VALUE UNIT} and {@code
 * ratio NAME PEER VALUE}. Exit codes: 0 measured, 1 failed, 2 usage.
 */
public final class BenchMain {
  private static final String USAGE =
      "usage: ./cade bench"
          + " boot|footprint|storm|tftp|dhcp|leases|proxy|routes|snmp|sensors|alarms|agent|agents"
          + " [--quick] (proxy: [--only PART,…], parts are "
          + String.join(", ", ProxyBench.PARTS)
          + ")";

  private BenchMain() {}

  public static void main(String[] args) {
    System.exit(run(args, System.getProperty("cade.home", "."), System.out, System.err));
  }

  static int run(String[] args, String home, PrintStream out, PrintStream err) {
    List<String> words = List.of(args);
    if (words.equals(List.of("--help")) || words.equals(List.of("-h"))) {
      out.println(USAGE);
      return 0;
    }
    List<String> names = new ArrayList<>(words);
    boolean quick = names.remove("--quick");
    Set<String> parts = new LinkedHashSet<>(ProxyBench.PARTS);
    // The launcher's own: an agent lives a short life for its ahead-of-time cache.
    boolean practice = names.equals(List.of("agent", "--practise")) && names.remove("--practise");
    int only = names.indexOf("--only");
    if (only > 0 && only + 1 < names.size() && names.getFirst().equals("proxy")) {
      parts = new LinkedHashSet<>(List.of(names.remove(only + 1).split(",")));
      names.remove(only);
    }
    if (names.size() != 1 || !ProxyBench.PARTS.containsAll(parts)) {
      err.println(USAGE);
      return 2;
    }
    Path launcher = Path.of(home).resolve("cade").toAbsolutePath().normalize();
    try {
      switch (names.getFirst()) {
        case "boot" -> new BootBench(launcher, out).run(quick);
        case "tftp" -> new TftpBench(out).run(quick);
        case "footprint" -> new FootprintBench(launcher, out).run();
        case "storm" -> new StormBench(launcher, out).run(quick);
        case "dhcp" -> new DhcpBench(launcher, out).run(quick);
        case "proxy" -> new ProxyBench(launcher, out).run(quick, parts);
        case "routes" -> new RoutesBench(launcher, out).run(quick);
        case "snmp" -> new SnmpBench(out).run(quick);
        case "sensors" -> new SensorBench(launcher, out).run(quick);
        case "alarms" -> new AlarmBench(out).run(quick);
        case "agent" -> {
          AgentBench agent = new AgentBench(launcher, out);
          if (practice) {
            agent.practise();
          } else {
            agent.run(quick);
          }
        }
        case "agents" -> new AgentsBench(launcher, out).run(quick);
        case "leases" -> new LeasesBench(out).run(quick);
        default -> {
          err.println("cade bench: unknown measurement '" + names.getFirst() + "'; " + USAGE);
          return 2;
        }
      }
      return 0;
    } catch (IOException e) {
      err.println("cade bench: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  static void figure(PrintStream out, String name, double value, String unit) {
    out.printf(Locale.ROOT, "figure %s %.2f %s%n", name, value, unit);
    out.flush();
  }

  /** Ours divided by a peer's, measured in the same run. */
  static void ratio(PrintStream out, String name, String peer, double value) {
    out.printf(Locale.ROOT, "ratio %s %s %.2f%n", name, peer, value);
    out.flush();
  }
}
