package io.cade.proxy.balance;

import java.time.Duration;

/**
 * How back ends are checked.
 *
 * @param kind what a check does
 * @param path asked for by an HTTP check; any answer below 500 passes, because a service need not
 *     know the path to be alive
 * @param hostHeader Host of the HTTP check
 * @param interval from one check of a back end to its next
 * @param timeout after which a check has failed
 * @param rise checks in a row that must pass before a back end is used again
 * @param fall checks in a row that must fail before it is no longer used
 */
public record HealthPolicy(
    Kind kind,
    String path,
    String hostHeader,
    Duration interval,
    Duration timeout,
    int rise,
    int fall) {
  /** What a check does. */
  public enum Kind {
    /** Asks for a page. */
    HTTP,
    /** Opens a connection. */
    TCP
  }

  /** A page every second, two answers to come back, two failures to go. */
  public static HealthPolicy standard() {
    return new HealthPolicy(
        Kind.HTTP,
        "/.cade/health",
        "health.cade.invalid",
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        2,
        2);
  }
}
