package io.cade.proxy.route;

import java.time.Duration;

/** Waiting, so that tests need not. */
@FunctionalInterface
public interface Pause {
  void pause(Duration time) throws InterruptedException;

  /** The real one. */
  static Pause real() {
    return Thread::sleep;
  }
}
