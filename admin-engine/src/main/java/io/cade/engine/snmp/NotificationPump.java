package io.cade.engine.snmp;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.Change;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.model.Severity;
import io.cade.mib.AlarmNotification;
import io.cade.mib.snmp.Delivery;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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

  /**
   * How a receiver gets on.
   *
   * @param waiting notifications that it has not acknowledged
   * @param trouble what went wrong last; empty when nothing did
   */
  public record Standing(String name, long delivered, long waiting, String trouble) {}

  private final ChangeWriter writer;
  private final List<Receiver> receivers;
  private final ScheduledExecutorService scheduler;
  private final Map<String, ReceiverQueue> queues = new LinkedHashMap<>();
  private final Map<String, String> troubles = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * @param scheduler single-threaded
   */
  public NotificationPump(
      ChangeWriter writer, List<Receiver> receivers, ScheduledExecutorService scheduler) {
    this.writer = writer;
    this.receivers = List.copyOf(receivers);
    this.scheduler = scheduler;
    for (Receiver receiver : this.receivers) {
      queues.put(receiver.name(), new ReceiverQueue(receiver, writer, scheduler));
    }
  }

  /** For one receiver of everything, one notification at a time. */
  public NotificationPump(
      ChangeWriter writer,
      Function<AlarmNotification, CompletionStage<Delivery>> notifier,
      ScheduledExecutorService scheduler) {
    this(writer, List.of(new Receiver("default", notifier, 1, null, false)), scheduler);
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
    for (ReceiverQueue queue : queues.values()) {
      queue.next();
      troubles.put(queue.name(), queue.trouble());
    }
  }

  /** How the receivers get on. Any thread. */
  public List<Standing> standings() {
    var cabinet = writer.current();
    return receivers.stream()
        .map(r -> {
          var cursor = cabinet.alarmState().receivers().get(r.name());
          long delivered = cursor == null ? 0 : cursor.delivered();
          return new Standing(
              r.name(),
              delivered,
              Math.max(0, cabinet.nextNotification() - 1 - delivered),
              troubles.getOrDefault(r.name(), ""));
        })
        .toList();
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
    queues.values().forEach(ReceiverQueue::close);
  }
}
