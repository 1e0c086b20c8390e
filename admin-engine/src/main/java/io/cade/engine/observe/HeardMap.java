package io.cade.engine.observe;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A map that many threads write and whose immutable copy is made only when something has changed:
 * readers who look several times a second then see by the copy's identity that nothing has.
 * Thread-safe.
 */
final class HeardMap<K, V> {
  private record Copy<K, V>(long version, Map<K, V> map) {}

  private final Map<K, V> heard = new ConcurrentHashMap<>();
  private final AtomicLong version = new AtomicLong();
  private volatile Copy<K, V> last = new Copy<>(0, Map.of());

  void put(K key, V value) {
    heard.put(key, value);
    version.incrementAndGet();
  }

  void compute(K key, BiFunction<K, @Nullable V, V> next) {
    heard.compute(key, next);
    version.incrementAndGet();
  }

  void remove(K key) {
    heard.remove(key);
    version.incrementAndGet();
  }

  @Nullable V get(K key) {
    return heard.get(key);
  }

  /** What is in it now; the same instance until something changes. */
  Map<K, V> copy() {
    // Read before the entries: a change in between makes the next copy, at worst once too often.
    long now = version.get();
    Copy<K, V> copy = last;
    if (copy.version() != now) {
      copy = new Copy<>(now, Map.copyOf(heard));
      last = copy;
    }
    return copy.map();
  }
}
