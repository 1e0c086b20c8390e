package io.cade.sim.virtual;

import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.LoopTimer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A timer thread in virtual time. What a task throws ends the step, so that nothing is hidden. */
final class VirtualScheduler extends AbstractExecutorService implements ScheduledExecutorService {
  private final DatagramLoop loop;
  private boolean shutdown;

  VirtualScheduler(DatagramLoop loop) {
    this.loop = loop;
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    return schedule(
        () -> {
          task.run();
          return true;
        },
        delay,
        unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
    Timed<V> timed = new Timed<>(loop, delay(delay, unit));
    timed.begin(() -> timed.run(task), delay(delay, unit));
    return timed;
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable task, long initialDelay, long period, TimeUnit unit) {
    return scheduleWithFixedDelay(task, initialDelay, period, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialDelay, long delay, TimeUnit unit) {
    Timed<Boolean> timed = new Timed<>(loop, delay(initialDelay, unit));
    timed.begin(() -> again(timed, task, delay(delay, unit)), delay(initialDelay, unit));
    return timed;
  }

  private void again(Timed<Boolean> timed, Runnable task, Duration delay) {
    task.run();
    if (!timed.isDone() && !shutdown) {
      timed.begin(() -> again(timed, task, delay), delay);
    }
  }

  private static Duration delay(long delay, TimeUnit unit) {
    return Duration.ofNanos(unit.toNanos(delay));
  }

  @Override
  public void shutdown() {
    shutdown = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return shutdown;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return shutdown;
  }

  private static final class Timed<V> implements ScheduledFuture<V> {
    private final CompletableFuture<V> outcome = new CompletableFuture<>();
    private final DatagramLoop loop;
    private long dueNanos;
    private @Nullable LoopTimer timer;

    Timed(DatagramLoop loop, Duration delay) {
      this.loop = loop;
      this.dueNanos = loop.nanoTime() + delay.toNanos();
    }

    void begin(Runnable task, Duration delay) {
      dueNanos = loop.nanoTime() + delay.toNanos();
      timer = loop.schedule(delay, task);
    }

    void run(Callable<V> task) {
      try {
        outcome.complete(task.call());
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      if (timer != null) {
        timer.cancel();
      }
      return outcome.cancel(mayInterruptIfRunning);
    }

    @Override
    public boolean isCancelled() {
      return outcome.isCancelled();
    }

    @Override
    public boolean isDone() {
      return outcome.isDone();
    }

    @Override
    public V get() throws InterruptedException, ExecutionException, CancellationException {
      return outcome.get();
    }

    @Override
    public V get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      return outcome.get(timeout, unit);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueNanos - loop.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }
}
