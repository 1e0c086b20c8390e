package io.cade.agent.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Renews the certificate before it ends (SPEC A3), at a random moment of its time; after a failure
 * again when a tenth of that time has passed. One that has ended all the same is no certificate:
 * the link then enrols with a secret of the boot tree. Owned by the core.
 */
final class CertificateCare {
  private static final Duration LEAST_PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(6);

  private final RandomGenerator random;
  private Instant due = Instant.MAX;
  private Duration pause = LONGEST_PAUSE;
  private boolean renewing;

  CertificateCare(RandomGenerator random) {
    this.random = random;
  }

  /** The card has this certificate from now on; null when it is not to be renewed. */
  void stand(Standing.@Nullable Renewal renewal, Instant now) {
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

  Instant nextWake(boolean online) {
    return online && !renewing ? due : Instant.MAX;
  }

  void advance(Instant now, List<AgentEffect> effects) {
    if (!renewing && !now.isBefore(due)) {
      renewing = true;
      effects.add(new AgentEffect.Renew());
    }
  }

  void renewed(Standing.@Nullable Renewal next, Instant now) {
    renewing = false;
    stand(next, now);
  }

  void failed(Instant now) {
    renewing = false;
    due = now.plus(pause).plus(part(pause));
  }
}
