package io.cade.mib;

/**
 * A row of cadeProxyBackendTable.
 *
 * @param proxy index of the proxy: first part of the index
 * @param service index of the service: second part of the index
 * @param chassis of the card: third part of the index
 * @param slot of the card: fourth part of the index
 * @param usable whether requests go there
 * @param cause why not, else empty
 * @param requests since the proxy started
 * @param failures of those
 * @param running now, 0 if unknown
 */
public record ProxyBackendRow(
    int proxy,
    int service,
    int chassis,
    int slot,
    boolean usable,
    String cause,
    long requests,
    long failures,
    long running) {
  public ProxyBackendRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("slot", slot, 1, Checks.MAX_POSITION);
    Checks.range("proxy", proxy, 1, Integer.MAX_VALUE);
    Checks.range("service", service, 1, Integer.MAX_VALUE);
  }
}
