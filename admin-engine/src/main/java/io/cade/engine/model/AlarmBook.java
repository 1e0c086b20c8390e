package io.cade.engine.model;

import io.cade.engine.model.PendingNotification.Kind;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The alarms' part of a {@link CabinetBuilder}: alarms, what surrounds them, and the log of
 * notifications. Not thread-safe.
 */
final class AlarmBook {
  private SortedTree<AlarmKey, Alarm> alarms;
  private SortedTree<Long, PendingNotification> notifications;
  private SortedTree<AlarmKey, SuppressedAlarm> suppressed;
  private SortedTree<AlarmKey, AlarmFlaps> flaps;
  private SortedTree<SensorThreshold.Key, SensorThreshold> thresholds;
  private SortedTree<String, ReceiverCursor> receivers;
  private SortedTree<String, AlarmRule> rules;
  private long nextAlarm;
  private long nextNotification;
  private final BiConsumer<EntityKey.Kind, Object> touch;

  AlarmBook(Cabinet from, BiConsumer<EntityKey.Kind, Object> touch) {
    this(from.nextAlarm(), from.nextNotification(), touch);
    alarms = SortedTree.copyOf(from.alarms());
    notifications = SortedTree.copyOf(from.notifications());
    AlarmState state = from.alarmState();
    suppressed = SortedTree.copyOf(state.suppressed());
    flaps = SortedTree.copyOf(state.flaps());
    thresholds = SortedTree.copyOf(state.thresholds());
    receivers = SortedTree.copyOf(state.receivers());
    rules = SortedTree.copyOf(state.rules());
  }

  AlarmBook(long nextAlarm, long nextNotification, BiConsumer<EntityKey.Kind, Object> touch) {
    this.nextAlarm = nextAlarm;
    this.nextNotification = nextNotification;
    this.touch = touch;
    alarms = SortedTree.empty();
    notifications = SortedTree.empty();
    suppressed = SortedTree.empty();
    flaps = SortedTree.empty();
    thresholds = SortedTree.empty();
    receivers = SortedTree.empty();
    rules = SortedTree.empty();
  }

  SortedTree<AlarmKey, Alarm> alarms() {
    return alarms;
  }

  SortedTree<Long, PendingNotification> notifications() {
    return notifications;
  }

  AlarmState state() {
    return new AlarmState(suppressed, flaps, thresholds, receivers, rules);
  }

  long nextAlarm() {
    return nextAlarm;
  }

  long nextNotification() {
    return nextNotification;
  }

  /** Puts back a stored entity; false when it is none of this book. */
  boolean restore(Object entity) {
    switch (entity) {
      case Alarm a -> alarms = alarms.with(a.key(), a);
      case PendingNotification n -> notifications = notifications.with(n.sequence(), n);
      case SuppressedAlarm s -> suppressed = suppressed.with(s.key(), s);
      case AlarmFlaps f -> flaps = flaps.with(f.key(), f);
      case SensorThreshold t -> thresholds = thresholds.with(t.key(), t);
      case ReceiverCursor c -> receivers = receivers.with(c.receiver(), c);
      case AlarmRule r -> rules = rules.with(r.name(), r);
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * Applies a change.
   *
   * @throws IllegalStateException when it contradicts the state, which is then as it was
   */
  void apply(Change.AlarmChange change, Instant at) {
    switch (change) {
      case Change.AlarmRaised c -> raise(c, at);
      case Change.AlarmCleared c -> {
        Alarm alarm = require(c.key());
        alarms = alarms.without(c.key());
        touch.accept(EntityKey.Kind.ALARM, c.key());
        log(new PendingNotification(nextNotification, true, alarm, at));
      }
      case Change.AlarmAcknowledged c -> put(require(c.key()).acknowledged(c.by(), at));
      case Change.AlarmChange.Altered c -> alter(c, at);
      case Change.AlarmChange.Suppressed c -> {
        if (alarms.containsKey(c.key())) {
          throw new IllegalStateException("alarm is raised, not suppressed: " + c.key());
        }
        suppressed =
            suppressed.with(
                c.key(), new SuppressedAlarm(c.key(), c.severity(), c.text(), c.by(), at));
        touch.accept(EntityKey.Kind.SUPPRESSED, c.key());
      }
      case Change.AlarmChange.Released c -> release(c.key());
      case Change.AlarmChange.ThresholdSet c -> {
        thresholds = thresholds.with(c.threshold().key(), c.threshold());
        touch.accept(EntityKey.Kind.THRESHOLD, c.threshold().key());
      }
      case Change.AlarmChange.ThresholdRemoved c -> {
        thresholds = thresholds.without(SensorThreshold.Key.parse(c.key()));
        touch.accept(EntityKey.Kind.THRESHOLD, c.key());
      }
      case Change.AlarmChange.RuleSet c -> put(c.rule().startingAt(nextNotification - 1));
      case Change.AlarmChange.RuleRemoved c -> {
        rules = rules.without(c.name());
        touch.accept(EntityKey.Kind.ALARM_RULE, c.name());
      }
      case Change.AlarmChange.RuleLooked c -> {
        AlarmRule rule = rules.get(c.name());
        if (rule != null) {
          put(rule.after(c.upTo(), c.firings()));
        }
      }
      case Change.AlarmChange.NotificationPosted c ->
          log(
              new PendingNotification(
                  nextNotification,
                  false,
                  c.about() == null ? null : alarms.get(c.about()),
                  at,
                  c.kind(),
                  c.text(),
                  c.receivers()));
      case Change.AlarmChange.ReceiversKnown c -> know(c.names());
      case Change.AlarmChange.NotificationsDelivered c -> delivered(c);
      case Change.NotificationDelivered c -> forget(c.sequence());
    }
  }

  private void raise(Change.AlarmRaised c, Instant at) {
    if (alarms.containsKey(c.key())) {
      throw new IllegalStateException("alarm is already raised: " + c.key());
    }
    release(c.key());
    String flapping = c.key().type().endsAcknowledged() ? "" : flap(c.key(), at);
    Alarm alarm =
        new Alarm(
            nextAlarm++,
            c.key(),
            c.severity(),
            flapping.isEmpty() ? c.text() : c.text() + " (" + flapping + ")",
            at,
            "",
            null,
            c.rootCause(),
            flapping,
            nextNotification);
    put(alarm);
    log(new PendingNotification(nextNotification, false, alarm, at));
  }

  /** Notes a raise; says so when it is one too many. */
  private String flap(AlarmKey key, Instant at) {
    AlarmFlaps before = flaps.get(key);
    if (before == null && flaps.size() >= AlarmFlaps.MAX) {
      for (AlarmFlaps f : List.copyOf(flaps.values())) {
        if (f.isStale(at)) {
          flaps = flaps.without(f.key());
          touch.accept(EntityKey.Kind.ALARM_FLAPS, f.key());
        }
      }
      if (flaps.size() >= AlarmFlaps.MAX) {
        return "";
      }
    }
    AlarmFlaps after = AlarmFlaps.after(key, before == null ? List.of() : before.raisedAt(), at);
    flaps = flaps.with(key, after);
    touch.accept(EntityKey.Kind.ALARM_FLAPS, key);
    return after.words();
  }

  private void alter(Change.AlarmChange.Altered c, Instant at) {
    Alarm before = require(c.key());
    boolean told = c.severity() != before.severity();
    Alarm after =
        before.altered(
            c.severity(), c.text(), c.rootCause(), told ? nextNotification : before.notification());
    put(after);
    if (told) {
      log(new PendingNotification(nextNotification, false, after, at, Kind.CHANGED, "", List.of()));
    }
  }

  private void release(AlarmKey key) {
    if (suppressed.containsKey(key)) {
      suppressed = suppressed.without(key);
      touch.accept(EntityKey.Kind.SUPPRESSED, key);
    }
  }

  private void know(List<String> names) {
    // What was waiting before there were cursors waits for whoever comes first.
    long from =
        receivers.isEmpty() && !notifications.isEmpty()
            ? notifications.firstKey() - 1
            : nextNotification - 1;
    for (String known : List.copyOf(receivers.keySet())) {
      if (!names.contains(known)) {
        receivers = receivers.without(known);
        touch.accept(EntityKey.Kind.RECEIVER, known);
      }
    }
    for (String name : names) {
      if (!receivers.containsKey(name)) {
        put(new ReceiverCursor(name, from));
      }
    }
    trim();
  }

  private void delivered(Change.AlarmChange.NotificationsDelivered c) {
    ReceiverCursor cursor = receivers.get(c.receiver());
    if (cursor == null || c.upTo() <= cursor.delivered()) {
      return;
    }
    if (c.upTo() >= nextNotification) {
      throw new IllegalStateException("notification " + c.upTo() + " was never given out");
    }
    put(cursor.upTo(c.upTo()));
    trim();
  }

  /** Adds to the log; when it is full, the oldest leaves it. */
  private void log(PendingNotification notification) {
    if (notifications.size() >= Cabinet.MAX_NOTIFICATIONS) {
      giveUp(notifications.firstKey());
    }
    nextNotification++;
    notifications = notifications.with(notification.sequence(), notification);
    touch.accept(EntityKey.Kind.NOTIFICATION, notification.sequence());
    trim();
  }

  /** What every receiver has need not be kept, but for the newest, which can be read. */
  private void trim() {
    if (receivers.isEmpty()) {
      return;
    }
    long all = nextNotification - 1 - Cabinet.MIN_NOTIFICATIONS;
    for (ReceiverCursor c : receivers.values()) {
      all = Math.min(all, c.delivered());
    }
    while (!notifications.isEmpty() && notifications.firstKey() <= all) {
      forget(notifications.firstKey());
    }
  }

  /** The oldest goes although somebody may not have it: who has not sees the gap, and we count. */
  private void giveUp(long sequence) {
    PendingNotification oldest = notifications.get(sequence);
    for (ReceiverCursor c : receivers.values()) {
      if (c.delivered() < sequence && oldest != null && oldest.isFor(c.receiver())) {
        put(c.missedOneMore());
      }
    }
    forget(sequence);
  }

  private void forget(long sequence) {
    notifications = notifications.without(sequence);
    touch.accept(EntityKey.Kind.NOTIFICATION, sequence);
  }

  private Alarm require(AlarmKey key) {
    Alarm alarm = alarms.get(key);
    if (alarm == null) {
      throw new IllegalStateException("alarm is not raised: " + key);
    }
    return alarm;
  }

  private void put(Alarm alarm) {
    alarms = alarms.with(alarm.key(), alarm);
    touch.accept(EntityKey.Kind.ALARM, alarm.key());
  }

  private void put(AlarmRule rule) {
    rules = rules.with(rule.name(), rule);
    touch.accept(EntityKey.Kind.ALARM_RULE, rule.name());
  }

  private void put(ReceiverCursor cursor) {
    receivers = receivers.with(cursor.receiver(), cursor);
    touch.accept(EntityKey.Kind.RECEIVER, cursor.receiver());
  }
}
