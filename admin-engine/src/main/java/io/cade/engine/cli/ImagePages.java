package io.cade.engine.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.util.List;

/** How images look on a screen. */
final class ImagePages {
  private static final int SHORT_DIGEST = "sha256:".length() + 12;

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
          Words.age(image.instant("importedAt"), now),
          image.text("importedBy"),
          digest.substring(0, Math.min(digest.length(), SHORT_DIGEST)).replace("sha256:", ""));
    }
    table.print(out);
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
