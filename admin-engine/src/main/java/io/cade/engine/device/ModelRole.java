package io.cade.engine.device;

import java.util.Locale;

/** The part of a model that something belongs to (SPEC R1), in the order in which it is applied. */
public enum ModelRole {
  /** The operating system: packages, accounts, kernel, network, firewall. */
  OS,
  /** What serves: programs and their configuration. */
  APPLICATION,
  /** What is served. */
  CONTENT;

  /** Its name in files and on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
