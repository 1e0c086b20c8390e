package io.cade.engine.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** How traffic and protection look on a screen. Stateless. */
final class TrafficPages {
  private TrafficPages() {}

  static void traffic(List<Fields> sites, PrintStream out, boolean colour) {
    if (sites.isEmpty()) {
      out.print("no service has visitors\n");
      return;
    }
    Table table =
        new Table(
            colour,
            "SITE",
            "CARD",
            ">1 MIN",
            ">5 MIN",
            ">1 H",
            ">1 DAY",
            ">REQUESTS",
            ">FAILED",
            ">REFUSED",
            ">IN",
            ">OUT",
            ">LOCAL",
            ">P50",
            ">P90",
            ">P99");
    for (Fields site : sites) {
      row(table, site, site.text("service"), "all", site.text("refused"), share(site));
      for (Fields card : site.objects("cards")) {
        row(table, card, "", card.text("position"), "", "");
      }
    }
    table.print(out);
    if (sites.size() == 1) {
      List<String> classes = sites.getFirst().texts("answersByClass");
      StringBuilder line = new StringBuilder("answers since the engine started:");
      for (int i = 0; i < classes.size(); i++) {
        line.append(' ').append(i + 1).append("xx ").append(Words.printable(classes.get(i)));
      }
      out.print(line + "\n");
    }
  }

  private static void row(
      Table table, Fields of, String site, String card, String refused, String local) {
    Fields frames = of.object("frames");
    Fields latency = of.object("latency");
    table.row(
        site,
        card,
        frames.text("requestsLastMinute"),
        frames.text("requestsLast5Minutes"),
        frames.text("requestsLastHour"),
        frames.text("requestsLastDay"),
        of.text("requests"),
        of.text("failures"),
        refused,
        of.number("bytesIn").map(Words::bytes).orElse("-"),
        of.number("bytesOut").map(Words::bytes).orElse("-"),
        local,
        time(latency, "p50Micros"),
        time(latency, "p90Micros"),
        time(latency, "p99Micros"));
  }

  private static String share(Fields site) {
    long local = site.number("localRequests").map(Number::longValue).orElse(0L);
    long all = local + site.number("remoteRequests").map(Number::longValue).orElse(0L);
    return all == 0 ? "-" : Math.round(100.0 * local / all) + " %";
  }

  private static String time(Fields of, String name) {
    long micros = of.number(name).map(Number::longValue).orElse(0L);
    if (micros == 0) {
      return "-";
    }
    return micros < 1000
        ? micros + " µs"
        : micros < 1_000_000
            ? String.format(Locale.ROOT, "%.1f ms", micros / 1e3)
            : String.format(Locale.ROOT, "%.2f s", micros / 1e6);
  }

  static void refusals(List<Fields> all, PrintStream out, boolean colour) {
    if (all.isEmpty()) {
      out.print("nothing was refused\n");
      return;
    }
    Table table = new Table(colour, "PROXY", "REASON", ">COUNT");
    for (Fields each : all) {
      table.row(each.text("proxy"), each.text("reason"), each.text("count"));
    }
    table.print(out);
  }

  static void protection(Fields of, PrintStream out, boolean colour) {
    String service = of.text("service");
    Table table = new Table(colour, "SERVICE", service.equals("*") ? "all" : service);
    table.row("allow", networks(of.texts("allow")));
    table.row("deny", networks(of.texts("deny")));
    Fields limits = of.object("limits");
    table.row("requests per second", limit(limits, "requestsPerSecond", "burst"));
    table.row("of a visitor network", limit(limits, "visitorRequestsPerSecond", "visitorBurst"));
    table.row("connections", limit(limits, "connections", ""));
    table.row("of a visitor network", limit(limits, "visitorConnections", ""));
    table.row("body, bytes", limit(limits, "maxBodyBytes", ""));
    table.row("target, bytes", limit(limits, "maxUriBytes", ""));
    table.row(
        "a visitor network",
        "IPv4 /" + limits.text("ipv4Prefix") + ", IPv6 /" + limits.text("ipv6Prefix"));
    table.print(out);
  }

  private static String networks(List<String> networks) {
    return networks.isEmpty() ? "-" : String.join(", ", networks);
  }

  private static String limit(Fields limits, String name, String burst) {
    String value = limits.text(name);
    if (value.isEmpty() || value.equals("0")) {
      return "no limit";
    }
    String at = burst.isEmpty() ? "" : limits.text(burst);
    return at.isEmpty() || at.equals("0") ? value : value + ", " + at + " at once";
  }
}
