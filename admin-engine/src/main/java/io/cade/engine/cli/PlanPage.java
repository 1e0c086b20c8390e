package io.cade.engine.cli;

import java.io.PrintStream;

/** How a plan looks: the outcome in a sentence, then card by card. */
final class PlanPage {
  private PlanPage() {}

  static void print(Fields plan, PrintStream out, boolean colour) {
    out.print(Words.printable(plan.text("summary")) + "\n");
    if (plan.objects("verdicts").isEmpty()) {
      return;
    }
    out.print("\n");
    Table table = new Table(colour, "CARD", "VERDICT", "WHY");
    for (Fields verdict : plan.objects("verdicts")) {
      table.row(
          verdict.text("position"),
          verdict.text("verdict").replace('_', ' '),
          verdict.text("reason"));
    }
    table.print(out);
  }
}
