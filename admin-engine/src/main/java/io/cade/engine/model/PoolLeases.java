package io.cade.engine.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;

/**
 * The addresses of dynamic pools that are taken, found by address, by client, by time and by their
 * gaps, each in O(log n) or O(log² n). A client holds one at most. Immutable; changes share
 * structure.
 */
public final class PoolLeases {
  static final PoolLeases NONE =
      new PoolLeases(SortedTree.empty(), SortedTree.empty(), SortedTree.empty());

  private record Expiry(Instant at, long address) implements Comparable<Expiry> {
    @Override
    public int compareTo(Expiry other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : Long.compare(address, other.address);
    }
  }

  private final SortedTree<Long, PoolLease> byAddress;
  private final SortedTree<String, Long> byClient;
  private final SortedTree<Expiry, PoolLease> byExpiry;

  private PoolLeases(
      SortedTree<Long, PoolLease> byAddress,
      SortedTree<String, Long> byClient,
      SortedTree<Expiry, PoolLease> byExpiry) {
    this.byAddress = byAddress;
    this.byClient = byClient;
    this.byExpiry = byExpiry;
  }

  /** Many at once, of which no two have an address or a client in common. */
  static PoolLeases of(Collection<PoolLease> leases) {
    List<Map.Entry<Long, PoolLease>> byAddress = new ArrayList<>(leases.size());
    List<Map.Entry<String, Long>> byClient = new ArrayList<>(leases.size());
    List<Map.Entry<Expiry, PoolLease>> byExpiry = new ArrayList<>(leases.size());
    for (PoolLease lease : leases) {
      Long number = lease.number();
      byAddress.add(Map.entry(number, lease));
      byExpiry.add(Map.entry(new Expiry(lease.expiresAt(), number), lease));
      if (!lease.client().isEmpty()) {
        byClient.add(Map.entry(lease.client(), number));
      }
    }
    byAddress.sort(Map.Entry.comparingByKey());
    byClient.sort(Map.Entry.comparingByKey());
    byExpiry.sort(Map.Entry.comparingByKey());
    return new PoolLeases(
        SortedTree.ofSorted(byAddress),
        SortedTree.ofSorted(byClient),
        SortedTree.ofSorted(byExpiry));
  }

  /** All, by address as an unsigned number. */
  @SuppressWarnings("JdkObsolete") // SortedMap: all that readers of a cabinet need.
  public SortedMap<Long, PoolLease> all() {
    return byAddress;
  }

  public int size() {
    return byAddress.size();
  }

  /** What is on record for an address, expired or not. */
  public Optional<PoolLease> at(long address) {
    return Optional.ofNullable(byAddress.get(address));
  }

  /** What a client holds or held last. */
  public Optional<PoolLease> of(String client) {
    Long address = byClient.get(client);
    return address == null ? Optional.empty() : at(address);
  }

  /** The lowest address of a range, both ends included, of which nothing is on record. */
  public OptionalLong firstUnused(long from, long to) {
    if (from > to) {
      return OptionalLong.empty();
    }
    int before = byAddress.rank(from);
    if (byAddress.rank(to + 1) - before == to - from + 1) {
      return OptionalLong.empty();
    }
    long low = from;
    long high = to;
    // The lowest x with fewer entries in [from, x] than addresses.
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (byAddress.rank(middle + 1) - before < middle - from + 1) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return OptionalLong.of(low);
  }

  /** Those that have expired, the longest ago first. */
  public List<PoolLease> expired(Instant now, int limit) {
    return byExpiry.entrySet().stream()
        .limit(limit)
        .takeWhile(e -> !e.getKey().at().isAfter(now))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** With one put in place of what is on record for its address and for its client. */
  PoolLeases with(PoolLease lease) {
    long number = lease.number();
    PoolLeases rest = without(number);
    if (!lease.client().isEmpty()) {
      Long other = rest.byClient.get(lease.client());
      rest = other == null ? rest : rest.without(other);
    }
    return new PoolLeases(
        rest.byAddress.with(number, lease),
        lease.client().isEmpty() ? rest.byClient : rest.byClient.with(lease.client(), number),
        rest.byExpiry.with(new Expiry(lease.expiresAt(), number), lease));
  }

  PoolLeases without(long address) {
    PoolLease old = byAddress.get(address);
    if (old == null) {
      return this;
    }
    return new PoolLeases(
        byAddress.without(address),
        old.client().isEmpty() ? byClient : byClient.without(old.client()),
        byExpiry.without(new Expiry(old.expiresAt(), address)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PoolLeases p && byAddress.equals(p.byAddress);
  }

  @Override
  public int hashCode() {
    return byAddress.hashCode();
  }

  @Override
  public String toString() {
    return byAddress.values().toString();
  }
}
