package io.cade.engine.cli;

import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The commands about visitors' traffic and what services are protected from. */
final class TrafficTree {
  static final String SITE = "--site";
  static final String CARD = "--card";
  static final String EVERYWHERE = "--everywhere";
  static final String ALLOW = "--allow";
  static final String DENY = "--deny";
  static final String REMOVE = "--remove";
  static final String CLEAR = "--clear";
  static final String NONE = "--none";

  /** Options of limits and the API's names for them. */
  static final Map<String, String> LIMITS =
      Map.of(
          "--rate", "requestsPerSecond",
          "--burst", "burst",
          "--visitor-rate", "visitorRequestsPerSecond",
          "--visitor-burst", "visitorBurst",
          "--connections", "connections",
          "--visitor-connections", "visitorConnections",
          "--max-body", "maxBodyBytes",
          "--max-uri", "maxUriBytes",
          "--ipv4-prefix", "ipv4Prefix",
          "--ipv6-prefix", "ipv6Prefix");

  private TrafficTree() {}

  static void addToShow(CommandTree tree, CommandSpec show) {
    CommandSpec traffic =
        tree.add(
            show,
            "traffic",
            new Action.ShowTraffic(),
            "What visitors use: requests and bytes by time frame, answers, times, by site and"
                + " card.",
            "show traffic",
            "show traffic --site shop --json",
            "show traffic --card 1.3");
    traffic.addOption(
        CommandTree.option(SITE, "SERVICE", "Only this one, with its cards.").build());
    traffic.addOption(CommandTree.option(CARD, "POSITION", "Only this card's part.").build());
    tree.add(
        show,
        "refusals",
        new Action.Show("/api/v1/refusals", View.REFUSALS),
        "What each proxy has refused since it started, by reason.",
        "show refusals",
        "show refusals --json");
  }

  static void addToService(CommandTree tree, CommandSpec service) {
    CommandSpec limits =
        tree.add(
            service,
            "limits",
            new Action.SetLimits(),
            "How much visitors may use of a service on each proxy; without options, shows it. 0 is"
                + " no limit; what is not given stays.",
            "service limits shop --visitor-rate 20 --visitor-burst 50",
            "service limits --everywhere --visitor-connections 100",
            "service limits shop --none");
    limits.addPositional(name());
    limits.addOption(everywhere());
    limit(limits, "--rate", "N", "Requests per second of all visitors together.");
    limit(limits, "--burst", "N", "Requests at once before that counts; a second's if not given.");
    limit(
        limits, "--visitor-rate", "N", "Requests per second of one visitor network; more get 429.");
    limit(limits, "--visitor-burst", "N", "Requests at once before that counts.");
    limit(limits, "--connections", "N", "Connections of all visitors together.");
    limit(limits, "--visitor-connections", "N", "Connections of one visitor network.");
    limit(limits, "--max-body", "BYTES", "Largest body of a request; larger get 413.");
    limit(limits, "--max-uri", "BYTES", "Longest target of a request; longer get 414.");
    limit(limits, "--ipv4-prefix", "BITS", "Bits that make a visitor network of IPv4; 32 first.");
    limit(limits, "--ipv6-prefix", "BITS", "Likewise of IPv6; 56 first.");
    flag(limits, NONE, "Take all limits away first.");
    CommandSpec access =
        tree.add(
            service,
            "access",
            new Action.SetAccess(),
            "Which networks may visit a service; without options, shows it. The longest prefix"
                + " decides. Once anything is allowed, everything else is refused.",
            "service access shop --deny 203.0.113.0/24",
            "service access shop --allow 10.0.0.0/8 --deny 10.66.0.0/16",
            "service access --everywhere --deny 2001:db8:bad::/48",
            "service access shop --clear");
    access.addPositional(name());
    access.addOption(everywhere());
    networks(access, ALLOW, "Network that may visit; may be given several times.");
    networks(access, DENY, "Network that may not; may be given several times.");
    networks(access, REMOVE, "Network to be taken from both lists.");
    flag(access, CLEAR, "Take away all that is there first.");
  }

  private static PositionalParamSpec name() {
    return PositionalParamSpec.builder()
        .index("0")
        .arity("0..1")
        .type(String.class)
        .paramLabel("NAME")
        .description("Name of the service.")
        .build();
  }

  private static OptionSpec everywhere() {
    return OptionSpec.builder(EVERYWHERE)
        .type(boolean.class)
        .description("For all services together, besides each one's own.")
        .build();
  }

  private static void flag(CommandSpec to, String name, String what) {
    to.addOption(OptionSpec.builder(name).type(boolean.class).description(what).build());
  }

  private static void limit(CommandSpec to, String name, String label, String what) {
    to.addOption(CommandTree.option(name, label, what).type(long.class).build());
  }

  private static void networks(CommandSpec to, String name, String what) {
    to.addOption(CommandTree.option(name, "CIDR", what).type(String[].class).build());
  }
}
