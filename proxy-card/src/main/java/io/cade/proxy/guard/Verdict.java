package io.cade.proxy.guard;

/**
 * What the guard says to a request; all but {@link #PASS} are also names of counters.
 *
 * <p>The status is what HTTP is answered with (RFC 6585 §4 for 429).
 */
public enum Verdict {
  PASS(200),
  /** The visitor's network may not come here. */
  NETWORK_DENIED(403),
  /** More requests of all visitors than allowed. */
  SITE_RATE(429),
  /** More requests of the visitor's network than allowed. */
  VISITOR_RATE(429),
  /** More connections of all visitors than allowed. */
  SITE_CONNECTIONS(429),
  /** More connections of the visitor's network than allowed. */
  VISITOR_CONNECTIONS(429),
  /** A target longer than the site takes. */
  URI_TOO_LONG_FOR_SITE(414),
  /** A body larger than the site takes. */
  BODY_TOO_LARGE(413);

  private final int status;

  Verdict(int status) {
    this.status = status;
  }

  public int status() {
    return status;
  }
}
