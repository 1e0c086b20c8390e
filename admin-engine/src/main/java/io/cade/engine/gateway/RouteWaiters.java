package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.RouteSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Long polls for routes. One a card: a newer poll of the same card ends the older one empty-handed,
 * so that there are never more waiters than positions. Thread-safe.
 */
final class RouteWaiters {
  /** Longest wait of one poll. */
  static final Duration MAX_WAIT = Duration.ofSeconds(30);

  private record Waiter(long after, CompletableFuture<Optional<RouteSnapshot>> answer) {}

  private final Map<CardPosition, Waiter> waiting = new ConcurrentHashMap<>();
  private final Supplier<RouteSnapshot> source;
  private final ScheduledExecutorService scheduler;

  RouteWaiters(Supplier<RouteSnapshot> source, ScheduledExecutorService scheduler) {
    this.source = source;
    this.scheduler = scheduler;
  }

  CompletableFuture<Optional<RouteSnapshot>> newerThan(
      CardPosition card, long after, Duration wait) {
    RouteSnapshot now = source.get();
    if (now.version() > after || !wait.isPositive()) {
      return CompletableFuture.completedFuture(
          now.version() > after ? Optional.of(now) : Optional.empty());
    }
    Waiter waiter = new Waiter(after, new CompletableFuture<>());
    Waiter older = waiting.put(card, waiter);
    if (older != null) {
      older.answer().complete(Optional.empty());
    }
    Duration allowed = wait.compareTo(MAX_WAIT) > 0 ? MAX_WAIT : wait;
    Future<?> alarm =
        scheduler.schedule(
            () -> waiter.answer().complete(Optional.empty()),
            allowed.toMillis(),
            TimeUnit.MILLISECONDS);
    var _ =
        waiter
            .answer()
            .whenComplete((r, e) -> {
              waiting.remove(card, waiter);
              alarm.cancel(false);
            });
    // A change between the first look and the registration would otherwise be slept through.
    changed();
    return waiter.answer();
  }

  /** Answers everybody for whom the routes are news. */
  void changed() {
    RouteSnapshot now = source.get();
    for (Waiter w : List.copyOf(waiting.values())) {
      if (now.version() > w.after()) {
        w.answer().complete(Optional.of(now));
      }
    }
  }

  int size() {
    return waiting.size();
  }
}
