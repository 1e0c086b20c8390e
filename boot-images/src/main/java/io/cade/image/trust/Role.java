package io.cade.image.trust;

import java.util.Locale;
import java.util.Optional;

/** The top-level roles of TUF (§2.1); their keys are kept in different places. */
public enum Role {
  /** Says whose keys the others are; offline, several people. */
  ROOT,
  /** Says which files there are; offline. */
  TARGETS,
  /** Says which versions of the metadata belong together. */
  SNAPSHOT,
  /** Says that this is the newest; short-lived. */
  TIMESTAMP;

  /** Its name in metadata. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Role> of(String word) {
    for (Role role : values()) {
      if (role.word().equals(word)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
