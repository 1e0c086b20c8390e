package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one service's visitors have used since it was created, over all proxies and their restarts
 * (SPEC P7, A8). What a proxy says again adds nothing: its last word is kept with the boot it was
 * said in.
 *
 * @param index of the service: a later one of the same name begins anew
 * @param until when the service was deleted; null while it lives
 * @param proxies the last word of each, at most one for a slot
 */
public record ServiceTraffic(
    int index,
    String service,
    Instant since,
    @Nullable Instant until,
    TrafficTotals totals,
    Map<String, Heard> proxies) {
  public ServiceTraffic {
    proxies = Map.copyOf(proxies);
  }

  /**
   * A proxy's count.
   *
   * @param bootId and {@code generation}: where the count began
   */
  public record Heard(String bootId, long generation, TrafficTotals count) {}

  static ServiceTraffic begun(int index, String service, Instant at, Map<String, Heard> proxies) {
    return new ServiceTraffic(index, service, at, null, TrafficTotals.NONE, proxies);
  }

  ServiceTraffic ended(Instant at) {
    return new ServiceTraffic(index, service, since, at, totals, proxies);
  }

  /** With what has been added since the proxy was heard last. */
  ServiceTraffic heard(CardPosition proxy, Heard now) {
    Heard before = proxies.get(proxy.toString());
    TrafficTotals added =
        before != null
                && before.bootId().equals(now.bootId())
                && before.generation() == now.generation()
            ? now.count().since(before.count())
            : now.count();
    Map<String, Heard> next = new TreeMap<>(proxies);
    next.put(proxy.toString(), now);
    return new ServiceTraffic(index, service, since, until, totals.plus(added), next);
  }
}
