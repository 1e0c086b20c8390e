package io.cade.engine.model;

import java.util.HashMap;
import java.util.Map;

/**
 * The leases of pools while many of them change and nobody looks: hash maps, of which the trees are
 * made once at the end. Follows the rules of {@link PoolLeases#with} and {@link
 * PoolLeases#without}. Not thread-safe: owned by a {@link CabinetBuilder}.
 */
final class PoolLeaseDraft {
  private final Map<Long, PoolLease> byAddress;
  private final Map<String, Long> byClient;

  PoolLeaseDraft(PoolLeases from) {
    byAddress = new HashMap<>(from.all());
    byClient = new HashMap<>();
    byAddress.forEach((address, lease) -> {
      if (!lease.client().isEmpty()) {
        byClient.put(lease.client(), address);
      }
    });
  }

  void put(PoolLease lease) {
    Long number = lease.number();
    remove(number);
    if (!lease.client().isEmpty()) {
      Long other = byClient.put(lease.client(), number);
      if (other != null) {
        byAddress.remove(other);
      }
    }
    byAddress.put(number, lease);
  }

  void remove(Long address) {
    PoolLease old = byAddress.remove(address);
    if (old != null && !old.client().isEmpty()) {
      byClient.remove(old.client());
    }
  }

  PoolLeases finished() {
    return PoolLeases.of(byAddress.values());
  }
}
