package io.cade.proxy.stats;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * All counters of one proxy, by service; bounded by the routes through {@link #retain}. Routes hold
 * their counters, so that nothing is looked up for a request. Thread-safe.
 */
public final class ProxyStatistics {
  private final LoopSlots slots = new LoopSlots();
  private final AtomicLong generations = new AtomicLong();
  private final ConcurrentHashMap<String, SiteCounters> sites = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, LongAdder> refusals = new ConcurrentHashMap<>();
  private final LongAdder visitorsTurnedAway = new LongAdder();
  private final SiteCounters aside = new SiteCounters(0, slots);

  /** The counters of a service, made at its first mention. */
  public SiteCounters site(String service) {
    return sites.computeIfAbsent(
        service, s -> new SiteCounters(generations.incrementAndGet(), slots));
  }

  /** Where requests are counted that are nobody's visit: no report and no bill has them. */
  public SiteCounters aside() {
    return aside;
  }

  /** Forgets the services that no route names. */
  public void retain(Set<String> services) {
    sites.keySet().retainAll(services);
  }

  /**
   * A request was refused before it reached a site.
   *
   * @param reason name of a constant of the program, never text of a visitor: that bounds the table
   */
  public void refused(String reason) {
    refusals.computeIfAbsent(reason, r -> new LongAdder()).increment();
  }

  /** Refusals so far, for one reason. */
  public long refusals(String reason) {
    LongAdder count = refusals.get(reason);
    return count == null ? 0 : count.sum();
  }

  /** A connection was closed at once because there are as many as allowed. */
  public void turnedAway() {
    visitorsTurnedAway.increment();
  }

  public long visitorsTurnedAway() {
    return visitorsTurnedAway.sum();
  }

  /** All refusals so far, by reason. */
  public Map<String, Long> refusals() {
    Map<String, Long> counts = new TreeMap<>();
    refusals.forEach((reason, count) -> counts.put(reason, count.sum()));
    return counts;
  }

  public Map<String, SiteCounters> sites() {
    return Map.copyOf(sites);
  }
}
