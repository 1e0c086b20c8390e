package io.cade.sim.os;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.UnitItem;
import io.cade.agent.wire.LogLine;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a simulated card's units: that they were started and stopped, in memory like a
 * journal in {@code /run}. Guarded by its system.
 */
final class UnitJournal {
  private static final int MAX_ENTRIES = 500;

  private record Entry(String unit, LogLine line) {}

  private final Deque<Entry> entries = new ArrayDeque<>();
  private final InstantSource clock;
  private long last;

  UnitJournal(InstantSource clock) {
    this.clock = clock;
  }

  /** Notes what a unit's change means. */
  void note(@Nullable DeviceItem before, DeviceItem after) {
    boolean ran = before instanceof UnitItem b && b.running();
    if (after instanceof UnitItem a && a.running() != ran) {
      say(a.name(), "systemd[1]: " + (ran ? "Stopped " : "Started ") + a.name() + ".service.");
    }
  }

  /** Adds an entry; the oldest goes when there are too many. */
  void say(String unit, String text) {
    Instant now = clock.instant();
    last = Math.max(last + 1, ChronoUnit.MICROS.between(Instant.EPOCH, now));
    entries.add(new Entry(unit, new LogLine(last, now, text)));
    if (entries.size() > MAX_ENTRIES) {
      entries.remove();
    }
  }

  void clear() {
    entries.clear();
  }

  List<LogLine> read(String unit, long sinceMicros, int lines) {
    List<LogLine> found = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry.unit().equals(unit) && entry.line().number() > sinceMicros) {
        found.add(entry.line());
      }
    }
    return found.subList(Math.max(0, found.size() - lines), found.size());
  }
}
