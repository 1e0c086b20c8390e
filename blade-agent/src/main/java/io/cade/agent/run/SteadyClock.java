package io.cade.agent.run;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Starts at the time of the wall clock and then goes on with the ticker, whatever the wall clock is
 * set to: intervals stay what they are. Immutable.
 */
final class SteadyClock implements InstantSource {
  private final Instant began;
  private final long beganNanos;
  private final LongSupplier ticker;

  SteadyClock(InstantSource wall, LongSupplier ticker) {
    this.ticker = ticker;
    this.began = wall.instant();
    this.beganNanos = ticker.getAsLong();
  }

  @Override
  public Instant instant() {
    return began.plusNanos(ticker.getAsLong() - beganNanos);
  }
}
