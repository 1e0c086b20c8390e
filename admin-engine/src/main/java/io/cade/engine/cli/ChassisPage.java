package io.cade.engine.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.util.List;

/** How chassis look on a screen. */
final class ChassisPage {
  private ChassisPage() {}

  static void print(List<Fields> all, PrintStream out, boolean colour, Instant now) {
    if (all.isEmpty()) {
      out.println("no chassis has been read yet");
      return;
    }
    for (Fields chassis : all) {
      Table table = new Table(colour, "CHASSIS", chassis.text("chassis"));
      table.row("reader", chassis.text("reader"));
      table.row("read", Words.age(chassis.instant("at"), now));
      table.row("cards", Words.orDash(String.join(", ", chassis.texts("presentSlots"))));
      table.row("open handles", Words.orDash(String.join(", ", chassis.texts("openHandles"))));
      table.row("switched off", Words.orDash(String.join(", ", chassis.texts("poweredOff"))));
      table.row("blue LED", Words.orDash(String.join(", ", chassis.texts("blueLeds"))));
      table.row("locate LED", Words.orDash(String.join(", ", chassis.texts("locateLeds"))));
      table.row("fan control", Words.orDash(chassis.text("fanControl")));
      for (Fields fan : chassis.objects("fans")) {
        table.row(
            "fan " + fan.text("number"),
            fan.text("rpm")
                + " rpm at "
                + fan.text("dutyPercent")
                + " %"
                + (fan.is("stalled") ? ", stalled" : "")
                + (fan.is("spinFailed") ? ", does not start" : "")
                + (fan.is("driveFailed") ? ", does not reach its speed" : ""));
      }
      for (Fields supply : chassis.objects("supplies")) {
        table.row(
            "supply " + supply.text("number"),
            (supply.is("good") ? "good" : "gives no power")
                + ", "
                + supply.text("watts")
                + " of "
                + supply.text("capacityWatts")
                + " W "
                + derated(supply)
                + supply.text("serialNumber"));
      }
      table.row(
          "power budget",
          chassis.text("demandWatts")
              + " W of "
              + (chassis.text("capacityWatts").isEmpty()
                  ? "unknown"
                  : chassis.text("capacityWatts") + " W"));
      table.print(out);
    }
  }

  /** Warm air takes some of what a supply may give. */
  private static String derated(Fields supply) {
    String available = supply.text("availableWatts");
    return available.isEmpty() || available.equals(supply.text("capacityWatts"))
        ? ""
        : "(" + available + " W in air as warm as now) ";
  }
}
