package io.cade.image.bundle;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Versions that an update may follow on. Each rule is one version ({@code 1.4}), all versions of a
 * beginning ({@code 1.4.*}), a range with both ends ({@code 1.2..1.9}), or {@code any}. Immutable.
 *
 * @param rules 1 to {@value #MAX_RULES}
 */
public record FromVersions(List<String> rules) {
  public static final int MAX_RULES = 32;

  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9._+-]{1,64}");

  /**
   * @throws IllegalArgumentException when a rule cannot be understood
   */
  public FromVersions {
    rules = List.copyOf(rules);
    if (rules.isEmpty() || rules.size() > MAX_RULES) {
      throw new IllegalArgumentException(
          rules.size() + " rules about versions, 1 to " + MAX_RULES + " are allowed");
    }
    rules.forEach(FromVersions::check);
  }

  /** Rules with commas between them. */
  public static FromVersions parse(String text) {
    return new FromVersions(List.of(text.strip().split("\\s*,\\s*", -1)));
  }

  private static void check(String rule) {
    if (rule.equals("any")) {
      return;
    }
    int dots = rule.indexOf("..");
    if (dots >= 0) {
      String low = rule.substring(0, dots);
      String high = rule.substring(dots + 2);
      require(rule, low);
      require(rule, high);
      if (VersionOrder.compare(low, high) > 0) {
        throw new IllegalArgumentException("the range '" + rule + "' ends before it begins");
      }
    } else {
      require(rule, rule.endsWith(".*") ? rule.substring(0, rule.length() - 2) : rule);
    }
  }

  private static void require(String rule, String version) {
    if (!VERSION.matcher(version).matches() || version.contains("..")) {
      throw new IllegalArgumentException(
          "'"
              + rule
              + "' is no version like 1.4, no beginning like 1.4.*, no range like 1.2..1.9"
              + " and not any");
    }
  }

  /** Whether the update may follow on this version. */
  public boolean accepts(String version) {
    return rules.stream().anyMatch(rule -> accepts(rule, version));
  }

  private static boolean accepts(String rule, String version) {
    if (rule.equals("any")) {
      return true;
    }
    int dots = rule.indexOf("..");
    if (dots >= 0) {
      return VersionOrder.compare(rule.substring(0, dots), version) <= 0
          && VersionOrder.compare(version, rule.substring(dots + 2)) <= 0;
    }
    if (rule.endsWith(".*")) {
      String stem = rule.substring(0, rule.length() - 2);
      return version.equals(stem) || version.startsWith(stem + ".");
    }
    return rule.equals(version);
  }

  @Override
  public String toString() {
    return String.join(", ", rules);
  }
}
