package io.cade.proxy.balance;

/** What one choice depends on apart from the candidates. Owned by who asks. */
public interface Question {
  /** Whether the member may be chosen now: it was not tried before, and has room. */
  boolean permits(Member member);

  /** Of what the service hashes on, the same for the same visitor; any bits. */
  long hash();

  /** Ticker, as {@link System#nanoTime}. */
  long nowNanos();
}
