package io.cade.engine.snmp;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.PendingNotification;
import io.cade.mib.AlarmNotification;
import io.cade.mib.snmp.Delivery;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties the durable queue of notifications towards the operations centre: in order, one at a
 * time, each until it is acknowledged, with growing pauses while the centre is away. What is in the
 * queue survives the engine; what was acknowledged leaves it by a durable change, so that the worst
 * a crash can do is to send one notification twice, under the same sequence number (SPEC S2).
 *
 * <p>The fields belong to the scheduler's thread.
 */
public final class NotificationPump implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NotificationPump.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final ChangeWriter writer;
  private final Function<AlarmNotification, CompletionStage<Delivery>> notifier;
  private final ScheduledExecutorService scheduler;
  private boolean sending;
  private boolean away;
  private Duration pause = FIRST_PAUSE;
  private volatile boolean closed;

  /**
   * @param notifier sends one notification, without blocking
   * @param scheduler single-threaded
   */
  public NotificationPump(
      ChangeWriter writer,
      Function<AlarmNotification, CompletionStage<Delivery>> notifier,
      ScheduledExecutorService scheduler) {
    this.writer = writer;
    this.notifier = notifier;
    this.scheduler = scheduler;
  }

  /** Begins with what was left from the last run. */
  public void start() {
    writer.listen((commits, after) -> {
      if (!after.notifications().isEmpty()) {
        run(this::next);
      }
    });
    run(this::next);
  }

  private void next() {
    Cabinet cabinet = writer.current();
    if (closed || sending || away || cabinet.notifications().isEmpty()) {
      return;
    }
    PendingNotification first = cabinet.notifications().values().iterator().next();
    sending = true;
    var _ =
        notifier
            .apply(
                new AlarmNotification(
                    first.sequence(),
                    first.cleared()
                        ? AlarmNotification.Kind.CLEARED
                        : AlarmNotification.Kind.RAISED,
                    SnmpRows.alarm(first.alarm())))
            .whenComplete((delivery, failure) -> run(() -> done(first, delivery, failure)));
  }

  private void done(PendingNotification sent, Delivery delivery, Throwable failure) {
    String reason =
        switch (delivery) {
          case null -> String.valueOf(failure);
          case Delivery.Acknowledged _, Delivery.Unconfirmed _ -> "";
          case Delivery.Failed(String why) -> why;
        };
    if (!reason.isEmpty()) {
      later(sent, reason);
      return;
    }
    pause = FIRST_PAUSE;
    var _ =
        writer
            .submit((cabinet, now) ->
                cabinet.notifications().containsKey(sent.sequence())
                    ? Decision.of(true, new Change.NotificationDelivered(sent.sequence()))
                    : Decision.nothing(false))
            .whenComplete((_, problem) ->
                run(() -> {
                  sending = false;
                  if (problem == null) {
                    next();
                  }
                }));
  }

  private void later(PendingNotification sent, String reason) {
    sending = false;
    away = true;
    LOG.info(
        "notification {} is not acknowledged ({}); next try in {} ms, {} waiting",
        sent.sequence(),
        reason,
        pause.toMillis(),
        writer.current().notifications().size());
    try {
      var _ =
          scheduler.schedule(
              () -> {
                away = false;
                next();
              },
              pause.toMillis(),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("the engine is stopping");
    }
    Duration doubled = pause.multipliedBy(2);
    pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
  }

  private void run(Runnable task) {
    if (!closed) {
      try {
        scheduler.execute(task);
      } catch (RejectedExecutionException e) {
        LOG.debug("the engine is stopping");
      }
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
