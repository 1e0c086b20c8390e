package io.cade.engine.acme;

import io.cade.engine.pki.AcmeFiles.Validity;
import io.cade.engine.pki.AcmeState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a certificate is ordered, and when somebody has to be told that it does not come. Pure.
 *
 * @param renewBefore so long before its end a certificate is renewed, at most
 */
public record RenewalPolicy(Duration renewBefore) {
  /** So many failures in a row, some two hours, before somebody is told of the first. */
  static final int FAILURES_TO_TELL = 8;

  private static final String NOT_TRIED =
      "nothing was tried; the service has to be announced, and the engine's configuration to have"
          + " a section acme";

  /** What to do about one service. */
  public sealed interface Step {
    /** Order one now. */
    record Order() implements Step {}

    /** Nothing before then. */
    record Rest(Instant until) implements Step {}
  }

  /** So long before the end of a certificate its successor is ordered. */
  Duration notice(Validity held) {
    Duration third = Duration.between(held.from(), held.until()).dividedBy(3);
    return third.compareTo(renewBefore) < 0 ? third : renewBefore;
  }

  /** When the successor of a certificate is ordered. */
  public Instant renewAt(Validity held) {
    return held.until().minus(notice(held));
  }

  /**
   * @param held the certificate that is there; null when there is none
   */
  public Step next(AcmeState state, @Nullable Validity held, Instant now) {
    Instant due = held == null ? Instant.MIN : renewAt(held);
    Instant next = state.nextTry();
    Instant at = next != null && next.isAfter(due) ? next : due;
    return now.isBefore(at) ? new Step.Rest(at) : new Step.Order();
  }

  /**
   * What somebody has to be told: two thirds of the notice are over and there is no successor, or
   * the first one does not come. Says nothing that changes from one try to the next but the reason.
   */
  public Optional<String> trouble(
      String service, AcmeState state, @Nullable Validity held, Instant now) {
    String reason = state.error().isEmpty() ? NOT_TRIED : state.error();
    String advice = "; see ./cade service certificate " + service;
    if (held == null) {
      return state.failures() < FAILURES_TO_TELL
          ? Optional.empty()
          : Optional.of("the certificate authority gives no certificate: " + reason + advice);
    }
    if (!now.isBefore(held.until())) {
      return Optional.of(
          "the ACME certificate ended at "
              + held.until()
              + " and could not be renewed: "
              + reason
              + advice);
    }
    return now.isBefore(held.until().minus(notice(held).dividedBy(3)))
        ? Optional.empty()
        : Optional.of(
            "the ACME certificate ends at "
                + held.until()
                + " and could not be renewed yet: "
                + reason
                + advice);
  }
}
