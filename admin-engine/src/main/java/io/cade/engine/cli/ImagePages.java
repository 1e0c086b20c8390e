package io.cade.engine.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.util.List;

/** How images look on a screen. */
final class ImagePages {
  private static final int SHORT_DIGEST = "sha256:".length() + 12;

  private static final int MAX_SLOTS = 6;

  private ImagePages() {}

  static void list(List<Fields> all, PrintStream out, boolean colour, Instant now) {
    if (all.isEmpty()) {
      out.print("no images; image build makes one, image import brings it in\n");
      return;
    }
    Table table =
        new Table(
            colour,
            "IMAGE",
            ">BUILD",
            "ARCHITECTURE",
            ">SIZE",
            "USED",
            "OWN OF SLOTS",
            ">IMPORTED",
            "BY",
            "DIGEST");
    for (Fields image : all) {
      String digest = image.text("digest");
      table.row(
          image.text("name") + ":" + image.text("version"),
          image.text("build"),
          image.text("architecture"),
          image.number("bytes").map(Words::bytes).orElse("-"),
          image.is("used") ? "yes" : "-",
          slots(image.texts("slots")),
          Words.age(image.instant("importedAt"), now),
          image.text("importedBy"),
          digest.substring(0, Math.min(digest.length(), SHORT_DIGEST)).replace("sha256:", ""));
    }
    table.print(out);
  }

  private static String slots(List<String> slots) {
    return slots.size() > MAX_SLOTS
        ? slots.size() + " slots"
        : Words.orDash(String.join(",", slots));
  }

  /** What a card gets from the engine at its next boot. */
  static String boots(Fields boot) {
    StringBuilder text = new StringBuilder(Words.orDash(boot.text("image")));
    if (!boot.is("own")) {
      return text.append(" (the image in use)").toString();
    }
    String trial = boot.text("trial");
    if (trial.isEmpty()) {
      text.append(" (of this slot, from an update)");
    } else if (boot.text("attemptsLeft").equals("0")) {
      text.append(" (").append(trial).append(" is on trial and has had its boot)");
    } else {
      text.append(" (on trial, this one boot)");
    }
    String before = boot.text("before");
    return before.isEmpty() ? text.toString() : text + ", may go back to " + before;
  }

  static void one(Fields image, PrintStream out, boolean colour) {
    Table table = new Table(colour, "IMAGE", image.text("name") + ":" + image.text("version"));
    if (!image.text("file").isEmpty()) {
      table.row("file", image.text("file"));
    }
    table.row("build", image.text("build"));
    table.row("lowest build after it", image.text("minimumBuild"));
    table.row("architecture", image.text("architecture"));
    table.row("created", image.text("created"));
    table.row("digest", image.text("digest"));
    table.row("size", image.number("bytes").map(Words::bytes).orElse("-"));
    table.row("signer", image.text("signer"));
    table.row("signature", image.is("verified") ? "good" : "not checked");
    if (!image.text("importedBy").isEmpty()) {
      table.row("used", image.is("used") ? "yes" : "no");
      table.row("own image of slots", slots(image.texts("slots")));
    }
    table.print(out);
    out.print("\n");
    Table parts = new Table(colour, "PART", "PATH", ">SIZE", "SHA-256");
    for (Fields part : image.objects("parts")) {
      parts.row(
          part.text("role"),
          part.text("path"),
          part.number("size").map(Words::bytes).orElse("-"),
          part.text("sha256").replace("sha256:", ""));
    }
    parts.print(out);
  }
}
