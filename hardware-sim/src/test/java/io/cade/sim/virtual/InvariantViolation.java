package io.cade.sim.virtual;

import java.util.List;

/** A rule that must always hold did not; the message has all that is needed to see it again. */
final class InvariantViolation extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final String rule;

  InvariantViolation(String rule, String what, long seed, Trace trace) {
    super(
        "%s: %s%nseed %d, virtual time %.6f s, last events:%n%s"
            .formatted(rule, what, seed, trace.elapsed().toNanos() / 1e9, lines(trace.last())));
    this.rule = rule;
  }

  private static String lines(List<String> events) {
    return "  " + String.join(System.lineSeparator() + "  ", events);
  }

  /** Which rule, in a word. */
  String rule() {
    return rule;
  }
}
