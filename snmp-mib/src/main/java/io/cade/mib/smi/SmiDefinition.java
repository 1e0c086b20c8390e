package io.cade.mib.smi;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A registered name of a module (RFC 2578 section 3). Immutable.
 *
 * @param macro what it is: {@code OBJECT-TYPE}, {@code NOTIFICATION-TYPE}, …; {@code OBJECT} for a
 *     mere OBJECT IDENTIFIER
 * @param clauses tokens of each clause by its keyword; of a clause that is there several times, the
 *     first
 * @param parent name of the node above
 * @param arc its number below that
 */
public record SmiDefinition(
    String module,
    String name,
    String macro,
    Map<String, List<String>> clauses,
    String parent,
    long arc) {
  private static final Set<String> READABLE = Set.of("read-only", "read-write", "read-create");

  public SmiDefinition {
    clauses = Map.copyOf(clauses);
  }

  /** Whether it is an OBJECT-TYPE whose values can be read. */
  public boolean isReadable() {
    return READABLE.contains(word("MAX-ACCESS"));
  }

  /** Whether it is a table, whose row is its child. */
  public boolean isTable() {
    return word("SYNTAX").equals("SEQUENCE");
  }

  /** First word of a clause; empty if there is no such clause. */
  public String word(String clause) {
    List<String> tokens = clauses.getOrDefault(clause, List.of());
    return tokens.isEmpty() ? "" : tokens.getFirst();
  }

  /** A clause as one writes it; empty if there is none. */
  public String clause(String clause) {
    var out = new StringBuilder();
    boolean inBraces = false;
    String before = "";
    for (String token : clauses.getOrDefault(clause, List.of())) {
      boolean tight =
          Set.of(",", ")", ".").contains(token)
              || Set.of("", "(", ".", "-").contains(before)
              || (inBraces && token.equals("("));
      out.append(tight ? "" : " ").append(token);
      inBraces = token.equals("{") || (inBraces && !token.equals("}"));
      before = token;
    }
    return out.toString();
  }

  /** The quoted text of a clause, lines as they stand; empty if there is none. */
  public String text(String clause) {
    return Smi.unquoted(word(clause));
  }

  /** The names between the braces of a clause, without commas and IMPLIED. */
  public List<String> names(String clause) {
    return clauses.getOrDefault(clause, List.of()).stream()
        .filter(t -> !Set.of("{", "}", ",", "IMPLIED").contains(t))
        .toList();
  }

  /** The values that its syntax names; empty if that is no enumeration. */
  public Map<Integer, String> values() {
    return values(clauses.getOrDefault("SYNTAX", List.of()));
  }

  /** Reads {@code INTEGER { name(1), other(2) }}. */
  static Map<Integer, String> values(List<String> syntax) {
    var values = new LinkedHashMap<Integer, String>();
    if (syntax.size() > 1 && syntax.get(0).equals("INTEGER") && syntax.get(1).equals("{")) {
      for (int p = 2; p + 4 < syntax.size(); p += 5) { // name ( number ) and a comma or brace
        values.put(Integer.valueOf(syntax.get(p + 2)), syntax.get(p));
      }
    }
    return values;
  }
}
