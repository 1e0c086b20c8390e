package io.cade.engine.observe;

/**
 * What came of one aimed request.
 *
 * @param words why it was not good, as a sentence that names proxy, card and path; else empty
 */
public record ProbeOutcome(Kind kind, String words) {
  /** Whom it says something of. */
  public enum Kind {
    /** The card answered as the service's check says. */
    GOOD,
    /** The card did not. */
    BAD,
    /** The card was not asked, for a reason on the way to it: that says nothing of the card. */
    UNREACHED
  }

  /** The card answered as it should. */
  public static ProbeOutcome good() {
    return new ProbeOutcome(Kind.GOOD, "");
  }

  /** The card did not answer as it should. */
  public static ProbeOutcome bad(String words) {
    return new ProbeOutcome(Kind.BAD, words);
  }

  /** The card was not asked. */
  public static ProbeOutcome unreached(String words) {
    return new ProbeOutcome(Kind.UNREACHED, words);
  }
}
