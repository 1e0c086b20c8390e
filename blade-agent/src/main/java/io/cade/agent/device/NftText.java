package io.cade.agent.device;

/**
 * Keeps the rules of one table within that table: what an item says is put between braces and given
 * to the packet filter as one program, so nothing in it may close those braces or read other files.
 * Pure.
 */
final class NftText {
  private NftText() {}

  /** What is wrong with a table's rules, empty when nothing is. */
  static String flaw(String rules) {
    int depth = 0;
    boolean quoted = false;
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < rules.length(); i++) {
      char c = rules.charAt(i);
      if (c < 0x20 && c != '\n' && c != '\t') {
        return "rules hold a control character";
      }
      if (quoted) {
        quoted = c != '"' && c != '\n';
        continue;
      }
      if (Character.isLetterOrDigit(c) || c == '_') {
        word.append(c);
        continue;
      }
      if (reads(word)) {
        return "rules must not include other files";
      }
      word.setLength(0);
      switch (c) {
        case '"' -> quoted = true;
        case '#' -> {
          int end = rules.indexOf('\n', i);
          i = end < 0 ? rules.length() : end;
        }
        case '{' -> depth++;
        case '}' -> {
          if (--depth < 0) {
            return "rules close a brace that they have not opened";
          }
        }
        default -> {}
      }
    }
    if (reads(word)) {
      return "rules must not include other files";
    }
    return depth == 0 && !quoted ? "" : "rules leave a brace or a quotation mark open";
  }

  private static boolean reads(StringBuilder word) {
    return word.toString().equals("include");
  }

  /** Rules without the differences that mean nothing: indentation, blank lines, line ends. */
  static String plain(String rules) {
    StringBuilder plain = new StringBuilder();
    rules
        .lines()
        .map(line -> line.strip().replaceAll("[ \\t]+", " "))
        .filter(line -> !line.isEmpty())
        .forEach(line -> plain.append(line).append('\n'));
    return plain.toString();
  }
}
