package io.cade.engine.cli;

import io.cade.engine.model.Globs;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A condition on what the engine says of a card or a service, as operators write it (SPEC A7):
 * {@code chassis=3 and state=running}, {@code not (services=shop or slot>=10)}, {@code
 * software.imageVersion~'2.*'}. Fields are those of the JSON, with dots into objects, and {@code
 * chassis} and {@code slot} of a position. A list matches when one of its values does. Letters
 * match in either case. Immutable.
 */
final class Selection {
  private static final int MAX_LENGTH = 1_000;
  private static final int MAX_DEPTH = 32;

  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<mark>\\(|\\)|,|!=|<=|>=|=|<|>|~)|'(?<single>[^']*)'|\"(?<double>[^\"]*)\""
              + "|(?<word>[^\\s()=<>!~,'\"]+))");

  /**
   * What a card or a service has only while there is something to say: the answer leaves it out
   * otherwise, and asking for it is no mistake then.
   */
  private static final Set<String> AT_TIMES =
      Set.of(
          "address",
          "boot",
          "drain",
          "hardware",
          "lastheard",
          "mac",
          "move",
          "power",
          "rollout",
          "software");

  private static final List<String> OPERATORS = List.of("=", "!=", "<", "<=", ">", ">=", "~");

  private record Token(String text, boolean quoted) {
    boolean is(String mark) {
      return !quoted && text.equalsIgnoreCase(mark);
    }
  }

  private final Predicate<Fields> condition;
  private final Set<String> fields = new TreeSet<>();

  // Only while it is read.
  private final List<Token> tokens = new ArrayList<>();
  private int next;

  private Selection(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "the condition has " + text.length() + " characters, " + MAX_LENGTH + " are allowed");
    }
    split(text);
    condition = either(0);
    if (next < tokens.size()) {
      throw problem("'" + tokens.get(next).text() + "' is not expected", "and, or, or the end");
    }
  }

  /**
   * Reads a condition.
   *
   * @throws IllegalArgumentException that says what is wrong and what could stand there
   */
  static Selection parse(String text) {
    return new Selection(text);
  }

  boolean matches(Fields item) {
    return condition.test(item);
  }

  /** The fields that it asks for, by name. */
  Set<String> fields() {
    return fields;
  }

  /**
   * Checks that the fields exist, so that a mistyped one does not quietly select nothing.
   *
   * @throws IllegalArgumentException naming the first one that no item has
   */
  void requireKnown(List<Fields> items) {
    Set<String> known = new TreeSet<>();
    items.forEach(item -> collect(item, "", known));
    Set<String> now =
        items.stream()
            .flatMap(item -> item.members().keySet().stream())
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    for (String field : fields) {
      String first = field.toLowerCase(Locale.ROOT).replaceFirst("\\..*", "");
      boolean absent = AT_TIMES.contains(first) && !now.contains(first);
      if (!absent && known.stream().noneMatch(field::equalsIgnoreCase)) {
        throw new IllegalArgumentException(
            "there is no field '" + field + "'; there are " + String.join(", ", known));
      }
    }
  }

  private static void collect(Fields item, String prefix, Set<String> known) {
    item.members()
        .forEach((name, value) -> {
          if (value instanceof Fields inner) {
            if (AT_TIMES.contains(name.toLowerCase(Locale.ROOT))) {
              known.add(prefix + name);
            }
            collect(inner, prefix + name + ".", known);
          } else {
            known.add(prefix + name);
          }
        });
    if (prefix.isEmpty() && !item.text("position").isEmpty()) {
      known.add("chassis");
      known.add("slot");
    }
  }

  // --- reading
  // ------------------------------------------------------------------------------------

  private void split(String text) {
    Matcher matcher = TOKEN.matcher(text);
    int at = 0;
    String rest = text.stripTrailing();
    while (at < rest.length()) {
      if (!matcher.find(at) || matcher.start() != at) {
        throw new IllegalArgumentException(
            "the condition cannot be read from '" + rest.substring(at).strip() + "' on");
      }
      String quoted =
          matcher.group("single") == null ? matcher.group("double") : matcher.group("single");
      String plain = matcher.group("mark") == null ? matcher.group("word") : matcher.group("mark");
      tokens.add(quoted == null ? new Token(plain, false) : new Token(quoted, true));
      at = matcher.end();
    }
  }

  private Predicate<Fields> either(int depth) {
    Predicate<Fields> left = both(depth);
    while (take("or")) {
      left = left.or(both(depth));
    }
    return left;
  }

  private Predicate<Fields> both(int depth) {
    Predicate<Fields> left = one(depth);
    while (take("and")) {
      left = left.and(one(depth));
    }
    return left;
  }

  private Predicate<Fields> one(int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException("more than " + MAX_DEPTH + " conditions in each other");
    }
    if (take("not")) {
      return one(depth + 1).negate();
    }
    if (take("(")) {
      Predicate<Fields> inner = either(depth + 1);
      if (!take(")")) {
        throw problem("a ( is not closed", ")");
      }
      return inner;
    }
    String field = value("the name of a field, like state");
    fields.add(field);
    if (take("in")) {
      return in(field);
    }
    Token operator = next < tokens.size() ? tokens.get(next) : null;
    if (operator == null || operator.quoted() || !OPERATORS.contains(operator.text())) {
      throw problem(
          "after '" + field + "' there is " + (operator == null ? "nothing" : operator.text()),
          String.join(" ", OPERATORS) + " in");
    }
    next++;
    String wanted = value("a value");
    Predicate<String> test = test(operator.text(), wanted);
    boolean negative = operator.text().equals("!=");
    return item -> {
      List<String> values = values(item, field);
      return negative ? values.stream().allMatch(test) : values.stream().anyMatch(test);
    };
  }

  private Predicate<Fields> in(String field) {
    if (!take("(")) {
      throw problem("after 'in' values are expected", "(VALUE, VALUE)");
    }
    List<Predicate<String>> any = new ArrayList<>();
    do {
      any.add(test("=", value("a value")));
    } while (take(","));
    if (!take(")")) {
      throw problem("a ( is not closed", ") or ,");
    }
    return item ->
        values(item, field).stream().anyMatch(v -> any.stream().anyMatch(t -> t.test(v)));
  }

  private boolean take(String mark) {
    if (next < tokens.size() && tokens.get(next).is(mark)) {
      next++;
      return true;
    }
    return false;
  }

  private String value(String what) {
    Token token = next < tokens.size() ? tokens.get(next) : null;
    if (token == null
        || (!token.quoted()
            && (OPERATORS.contains(token.text()) || "(),".contains(token.text())))) {
      throw problem(token == null ? "it ends too early" : "there is '" + token.text() + "'", what);
    }
    next++;
    return token.text();
  }

  private IllegalArgumentException problem(String what, String expected) {
    String before =
        tokens.subList(0, Math.min(next, tokens.size())).stream()
            .map(Token::text)
            .collect(Collectors.joining(" "));
    return new IllegalArgumentException(
        "the condition is wrong"
            + (before.isEmpty() ? "" : " after '" + before + "'")
            + ": "
            + what
            + "; expected: "
            + expected);
  }

  // --- comparing
  // ----------------------------------------------------------------------------------

  private static Predicate<String> test(String operator, String wanted) {
    return switch (operator) {
      case "=" -> found -> compare(found, wanted) == 0;
      case "!=" -> found -> compare(found, wanted) != 0;
      case "<" -> found -> !found.isEmpty() && compare(found, wanted) < 0;
      case "<=" -> found -> !found.isEmpty() && compare(found, wanted) <= 0;
      case ">" -> found -> !found.isEmpty() && compare(found, wanted) > 0;
      case ">=" -> found -> !found.isEmpty() && compare(found, wanted) >= 0;
      default ->
          found -> Globs.matches(wanted.toLowerCase(Locale.ROOT), found.toLowerCase(Locale.ROOT));
    };
  }

  /** Numbers as numbers, and so the numbers in positions and versions (1.9 before 1.10). */
  private static int compare(String a, String b) {
    String[] left = parts(a);
    String[] right = parts(b);
    for (int i = 0; i < Math.min(left.length, right.length); i++) {
      boolean numbers = isNumber(left[i]) && isNumber(right[i]);
      int order =
          numbers
              ? Long.compare(Long.parseLong(left[i]), Long.parseLong(right[i]))
              : left[i].compareTo(right[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.length, right.length);
  }

  private static String[] parts(String text) {
    return text.toLowerCase(Locale.ROOT).split("(?<=\\D)(?=\\d)|(?<=\\d)(?=\\D)", -1);
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.length() < 18 && text.chars().allMatch(Character::isDigit);
  }

  /** What the item has there; one empty text when there is nothing. */
  static List<String> values(Fields item, String field) {
    Fields at = item;
    String name = field;
    for (int dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.')) {
      at = at.object(nameIn(at, name.substring(0, dot)));
      name = name.substring(dot + 1);
    }
    String position = item.text("position");
    int dot = position.indexOf('.');
    if (dot > 0 && name.equals(field) && !item.members().containsKey(name)) {
      if (name.equalsIgnoreCase("chassis")) {
        return List.of(position.substring(0, dot));
      }
      if (name.equalsIgnoreCase("slot")) {
        return List.of(position.substring(dot + 1));
      }
    }
    @Nullable Object value = at.members().get(nameIn(at, name));
    if (value instanceof List<?> list) {
      List<String> texts = list.stream().map(String::valueOf).toList();
      return texts.isEmpty() ? List.of("") : texts;
    }
    return List.of(value == null ? "" : value instanceof Fields ? "yes" : value.toString());
  }

  private static String nameIn(Fields item, String name) {
    return item.members().keySet().stream().filter(name::equalsIgnoreCase).findFirst().orElse(name);
  }
}
