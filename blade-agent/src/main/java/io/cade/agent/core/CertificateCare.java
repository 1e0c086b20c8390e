package io.cade.agent.core;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Renews the certificate before it ends (SPEC A3), at a random moment of its time; after a failure
 * again when a tenth of that time has passed. One that has ended all the same is no certificate:
 * the card then enrols with a secret of its boot tree. The same for agents, proxies and balancers.
 * Pure; owned by one thread.
 *
 * <p>All times are the wall clock's, as the certificate's dates are: a card may start before its
 * clock is set.
 */
public final class CertificateCare {
  private static final Duration LEAST_PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(6);

  private final RandomGenerator random;
  private Standing.@Nullable Renewal held;
  private Instant due = Instant.MAX;
  private Duration pause = LONGEST_PAUSE;
  private boolean renewing;

  /**
   * @param random chooses the moment
   */
  public CertificateCare(RandomGenerator random) {
    this.random = random;
  }

  /** The card has this certificate from now on; null when it is not to be renewed. */
  public void stand(Standing.@Nullable Renewal renewal, Instant now) {
    held = renewal;
    if (renewal == null) {
      due = Instant.MAX;
      return;
    }
    Duration time = Duration.between(renewal.from(), renewal.until());
    pause = time.dividedBy(10);
    if (pause.compareTo(LEAST_PAUSE) < 0) {
      pause = LEAST_PAUSE;
    } else if (pause.compareTo(LONGEST_PAUSE) > 0) {
      pause = LONGEST_PAUSE;
    }
    // Most of its time may have passed while the card was off; it has a little left to spread.
    due =
        now.isBefore(renewal.until())
            ? later(renewal.from(), now).plus(part(between(now, renewal)))
            : now.plus(part(LEAST_PAUSE));
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  private static Duration between(Instant now, Standing.Renewal renewal) {
    return Duration.between(later(renewal.from(), now), renewal.until());
  }

  private Duration part(Duration of) {
    return Duration.ofMillis(random.nextLong(Math.max(1, of.toMillis())));
  }

  /** The wall clock was set: what was reckoned by it is reckoned anew. */
  public void clockSet(Instant now) {
    stand(held, now);
  }

  /** When {@link #begins} is to be asked next; {@link Instant#MAX} while nothing is due. */
  public Instant nextWake(boolean online) {
    return online && !renewing ? due : Instant.MAX;
  }

  /** Whether a renewal is to begin now; its end is told by {@link #renewed} or {@link #failed}. */
  public boolean begins(Instant now) {
    if (renewing || now.isBefore(due)) {
      return false;
    }
    renewing = true;
    return true;
  }

  /** The renewal succeeded: the card has this certificate from now on. */
  public void renewed(Standing.@Nullable Renewal next, Instant now) {
    renewing = false;
    stand(next, now);
  }

  /** The renewal failed: it is tried again. */
  public void failed(Instant now) {
    renewing = false;
    due = now.plus(pause).plus(part(pause));
  }
}
