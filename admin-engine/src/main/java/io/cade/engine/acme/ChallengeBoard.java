package io.cade.engine.acme;

import io.cade.agent.wire.RouteSnapshot.Challenge;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What the authority is to be answered now, by service. Goes to the proxies with the routes that
 * are derived next. In memory only: orders do not outlive the engine's run. Thread-safe.
 */
public final class ChallengeBoard implements Supplier<List<Challenge>> {
  // Owned by the monitor.
  private final TreeMap<String, List<Challenge>> byService = new TreeMap<>();
  private volatile List<Challenge> all = List.of();

  /** All of them, in an order that depends on nothing but themselves. */
  @Override
  public List<Challenge> get() {
    return all;
  }

  synchronized void put(String service, List<Challenge> challenges) {
    byService.put(service, List.copyOf(challenges));
    gather();
  }

  synchronized void remove(String service) {
    byService.remove(service);
    gather();
  }

  private void gather() {
    List<Challenge> gathered = new ArrayList<>();
    byService.values().forEach(gathered::addAll);
    all = List.copyOf(gathered);
  }
}
