package io.cade.mib;

/**
 * A row of cadeProxyStatisticsTable.
 *
 * @param proxy index of the proxy: the index
 * @param requests since it started
 * @param failures of those
 * @param running now
 * @param usable back ends
 * @param unusable back ends
 * @param refused since it started
 * @param signals networks that misbehave now
 */
public record ProxyStatisticsRow(
    int proxy,
    long requests,
    long failures,
    long running,
    int usable,
    int unusable,
    long refused,
    int signals) {
  public ProxyStatisticsRow {
    Checks.range("proxy", proxy, 1, Integer.MAX_VALUE);
  }
}
