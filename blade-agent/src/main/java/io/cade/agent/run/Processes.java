package io.cade.agent.run;

/** What this process is to its operating system. */
final class Processes {
  private Processes() {}

  /** Whether services started here would be root's. */
  static boolean isRoot() {
    return System.getProperty("user.name", "").equals("root");
  }
}
