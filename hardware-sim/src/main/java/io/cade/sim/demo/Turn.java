package io.cade.sim.demo;

import java.time.Duration;

/** One thread's turns, one after the other, now or later, and its clock. */
interface Turn {
  void run(Runnable work);

  void after(Duration pause, Runnable work);

  /** Monotonic, ns. */
  long nanoTime();
}
