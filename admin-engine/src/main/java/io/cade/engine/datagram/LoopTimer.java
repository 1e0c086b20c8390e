package io.cade.engine.datagram;

/** A task that waits for its time. */
@FunctionalInterface
public interface LoopTimer {
  /** Forgets the task; without effect when it has run. */
  void cancel();
}
