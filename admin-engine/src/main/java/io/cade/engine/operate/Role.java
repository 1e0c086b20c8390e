package io.cade.engine.operate;

import java.util.Locale;

/** What a user may do; each role includes those before it (SPEC A5). */
public enum Role {
  /** Rents services: may look at these and publish versions of their content, and nothing else. */
  TENANT,
  /** May look at everything but secrets. */
  VIEWER,
  /** May create and delete services and acknowledge alarms. */
  OPERATOR,
  /** May manage users. */
  ADMINISTRATOR;

  /** Its name in files and messages. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether this role is enough where {@code needed} is asked for. */
  public boolean includes(Role needed) {
    return compareTo(needed) >= 0;
  }
}
