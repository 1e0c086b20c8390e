package io.cade.engine.snmp;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.Change;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.model.Severity;
import io.cade.engine.observe.ReceiverStandings;
import io.cade.mib.AlarmNotification;
import io.cade.mib.snmp.Delivery;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the log of notifications to the operations centre's receivers, each at its own pace: a
 * receiver that is away for a day holds up no other and loses nothing (SPEC S2). Sends heartbeats
 * beside them, which are not kept: an old one says nothing.
 */
public final class NotificationPump implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NotificationPump.class);

  /**
   * Who is told.
   *
   * @param name in the configuration; its place in the log is kept under it
   * @param sender sends one notification, without blocking
   * @param window notifications that may be under way at once, 1 to 256
   * @param atLeast least severity of alarms that it is told of; null for all
   * @param onlyRules whether it gets only what a rule sends to it by name
   */
  public record Receiver(
      String name,
      Function<AlarmNotification, CompletionStage<Delivery>> sender,
      int window,
      @Nullable Severity atLeast,
      boolean onlyRules) {

    /** Whether a notification is meant for it. Clears and changes follow their alarm's severity. */
    boolean wants(PendingNotification n) {
      if (!n.isFor(name) || (onlyRules && n.receivers().isEmpty())) {
        return false;
      }
      Alarm alarm = n.alarm();
      return atLeast == null
          || alarm == null
          || n.kind() == PendingNotification.Kind.CHANGED
          || alarm.severity().compareTo(atLeast) <= 0;
    }
  }

  private final ChangeWriter writer;
  private final List<Receiver> receivers;
  private final ScheduledExecutorService scheduler;
  private final List<ReceiverQueue> queues;
  private volatile boolean closed;

  /**
   * @param scheduler single-threaded
   * @param standings where it is noted how the receivers get on
   */
  public NotificationPump(
      ChangeWriter writer,
      List<Receiver> receivers,
      ScheduledExecutorService scheduler,
      ReceiverStandings standings,
      InstantSource clock) {
    this.writer = writer;
    this.receivers = List.copyOf(receivers);
    this.scheduler = scheduler;
    this.queues =
        this.receivers.stream()
            .map(r -> new ReceiverQueue(r, writer, scheduler, standings, clock))
            .toList();
  }

  /** Begins with what was left from the last run. */
  public void start() {
    writer.listen((commits, after) -> run(this::next));
    List<String> names = receivers.stream().map(Receiver::name).toList();
    var _ =
        writer
            .submit((cabinet, now) ->
                cabinet.alarmState().receivers().keySet().stream()
                        .sorted()
                        .toList()
                        .equals(names.stream().sorted().toList())
                    ? Decision.nothing(false)
                    : Decision.of(true, new Change.AlarmChange.ReceiversKnown(names)))
            .whenComplete((_, problem) -> {
              if (problem != null && !closed) {
                LOG.error("the receivers of notifications are not on record", problem);
              }
              run(this::next);
            });
  }

  /** Sends a heartbeat to every receiver now and then. */
  public void beat(Duration interval) {
    var _ =
        scheduler.scheduleAtFixedRate(
            this::beat, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void beat() {
    AlarmNotification beat =
        new AlarmNotification(
            writer.current().nextNotification() - 1,
            AlarmNotification.Kind.HEARTBEAT,
            null,
            "the engine lives");
    for (Receiver receiver : receivers) {
      if (!closed && !receiver.onlyRules()) {
        var _ = receiver.sender().apply(beat);
      }
    }
  }

  private void next() {
    queues.forEach(ReceiverQueue::next);
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
    queues.forEach(ReceiverQueue::close);
  }
}
