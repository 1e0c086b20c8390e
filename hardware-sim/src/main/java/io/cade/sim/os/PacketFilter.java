package io.cade.sim.os;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of a packet filter as it takes to cut a card off from its engine: rules of base chains at
 * the hooks input and output that drop or accept by TCP port, and their policies. Pure.
 */
final class PacketFilter {
  private static final Pattern CHAIN = Pattern.compile("\\bchain\\s+\\w+");
  private static final Pattern HOOK = Pattern.compile("\\bhook\\s+(\\w+)");
  private static final Pattern POLICY = Pattern.compile("\\bpolicy\\s+(\\w+)");
  private static final Pattern VERDICT = Pattern.compile("\\b(accept|drop|reject)\\b");
  private static final Pattern PORTS =
      Pattern.compile("\\b([ds])port\\s+(\\{[^}]*\\}|\\d+(?:\\s*-\\s*\\d+)?)");
  private static final Pattern RANGE = Pattern.compile("(\\d+)(?:\\s*-\\s*(\\d+))?");

  private PacketFilter() {}

  private static final class Chain {
    String hook = "";
    boolean dropsRest;
    final List<String> rules = new ArrayList<>();
  }

  /** Whether a table keeps the card from a connection to a port of its engine. */
  static boolean cuts(String rules, int port) {
    return chains(rules).stream().anyMatch(chain -> cuts(chain, port));
  }

  private static List<Chain> chains(String rules) {
    List<Chain> chains = new ArrayList<>();
    for (String line : rules.split("\n", -1)) {
      String plain = line.replaceAll("#.*", "").replaceAll("\"[^\"]*\"", "");
      for (String statement : plain.split(";", -1)) {
        if (CHAIN.matcher(statement).find()) {
          chains.add(new Chain());
        }
        if (chains.isEmpty()) {
          continue;
        }
        Chain chain = chains.getLast();
        Matcher hook = HOOK.matcher(statement);
        Matcher policy = POLICY.matcher(statement);
        if (hook.find()) {
          chain.hook = hook.group(1);
        } else if (policy.find()) {
          chain.dropsRest = policy.group(1).equals("drop");
        } else if (VERDICT.matcher(statement).find()) {
          chain.rules.add(statement);
        }
      }
    }
    return chains;
  }

  /** The first rule that matches decides, then the policy. */
  private static boolean cuts(Chain chain, int port) {
    boolean out = chain.hook.equals("output");
    if (!out && !chain.hook.equals("input")) {
      return false;
    }
    for (String rule : chain.rules) {
      if (matches(rule, out, port)) {
        Matcher verdict = VERDICT.matcher(rule);
        return verdict.find() && !verdict.group(1).equals("accept");
      }
    }
    return chain.dropsRest;
  }

  /** Requests leave towards the engine's port; answers come from it, on a known connection. */
  private static boolean matches(String rule, boolean out, int port) {
    Matcher ports = PORTS.matcher(rule);
    if (ports.find()) {
      if (ports.group(1).equals("d") != out) {
        return false;
      }
      Matcher range = RANGE.matcher(ports.group(2));
      while (range.find()) {
        int from = Integer.parseInt(range.group(1));
        int to = range.group(2) == null ? from : Integer.parseInt(range.group(2));
        if (from <= port && port <= to) {
          return true;
        }
      }
      return false;
    }
    if (rule.contains("established")) {
      return !out;
    }
    // Other interfaces, addresses and protocols do not lead to the engine.
    return !rule.contains("iif")
        && !rule.contains("oif")
        && !rule.contains("addr")
        && !rule.contains("icmp")
        && !rule.contains("udp");
  }
}
