package io.cade.proxy.balance;

import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All back ends known, by address and port, so that health and load survive a change of routes.
 * Bounded by the routes: {@link #retain} forgets what no route names. Thread-safe.
 */
public final class Backends {
  private final ConcurrentHashMap<Key, Backend> byKey = new ConcurrentHashMap<>();
  private final AtomicLong epoch = new AtomicLong();
  private final HealthPolicy policy;
  private final int connectionLimit;
  private final Runnable onChange;

  /**
   * @param connectionLimit most connections to one back end
   * @param onChange told after each change of a back end's usability; must not block
   */
  public Backends(HealthPolicy policy, int connectionLimit, Runnable onChange) {
    this.policy = policy;
    this.connectionLimit = connectionLimit;
    this.onChange = onChange;
  }

  private record Key(String address, int port, HealthPolicy policy) {}

  /** How back ends are checked when nothing else is asked for. */
  public HealthPolicy policy() {
    return policy;
  }

  /** The back end at an address and port; the same object for the same place. */
  public Backend at(String address, int port) {
    return at(address, port, policy);
  }

  /** The same, checked in a way of its own: another object than that of the standard way. */
  public Backend at(String address, int port, HealthPolicy checked) {
    return byKey.computeIfAbsent(
        new Key(address, port, checked),
        key ->
            new Backend(
                key.address(),
                key.port(),
                new BackendHealth(key.policy(), this::changed),
                connectionLimit));
  }

  private void changed() {
    epoch.incrementAndGet();
    onChange.run();
  }

  /** Rises with each change of any back end's health. */
  public long epoch() {
    return epoch.get();
  }

  /** Forgets all others. */
  public void retain(Set<Backend> inUse) {
    byKey.values().removeIf(backend -> !inUse.contains(backend));
  }

  public Collection<Backend> all() {
    return Collections.unmodifiableCollection(byKey.values());
  }
}
