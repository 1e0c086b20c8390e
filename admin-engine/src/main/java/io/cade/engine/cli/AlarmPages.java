package io.cade.engine.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How thresholds, rules and receivers look on a screen. Stateless. */
final class AlarmPages {
  private static final List<String> LIMITS =
      List.of("lowCritical", "lowMajor", "lowWarning", "highWarning", "highMajor", "highCritical");

  private AlarmPages() {}

  static void suppressed(List<Fields> all, PrintStream out) {
    if (all.isEmpty()) {
      out.print("nothing is suppressed\n");
      return;
    }
    Table table = new Table(false, "SEVERITY", "SOURCE", "TYPE", "SUPPRESSED BY", "TEXT");
    for (Fields a : all) {
      table.row(
          a.text("severity"),
          a.text("source"),
          a.text("type"),
          a.text("suppressedBy"),
          a.text("text"));
    }
    table.print(out);
  }

  static void thresholds(List<Fields> all, PrintStream out) {
    Table table =
        new Table(
            false,
            "KIND",
            "NAME",
            "MODEL",
            "AT",
            "LIMITS",
            ">HYSTERESIS",
            ">READINGS",
            ">HOLD",
            "SET");
    for (Fields t : all) {
      String limits =
          LIMITS.stream()
              .filter(name -> !t.text(name).isEmpty())
              .map(name -> name + "=" + t.text(name))
              .collect(Collectors.joining(" "));
      table.row(
          t.text("kind"),
          t.text("name"),
          Words.orDash(t.text("model")),
          Words.orDash(t.text("at")),
          Words.orDash(limits),
          t.text("hysteresis"),
          t.text("readings"),
          t.text("holdSeconds") + " s",
          t.is("set") ? "yes" : "no");
    }
    table.print(out);
  }

  static void rules(List<Fields> all, PrintStream out) {
    if (all.isEmpty()) {
      out.print("no rules\n");
      return;
    }
    Table table =
        new Table(
            false, "NAME", "TYPES", "SOURCE", "AT LEAST", "ACTION", "GUARD", ">ACTED", "LAST");
    for (Fields r : all) {
      table.row(
          r.text("name"),
          Words.orDash(String.join(",", r.texts("types"))),
          r.text("source"),
          r.text("atLeast"),
          Stream.concat(Stream.of(r.text("action")), r.texts("receivers").stream())
              .collect(Collectors.joining(" ")),
          "once in " + r.text("everySeconds") + " s, " + r.text("perHour") + " in 1 h",
          r.text("acted"),
          Words.orDash(r.text("last")));
    }
    table.print(out);
  }

  static void receivers(List<Fields> all, PrintStream out, Instant now) {
    if (all.isEmpty()) {
      out.print("no receivers\n");
      return;
    }
    Table table = new Table(false, "NAME", ">DELIVERED", ">WAITING", ">MISSED", "STANDING");
    for (Fields r : all) {
      table.row(
          r.text("name"),
          r.text("delivered"),
          r.text("waiting"),
          r.text("missed"),
          standing(r, now));
    }
    table.print(out);
  }

  /** Why a receiver is behind, since when, and what comes next. */
  private static String standing(Fields r, Instant now) {
    String trouble = r.text("trouble");
    if (trouble.isEmpty()) {
      return r.text("waiting").equals("0") ? "has everything" : "is being told";
    }
    return "went away "
        + Words.age(r.instant("troubleSince"), now)
        + ": "
        + trouble
        + "; "
        + r.instant("nextTry")
            .map(t -> "next try in " + Math.max(0, Duration.between(now, t).toSeconds()) + " s")
            .orElse("is being tried");
  }
}
