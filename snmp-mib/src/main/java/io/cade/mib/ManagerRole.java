package io.cade.mib;

import java.util.Locale;

/** What an SNMP manager may do: each role may do what the ones before it may, and more. */
public enum ManagerRole {
  /** Reads everything but internal addresses; writes nothing. */
  MONITOR,
  /** Reads everything and works on hardware: power, locate, test notification. */
  TECHNICIAN,
  /** Reads and writes everything. */
  OPERATOR;

  /** Whether this role may do what needs that one. */
  public boolean may(ManagerRole needed) {
    return compareTo(needed) >= 0;
  }

  /** Its name in configuration and messages. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
