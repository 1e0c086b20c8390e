package io.cade.engine.probe;

import io.cade.engine.conduct.WantedProbes;
import io.cade.engine.conduct.WantedProbes.Probe;
import io.cade.engine.model.Cabinet;
import io.cade.engine.observe.Observations;
import io.cade.engine.observe.ProbeTarget;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the requests be made that the state asks for ({@link WantedProbes}), and puts down what came
 * of them: one at a time for each target, {@value #MOST} at a time in all. Thread-safe.
 */
public final class ProbeRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProbeRunner.class);
  private static final int MOST = 32;
  private static final long TICK_MILLIS = 100;

  private final Supplier<Cabinet> cabinet;
  private final Observations observations;
  private final Prober prober;
  private final InstantSource clock;
  private final ScheduledExecutorService scheduler;
  private final Runnable heard;
  private final Set<ProbeTarget> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private volatile boolean closed;

  /** Owned by the scheduler's thread: whether there may be outcomes to be forgotten. */
  private boolean counted;

  /**
   * @param scheduler of one thread
   * @param heard told after each outcome; must not block
   */
  public ProbeRunner(
      Supplier<Cabinet> cabinet,
      Observations observations,
      Prober prober,
      InstantSource clock,
      ScheduledExecutorService scheduler,
      Runnable heard) {
    this.cabinet = cabinet;
    this.observations = observations;
    this.prober = prober;
    this.clock = clock;
    this.scheduler = scheduler;
    this.heard = heard;
  }

  /** Begins to look regularly. */
  public void start() {
    var _ =
        scheduler.scheduleWithFixedDelay(
            this::soon, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void soon() {
    if (!closed && scheduled.compareAndSet(false, true)) {
      try {
        scheduler.execute(this::look);
      } catch (RejectedExecutionException e) {
        LOG.debug("no more requests: the engine is stopping");
      }
    }
  }

  private void look() {
    scheduled.set(false);
    try {
      WantedProbes wanted =
          WantedProbes.of(cabinet.get(), observations.snapshot(), clock.instant());
      if (counted || !wanted.subjects().isEmpty()) {
        observations.keepProbes(target -> wanted.subjects().stream().anyMatch(s -> s.has(target)));
        counted = !wanted.subjects().isEmpty();
      }
      for (Probe probe : wanted.due()) {
        if (underWay.size() >= MOST) {
          return;
        }
        if (underWay.add(probe.target())) {
          ask(probe);
        }
      }
    } catch (RuntimeException e) {
      LOG.error("cannot look which requests are to be made", e);
    }
  }

  private void ask(Probe probe) {
    var _ =
        prober
            .ask(probe)
            .whenComplete((outcome, failure) -> {
              if (failure == null) {
                observations.heard(probe.target(), probe.round(), outcome, clock.instant());
                heard.run();
              } else {
                LOG.error("a request for the gate failed", failure);
              }
              underWay.remove(probe.target());
              soon();
            });
  }

  @Override
  public void close() {
    closed = true;
  }
}
