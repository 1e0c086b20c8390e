package io.cade.image.bundle;

/**
 * Which of two versions is newer: piece by piece between dots, hyphens and plus signs, numbers by
 * their value and before words, so that 1.9 comes before 1.10. Stateless.
 */
final class VersionOrder {
  private VersionOrder() {}

  static int compare(String a, String b) {
    String[] left = a.split("[.+-]", -1);
    String[] right = b.split("[.+-]", -1);
    for (int i = 0; i < Math.max(left.length, right.length); i++) {
      int order = piece(i < left.length ? left[i] : "0", i < right.length ? right[i] : "0");
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static int piece(String a, String b) {
    boolean first = isNumber(a);
    boolean second = isNumber(b);
    if (first && second) {
      return Long.compare(Long.parseLong(a), Long.parseLong(b));
    }
    return first == second ? a.compareTo(b) : first ? -1 : 1;
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() <= 18
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
