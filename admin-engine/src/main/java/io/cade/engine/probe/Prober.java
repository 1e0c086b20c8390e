package io.cade.engine.probe;

import io.cade.engine.conduct.WantedProbes.Probe;
import io.cade.engine.observe.ProbeOutcome;
import java.util.concurrent.CompletionStage;

/** Makes one request. Thread-safe. */
@FunctionalInterface
public interface Prober {
  /**
   * Asks; does not block.
   *
   * @return completes in any case, in bounded time, and never with a failure
   */
  CompletionStage<ProbeOutcome> ask(Probe probe);
}
