package io.cade.engine.conduct;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.observe.Observations;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the conductor pass over the module: soon after something was heard or has changed, and
 * regularly, because silence is news too. At most one pass is under way; wake-ups meanwhile are one
 * more pass. Thread-safe; passes run on the change writer's thread.
 */
public final class ConductorRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConductorRunner.class);

  /** Wake-ups that fall within this time share a pass. */
  private static final Duration GATHER = Duration.ofMillis(20);

  private static final Duration TICK = Duration.ofMillis(250);

  /** While nothing happens at most so many ticks are one pass. */
  private static final int MOST_IDLE_TICKS = 4;

  /** So many passes in a row that came to nothing: nothing happens. */
  private static final int QUIET_PASSES = 40;

  /** While passes fail it is said again after so many of them: about a minute. */
  private static final int REMINDER = 240;

  /** More than this between two passes, or less than nothing: the clock was set, or stood. */
  static final Duration CLOCK_STEP = Duration.ofSeconds(10);

  /** After that, silence counts from so much later on. */
  static final Duration CLOCK_GRACE = Duration.ofSeconds(30);

  private final Conductor conductor;
  private final ChangeWriter writer;
  private final Observations observations;
  private volatile Instant listeningSince;
  private final ScheduledExecutorService scheduler;
  private final Consumer<Order> orders;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private volatile boolean closed;

  /** Passes in a row that came to nothing. */
  private final AtomicInteger quiet = new AtomicInteger();

  /** Passes in a row that failed. */
  private final AtomicInteger failed = new AtomicInteger();

  private final int idleTicks;

  /** Owned by the scheduler: its tasks follow each other. */
  private int ticks;

  /** When the last pass was; owned by the change writer's thread. */
  private @Nullable Instant lastPass;

  /**
   * @param orders carries an order out; called on the writer's completion thread, must not block
   */
  public ConductorRunner(
      Conductor conductor,
      ChangeWriter writer,
      Observations observations,
      Instant listeningSince,
      ScheduledExecutorService scheduler,
      Consumer<Order> orders) {
    this.conductor = conductor;
    // Silence is noticed a tenth of a report late at most.
    this.idleTicks =
        Math.clamp(
            conductor.policy().reportInterval().dividedBy(10).dividedBy(TICK), 1, MOST_IDLE_TICKS);
    this.writer = writer;
    this.observations = observations;
    this.listeningSince = listeningSince;
    this.scheduler = scheduler;
    this.orders = orders;
  }

  /** Begins the regular passes, and one after every change. */
  public void start() {
    writer.listen((commits, after) -> wake());
    var _ = scheduler.scheduleWithFixedDelay(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Time has passed. What waits for a time has waited for seconds when nothing else happened: that
   * it is noticed a little late costs nothing, looking four times a second all the time does.
   */
  private void tick() {
    ticks++;
    if (quiet.get() < QUIET_PASSES || ticks % idleTicks == 0) {
      wake();
    }
  }

  /** Something was heard. */
  public void wake() {
    if (!closed && scheduled.compareAndSet(false, true)) {
      try {
        var _ = scheduler.schedule(this::pass, GATHER.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        LOG.debug("no more passes: the engine is stopping");
      }
    }
  }

  private void pass() {
    // Before looking: what is heard from here on deserves another pass.
    scheduled.set(false);
    Observed observed = observations.snapshot();
    CompletableFuture<List<Order>> done =
        writer.submit((cabinet, now) -> {
          Plan plan = conductor.decide(cabinet, observed, listenedSince(now), now);
          if (plan.changes().isEmpty() && plan.orders().isEmpty()) {
            quiet.incrementAndGet();
          } else {
            quiet.set(0);
          }
          return new Decision<>(plan.changes(), plan.orders());
        });
    var _ =
        done.whenComplete((given, failure) -> {
          if (failure != null) {
            if (!closed) {
              failed(failed.incrementAndGet(), failure);
            }
          } else {
            int before = failed.getAndSet(0);
            if (before > 1) {
              LOG.warn("a pass of the conductor came through again after {} that failed", before);
            }
            given.forEach(orders);
          }
        });
  }

  /** Once it may be chance. The same state leads to the same failure: that is said loudly. */
  private static void failed(int inARow, Throwable failure) {
    if (inARow == 1) {
      LOG.error("a pass of the conductor failed", failure);
    } else if (inARow == 2 || inARow % REMINDER == 0) {
      LOG.error(
          "{} passes of the conductor failed in a row: cards, services, updates and alarms stay as"
              + " they are until the cause of the last one is gone",
          inARow,
          failure);
    }
  }

  /** How many passes in a row have failed by now. */
  int failedInARow() {
    return failed.get();
  }

  /**
   * Since when silence counts. Passes are made by a timer that does not follow the wall clock: when
   * far more, or less than no time has passed for the latter, it was set, or the engine was
   * stopped. Either way nobody could be heard meanwhile, and no card is to be lost by that.
   */
  private Instant listenedSince(Instant now) {
    Instant before = lastPass;
    lastPass = now;
    if (before != null
        && (now.isBefore(before.minus(CLOCK_STEP)) || now.isAfter(before.plus(CLOCK_STEP)))) {
      LOG.warn("the clock went from {} to {}: silence counts from now on", before, now);
      listeningSince = now.plus(CLOCK_GRACE);
    }
    return listeningSince;
  }

  @Override
  public void close() {
    closed = true;
  }
}
