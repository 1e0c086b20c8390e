package io.cade.image.trust;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What the operations centre says of an update when it makes it available (SPEC U2). Signed with
 * the targets.
 *
 * @param name of the bundle
 * @param version that devices have afterwards
 * @param build decides about newer and older
 * @param from versions that it may follow on, as {@code FromVersions} writes them
 * @param profile kind of module that it is for, or {@code any}
 * @param scope modules that it is for, by name with {@code *} for any characters
 * @param severity how urgent it is
 * @param notBefore seconds since 1970 from which it may be installed; 0 for at once
 * @param notAfter seconds since 1970 until which it may be begun; 0 for always
 * @param window times of the day (UTC) in which it may be begun, like {@code 02:00-04:00}; empty
 *     for any
 * @param text for people, one line
 */
@JsonPropertyOrder({
  "name",
  "version",
  "build",
  "from",
  "profile",
  "scope",
  "severity",
  "notBefore",
  "notAfter",
  "window",
  "text"
})
public record Notice(
    String name,
    String version,
    long build,
    List<String> from,
    String profile,
    List<String> scope,
    Severity severity,
    long notBefore,
    long notAfter,
    String window,
    String text) {
  /** How urgent an update is. */
  public enum Severity {
    OPTIONAL,
    RECOMMENDED,
    SECURITY,
    CRITICAL
  }

  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._+-]{1,64}");
  private static final Pattern SCOPE = Pattern.compile("[A-Za-z0-9._*-]{1,64}");
  private static final Pattern WINDOW =
      Pattern.compile("([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]");
  private static final int MAX_SCOPE = 64;
  private static final int MAX_TEXT = 256;

  /**
   * @throws IllegalArgumentException when something of it is out of form
   */
  public Notice {
    from = List.copyOf(from);
    scope = List.copyOf(scope);
    require(LABEL.matcher(name).matches(), "name", name);
    require(LABEL.matcher(version).matches(), "version", version);
    require(LABEL.matcher(profile).matches(), "profile", profile);
    require(build >= 0 && notBefore >= 0 && notAfter >= 0, "build or time", "negative");
    require(from.size() <= 32, "from", from.size() + " rules");
    require(!scope.isEmpty() && scope.size() <= MAX_SCOPE, "scope", scope.size() + " entries");
    scope.forEach(each -> require(SCOPE.matcher(each).matches(), "scope", each));
    require(window.isEmpty() || WINDOW.matcher(window).matches(), "window", window);
    require(
        text.length() <= MAX_TEXT && text.chars().noneMatch(c -> c < 0x20 || c == 0x7f),
        "text",
        text.length() + " characters");
  }

  private static void require(boolean holds, String field, String value) {
    if (!holds) {
      throw new IllegalArgumentException(
          field
              + " of the update cannot be '"
              + value.replaceAll("[^ -~]", "?")
              + "'"
              + (field.equals("window") ? ": a time of the day like 02:00-04:00 is meant" : ""));
    }
  }

  /** Whether a module of this profile and name is meant. */
  public boolean concerns(String moduleProfile, String module) {
    return (profile.equals("any") || profile.equals(moduleProfile))
        && scope.stream().anyMatch(glob -> matches(glob, module));
  }

  private static boolean matches(String glob, String name) {
    StringBuilder regex = new StringBuilder();
    for (String piece : glob.split("\\*", -1)) {
      regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(piece));
    }
    return name.matches(regex.toString());
  }

  /** Whether its time has come and is not over. */
  public boolean mayBegin(Instant now) {
    long seconds = now.getEpochSecond();
    return seconds >= notBefore && (notAfter == 0 || seconds <= notAfter);
  }
}
