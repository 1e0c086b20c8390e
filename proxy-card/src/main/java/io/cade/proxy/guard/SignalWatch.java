package io.cade.proxy.guard;

import io.cade.agent.wire.NetworkPrefix;
import io.cade.agent.wire.TrafficReport.SignalReport;
import io.cade.agent.wire.VisitorSignal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Sees what visitors do wrong, by network, and says what an operator should know of (SPEC P8).
 * Holds {@value #KEYS} networks of each kind and {@value #MOST_ACTIVE} signals of each. A signal is
 * raised by what is sure of the count, and cleared when a quarter of the limit is left, so that it
 * neither flutters nor accuses the wrong one. Thread-safe; only what goes wrong comes here, and it
 * costs a lock and less than a microsecond.
 */
public final class SignalWatch {
  static final int KEYS = 512;
  static final int MOST_ACTIVE = 16;
  private static final int IPV4_NETWORK = 24;
  private static final int IPV6_NETWORK = 56;

  private final SignalPolicy policy;
  private final LongSupplier nanoTime;
  private final Map<VisitorSignal, HeavyHitters<Key>> seen = new EnumMap<>(VisitorSignal.class);
  private final Map<VisitorSignal, Map<Key, Long>> active = new EnumMap<>(VisitorSignal.class);

  private record Key(String service, NetworkPrefix network) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byService = service.compareTo(other.service);
      return byService != 0 ? byService : network.toString().compareTo(other.network.toString());
    }
  }

  SignalWatch(SignalPolicy policy, LongSupplier nanoTime) {
    this.policy = policy;
    this.nanoTime = nanoTime;
    long now = nanoTime.getAsLong();
    for (VisitorSignal kind : VisitorSignal.values()) {
      seen.put(kind, new HeavyHitters<>(KEYS, policy.halfLife().toNanos(), now));
      active.put(kind, new TreeMap<>());
    }
  }

  /**
   * Counts one.
   *
   * @param service which site it was about; empty when none
   */
  public void saw(VisitorSignal kind, String service, NetworkPrefix visitor) {
    Key key = new Key(service, visitor.network(visitor.v4() ? IPV4_NETWORK : IPV6_NETWORK));
    long now = nanoTime.getAsLong();
    HeavyHitters<Key> hitters = hitters(kind);
    synchronized (hitters) {
      hitters.add(key, now);
    }
  }

  private HeavyHitters<Key> hitters(VisitorSignal kind) {
    HeavyHitters<Key> hitters = seen.get(kind);
    if (hitters == null) {
      throw new IllegalStateException("not watched: " + kind);
    }
    return hitters;
  }

  /** The signals of this moment; each call raises and clears. */
  public synchronized List<SignalReport> signals() {
    long now = nanoTime.getAsLong();
    List<SignalReport> signals = new ArrayList<>();
    active.forEach((kind, raised) -> decide(kind, raised, now, signals));
    return signals;
  }

  private void decide(
      VisitorSignal kind, Map<Key, Long> raised, long now, List<SignalReport> signals) {
    List<HeavyHitters.Hit<Key>> hits;
    HeavyHitters<Key> hitters = hitters(kind);
    synchronized (hitters) {
      hits = hitters.hits(now);
    }
    int limit = policy.raise(kind);
    hits.sort((a, b) -> Double.compare(b.sure(), a.sure()));
    Map<Key, Long> next = new TreeMap<>();
    for (HeavyHitters.Hit<Key> hit : hits) {
      // What was raised is measured by the upper bound: an error taken over does not clear it.
      if (raised.containsKey(hit.key()) && hit.count() > limit * SignalPolicy.CLEAR_PART) {
        next.put(hit.key(), Math.round(hit.count()));
      }
    }
    for (HeavyHitters.Hit<Key> hit : hits) {
      if (next.size() < MOST_ACTIVE && !raised.containsKey(hit.key()) && hit.sure() >= limit) {
        next.put(hit.key(), Math.round(hit.count()));
      }
    }
    raised.clear();
    raised.putAll(next);
    raised.forEach((key, count) ->
        signals.add(new SignalReport(kind, key.service(), key.network().toString(), count)));
  }
}
