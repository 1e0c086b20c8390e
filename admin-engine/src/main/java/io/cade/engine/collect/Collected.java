package io.cade.engine.collect;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogUpload;
import io.cade.engine.change.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Takes in what cards upload. Thread-safe; does not block. A card that uploads more than {@value
 * #UPLOADS_PER_MINUTE} times a minute is refused until the minute is over, so that a hostile one
 * cannot wear the engine's disk out.
 */
public final class Collected {
  /** Two a second: a card that is followed sends one for each of its sources that has news. */
  static final int UPLOADS_PER_MINUTE = 240;

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private record Allowance(long minute, int used) {}

  private final CardLogs logs;
  private final Inventories inventories;
  private final InstantSource clock;
  private final Executor blocking;
  private final Map<CardPosition, Allowance> allowances = new ConcurrentHashMap<>();

  private Collected(
      CardLogs logs, Inventories inventories, InstantSource clock, Executor blocking) {
    this.logs = logs;
    this.inventories = inventories;
    this.clock = clock;
    this.blocking = blocking;
  }

  /**
   * Opens what is there.
   *
   * @param blocking carries out what waits for the disk
   */
  public static Collected open(
      Path directory, CardLogs.Bounds bounds, InstantSource clock, Executor blocking)
      throws IOException {
    return new Collected(
        CardLogs.open(directory, bounds), new Inventories(directory), clock, blocking);
  }

  /** Lines of a card that has shown who it is. */
  public CompletionStage<LogReply> take(CardPosition at, LogUpload upload) {
    return allowed(at, () -> logs.take(at, upload, clock.instant()));
  }

  /** Likewise its inventory. */
  public CompletionStage<Boolean> take(CardPosition at, Inventory inventory) {
    return allowed(
        at,
        () -> {
          inventories.keep(at, inventory);
          return true;
        });
  }

  private interface OnDisk<T> {
    T run() throws IOException;
  }

  private <T> CompletionStage<T> allowed(CardPosition at, OnDisk<T> work) {
    long minute = clock.millis() / MINUTE.toMillis();
    Allowance now =
        allowances.merge(
            at,
            new Allowance(minute, 1),
            (old, first) -> old.minute() == minute ? new Allowance(minute, old.used() + 1) : first);
    if (now.used() > UPLOADS_PER_MINUTE) {
      return CompletableFuture.failedFuture(
          new Refusal(
              Refusal.Kind.LIMIT,
              "card " + at + " has uploaded " + UPLOADS_PER_MINUTE + " times within a minute"));
    }
    return onDisk(work);
  }

  private <T> CompletionStage<T> onDisk(OnDisk<T> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return work.run();
          } catch (IOException e) {
            throw new CompletionException(e);
          }
        },
        blocking);
  }

  /** The time by which lines are old. */
  public Instant now() {
    return clock.instant();
  }

  /** Reads logs; blocks for the disk. */
  public CardLogs logs() {
    return logs;
  }

  /** Reads inventories; blocks for the disk. */
  public Inventories inventories() {
    return inventories;
  }
}
