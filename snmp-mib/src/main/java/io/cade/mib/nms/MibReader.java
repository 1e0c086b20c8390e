package io.cade.mib.nms;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads as much of SMIv2 (RFC 2578, 2579) as the project's own MIB files use, and refuses what it
 * does not understand. One reader reads all files; owned by one thread.
 */
final class MibReader {
  private static final Set<String> MACROS =
      Set.of(
          "MODULE-IDENTITY",
          "OBJECT-IDENTITY",
          "OBJECT-TYPE",
          "NOTIFICATION-TYPE",
          "OBJECT-GROUP",
          "NOTIFICATION-GROUP",
          "MODULE-COMPLIANCE");

  private record Definition(
      String module, String name, String macro, List<String> body, String parent, String arc) {}

  private final List<String> modules = new ArrayList<>();
  private final Map<String, Definition> definitions = new LinkedHashMap<>();
  private final Map<String, Map<Integer, String>> conventions = new HashMap<>();

  /**
   * Reads one module.
   *
   * @throws IllegalArgumentException naming what could not be read
   */
  void read(String text) {
    List<String> t = tokens(text);
    String module = t.getFirst();
    modules.add(module);
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
        definitions.put(
            name,
            new Definition(module, name, next, t.subList(p, at), t.get(at + 2), t.get(at + 3)));
        p = at + 5;
      } else if (next.equals("::=") && t.get(p + 2).equals("TEXTUAL-CONVENTION")) {
        int syntax = find(t, "SYNTAX", p);
        if (t.get(syntax + 2).equals("{")) {
          conventions.put(name, enumeration(t, syntax + 1));
          p = find(t, "}", syntax) + 1;
        } else {
          p = afterSyntax(t, syntax + 1);
        }
      } else if (next.equals("::=") && t.get(p + 2).equals("SEQUENCE")) {
        p = find(t, "}", p) + 1;
      } else {
        throw new IllegalArgumentException(module + ": cannot read the definition of " + name);
      }
    }
  }

  /** Everything that was read. */
  Mib finish() {
    var oids = new LinkedHashMap<String, String>();
    definitions.keySet().forEach(name -> oids.put(name, oid(name)));
    var scalars = new ArrayList<Mib.Item>();
    var tables = new ArrayList<Mib.Table>();
    var notifications = new ArrayList<Mib.Notification>();
    for (Definition d : definitions.values()) {
      if (d.macro().equals("NOTIFICATION-TYPE")) {
        notifications.add(
            new Mib.Notification(
                d.module(), d.name(), oid(d.name()), names(d.body(), "OBJECTS"), description(d)));
      } else if (d.macro().equals("OBJECT-TYPE")) {
        if (isTable(d)) {
          tables.add(table(d));
        } else if (!isEntry(d) && !isEntry(definitions.get(d.parent()))) {
          scalars.add(item(d));
        }
      }
    }
    return new Mib(
        modules,
        scalars.stream().filter(Mib.Item::isReadable).toList(),
        tables,
        notifications,
        oids);
  }

  private Mib.Table table(Definition d) {
    Definition entry =
        definitions.values().stream()
            .filter(e -> e.parent().equals(d.name()))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(d.name() + " has no row"));
    List<Mib.Item> columns =
        definitions.values().stream()
            .filter(c -> c.parent().equals(entry.name()))
            .map(this::item)
            .toList();
    List<String> index = names(entry.body(), "INDEX");
    if (index.isEmpty()) {
      String augmented = names(entry.body(), "AUGMENTS").getFirst();
      Definition other = definitions.get(augmented);
      if (other == null) {
        throw new IllegalArgumentException(entry.name() + " augments an unknown row");
      }
      index = names(other.body(), "INDEX");
    }
    return new Mib.Table(
        d.module(), d.name(), oid(d.name()), oid(entry.name()), index, columns, description(d));
  }

  private Mib.Item item(Definition d) {
    int s = find(d.body(), "SYNTAX", 0) + 1;
    String type = d.body().get(s);
    boolean two = type.equals("OBJECT") || type.equals("OCTET");
    String syntax = two ? type + " " + d.body().get(s + 1) : type;
    Map<Integer, String> values = conventions.getOrDefault(type, Map.of());
    if (type.equals("INTEGER") && d.body().get(s + 1).equals("{")) {
      values = enumeration(d.body(), s);
    }
    return new Mib.Item(
        d.module(),
        d.name(),
        oid(d.name()),
        syntax,
        kind(syntax, values),
        values,
        quoted(d.body(), "UNITS"),
        d.body().get(find(d.body(), "MAX-ACCESS", 0) + 1),
        description(d));
  }

  private static Mib.Kind kind(String syntax, Map<Integer, String> values) {
    if (!values.isEmpty() || syntax.equals("TruthValue") || syntax.equals("RowStatus")) {
      return Mib.Kind.ENUMERATION;
    }
    return switch (syntax) {
      case "Counter32", "Counter64", "ZeroBasedCounter64" -> Mib.Kind.COUNTER;
      case "Integer32", "Unsigned32", "Gauge32", "CounterBasedGauge64", "INTEGER", "TestAndIncr" ->
          Mib.Kind.GAUGE;
      case "TimeTicks", "TimeStamp" -> Mib.Kind.TICKS;
      case "DisplayString", "SnmpAdminString" -> Mib.Kind.TEXT;
      case "DateAndTime" -> Mib.Kind.DATE;
      case "MacAddress" -> Mib.Kind.MAC;
      case "OBJECT IDENTIFIER", "AutonomousType", "RowPointer", "VariablePointer" -> Mib.Kind.OID;
      case "InetAddress", "OCTET STRING", "PhysAddress", "SnmpEngineID", "TAddress", "BITS" ->
          Mib.Kind.OCTETS;
      case "InetAddressType" -> Mib.Kind.GAUGE;
      default -> throw new IllegalArgumentException("what kind of value is " + syntax + "?");
    };
  }

  private static boolean isTable(Definition d) {
    int s = d.body().indexOf("SYNTAX");
    return d.body().get(s + 1).equals("SEQUENCE");
  }

  private boolean isEntry(@Nullable Definition d) {
    Definition parent = d == null ? null : definitions.get(d.parent());
    return parent != null && parent.macro().equals("OBJECT-TYPE") && isTable(parent);
  }

  private String oid(String name) {
    if (name.equals("enterprises")) {
      return "1.3.6.1.4.1"; // RFC 2578 section 2
    }
    Definition d = definitions.get(name);
    if (d == null) {
      throw new IllegalArgumentException("no definition of " + name);
    }
    return oid(d.parent()) + "." + d.arc();
  }

  /** The names within the braces after a clause, without commas and IMPLIED. */
  private static List<String> names(List<String> body, String clause) {
    int at = body.indexOf(clause);
    if (at < 0) {
      return List.of();
    }
    return body.subList(at + 2, find(body, "}", at)).stream()
        .filter(w -> !w.equals(",") && !w.equals("IMPLIED"))
        .toList();
  }

  private static String description(Definition d) {
    return quoted(d.body(), "DESCRIPTION");
  }

  /** A quoted text after a clause, its lines joined where only the margin broke them. */
  private static String quoted(List<String> body, String clause) {
    int at = body.indexOf(clause);
    if (at < 0) {
      return "";
    }
    return body.get(at + 1).substring(1).replaceAll("[ \t]*\n[ \t]*", "\n").strip();
  }

  /** Reads {@code INTEGER { name(1), other(2) }} at {@code p}. */
  private static Map<Integer, String> enumeration(List<String> t, int p) {
    var values = new LinkedHashMap<Integer, String>();
    int q = p + 2;
    while (!t.get(q - 1).equals("}")) {
      values.put(Integer.valueOf(t.get(q + 2)), t.get(q));
      q += 5;
    }
    return values;
  }

  private static int afterSyntax(List<String> t, int p) {
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
    throw new IllegalArgumentException("no " + token + " after " + t.get(from));
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
