import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes Java constants from the project's MIB files, so that an OID or an enumeration value stands in one place: the
 * MIB. Runs in the build as a single source file: {@code java GenerateMibConstants.java MIB-FOLDER OUTPUT-FOLDER}.
 *
 * <p>It reads as much of SMIv2 (RFC 2578, 2579) as our own files use and refuses what it does not understand; smilint
 * judges the files themselves. An output file is rewritten only when it changes, so that an unchanged MIB costs no
 * compilation.
 */
final class GenerateMibConstants {
  private static final String PACKAGE = "io.cade.mib";
  private static final Set<String> MACROS =
      Set.of(
          "MODULE-IDENTITY", "OBJECT-IDENTITY", "OBJECT-TYPE", "NOTIFICATION-TYPE", "OBJECT-GROUP",
          "NOTIFICATION-GROUP", "MODULE-COMPLIANCE");

  /** A registered name: its parent's name, its last arc, and for an OBJECT-TYPE its access (else empty). */
  private record Node(String name, String parent, long arc, String macro, String access, String module) {}

  private record Enumeration(String name, String description, Map<String, Integer> values) {}

  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final List<Enumeration> enumerations = new ArrayList<>();

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      throw new IllegalArgumentException("usage: GenerateMibConstants MIB-FOLDER OUTPUT-FOLDER");
    }
    var generator = new GenerateMibConstants();
    try (var files = Files.list(Path.of(arguments[0]))) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith("CADE-")).sorted().toList()) {
        generator.read(file);
      }
    }
    if (generator.nodes.isEmpty()) {
      throw new IllegalArgumentException("no CADE-* file in " + arguments[0]);
    }
    generator.write(Path.of(arguments[1]).resolve(PACKAGE.replace('.', '/')));
  }

  // ---- reading -------------------------------------------------------------------------------

  private void read(Path file) throws IOException {
    List<String> t = tokens(file);
    String module = t.get(0);
    int p = t.indexOf("BEGIN") + 1;
    while (!t.get(p).equals("END")) {
      String name = t.get(p);
      String next = t.get(p + 1);
      if (name.equals("IMPORTS")) {
        p = indexOf(t, ";", p, file) + 1;
      } else if (next.equals("OBJECT") && t.get(p + 2).equals("IDENTIFIER")) {
        p = register(t, indexOf(t, "::=", p, file), new Node(name, "", 0, "", "", module), file);
      } else if (MACROS.contains(next)) {
        int assignment = indexOf(t, "::=", p, file);
        List<String> body = t.subList(p, assignment);
        int access = body.indexOf("MAX-ACCESS");
        p = register(t, assignment, new Node(name, "", 0, next, access < 0 ? "" : body.get(access + 1), module), file);
      } else if (next.equals("::=") && t.get(p + 2).equals("TEXTUAL-CONVENTION")) {
        p = textualConvention(t, p, file);
      } else if (next.equals("::=") && t.get(p + 2).equals("SEQUENCE")) {
        p = indexOf(t, "}", p, file) + 1;
      } else {
        throw new IllegalArgumentException(file + ": cannot read the definition of " + name);
      }
    }
  }

  /** Reads {@code ::= { parent number }} at {@code p}. */
  private int register(List<String> t, int p, Node node, Path file) {
    if (!t.get(p + 1).equals("{") || !t.get(p + 4).equals("}")) {
      throw new IllegalArgumentException(file + ": " + node.name() + " must be ::= { parent number }");
    }
    var complete =
        new Node(
            node.name(), t.get(p + 2), Long.parseLong(t.get(p + 3)), node.macro(), node.access(), node.module());
    if (nodes.put(node.name(), complete) != null) {
      throw new IllegalArgumentException(file + ": " + node.name() + " is defined twice");
    }
    return p + 5;
  }

  private int textualConvention(List<String> t, int p, Path file) {
    String name = t.get(p);
    int description = indexOf(t, "DESCRIPTION", p, file) + 1;
    int q = indexOf(t, "SYNTAX", p, file) + 1;
    if (!t.get(q).equals("INTEGER") || !t.get(q + 1).equals("{")) {
      throw new IllegalArgumentException(file + ": " + name + " must be an enumerated INTEGER");
    }
    var values = new LinkedHashMap<String, Integer>();
    q += 2;
    while (!t.get(q - 1).equals("}")) {
      values.put(t.get(q), Integer.parseInt(t.get(q + 2)));
      q += 5; // name ( number ) and a comma or the closing brace
    }
    enumerations.add(new Enumeration(name, t.get(description).substring(1), values));
    return q;
  }

  private static int indexOf(List<String> t, String token, int from, Path file) {
    for (int i = from; i < t.size(); i++) {
      if (t.get(i).equals(token)) {
        return i;
      }
    }
    throw new IllegalArgumentException(file + ": no " + token + " after " + t.get(from));
  }

  /** Words, numbers and punctuation; a quoted text is one token that starts with a quotation mark. */
  private static List<String> tokens(Path file) throws IOException {
    String s = Files.readString(file);
    var tokens = new ArrayList<String>();
    int p = 0;
    while (p < s.length()) {
      char c = s.charAt(p);
      if (Character.isWhitespace(c)) {
        p++;
      } else if (s.startsWith("--", p)) {
        int end = s.indexOf('\n', p);
        p = end < 0 ? s.length() : end;
      } else if (c == '"') {
        int end = s.indexOf('"', p + 1);
        tokens.add(s.substring(p, end));
        p = end + 1;
      } else if (s.startsWith("::=", p)) {
        tokens.add("::=");
        p += 3;
      } else if (Character.isLetterOrDigit(c)) {
        int end = p;
        while (end < s.length() && (Character.isLetterOrDigit(s.charAt(end)) || s.charAt(end) == '-')) {
          end++;
        }
        tokens.add(s.substring(p, end));
        p = end;
      } else {
        tokens.add(String.valueOf(c));
        p++;
      }
    }
    return tokens;
  }

  // ---- writing -------------------------------------------------------------------------------

  private void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    var written = new ArrayList<Path>();
    written.add(writeOids(folder));
    for (Enumeration enumeration : enumerations) {
      written.add(writeEnumeration(folder, enumeration));
    }
    try (var files = Files.list(folder)) {
      for (Path stale : files.filter(f -> !written.contains(f)).toList()) {
        Files.delete(stale);
      }
    }
  }

  private Path writeOids(Path folder) throws IOException {
    var byOid = new TreeMap<String, Node>(GenerateMibConstants::compareOids);
    nodes.values().forEach(node -> byOid.put(oid(node.name()), node));
    var out = new StringBuilder(header());
    out.append("import java.util.Map;\n\n")
        .append("/** The object identifiers of the project's MIB files, in dotted form. */\n")
        .append("@Generated(\"GenerateMibConstants\")\n")
        .append("public final class MibOids {\n");
    byOid.forEach(
        (oid, node) ->
            out.append("  /** ").append(node.module()).append("::").append(node.name()).append(". */\n")
                .append("  public static final String ").append(constant(node.name()))
                .append(" = \"").append(oid).append("\";\n\n"));
    out.append("  /** Name to OID of every object that can be read: scalars and columns, without instance. */\n")
        .append("  public static final Map<String, String> READABLE = Map.ofEntries(\n");
    List<Node> readable = byOid.values().stream().filter(n -> n.access().startsWith("read-")).toList();
    for (int i = 0; i < readable.size(); i++) {
      String name = readable.get(i).name();
      out.append("      Map.entry(\"").append(name).append("\", ").append(constant(name)).append(")")
          .append(i + 1 < readable.size() ? ",\n" : ");\n\n");
    }
    out.append("  private MibOids() {}\n}\n");
    return writeIfChanged(folder.resolve("MibOids.java"), out);
  }

  private static Path writeEnumeration(Path folder, Enumeration enumeration) throws IOException {
    String name = enumeration.name().replaceFirst("^Cade", "").replaceFirst("TC$", "");
    var out = new StringBuilder(header());
    out.append("/**\n * ").append(enumeration.name()).append(":\n * <pre>\n");
    enumeration.description().lines().map(l -> l.replaceFirst("^ {8}", "")).forEach(
        line -> out.append(" * ").append(line.replace("&", "&amp;").replace("<", "&lt;")).append('\n'));
    out.append(" * </pre>\n */\n@Generated(\"GenerateMibConstants\")\n")
        .append("public enum ").append(name).append(" {\n");
    var entries = List.copyOf(enumeration.values().entrySet());
    for (int i = 0; i < entries.size(); i++) {
      out.append("  /** ").append(entries.get(i).getKey()).append(". */\n  ")
          .append(constant(entries.get(i).getKey())).append('(').append(entries.get(i).getValue()).append(')')
          .append(i + 1 < entries.size() ? ",\n" : ";\n\n");
    }
    out.append("  private final int code;\n\n  ").append(name)
        .append("(int code) {\n    this.code = code;\n  }\n\n")
        .append("  /** The number that the MIB gives to this value. */\n")
        .append("  public int code() {\n    return code;\n  }\n}\n");
    return writeIfChanged(folder.resolve(name + ".java"), out);
  }

  private static String header() {
    return "// Generated from the MIB files; change those instead.\npackage " + PACKAGE
        + ";\n\nimport javax.annotation.processing.Generated;\n\n";
  }

  private static Path writeIfChanged(Path file, CharSequence text) throws IOException {
    if (!Files.exists(file) || !Files.readString(file).contentEquals(text)) {
      Files.writeString(file, text);
    }
    return file;
  }

  private String oid(String name) {
    if (name.equals("enterprises")) {
      return "1.3.6.1.4.1"; // RFC 2578 section 2
    }
    Node node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException("no definition of " + name);
    }
    return oid(node.parent()) + "." + node.arc();
  }

  /** cadeCardState and cadeTC become CADE_CARD_STATE and CADE_TC. */
  private static String constant(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
  }

  private static int compareOids(String a, String b) {
    long[] x = Arrays.stream(a.split("\\.")).mapToLong(Long::parseLong).toArray();
    long[] y = Arrays.stream(b.split("\\.")).mapToLong(Long::parseLong).toArray();
    return Arrays.compare(x, y);
  }
}
