package io.cade.engine.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.util.List;

/** How versions of services look. */
final class VersionPages {
  private VersionPages() {}

  static void versions(List<Fields> all, PrintStream out, boolean colour, Instant now) {
    Table table =
        new Table(colour, ">VERSION", "CURRENT", ">PUBLISHED", "BY", ">SIZE", "PACKAGE", "WHY");
    for (Fields version : all) {
      String digest = version.text("packageDigest");
      table.row(
          version.text("number"),
          version.text("current").equals("true") ? "yes" : "-",
          Words.age(version.instant("at"), now),
          Words.orDash(version.text("by")),
          digest.isEmpty() ? "-" : version.number("packageBytes").map(Words::bytes).orElse("-"),
          Words.orDash(digest.length() > 19 ? digest.substring(0, 19) + "…" : digest),
          version.text("why"));
    }
    table.print(out);
  }

  /** A rollout in a line; empty if the service never had one. */
  static String rollout(Fields service) {
    Fields rollout = service.object("rollout");
    String stage = rollout.text("stage");
    if (stage.isEmpty()) {
      return "";
    }
    String version = "version " + rollout.text("to");
    String card = rollout.text("card");
    String cause = rollout.text("cause");
    String done =
        ", %d of %s cards done".formatted(rollout.texts("done").size(), rollout.text("cards"));
    return switch (stage) {
      case "BUILDING" -> version + " " + (cause.isEmpty() ? "is on its way" : cause) + done;
      case "DRAINING" -> version + ": card " + card + " is emptied of visitors" + done;
      case "INSTALLING" -> version + ": card " + card + " gets it" + done;
      case "TRYING" ->
          version
              + ": card "
              + card
              + " is tried before visitors come"
              + (cause.isEmpty() ? "" : "; it " + cause)
              + done;
      case "PROVING" -> version + ": card " + card + " proves itself" + done;
      case "RETURNING" ->
          version + " goes back" + (card.isEmpty() ? "" : " on card " + card) + ": " + cause;
      case "RETURNED" -> version + " went back: " + cause;
      default -> version + " is on all cards that are up";
    };
  }
}
