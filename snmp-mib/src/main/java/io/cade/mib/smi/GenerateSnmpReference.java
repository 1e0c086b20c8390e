package io.cade.mib.smi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes the object reference of {@code docs/snmp.md} from the MIB files, between its two marks, so
 * that manual and modules cannot drift apart: {@code java GenerateSnmpReference.java MIB-FOLDER
 * MANUAL [check]}. With {@code check} nothing is written and the exit code is 1 if the manual is
 * not current; a test runs it so.
 */
final class GenerateSnmpReference {
  private static final String BEGIN =
      "<!-- objects: generated from the MIB files, do not edit below -->";
  private static final String END = "<!-- objects: end -->";
  private static final List<String> ORDER =
      List.of(
          "CADE-CABINET-MIB",
          "CADE-HARDWARE-MIB",
          "CADE-SERVICE-MIB",
          "CADE-TRAFFIC-MIB",
          "CADE-ALARM-MIB",
          "CADE-BOOT-MIB",
          "CADE-UPDATE-MIB");
  private static final String HEAD =
      "\n| object | type | access | meaning, and what to do |\n|---|---|---|---|\n";
  private static final Pattern ITEM = Pattern.compile("^([a-z][A-Za-z0-9]*) +- (.*)$");

  private GenerateSnmpReference() {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 2) {
      throw new IllegalArgumentException("usage: GenerateSnmpReference MIB-FOLDER MANUAL [check]");
    }
    Path manual = Path.of(arguments[1]);
    String before = Files.readString(manual);
    int begin = before.indexOf(BEGIN);
    int end = before.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalArgumentException(
          manual + " has no two lines '" + BEGIN + "' and '" + END + "'");
    }
    var text = new StringBuilder(before.substring(0, begin)).append(BEGIN).append("\n");
    for (String module : ORDER) {
      write(Smi.module(Files.readString(Path.of(arguments[0]).resolve(module))), text);
    }
    text.append("\n").append(before.substring(end));
    if (arguments.length > 2) {
      if (!before.contentEquals(text)) {
        System.out.println(manual + " does not say what the MIB files say");
        System.exit(1);
      }
    } else if (!before.contentEquals(text)) {
      Files.writeString(manual, text);
    }
  }

  private static void write(SmiModule module, StringBuilder out) {
    out.append("\n### ").append(module.name()).append("\n\n");
    for (SmiDefinition d : module.definitions()) {
      switch (d.macro()) {
        case "MODULE-IDENTITY" -> out.append(paragraphs(d.text("DESCRIPTION"))).append("\n");
        case "OBJECT-TYPE" -> object(d, out);
        case "NOTIFICATION-TYPE" -> notification(d, out);
        default -> {
          // Groups and nodes are for compilers of MIBs.
        }
      }
    }
    module.conventions().forEach(convention -> convention(convention, out));
  }

  private static void object(SmiDefinition d, StringBuilder out) {
    if (d.isTable()) {
      out.append("\n**`")
          .append(d.name())
          .append("`** — ")
          .append(paragraphs(d.text("DESCRIPTION")));
      return;
    }
    List<String> index = d.names("INDEX");
    List<String> augments = d.names("AUGMENTS");
    if (!index.isEmpty() || !augments.isEmpty()) {
      out.append(
          index.isEmpty()
              ? "\nExtends each row of `" + augments.getFirst() + "`.\n"
              : "\nIndex: `" + String.join(", ", index) + "`.\n");
      out.append(HEAD);
      return;
    }
    if (!d.parent().endsWith("Entry") && !out.toString().endsWith("|\n")) {
      out.append(HEAD);
    }
    String units = d.text("UNITS");
    out.append("| `")
        .append(d.name())
        .append("` | ")
        .append(d.clause("SYNTAX").replace("|", "\\|"))
        .append(units.isEmpty() ? "" : ", " + units)
        .append(" | ")
        .append(
            switch (d.word("MAX-ACCESS")) {
              case "read-write" -> "**read, write**";
              case "read-only" -> "read";
              case "accessible-for-notify" -> "in notifications";
              case "not-accessible" -> "index";
              default -> d.word("MAX-ACCESS");
            })
        .append(" | ")
        .append(oneLine(d.text("DESCRIPTION")))
        .append(" |\n");
  }

  private static void notification(SmiDefinition d, StringBuilder out) {
    List<String> objects = d.names("OBJECTS");
    out.append("\n**`")
        .append(d.name())
        .append("`** (notification; objects: ")
        .append(objects.isEmpty() ? "none" : "`" + String.join(", ", objects) + "`")
        .append(") — ")
        .append(paragraphs(d.text("DESCRIPTION")));
  }

  private static void convention(SmiConvention convention, StringBuilder out) {
    Map<String, Integer> numbers = new HashMap<>();
    convention.values().forEach((number, name) -> numbers.put(name, number));
    var words = new StringBuilder();
    var list = new StringBuilder();
    boolean item = false;
    for (String line : convention.description().lines().map(String::strip).toList()) {
      Matcher entry = ITEM.matcher(line);
      if (entry.matches()) {
        Integer number = numbers.get(entry.group(1));
        list.append("\n- ")
            .append(entry.group(1))
            .append(number == null ? "" : " (" + number + ")")
            .append(" — ")
            .append(entry.group(2));
        item = true;
      } else if (line.isEmpty()) {
        item = false;
      } else {
        (item ? list : words).append(item || !words.isEmpty() ? " " : "").append(line);
      }
    }
    out.append("\n`")
        .append(convention.name())
        .append("`: ")
        .append(words)
        .append("\n")
        .append(list)
        .append("\n");
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").replace("|", "\\|").strip();
  }

  /** Paragraphs of one line each. */
  private static String paragraphs(String text) {
    var out = new StringBuilder();
    for (String paragraph : text.split("\n\\s*\n")) {
      out.append(oneLine(paragraph)).append("\n");
    }
    return out.toString();
  }
}
