package io.cade.agent.run;

import io.cade.agent.logs.LogStore;
import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogUpload;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a card's logs to its engine, so that they can be read when the card cannot: every {@code
 * interval} if there is anything new, soon after a start and after a service's end, each second
 * while somebody follows. The engine says what it has; nothing is sent twice but what got lost.
 * {@link #run} is one thread's, the rest is thread-safe.
 */
final class LogShipper implements Runnable {
  /** In which the logs of a quiet card are at most behind. */
  static final Duration INTERVAL = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(LogShipper.class);
  private static final long SECOND = 1_000_000_000L;

  /** Uploads of one source in one go: more than a source can hold. */
  private static final int MAX_ROUNDS = 16;

  /** The way of one upload to the engine. */
  interface Channel {
    LogReply upload(String source, String epoch, boolean replaces, List<LogLine> lines)
        throws IOException, InterruptedException;
  }

  /** A journal, of a unit. */
  interface Journal {
    /**
     * @param sinceMicros entries later than that, microseconds since 1970
     */
    List<LogLine> read(String unit, long sinceMicros, int lines)
        throws IOException, InterruptedException;
  }

  private static final class Follow {
    long until;
    long last;
  }

  /** What the engine has: all before the next one, of this life of the numbers. */
  private record Taken(String epoch, long next) {}

  private final LogStore store;
  private final Channel channel;
  private final Journal journal;
  private final BooleanSupplier online;
  private final Duration interval;
  private final LongSupplier nanos;

  /** One upload at a time: the numbers below are its own. */
  private final ReentrantLock shipping = new ReentrantLock();

  private final Map<String, Taken> taken = new HashMap<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by lock.
  private long due;
  private long followUntil;
  private final Map<String, Follow> units = new HashMap<>();

  LogShipper(
      LogStore store,
      Channel channel,
      Journal journal,
      BooleanSupplier online,
      Duration interval,
      LongSupplier nanos) {
    this.store = store;
    this.channel = channel;
    this.journal = journal;
    this.online = online;
    this.interval = interval;
    this.nanos = nanos;
    this.due = nanos.getAsLong() + interval.toNanos();
    this.followUntil = nanos.getAsLong();
  }

  /** There is something that the engine should have soon. */
  void within(Duration time) {
    lock.lock();
    try {
      long wanted = nanos.getAsLong() + time.toNanos();
      if (wanted - due < 0) {
        due = wanted;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Somebody reads along: of the card's own logs, or of a unit's journal.
   *
   * @param unit empty for the card's own
   * @param last number of the unit's newest line that the engine has
   */
  void follow(String unit, long last, Duration time) {
    lock.lock();
    try {
      long until = nanos.getAsLong() + time.toNanos();
      if (unit.isEmpty()) {
        followUntil = until;
      } else if (units.containsKey(unit) || units.size() < 8) {
        Follow follow = units.computeIfAbsent(unit, _ -> new Follow());
        follow.until = until;
        follow.last = Math.max(follow.last, last);
      }
    } finally {
      lock.unlock();
    }
    within(Duration.ofSeconds(1));
  }

  /** Runs until its thread is interrupted. */
  @Override
  public void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        await();
        if (!online.getAsBoolean()) {
          continue;
        }
        try {
          int _ = ship();
          followUnits();
        } catch (IOException | RuntimeException e) {
          LOG.debug("logs did not reach the engine; tried again later", e);
          within(interval);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("logs are no longer brought to the engine");
    }
  }

  /** Waits until it is time, and says when it is the next time. */
  private void await() throws InterruptedException {
    lock.lock();
    try {
      for (long left = due - nanos.getAsLong(); left > 0; left = due - nanos.getAsLong()) {
        long _ = changed.awaitNanos(left);
      }
      long now = nanos.getAsLong();
      units.values().removeIf(follow -> now - follow.until >= 0);
      boolean followed = now - followUntil < 0 || !units.isEmpty();
      due = now + (followed ? SECOND : interval.toNanos());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Brings what the engine does not have; returns when it has it.
   *
   * @return lines that were brought
   */
  int ship() throws IOException, InterruptedException {
    shipping.lockInterruptibly();
    try {
      int brought = 0;
      for (String source : store.sources()) {
        brought += ship(source);
      }
      return brought;
    } finally {
      shipping.unlock();
    }
  }

  private int ship(String source) throws IOException, InterruptedException {
    int brought = 0;
    String epoch = store.epoch(source);
    Taken known = taken.get(source);
    // Of another life of the numbers nobody here knows either what the engine has.
    long from = known != null && known.epoch().equals(epoch) ? known.next() : ask(source, epoch);
    for (int round = 0; round < MAX_ROUNDS && from < store.next(source); round++) {
      LogStore.Chunk chunk =
          store.read(source, from, LogUpload.MAX_LINES, LogUpload.MAX_CHARACTERS);
      if (chunk.lines().isEmpty() || !chunk.epoch().equals(epoch)) {
        break;
      }
      long next = channel.upload(source, epoch, false, chunk.lines()).next();
      // The engine's word counts, also when it has lost some: those are sent again if still there.
      taken.put(source, new Taken(epoch, next));
      brought += chunk.lines().size();
      if (next <= chunk.lines().getFirst().number()) {
        break;
      }
      from = next;
    }
    return brought;
  }

  /** After a start nobody here knows what the engine has. */
  private long ask(String source, String epoch) throws IOException, InterruptedException {
    long next = channel.upload(source, epoch, false, List.of()).next();
    taken.put(source, new Taken(epoch, next));
    return next;
  }

  private void followUnits() throws IOException, InterruptedException {
    Map<String, Long> wanted = new HashMap<>();
    lock.lock();
    try {
      units.forEach((unit, follow) -> wanted.put(unit, follow.last));
    } finally {
      lock.unlock();
    }
    for (Map.Entry<String, Long> each : wanted.entrySet()) {
      List<LogLine> fresh = journal.read(each.getKey(), each.getValue(), LogUpload.MAX_LINES);
      if (!fresh.isEmpty()) {
        long last = upload(each.getKey(), false, fresh);
        lock.lock();
        try {
          Follow follow = units.get(each.getKey());
          if (follow != null) {
            follow.last = last;
          }
        } finally {
          lock.unlock();
        }
      }
    }
  }

  /** Brings the last lines of a unit's journal in place of those that the engine has. */
  Found shipUnit(String unit, long sinceMicros, int lines)
      throws IOException, InterruptedException {
    List<LogLine> found = journal.read(unit, sinceMicros, lines);
    long last = upload(unit, true, found);
    return new Found(found.size(), last);
  }

  /**
   * @param last number of the newest line
   */
  record Found(int lines, long last) {}

  private long upload(String unit, boolean replaces, List<LogLine> lines)
      throws IOException, InterruptedException {
    List<LogLine> fit = newest(lines);
    LogReply _ = channel.upload(io.cade.agent.wire.LogSource.unit(unit), "journal", replaces, fit);
    return fit.isEmpty() ? 0 : fit.getLast().number();
  }

  /** As many of the newest as one upload holds. */
  private static List<LogLine> newest(List<LogLine> lines) {
    int left = LogUpload.MAX_CHARACTERS;
    int from = lines.size();
    while (from > 0 && lines.size() - from < LogUpload.MAX_LINES) {
      left -= lines.get(from - 1).text().length();
      if (left < 0) {
        break;
      }
      from--;
    }
    return lines.subList(from, lines.size());
  }

  /** What brings no journal. */
  static Journal none(@Nullable String why) {
    return (_, _, _) -> {
      throw new IOException(why == null ? "this card has no journal" : why);
    };
  }
}
