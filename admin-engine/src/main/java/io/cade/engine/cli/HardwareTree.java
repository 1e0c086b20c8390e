package io.cade.engine.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The commands about a card's power and LED, and about chassis. */
final class HardwareTree {
  static final String NOW = "--now";
  private static final List<String> POWER = List.of("on", "off", "cycle");
  private static final List<String> LIT = List.of("on", "off");

  private HardwareTree() {}

  static void addToShow(CommandTree tree, CommandSpec show) {
    tree.add(
        show,
        "chassis",
        new Action.Show("/api/v1/chassis", View.CHASSIS),
        "Each chassis: its reader, fans, supplies, power budget, handles and LEDs.",
        "show chassis",
        "show chassis --json");
  }

  static void addToCard(CommandTree tree, CommandSpec card, PositionalParamSpec position) {
    CommandSpec power =
        tree.add(
            card,
            "power",
            new Action.PowerCard(),
            "Switches a card off in order (visitors and services leave first), on, or off and on"
                + " again.",
            "card power 1.3 off",
            "card power 1.3 cycle --now");
    power.addPositional(position);
    power.addPositional(word("on|off|cycle", POWER));
    power.addOption(flag(NOW, "Without waiting for visitors and services."));
    power.addOption(flag(CommandTree.FORCE, "Also the last card that could switch it on again."));
    CommandSpec locate =
        tree.add(
            card,
            "locate",
            new Action.LocateCard(),
            "Lights the locate LED of a slot, so that a technician finds it.",
            "card locate 1.3 on",
            "card locate 1.3 off");
    locate.addPositional(position);
    locate.addPositional(word("on|off", LIT));
  }

  private static OptionSpec flag(String name, String what) {
    return OptionSpec.builder(name).type(boolean.class).description(what).build();
  }

  private static PositionalParamSpec word(String label, List<String> allowed) {
    return PositionalParamSpec.builder()
        .index("1")
        .arity("1")
        .required(true)
        .type(Object.class)
        .paramLabel(label)
        .converters(
            CommandTree.converter(text -> {
              if (!allowed.contains(text)) {
                throw new IllegalArgumentException(
                    "'" + text + "' is none of " + String.join(", ", allowed));
              }
              return text;
            }))
        .description("What is to be.")
        .build();
  }

  /** Path and query that carry a power command. */
  static String power(String position, ParseResult leaf) {
    return "/api/v1/cards/"
        + position
        + "/power?to="
        + leaf.matchedPositionalValue(1, (Object) "")
        + "&now="
        + leaf.hasMatchedOption(NOW)
        + "&force="
        + leaf.hasMatchedOption(CommandTree.FORCE);
  }

  /** Path and query that carry a locate command. */
  static String locate(String position, ParseResult leaf) {
    return "/api/v1/cards/"
        + position
        + "/locate?lit="
        + leaf.matchedPositionalValue(1, (Object) "").equals("on");
  }
}
