package io.cade.proxy.balance;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * When which back end is checked: at once when it is new, then every interval of its policy, each
 * time a tenth earlier or later, so that proxies and back ends which began together do not stay
 * together. Owned by one thread.
 */
final class CheckSchedule {
  private static final double JITTER = 0.1;

  private final RandomGenerator random;
  private Map<Backend, Long> dueNanos = new HashMap<>();

  CheckSchedule(RandomGenerator random) {
    this.random = random;
  }

  /** Hands over those whose time has come, and forgets those that are gone. */
  void due(Collection<Backend> backends, long nowNanos, Consumer<Backend> check) {
    Map<Backend, Long> next = new HashMap<>(backends.size() * 2);
    for (Backend backend : backends) {
      Long due = dueNanos.get(backend);
      if (due == null || nowNanos - due >= 0) {
        next.put(backend, nowNanos + pause(backend));
        check.accept(backend);
      } else {
        next.put(backend, due);
      }
    }
    dueNanos = next;
  }

  private long pause(Backend backend) {
    double interval = backend.health().policy().interval().toNanos();
    return (long) (interval * (1 - JITTER + 2 * JITTER * random.nextDouble()));
  }
}
