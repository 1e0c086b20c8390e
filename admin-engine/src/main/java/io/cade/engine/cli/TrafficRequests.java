package io.cade.engine.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** What the commands of {@link TrafficTree} ask the engine. Stateless. */
final class TrafficRequests {
  private TrafficRequests() {}

  /** The path that shows traffic. */
  static String traffic(ParseResult leaf) {
    List<String> query = new ArrayList<>();
    add(query, "site", leaf.matchedOptionValue(TrafficTree.SITE, ""));
    add(query, "card", leaf.matchedOptionValue(TrafficTree.CARD, ""));
    return "/api/v1/traffic" + joined(query);
  }

  /** Asks for limits or access, or changes them when anything is given. */
  static ApiClient.Answer protection(ApiClient client, ParseResult leaf, String resource)
      throws CommandFailure {
    String base = "/api/v1/services/" + name(leaf);
    List<String> query = resource.equals("limits") ? limits(leaf) : access(leaf);
    return query.isEmpty()
        ? client.get(base + "/protection")
        : client.change("POST", base + "/" + resource + joined(query));
  }

  private static String name(ParseResult leaf) throws CommandFailure {
    String name = leaf.matchedPositionalValue(0, "");
    boolean everywhere = leaf.hasMatchedOption(TrafficTree.EVERYWHERE);
    if (name.isBlank() == !everywhere || name.equals(".") || name.equals("..")) {
      throw new CommandFailure(
          ExitCode.USAGE, "give the name of a service, or --everywhere for all of them");
    }
    return everywhere ? "*" : Runner.encode(name);
  }

  private static List<String> limits(ParseResult leaf) {
    List<String> query = new ArrayList<>();
    if (leaf.hasMatchedOption(TrafficTree.NONE)) {
      query.add("none=true");
    }
    new TreeMap<>(TrafficTree.LIMITS)
        .forEach((option, parameter) -> {
          OptionSpec given = leaf.matchedOption(option);
          if (given != null) {
            add(query, parameter, String.valueOf(given.<Object>getValue()));
          }
        });
    return query;
  }

  private static List<String> access(ParseResult leaf) {
    List<String> query = new ArrayList<>();
    if (leaf.hasMatchedOption(TrafficTree.CLEAR)) {
      query.add("clear=true");
    }
    for (String option : List.of(TrafficTree.ALLOW, TrafficTree.DENY, TrafficTree.REMOVE)) {
      for (String network : leaf.matchedOptionValue(option, new String[0])) {
        add(query, option.substring(2), network);
      }
    }
    return query;
  }

  private static void add(List<String> query, String name, String value) {
    if (!value.isEmpty()) {
      query.add(name + "=" + Runner.encode(value));
    }
  }

  private static String joined(List<String> query) {
    return query.isEmpty() ? "" : "?" + String.join("&", query);
  }
}
