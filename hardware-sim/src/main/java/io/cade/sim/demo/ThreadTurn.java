package io.cade.sim.demo;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Turns of a real thread, which ends with the process. */
final class ThreadTurn implements Turn {
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("supervisor").daemon().factory());

  @Override
  public void run(Runnable work) {
    thread.execute(work);
  }

  @Override
  public void after(Duration pause, Runnable work) {
    var _ = thread.schedule(work, pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }
}
