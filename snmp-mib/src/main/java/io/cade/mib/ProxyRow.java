package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of cadeProxyTable.
 *
 * @param index number of the proxy, the same over restarts: the index
 * @param name name, cut at 255 octets
 * @param role whether it spreads or forwards requests
 * @param state its state
 * @param routeRevision revision of the routes it has applied, 0 if none
 * @param connections visitors' connections open now
 * @param requests requests since it started
 * @param lastReport when it reported last, null if never
 */
public record ProxyRow(
    int index,
    String name,
    ProxyRole role,
    ProxyState state,
    long routeRevision,
    long connections,
    long requests,
    @Nullable Instant lastReport) {
  public ProxyRow {
    Checks.range("index", index, 1, Integer.MAX_VALUE);
    Checks.range("routeRevision", routeRevision, 0, Long.MAX_VALUE);
    Checks.range("connections", connections, 0, Checks.MAX_UNSIGNED32);
    Checks.range("requests", requests, 0, Long.MAX_VALUE);
  }
}
