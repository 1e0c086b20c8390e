package io.cade.engine.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Columns wide enough for their longest cell, two spaces between. A heading that begins with {@code
 * >} makes its column right-aligned.
 */
final class Table {
  private final List<String> headings;
  private final boolean colour;
  private final List<List<String>> rows = new ArrayList<>();

  Table(boolean colour, String... headings) {
    this.colour = colour;
    this.headings = List.of(headings);
  }

  void row(String... cells) {
    List<String> clean = new ArrayList<>(cells.length);
    for (String cell : cells) {
      clean.add(Words.printable(cell));
    }
    rows.add(clean);
  }

  void print(PrintStream out) {
    int columns = headings.size();
    int[] widths = new int[columns];
    List<String> titles = new ArrayList<>(columns);
    for (int c = 0; c < columns; c++) {
      String heading = headings.get(c);
      titles.add(heading.startsWith(">") ? heading.substring(1) : heading);
      widths[c] = width(titles.get(c));
    }
    for (List<String> row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], width(row.get(c)));
      }
    }
    StringBuilder text = new StringBuilder();
    line(text, titles, widths, true);
    for (List<String> row : rows) {
      line(text, row, widths, false);
    }
    out.print(text);
  }

  private void line(StringBuilder text, List<String> cells, int[] widths, boolean heading) {
    int last = cells.size() - 1;
    while (last > 0 && cells.get(last).isEmpty()) {
      last--;
    }
    for (int c = 0; c <= last; c++) {
      String cell = cells.get(c);
      String paint = !colour ? "" : heading ? "\u001b[1m" : Paint.of(cell);
      String gap = " ".repeat(widths[c] - width(cell));
      boolean right = headings.get(c).startsWith(">");
      text.append(c == 0 ? "" : "  ").append(right ? gap : "");
      text.append(paint).append(cell).append(paint.isEmpty() ? "" : "\u001b[0m");
      text.append(right || c == last ? "" : gap);
    }
    text.append('\n');
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Colours of words that say how things are. */
  private static final class Paint {
    static String of(String cell) {
      return switch (cell) {
        case "RUNNING", "ANNOUNCED" -> "\u001b[32m";
        case "DEGRADED", "MINOR", "WARNING", "BOOTING", "UPDATING" -> "\u001b[33m";
        case "FAILED", "QUARANTINED", "CRITICAL", "MAJOR", "unreadable" -> "\u001b[31m";
        case "ABSENT", "OFF" -> "\u001b[2m";
        default -> "";
      };
    }
  }
}
