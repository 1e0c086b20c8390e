package io.cade.mib.smi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads as much of SMIv2 (RFC 2578, 2579) as the project's own MIB files use, and refuses what it
 * does not understand; smilint judges the files themselves. Stateless.
 */
public final class Smi {
  private static final Set<String> MACROS =
      Set.of(
          "MODULE-IDENTITY",
          "OBJECT-IDENTITY",
          "OBJECT-TYPE",
          "NOTIFICATION-TYPE",
          "OBJECT-GROUP",
          "NOTIFICATION-GROUP",
          "MODULE-COMPLIANCE");

  private static final Set<String> CLAUSES =
      Set.of(
          "SYNTAX",
          "UNITS",
          "MAX-ACCESS",
          "STATUS",
          "DESCRIPTION",
          "REFERENCE",
          "INDEX",
          "AUGMENTS",
          "DEFVAL",
          "OBJECTS");

  private Smi() {}

  /**
   * Reads the project's own modules of a folder, in the order of their names.
   *
   * @throws IllegalArgumentException naming what could not be read, or a name that is defined twice
   */
  public static List<SmiModule> ownModules(Path folder) throws IOException {
    var modules = new ArrayList<SmiModule>();
    try (var files = Files.list(folder)) {
      for (Path file :
          files.filter(f -> f.getFileName().toString().startsWith("CADE-")).sorted().toList()) {
        modules.add(module(Files.readString(file)));
      }
    }
    if (modules.isEmpty()) {
      throw new IllegalArgumentException("no CADE-* file in " + folder);
    }
    return modules;
  }

  /** Reads one module. */
  public static SmiModule module(String text) {
    List<String> t = tokens(text);
    String module = t.getFirst();
    var definitions = new ArrayList<SmiDefinition>();
    var conventions = new ArrayList<SmiConvention>();
    int p = t.indexOf("BEGIN") + 1;
    while (!t.get(p).equals("END")) {
      String name = t.get(p);
      String next = t.get(p + 1);
      if (name.equals("IMPORTS")) {
        p = find(t, ";", p) + 1;
      } else if (MACROS.contains(next) || next.equals("OBJECT")) {
        int at = find(t, "::=", p);
        if (!t.get(at + 1).equals("{") || !t.get(at + 4).equals("}")) {
          throw new IllegalArgumentException(
              module + ": " + name + " must be ::= { parent number }");
        }
        definitions.add(
            new SmiDefinition(
                module,
                name,
                next,
                clauses(t.subList(p + 2, at)),
                t.get(at + 2),
                Long.parseLong(t.get(at + 3))));
        p = at + 5;
      } else if (next.equals("::=") && t.get(p + 2).equals("TEXTUAL-CONVENTION")) {
        int syntax = find(t, "SYNTAX", p) + 1;
        int end = afterSyntax(t, syntax);
        String description = unquoted(t.get(find(t, "DESCRIPTION", p) + 1));
        Map<Integer, String> values = SmiDefinition.values(t.subList(syntax, end));
        conventions.add(new SmiConvention(module, name, description, values));
        p = end;
      } else if (next.equals("::=") && t.get(p + 2).equals("SEQUENCE")) {
        p = find(t, "}", p) + 1;
      } else {
        throw new IllegalArgumentException(module + ": cannot read the definition of " + name);
      }
    }
    return new SmiModule(module, definitions, conventions);
  }

  /**
   * Dotted OIDs of all names, in the order of the modules.
   *
   * @throws IllegalArgumentException when a name is defined twice, or its parent nowhere
   */
  public static Map<String, String> oids(List<SmiModule> modules) {
    var byName = new HashMap<String, SmiDefinition>();
    var oids = new LinkedHashMap<String, String>();
    for (SmiModule module : modules) {
      for (SmiDefinition d : module.definitions()) {
        if (byName.put(d.name(), d) != null) {
          throw new IllegalArgumentException(module.name() + ": " + d.name() + " is defined twice");
        }
        oids.put(d.name(), "");
      }
    }
    oids.replaceAll((name, _) -> oid(byName, name));
    return oids;
  }

  private static String oid(Map<String, SmiDefinition> byName, String name) {
    if (name.equals("enterprises")) {
      return "1.3.6.1.4.1"; // RFC 2578 section 2
    }
    SmiDefinition d = byName.get(name);
    if (d == null) {
      throw new IllegalArgumentException("no definition of " + name);
    }
    return oid(byName, d.parent()) + "." + d.arc();
  }

  private static Map<String, List<String>> clauses(List<String> body) {
    var clauses = new HashMap<String, List<String>>();
    int from = -1;
    for (int i = 0; i <= body.size(); i++) {
      if (i == body.size() || CLAUSES.contains(body.get(i))) {
        if (from >= 0) {
          clauses.putIfAbsent(body.get(from), List.copyOf(body.subList(from + 1, i)));
        }
        from = i;
      }
    }
    return clauses;
  }

  private static int afterSyntax(List<String> t, int p) {
    if (t.get(p + 1).equals("{")) {
      return find(t, "}", p) + 1;
    }
    int q = t.get(p).equals("OCTET") || t.get(p).equals("OBJECT") ? p + 2 : p + 1;
    if (t.get(q).equals("(")) {
      int depth = 0;
      do {
        depth += t.get(q).equals("(") ? 1 : t.get(q).equals(")") ? -1 : 0;
        q++;
      } while (depth > 0);
    }
    return q;
  }

  private static int find(List<String> t, String token, int from) {
    for (int i = from; i < t.size(); i++) {
      if (t.get(i).equals(token)) {
        return i;
      }
    }
    throw new IllegalArgumentException(t.getFirst() + ": no " + token + " after " + t.get(from));
  }

  static String unquoted(String token) {
    return token.startsWith("\"") ? token.substring(1) : token;
  }

  /** Words, numbers and punctuation; a quoted text is one token that begins with its mark. */
  private static List<String> tokens(String s) {
    var tokens = new ArrayList<String>();
    int p = 0;
    while (p < s.length()) {
      char c = s.charAt(p);
      int end = p + 1;
      if (s.startsWith("--", p)) {
        int line = s.indexOf('\n', p);
        end = line < 0 ? s.length() : line;
      } else if (c == '"') {
        end = s.indexOf('"', p + 1);
        tokens.add(s.substring(p, end));
        end++;
      } else if (s.startsWith("::=", p)) {
        end = p + 3;
        tokens.add("::=");
      } else if (Character.isLetterOrDigit(c)) {
        while (end < s.length()
            && (Character.isLetterOrDigit(s.charAt(end)) || s.charAt(end) == '-')) {
          end++;
        }
        tokens.add(s.substring(p, end));
      } else if (!Character.isWhitespace(c)) {
        tokens.add(String.valueOf(c));
      }
      p = end;
    }
    return tokens;
  }
}
