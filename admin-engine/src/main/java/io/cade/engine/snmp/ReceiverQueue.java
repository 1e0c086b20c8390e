package io.cade.engine.snmp;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.model.ReceiverCursor;
import io.cade.engine.observe.ReceiverStandings;
import io.cade.mib.snmp.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one receiver what the log of notifications holds for it: in the order of their numbers,
 * several under way at once, each until it is acknowledged, with growing pauses while the receiver
 * is away. How far it has got is durable. At most {@code window} notifications are sent beyond what
 * is durably delivered: so many may arrive twice after a crash, under the same numbers, and so many
 * may overtake one another on the way.
 *
 * <p>The fields belong to the scheduler's thread.
 */
final class ReceiverQueue {
  private static final Logger LOG = LoggerFactory.getLogger(ReceiverQueue.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final NotificationPump.Receiver receiver;
  private final ChangeWriter writer;
  private final ScheduledExecutorService scheduler;
  private final ReceiverStandings standings;
  private final InstantSource clock;
  private boolean started;
  private long looked;
  private long committed;
  private boolean committing;
  private boolean away;
  private boolean probing;
  private Duration pause = FIRST_PAUSE;
  private @Nullable Instant troubleSince;
  private int underWay;
  private volatile boolean closed;
  // Sent or to be sent again, and not acknowledged.
  private final TreeSet<Long> open = new TreeSet<>();
  private final TreeSet<Long> again = new TreeSet<>();
  // Sent, and not durably delivered.
  private final TreeSet<Long> sent = new TreeSet<>();

  ReceiverQueue(
      NotificationPump.Receiver receiver,
      ChangeWriter writer,
      ScheduledExecutorService scheduler,
      ReceiverStandings standings,
      InstantSource clock) {
    this.receiver = receiver;
    this.writer = writer;
    this.scheduler = scheduler;
    this.standings = standings;
    this.clock = clock;
  }

  /** Sends what may be sent. */
  void next() {
    Cabinet cabinet = writer.current();
    ReceiverCursor cursor = cabinet.alarmState().receivers().get(receiver.name());
    if (closed || away || cursor == null) {
      return;
    }
    if (!started) {
      started = true;
      looked = cursor.delivered();
      committed = cursor.delivered();
    }
    while (!away && underWay < (probing ? 1 : receiver.window())) {
      Long resend = again.pollFirst();
      if (resend != null) {
        send(cabinet.notifications().get(resend), resend);
      } else if (!again.isEmpty()
          || looked + 1 >= cabinet.nextNotification()
          || sent.size() >= receiver.window()) {
        break;
      } else {
        looked++;
        PendingNotification n = cabinet.notifications().get(looked);
        if (n != null && receiver.wants(n)) {
          open.add(looked);
          sent.add(looked);
          send(n, looked);
        }
      }
    }
    commit();
  }

  private void send(@Nullable PendingNotification n, long sequence) {
    if (n == null) {
      // Given up meanwhile, because the log was full.
      open.remove(sequence);
      return;
    }
    underWay++;
    var _ =
        receiver
            .sender()
            .apply(NotificationForm.of(n))
            .whenComplete((delivery, failure) -> run(() -> done(sequence, delivery, failure)));
  }

  private void done(long sequence, @Nullable Delivery delivery, @Nullable Throwable failure) {
    underWay--;
    String reason =
        switch (delivery) {
          case null -> String.valueOf(failure);
          case Delivery.Acknowledged _, Delivery.Unconfirmed _ -> "";
          case Delivery.Failed(String why) -> why;
        };
    if (reason.isEmpty()) {
      open.remove(sequence);
      pause = FIRST_PAUSE;
      probing = false;
      if (troubleSince != null && again.isEmpty()) {
        troubleSince = null;
        standings.put(receiver.name(), ReceiverStandings.Standing.WELL);
      }
      next();
      return;
    }
    again.add(sequence);
    if (!away) {
      later(sequence, reason);
    }
  }

  private void later(long sequence, String reason) {
    away = true;
    probing = true;
    Instant now = clock.instant();
    troubleSince = troubleSince == null ? now : troubleSince;
    standings.put(
        receiver.name(), new ReceiverStandings.Standing(reason, troubleSince, now.plus(pause)));
    LOG.info(
        "receiver {}: notification {} is not acknowledged ({}); next try in {} ms, {} waiting",
        receiver.name(),
        sequence,
        reason,
        pause.toMillis(),
        writer.current().nextNotification() - 1 - committed);
    try {
      var _ =
          scheduler.schedule(
              () -> {
                away = false;
                standings.put(
                    receiver.name(), new ReceiverStandings.Standing(reason, troubleSince, null));
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

  /** Makes durable how far the receiver has got; one such change at a time. */
  private void commit() {
    long upTo = open.isEmpty() ? looked : open.first() - 1;
    if (committing || upTo <= committed || closed) {
      return;
    }
    committing = true;
    Change delivered = new Change.AlarmChange.NotificationsDelivered(receiver.name(), upTo);
    var _ =
        writer
            .submit((cabinet, now) -> Decision.of(true, delivered))
            .whenComplete((_, problem) ->
                run(() -> {
                  committing = false;
                  if (problem == null) {
                    committed = upTo;
                    sent.headSet(upTo, true).clear();
                    next();
                  }
                }));
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

  void close() {
    closed = true;
  }
}
