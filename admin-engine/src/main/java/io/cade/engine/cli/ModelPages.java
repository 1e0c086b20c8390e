package io.cade.engine.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How models and devices look. */
record ModelPages(PrintStream out, boolean colour, Instant now) {

  private Table table(String... headings) {
    return new Table(colour, headings);
  }

  void models(List<Fields> all) {
    Table table =
        table("TYPE", ">CURRENT", ">NEWEST", ">CARDS", ">RIGHT", ">DIFFERING", "DESCRIPTION");
    for (Fields model : all) {
      table.row(
          model.text("type"),
          model.text("current"),
          model.text("newest"),
          model.text("cards"),
          model.text("right"),
          model.text("differing"),
          model.text("description"));
    }
    table.print(out);
  }

  void model(Fields model) {
    out.print(
        Words.printable(
                "type %s, version %s (cards are to have %s), %s cards: %s right, %s differing"
                    .formatted(
                        model.text("type"),
                        model.text("newest"),
                        model.text("current"),
                        model.text("cards"),
                        model.text("right"),
                        model.text("differing")))
            + "\n");
    if (!model.text("description").isEmpty()) {
      out.print(Words.printable(model.text("description")) + "\n");
    }
    if (!model.object("run").text("summary").isEmpty()) {
      out.print(Words.printable("last run: " + model.object("run").text("summary")) + "\n");
    }
    if (!model.objects("parameters").isEmpty()) {
      out.print("\n");
      Table table = table("PARAMETER", "ROLE", "TYPE", "VALUE", "DESCRIPTION");
      for (Fields p : model.objects("parameters")) {
        table.row(
            p.text("name"),
            p.text("role"),
            p.text("type"),
            Words.orDash(p.text("value")) + (p.is("isDefault") ? "" : " (set)"),
            p.text("description"));
      }
      table.print(out);
    }
    out.print("\n");
    if (model.objects("items").isEmpty()) {
      out.print("it has no items; model edit " + model.text("type") + " --file … gives it some\n");
      return;
    }
    Table table = table("ITEM", "ROLE", "RISKY", "AFTER");
    for (Fields item : model.objects("items")) {
      table.row(
          item.text("key"),
          item.text("role"),
          item.is("risky") ? "yes" : "-",
          String.join(" ", item.texts("after")));
    }
    table.print(out);
  }

  void versions(List<Fields> all) {
    Table table = table(">VERSION", "CURRENT", ">WRITTEN", "BY", ">ITEMS", ">PARAMETERS", "WHY");
    for (Fields version : all) {
      boolean delivered = version.text("by").isEmpty();
      table.row(
          version.text("number"),
          version.is("current") ? "yes" : "-",
          delivered ? "-" : Words.age(version.instant("at"), now),
          Words.orDash(version.text("by")),
          version.text("items"),
          version.text("parameters"),
          version.text("why"));
    }
    table.print(out);
  }

  void version(Fields version) {
    out.print(
        Words.printable(
                "version %s of %s is kept, no card has it yet; model plan %s tells what it changes, model apply %s brings it"
                    .formatted(
                        version.text("number"),
                        version.text("type"),
                        version.text("type"),
                        version.text("type")))
            + "\n");
  }

  void differences(List<Fields> all) {
    if (all.isEmpty()) {
      out.print("no difference\n");
      return;
    }
    Table table = table("WHAT", "CHANGE", "ATTRIBUTE", "BEFORE", "AFTER");
    for (Fields line : all) {
      table.row(
          line.text("what"),
          line.text("change"),
          Words.orDash(line.text("attribute")),
          Words.orDash(line.text("before")),
          Words.orDash(line.text("after")));
    }
    table.print(out);
  }

  void text(Fields text) {
    out.print(text.text("text"));
  }

  void plan(Fields plan) {
    out.print(Words.printable(plan.text("summary")) + "\n\n");
    Table table = table("CARD", "VERDICT", "HAS", "ITEM", "CHANGE", "BEFORE", "AFTER", "REMARK");
    for (Fields card : plan.objects("cards")) {
      List<Fields> changes = card.objects("changes");
      boolean shown = card.text("verdict").equals("change") || card.text("verdict").equals("later");
      String remark = remark(card);
      if (changes.isEmpty() || !shown) {
        table.row(
            card.text("card"),
            card.text("verdict"),
            Words.orDash(card.text("has")),
            "-",
            "-",
            "-",
            "-",
            remark);
        continue;
      }
      boolean first = true;
      for (Fields line : changes) {
        table.row(
            first ? card.text("card") : "",
            first ? card.text("verdict") : "",
            first ? Words.orDash(card.text("has")) : "",
            line.text("what"),
            (line.text("change") + " " + line.text("attribute")).strip(),
            Words.orDash(line.text("before")),
            Words.orDash(line.text("after")),
            first ? remark : "");
        first = false;
      }
    }
    table.print(out);
  }

  private static String remark(Fields card) {
    StringBuilder text = new StringBuilder(card.text("reason"));
    if (card.text("verdict").equals("change")) {
      if (card.is("risky")) {
        add(text, "risky: taken back unless confirmed");
      }
      if (!card.text("differences").equals("0")) {
        add(text, card.text("differences") + " differences are put right");
      }
    }
    return text.toString();
  }

  private static void add(StringBuilder text, String more) {
    text.append(text.isEmpty() ? "" : "; ").append(more);
  }

  void run(Fields run) {
    out.print(Words.printable(run.text("type") + ": " + run.text("summary")) + "\n");
    if (!run.is("active")) {
      out.print(
          "that was "
              + Words.age(run.instant("since"), now)
              + "; NOW is what each card has at this moment\n");
    }
    out.print("\n");
    boolean active = run.is("active");
    Table table =
        active
            ? table("CARD", "PROGRESS", ">BEFORE", "DETAIL")
            : table("CARD", "PROGRESS", ">BEFORE", "NOW", "DETAIL");
    for (Fields card : run.objects("cards")) {
      List<String> row =
          new ArrayList<>(List.of(card.text("card"), card.text("progress"), card.text("before")));
      if (!active) {
        row.add(Words.orDash(card.text("now")));
      }
      row.add(card.text("detail"));
      table.row(row.toArray(String[]::new));
    }
    table.print(out);
  }

  void removed(Fields model) {
    String versions = model.text("versions");
    out.print(
        Words.printable("model " + model.text("type"))
            + " is gone, with "
            + versions
            + (versions.equals("1") ? " version" : " versions")
            + "\n");
  }

  void drift(List<Fields> all) {
    if (all.isEmpty()) {
      out.print("no difference: every device that said something is as its model says\n");
      return;
    }
    Table table = table("CARD", "MODEL", "ITEM", "ATTRIBUTE", "WANTED", "FOUND", "TRIAL", ">SINCE");
    for (Fields d : all) {
      table.row(
          d.text("card"),
          Words.orDash(d.text("model")),
          Words.orDash(d.text("key")),
          d.text("attribute"),
          Words.orDash(d.text("wanted")),
          Words.orDash(d.text("found")),
          d.is("trial") ? "yes" : "-",
          Words.age(d.instant("since"), now));
    }
    table.print(out);
  }

  void devices(List<Fields> all) {
    Table table = table("CARD", "TYPE", "HAS", "WANTED", ">DIFFERING", "DOING", "TRIAL", "FAILED");
    for (Fields d : all) {
      table.row(
          d.text("card"),
          d.text("type"),
          Words.orDash(d.text("has")),
          Words.orDash(d.text("wanted")),
          d.text("differences"),
          Words.orDash(d.text("doing")),
          Words.orDash(String.join(" ", d.texts("trial"))),
          d.text("failed"));
    }
    table.print(out);
  }
}
