package io.cade.engine.model;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/**
 * On this alarm do that. A rule looks at each alarm when it is raised and when its severity grows,
 * and acts at most once for it.
 *
 * @param name unique, 1 to 32 letters, digits, hyphens
 * @param types of alarms it is about; empty for all
 * @param source of the alarms; {@code *} stands for any text
 * @param atLeast least severity
 * @param receivers for {@link Action#NOTIFY}: who is told
 * @param every not again for the same source within this time; up to a day
 * @param perHour not more often than this in an hour, for all sources together; 1 to {@value
 *     #MAX_PER_HOUR}
 * @param seen sequence of the last notification that the rule has looked at
 * @param firings the last {@value #MAX_FIRINGS} at most, oldest first
 */
public record AlarmRule(
    String name,
    List<AlarmType> types,
    String source,
    Severity atLeast,
    Action action,
    List<String> receivers,
    Duration every,
    int perHour,
    long seen,
    List<Firing> firings) {
  /** Rules of a module. */
  public static final int MAX_RULES = 64;

  public static final int MAX_PER_HOUR = 100;
  static final int MAX_FIRINGS = 256;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-]{1,32}");

  /** What is done. */
  public enum Action {
    /** No new visitors for the card that the alarm is about. */
    DRAIN_CARD,
    /** The service, or the services of the card, that the alarm is about are started anew. */
    RESTART_SERVICE,
    /** The card that the alarm is about is switched off and on again. */
    POWER_CYCLE,
    /** Some receivers get an own notification. */
    NOTIFY
  }

  /**
   * That the rule acted, or was held back.
   *
   * @param alarm sequence of the alarm
   * @param outcome what was done, or why not
   * @param acted whether it counts for the guards
   */
  public record Firing(long alarm, String source, Instant at, String outcome, boolean acted) {}

  public AlarmRule {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("a rule's name has 1 to 32 letters, digits and hyphens");
    }
    if (source.isEmpty() || source.length() > AlarmKey.MAX_SOURCE) {
      throw new IllegalArgumentException("source: 1 to " + AlarmKey.MAX_SOURCE + " characters");
    }
    if (every.isNegative() || every.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("every: 0 s to 1 d, not " + every);
    }
    if (perHour < 1 || perHour > MAX_PER_HOUR) {
      throw new IllegalArgumentException("perHour: 1 to " + MAX_PER_HOUR + ", not " + perHour);
    }
    if (action == Action.NOTIFY && receivers.isEmpty()) {
      throw new IllegalArgumentException("a rule that notifies needs receivers");
    }
    types = List.copyOf(types);
    receivers = List.copyOf(receivers);
    firings = List.copyOf(firings);
  }

  /** Whether the rule is about an alarm. */
  public boolean matches(Alarm alarm) {
    return (types.isEmpty() || types.contains(alarm.key().type()))
        && alarm.severity().compareTo(atLeast) <= 0
        && Globs.matches(source, alarm.key().source());
  }

  /** Why the rule must not act now; empty when it may. */
  public String heldBack(Alarm alarm, Instant now) {
    int lately = 0;
    for (Firing f : firings) {
      if (!f.acted()) {
        continue;
      }
      if (f.source().equals(alarm.key().source()) && f.at().plus(every).isAfter(now)) {
        return "held back: it acted for "
            + f.source()
            + " less than "
            + every.toSeconds()
            + " s ago";
      }
      lately += f.at().plus(Duration.ofHours(1)).isAfter(now) ? 1 : 0;
    }
    return lately >= perHour ? "held back: it acted " + lately + " times within an hour" : "";
  }

  /** Whether it has dealt with the alarm already. */
  public boolean knows(Alarm alarm) {
    return firings.stream().anyMatch(f -> f.alarm() == alarm.sequence());
  }

  AlarmRule after(long upTo, List<Firing> more) {
    List<Firing> all = new java.util.ArrayList<>(firings);
    all.addAll(more);
    return new AlarmRule(
        name,
        types,
        source,
        atLeast,
        action,
        receivers,
        every,
        perHour,
        Math.max(seen, upTo),
        all.subList(Math.max(0, all.size() - MAX_FIRINGS), all.size()));
  }

  AlarmRule startingAt(long notification) {
    return new AlarmRule(
        name, types, source, atLeast, action, receivers, every, perHour, notification, List.of());
  }
}
