package io.cade.proxy.guard;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket as the generic cell rate algorithm (ITU-T I.371 annex A): its whole state is one
 * number, the moment at which it will be full again, so that it can be changed by one
 * compare-and-set.
 *
 * @param interval nanoseconds that one request costs
 * @param tolerance nanoseconds that may be owed: what a burst costs
 */
record Rate(long interval, long tolerance) {
  /**
   * @param perSecond 0 for no limit
   * @param burst requests at once; 0 for as many as come in a second
   */
  static @Nullable Rate of(int perSecond, int burst) {
    if (perSecond == 0) {
      return null;
    }
    long interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
    return new Rate(interval, interval * (burst == 0 ? perSecond : burst));
  }

  /**
   * When the bucket will be full again after one more request.
   *
   * @param full when it will be without; earlier than now means that it is
   */
  long after(long full, long now) {
    return (full - now > 0 ? full : now) + interval;
  }

  /** Whether the request that leads there is too much. */
  boolean exceeded(long after, long now) {
    return after - now > tolerance;
  }

  /** Nanoseconds until a request would be let through again. */
  long wait(long after, long now) {
    return after - now - tolerance;
  }
}
