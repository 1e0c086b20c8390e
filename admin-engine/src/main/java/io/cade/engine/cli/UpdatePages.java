package io.cade.engine.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** How updates look on a screen. */
final class UpdatePages {
  private static final int SHORT_DIGEST = "sha256:".length() + 12;

  private UpdatePages() {}

  static void bundles(List<Fields> all, PrintStream out, boolean colour, Instant now) {
    if (all.isEmpty()) {
      out.print("no bundles; update fetch and update import bring them in\n");
      return;
    }
    Table table =
        new Table(colour, "BUNDLE", ">BUILD", "FROM", "SEVERITY", ">STORED", "BY", "DIGEST");
    for (Fields bundle : all) {
      table.row(
          bundle.text("name") + ":" + bundle.text("version"),
          bundle.text("build"),
          String.join(", ", bundle.texts("from")),
          Words.orDash(bundle.object("notice").text("severity").toLowerCase(Locale.ROOT)),
          Words.age(bundle.instant("storedAt"), now),
          bundle.text("storedBy"),
          digest(bundle));
    }
    table.print(out);
  }

  private static String digest(Fields of) {
    String digest = of.text("digest");
    return digest.substring(0, Math.min(digest.length(), SHORT_DIGEST)).replace("sha256:", "");
  }

  static void bundle(Fields bundle, PrintStream out, boolean colour) {
    Table table = new Table(colour, "BUNDLE", bundle.text("name") + ":" + bundle.text("version"));
    if (!bundle.text("file").isEmpty()) {
      table.row("file", bundle.text("file"));
    }
    table.row("build", bundle.text("build"));
    table.row("may follow on", String.join(", ", bundle.texts("from")));
    table.row("for cards", bundle.text("architecture") + ", " + bundle.text("role"));
    table.row("digest", bundle.text("digest"));
    if (!bundle.text("signer").isEmpty()) {
      table.row("signer", bundle.text("signer"));
    }
    boolean stored = !bundle.text("storedBy").isEmpty();
    table.row("signature", stored || bundle.is("verified") ? "good" : "not checked");
    int number = 1;
    for (String step : bundle.texts("steps")) {
      table.row("step " + number++, step);
    }
    number = 1;
    for (String step : bundle.texts("wayBack")) {
      table.row("way back " + number++, step);
    }
    notice(bundle.object("notice"), table);
    table.print(out);
  }

  private static void notice(Fields notice, Table table) {
    if (notice.text("severity").isEmpty()) {
      return;
    }
    table.row("severity", notice.text("severity").toLowerCase(Locale.ROOT));
    table.row("profile", notice.text("profile"));
    table.row("modules", String.join(", ", notice.texts("scope")));
    table.row("window (UTC)", Words.orDash(notice.text("window")));
    table.row("text", Words.orDash(notice.text("text")));
  }

  static void offers(Fields answer, PrintStream out, boolean colour) {
    List<Fields> all = answer.objects("offers");
    if (all.isEmpty()) {
      out.print("the repository offers nothing\n");
    } else {
      Table table =
          new Table(
              colour,
              "BUNDLE",
              "FROM",
              "SEVERITY",
              "PROFILE",
              "MODULES",
              "WINDOW",
              ">SIZE",
              "FOR US",
              "STORED",
              "TEXT");
      for (Fields offer : all) {
        Fields notice = offer.object("notice");
        table.row(
            notice.text("name") + ":" + notice.text("version"),
            String.join(", ", notice.texts("from")),
            notice.text("severity").toLowerCase(Locale.ROOT),
            notice.text("profile"),
            String.join(", ", notice.texts("scope")),
            Words.orDash(notice.text("window")),
            offer.number("bytes").map(Words::bytes).orElse("-"),
            !offer.is("concerns") ? "no" : offer.is("now") ? "yes" : "not now",
            offer.is("stored") ? "yes" : "-",
            Words.orDash(notice.text("text")));
      }
      table.print(out);
    }
    out.print(
        "list "
            + answer.text("version")
            + " under root "
            + answer.text("root")
            + ", believed until "
            + answer.text("expires")
            + "\n");
  }

  static void updates(List<Fields> all, PrintStream out, boolean colour, Instant now) {
    if (all.isEmpty()) {
      out.print("no updates; update start begins one\n");
    }
    boolean first = true;
    for (Fields update : all) {
      if (!first) {
        out.print("\n");
      }
      first = false;
      update(update, out, colour, now);
    }
  }

  static void update(Fields update, PrintStream out, boolean colour, Instant now) {
    out.print(line(update) + "\n");
    if (isEngine(update)) {
      engine(update, out, now);
      return;
    }
    out.print(
        "%s, gate %s s, window %s, by %s, %s\n"
            .formatted(
                update.text("service").isEmpty()
                    ? "canary %s, %s at once"
                        .formatted(update.text("canary"), update.text("parallel"))
                    : "one card at a time",
                update.text("gateSeconds"),
                Words.orDash(update.text("window")),
                update.text("by"),
                Words.age(update.instant("since"), now)));
    List<Fields> cards = update.objects("cards");
    if (cards.isEmpty()) {
      return;
    }
    Table table = new Table(colour, "CARD", "STATE", ">SINCE", "HAD", "DETAIL");
    for (Fields card : cards) {
      table.row(
          card.text("card"),
          card.text("state"),
          Words.age(card.instant("since"), now),
          card.text("before"),
          Words.orDash(card.text("detail")));
    }
    table.print(out);
  }

  private static boolean isEngine(Fields update) {
    return !update.text("phase").isEmpty();
  }

  private static void engine(Fields update, PrintStream out, Instant now) {
    boolean under = update.text("data").isEmpty();
    out.print(
        "%s %s%s, by %s, %s\n"
            .formatted(
                under ? "from" : "was",
                update.text("before"),
                under
                    ? ", well within %s s, gate %s s"
                        .formatted(update.text("healthyWithinSeconds"), update.text("gateSeconds"))
                    : ", data " + update.text("data"),
                update.text("by"),
                Words.age(update.instant("since"), now)));
  }

  /** An update in one line. */
  static String line(Fields update) {
    if (isEngine(update)) {
      String cause = update.text("cause");
      String phase = update.text("phase");
      String stage = update.text("stage");
      return "%s:%s %s%s%s"
          .formatted(
              update.text("name"),
              update.text("version"),
              stage,
              stage.equals("done") || stage.equals("returned") ? "" : ": " + phase,
              cause.isEmpty() ? "" : " (" + cause + ")");
    }
    StringBuilder under = new StringBuilder();
    for (Fields card : update.objects("cards")) {
      String state = card.text("state");
      if (!state.equals("done") && !state.equals("returned")) {
        under.append(under.isEmpty() ? ": " : ", ").append(card.text("card")).append(' ');
        under.append(state);
      }
    }
    String cause = update.text("cause");
    String service = update.text("service");
    return "%s:%s%s %s, %s cards done%s%s"
        .formatted(
            update.text("name"),
            update.text("version"),
            service.isEmpty() ? "" : " of service " + service,
            update.text("stage"),
            update.text("done"),
            under,
            cause.isEmpty() ? "" : " (" + cause + ")");
  }
}
