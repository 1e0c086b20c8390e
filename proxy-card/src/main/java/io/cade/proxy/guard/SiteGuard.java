package io.cade.proxy.guard;

import io.cade.agent.wire.NetworkPrefix;
import io.cade.agent.wire.SiteProtection;
import io.cade.agent.wire.TrafficLimits;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One site's protection (or that of the whole proxy) as a request needs it. The rules are
 * immutable; what was counted lives on in {@link State} through changes of the rules. Thread-safe.
 */
public final class SiteGuard {
  private final TrafficLimits limits;
  private final Access access;
  private final @Nullable Rate rate;
  private final @Nullable Rate visitorRate;
  private final State state;

  /** What outlives a change of the rules. Networks are bounded by the connections that are open. */
  static final class State {
    /** Tells sites apart in the table of buckets; never used again. */
    final long number;

    final AtomicLong full;
    final AtomicInteger connections = new AtomicInteger();
    final Map<NetworkPrefix, AtomicInteger> byNetwork = new ConcurrentHashMap<>();

    State(long number, long now) {
      this.number = number;
      this.full = new AtomicLong(now);
    }
  }

  SiteGuard(SiteProtection rules, State state) {
    this.limits = rules.limits();
    this.access = new Access(rules.access());
    this.rate = Rate.of(limits.requestsPerSecond(), limits.burst());
    this.visitorRate = Rate.of(limits.visitorRequestsPerSecond(), limits.visitorBurst());
    this.state = state;
  }

  State state() {
    return state;
  }

  /** Bytes that a request's body may have; 0 for no limit. */
  public long maxBodyBytes() {
    return limits.maxBodyBytes();
  }

  boolean permits(NetworkPrefix visitor) {
    return access.permits(visitor);
  }

  boolean isUriTooLong(int bytes) {
    return limits.maxUriBytes() > 0 && bytes > limits.maxUriBytes();
  }

  /** The network that a visitor counts as. */
  NetworkPrefix network(NetworkPrefix visitor) {
    return visitor.network(visitor.v4() ? limits.ipv4Prefix() : limits.ipv6Prefix());
  }

  /** Takes a request from the site's bucket: 0, or nanoseconds to wait. */
  long take(long now) {
    Rate limit = rate;
    if (limit == null) {
      return 0;
    }
    while (true) {
      long before = state.full.get();
      long after = limit.after(before, now);
      if (limit.exceeded(after, now)) {
        return limit.wait(after, now);
      }
      if (state.full.compareAndSet(before, after)) {
        return 0;
      }
    }
  }

  /** Likewise from the bucket of a visitor's network. */
  long take(RateTable table, long tag, long now) {
    Rate limit = visitorRate;
    return limit == null ? 0 : table.take(tag, limit, now);
  }

  boolean limitsRates() {
    return rate != null || visitorRate != null;
  }

  boolean limitsVisitors() {
    return visitorRate != null;
  }

  /** A connection's part of the counts, as long as it is open and stays with the site. */
  static final class Share {
    final State state;
    final NetworkPrefix network;

    private Share(State state, NetworkPrefix network) {
      this.state = state;
      this.network = network;
    }

    void release() {
      state.connections.decrementAndGet();
      state.byNetwork.computeIfPresent(
          network, (n, count) -> count.decrementAndGet() == 0 ? null : count);
    }
  }

  /** Counts a connection, which is to be released in any case. */
  Share connect(NetworkPrefix visitor) {
    NetworkPrefix network = network(visitor);
    state.connections.incrementAndGet();
    state.byNetwork.compute(
        network,
        (n, count) -> {
          AtomicInteger counted = count == null ? new AtomicInteger() : count;
          counted.incrementAndGet();
          return counted;
        });
    return new Share(state, network);
  }

  /** Whether there are more connections than allowed, that of the share included. */
  boolean isCrowded(Share share) {
    return limits.connections() > 0 && share.state.connections.get() > limits.connections();
  }

  /** Likewise of the visitor's network. */
  boolean isCrowdedBy(Share share) {
    if (limits.visitorConnections() == 0) {
      return false;
    }
    AtomicInteger count = share.state.byNetwork.get(share.network);
    return count != null && count.get() > limits.visitorConnections();
  }
}
