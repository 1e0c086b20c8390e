package io.cade.mib;

import java.util.List;

/**
 * The tables of CADE-TRAFFIC-MIB, with the same promise as {@link HardwareRows}.
 *
 * @param billing by service
 * @param proxies one for each row of cadeProxyTable
 * @param backends by proxy, service, chassis and slot
 */
public record TrafficRows(
    List<BillingRow> billing, List<ProxyStatisticsRow> proxies, List<ProxyBackendRow> backends) {
  /** Nothing is known. */
  public static final TrafficRows NONE = new TrafficRows(List.of(), List.of(), List.of());
}
