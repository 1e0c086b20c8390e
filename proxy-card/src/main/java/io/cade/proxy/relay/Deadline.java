package io.cade.proxy.relay;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One time limit that moves often. Moving it costs a field: the timer behind it, when it fires
 * early, is set again for the rest. Owned by its event loop.
 */
public final class Deadline {
  private final EventExecutor loop;
  private final LongSupplier nanoTime;
  private final Runnable onExpired;
  private @Nullable ScheduledFuture<?> timer;
  private long timerNanos;
  private long dueNanos;
  private boolean set;

  public Deadline(EventExecutor loop, LongSupplier nanoTime, Runnable onExpired) {
    this.loop = loop;
    this.nanoTime = nanoTime;
    this.onExpired = onExpired;
  }

  /** Expires after this time from now, unless it is moved or cleared before. */
  public void in(Duration time) {
    long length = time.toNanos();
    dueNanos = nanoTime.getAsLong() + length;
    set = true;
    if (timer == null) {
      start(length);
    } else if (dueNanos - timerNanos < 0) {
      timer.cancel(false);
      start(length);
    }
  }

  /** Whether it will expire, unless it is moved or cleared. */
  public boolean runs() {
    return set;
  }

  /** Does not expire. */
  public void clear() {
    set = false;
  }

  /** Does not expire, and holds no timer any more. */
  public void close() {
    set = false;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void start(long nanos) {
    timerNanos = nanoTime.getAsLong() + nanos;
    timer = loop.schedule(this::fired, nanos, TimeUnit.NANOSECONDS);
  }

  private void fired() {
    timer = null;
    if (!set) {
      return;
    }
    long rest = dueNanos - nanoTime.getAsLong();
    if (rest > 0) {
      start(rest);
    } else {
      set = false;
      onExpired.run();
    }
  }
}
