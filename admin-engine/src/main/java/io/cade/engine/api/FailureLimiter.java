package io.cade.engine.api;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Slows down guessing: so many failed attempts a minute for each key. An attempt is counted before
 * it is judged, so that many at once do not slip through, and given back when it succeeds.
 * Thread-safe; at most {@value #MAX_KEYS} keys, then the one longest unused is forgotten.
 */
final class FailureLimiter {
  static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int MAX_KEYS = 10_000;

  private final LongSupplier ticker;
  private final int limit;
  private final Map<String, Window> windows = new LinkedHashMap<>(16, 0.75f, true);

  private record Window(long startNanos, int attempts) {}

  /**
   * @param ticker monotonic nanoseconds
   * @param limit attempts of one key in a minute
   */
  FailureLimiter(LongSupplier ticker, int limit) {
    this.ticker = ticker;
    this.limit = limit;
  }

  /** Whether there may be another attempt now. */
  synchronized boolean attempt(String key) {
    Window now = current(key);
    if (now.attempts() >= limit) {
      windows.put(key, now);
      return false;
    }
    windows.put(key, new Window(now.startNanos(), now.attempts() + 1));
    if (windows.size() > MAX_KEYS) {
      windows.remove(windows.keySet().iterator().next());
    }
    return true;
  }

  /** The last attempt was none: the password was right. */
  synchronized void succeeded(String key) {
    Window now = current(key);
    windows.put(key, new Window(now.startNanos(), Math.max(0, now.attempts() - 1)));
  }

  private Window current(String key) {
    long now = ticker.getAsLong();
    Window known = windows.get(key);
    return known == null || now - known.startNanos() >= WINDOW.toNanos()
        ? new Window(now, 0)
        : known;
  }
}
