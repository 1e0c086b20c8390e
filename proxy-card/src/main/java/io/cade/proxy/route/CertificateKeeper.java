package io.cade.proxy.route;

import io.cade.agent.core.CertificateCare;
import io.cade.agent.core.Standing;
import io.cade.agent.wire.Introduction;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the card's certificate renewed before it ends, by the rules that agents have ({@link
 * CertificateCare}; SPEC A3). Nothing else waits for it, and visitors never notice. {@link #run} is
 * the body of one thread.
 *
 * <p>The certificate's dates are those of the wall clock, and so is its care: a clock that is set
 * by a day moves a moment that lies anywhere in a month.
 */
public final class CertificateKeeper implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(CertificateKeeper.class);

  /** At the longest; meanwhile the link may have enrolled anew, or the clock been set. */
  private static final Duration LOOK = Duration.ofMinutes(1);

  private static final Duration LEAST_PAUSE = Duration.ofMillis(100);

  private final EngineLink link;
  private final EngineAccess access;
  private final Introduction introduction;
  private final InstantSource clock;
  private final Pause pause;
  private final CertificateCare care;
  private Standing.@Nullable Renewal known;

  /**
   * @param introduction what the card says with a new certificate
   * @param random spreads the renewals of many cards
   */
  public CertificateKeeper(
      EngineLink link,
      EngineAccess access,
      Introduction introduction,
      InstantSource clock,
      Pause pause,
      RandomGenerator random) {
    this.link = link;
    this.access = access;
    this.introduction = introduction;
    this.clock = clock;
    this.pause = pause;
    this.care = new CertificateCare(random);
  }

  @Override
  public void run() {
    try {
      link.awaitIntroduced();
      while (true) {
        look();
        Duration wait = Duration.between(clock.instant(), care.nextWake(true));
        pause.pause(
            wait.compareTo(LOOK) > 0 ? LOOK : wait.compareTo(LEAST_PAUSE) < 0 ? LEAST_PAUSE : wait);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the daemon stops
    }
  }

  private void look() throws InterruptedException {
    Instant now = clock.instant();
    Standing.Renewal found = access.renewal();
    if (!Objects.equals(found, known)) {
      known = found;
      care.stand(found, now);
    }
    if (!care.begins(now)) {
      return;
    }
    try {
      access.renew(introduction);
      known = access.renewal();
      care.renewed(known, clock.instant());
      log.info("the card's certificate was renewed; the next renewal is due from {}", from(known));
    } catch (IOException e) {
      care.failed(clock.instant());
      log.warn(
          "the card's certificate was not renewed, will try again from {}: {}",
          care.nextWake(true),
          e.toString());
    }
  }

  private static String from(Standing.@Nullable Renewal next) {
    return next == null ? "never" : next.from().toString();
  }
}
