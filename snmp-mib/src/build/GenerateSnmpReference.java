import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes the object reference of {@code docs/snmp.md} from the MIB files, between its two marks, so that manual and
 * modules cannot drift apart: {@code java GenerateSnmpReference.java MIB-FOLDER MANUAL [check]}. With {@code check}
 * nothing is written and the exit code is 1 if the manual is not current; a test runs it so.
 */
final class GenerateSnmpReference {
  private static final String BEGIN = "<!-- objects: generated from the MIB files, do not edit below -->";
  private static final String END = "<!-- objects: end -->";
  private static final List<String> ORDER =
      List.of(
          "CADE-CABINET-MIB", "CADE-HARDWARE-MIB", "CADE-SERVICE-MIB", "CADE-TRAFFIC-MIB", "CADE-ALARM-MIB",
          "CADE-BOOT-MIB", "CADE-UPDATE-MIB");
  private static final Pattern DEFINITION =
      Pattern.compile("^([A-Za-z][A-Za-z0-9-]*) (OBJECT-TYPE|NOTIFICATION-TYPE|MODULE-IDENTITY)\\b");
  private static final Pattern CONVENTION =
      Pattern.compile("^([A-Z][A-Za-z0-9]*) ::= TEXTUAL-CONVENTION\\b");

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
      throw new IllegalArgumentException(manual + " has no two lines '" + BEGIN + "' and '" + END + "'");
    }
    var text = new StringBuilder(before.substring(0, begin)).append(BEGIN).append("\n");
    for (String module : ORDER) {
      module(Path.of(arguments[0]).resolve(module), module, text);
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

  private static void module(Path file, String module, StringBuilder out) throws IOException {
    List<String> blocks = blocks(Files.readString(file));
    out.append("\n### ").append(module).append("\n\n");
    for (String block : blocks) {
      if (block.contains(" MODULE-IDENTITY")) {
        out.append(text(block, "DESCRIPTION")).append("\n");
      }
    }
    var open = new StringBuilder();
    for (String block : blocks) {
      Matcher convention = CONVENTION.matcher(block);
      Matcher definition = DEFINITION.matcher(block);
      if (convention.find()) {
        convention(convention.group(1), block, open);
      } else if (definition.find() && definition.group(2).equals("OBJECT-TYPE")) {
        object(definition.group(1), block, out);
      } else if (!block.startsWith("IMPORTS")
          && (definition.hitEnd() || block.contains(" NOTIFICATION-TYPE"))) {
        notification(block, out);
      }
    }
    out.append(open);
  }

  /** Definitions begin at the first column with a name; what belongs to one is indented. */
  private static List<String> blocks(String mib) {
    var blocks = new ArrayList<String>();
    var block = new StringBuilder();
    for (String line : mib.lines().toList()) {
      if (line.startsWith("--")) {
        continue;
      }
      if (!line.isEmpty() && Character.isLetter(line.charAt(0)) && !block.isEmpty()) {
        blocks.add(block.toString());
        block.setLength(0);
      }
      block.append(line).append('\n');
    }
    blocks.add(block.toString());
    return blocks;
  }

  private static void object(String name, String block, StringBuilder out) {
    String syntax = clause(block, "SYNTAX");
    String access = clause(block, "MAX-ACCESS");
    if (syntax.startsWith("SEQUENCE OF")) {
      out.append("\n**`").append(name).append("`** — ").append(text(block, "DESCRIPTION"));
      return;
    }
    if (block.contains("INDEX ") || block.contains("AUGMENTS ")) {
      String index = clause(block, "INDEX");
      out.append(
          index.isEmpty()
              ? "\nExtends each row of `" + braced(clause(block, "AUGMENTS")) + "`.\n"
              : "\nIndex: `" + braced(index) + "`.\n");
      out.append("\n| object | type | access | meaning, and what to do |\n|---|---|---|---|\n");
      return;
    }
    boolean scalar = Pattern.compile("::= \\{ \\w*Entry \\d+ \\}").matcher(block).find();
    if (!scalar) {
      if (!out.toString().endsWith("|\n")) {
        out.append("\n| object | type | access | meaning, and what to do |\n|---|---|---|---|\n");
      }
    }
    String units = clause(block, "UNITS").replace("\"", "");
    out.append("| `").append(name).append("` | ").append(syntax.replaceAll("\\s+", " ").replace("|", "\\|"))
        .append(units.isEmpty() ? "" : ", " + units).append(" | ")
        .append(
            switch (access) {
              case "read-write" -> "**read, write**";
              case "read-only" -> "read";
              case "accessible-for-notify" -> "in notifications";
              case "not-accessible" -> "index";
              default -> access;
            })
        .append(" | ").append(oneLine(text(block, "DESCRIPTION"))).append(" |\n");
  }

  private static void notification(String block, StringBuilder out) {
    String name = block.substring(0, block.indexOf(' '));
    if (block.contains(" NOTIFICATION-TYPE")) {
      out.append("\n**`").append(name).append("`** (notification; objects: ")
          .append(braced(clause(block, "OBJECTS")).isEmpty() ? "none" : "`" + braced(clause(block, "OBJECTS")) + "`")
          .append(") — ").append(text(block, "DESCRIPTION"));
    }
  }

  private static void convention(String name, String block, StringBuilder out) {
    String description = raw(block, "DESCRIPTION");
    out.append("\n`").append(name).append("`: ");
    var words = new StringBuilder();
    var list = new StringBuilder();
    boolean item = false;
    for (String line : description.lines().map(String::strip).toList()) {
      Matcher entry = Pattern.compile("^([a-z][A-Za-z0-9]*) +- (.*)$").matcher(line);
      if (entry.matches()) {
        Matcher number =
            Pattern.compile("\\b" + entry.group(1) + "\\((\\d+)\\)").matcher(block.substring(block.lastIndexOf("SYNTAX")));
        list.append("\n- ").append(entry.group(1)).append(number.find() ? " (" + number.group(1) + ")" : "")
            .append(" — ").append(entry.group(2));
        item = true;
      } else if (line.isEmpty()) {
        item = false;
      } else {
        (item ? list : words).append(item || !words.isEmpty() ? " " : "").append(line);
      }
    }
    out.append(words).append("\n").append(list).append("\n");
  }

  private static String braced(String clause) {
    return clause.replaceAll("[{}]", "").replaceAll("\\s+", " ").strip();
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").replace("|", "\\|").strip();
  }

  /** The text of a clause as paragraphs of one line each. */
  private static String text(String block, String clause) {
    var out = new StringBuilder();
    for (String paragraph : raw(block, clause).split("\n\\s*\n")) {
      out.append(oneLine(paragraph)).append("\n");
    }
    return out.toString();
  }

  private static String raw(String block, String clause) {
    int at = block.indexOf(clause);
    int from = block.indexOf('"', at) + 1;
    return at < 0 ? "" : block.substring(from, block.indexOf('"', from));
  }

  /** What follows a keyword up to the next one. */
  private static String clause(String block, String keyword) {
    Matcher m =
        Pattern.compile(
                "(?m)^ {4}" + keyword + " +((?s:.*?))(?=^ {4}(SYNTAX|UNITS|MAX-ACCESS|STATUS|DESCRIPTION|INDEX|AUGMENTS"
                    + "|OBJECTS|REFERENCE|DEFVAL|::=))")
            .matcher(block);
    return m.find() ? m.group(1).replaceAll("\\s+", " ").strip() : "";
  }
}
