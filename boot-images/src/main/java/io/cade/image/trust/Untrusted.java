package io.cade.image.trust;

/** Metadata or a file that must not be believed; the message says which and why, in one line. */
public final class Untrusted extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong, in the words of TUF's attacks (§1.5.2). */
  public enum Fault {
    /** Not metadata of the form that is expected. */
    MALFORMED,
    /** Fewer good signatures than the threshold: arbitrary software, wrong key. */
    UNSIGNED,
    /** Older than what was believed before: a roll-back or a replay. */
    ROLLED_BACK,
    /** Its time is over: somebody may be holding newer metadata back. */
    EXPIRED,
    /** Does not belong to the rest: mix-and-match. */
    MIXED,
    /** More bytes than it may have: endless data. */
    TOO_LARGE,
    /** Not among the targets. */
    UNKNOWN
  }

  private final Fault fault;

  Untrusted(Fault fault, String message) {
    super(message);
    this.fault = fault;
  }

  public Fault fault() {
    return fault;
  }
}
