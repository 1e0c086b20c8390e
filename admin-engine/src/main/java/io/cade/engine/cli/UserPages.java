package io.cade.engine.cli;

import java.io.PrintStream;
import java.util.List;

/** How users look on a screen. */
final class UserPages {
  private UserPages() {}

  static void users(List<Fields> all, PrintStream out, boolean colour) {
    Table table = new Table(colour, "USER", "ROLE", "RENTS");
    for (Fields user : all) {
      table.row(
          user.text("name"),
          user.text("role"),
          Words.orDash(String.join(", ", user.texts("services"))));
    }
    table.print(out);
  }

  /** What was done to one. */
  static void user(Fields user, PrintStream out) {
    if (!user.text("removed").isEmpty()) {
      out.print(Words.printable("user " + user.text("removed") + " is gone") + "\n");
      return;
    }
    String rents = String.join(", ", user.texts("services"));
    out.print(
        Words.printable(
                user.text("name")
                    + " is "
                    + user.text("role")
                    + (rents.isEmpty() ? "" : " of " + rents)
                    + (user.text("kit").isEmpty()
                        ? "; password: " + user.text("password")
                        : "; password and addresses are in " + user.text("kit")))
            + "\n");
  }
}
