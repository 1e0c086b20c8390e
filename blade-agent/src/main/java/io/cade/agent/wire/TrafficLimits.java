package io.cade.agent.wire;

/**
 * How much visitors may use of a site, on each proxy (SPEC P8). 0 stands for no limit.
 *
 * @param requestsPerSecond of all visitors together
 * @param burst requests at once before that rate counts; 0 for as many as come in a second
 * @param visitorRequestsPerSecond of one visitor network
 * @param visitorBurst likewise
 * @param connections of all visitors together
 * @param visitorConnections of one visitor network
 * @param maxBodyBytes of a request's body; a larger one gets 413
 * @param maxUriBytes of a request's target; a longer one gets 414
 * @param ipv4Prefix how many bits of an IPv4 address make a visitor network, 8 to 32
 * @param ipv6Prefix likewise of IPv6, 16 to 128
 */
public record TrafficLimits(
    int requestsPerSecond,
    int burst,
    int visitorRequestsPerSecond,
    int visitorBurst,
    int connections,
    int visitorConnections,
    long maxBodyBytes,
    int maxUriBytes,
    int ipv4Prefix,
    int ipv6Prefix) {
  /** An IPv4 address is a visitor. */
  public static final int IPV4_PREFIX = 32;

  /** What one customer of a provider commonly gets (RFC 6177 §2). */
  public static final int IPV6_PREFIX = 56;

  private static final int MOST = 1_000_000;

  public TrafficLimits {
    Limits.range("requestsPerSecond", requestsPerSecond, 0, MOST);
    Limits.range("burst", burst, 0, MOST);
    Limits.range("visitorRequestsPerSecond", visitorRequestsPerSecond, 0, MOST);
    Limits.range("visitorBurst", visitorBurst, 0, MOST);
    Limits.range("connections", connections, 0, MOST);
    Limits.range("visitorConnections", visitorConnections, 0, MOST);
    Limits.range("maxBodyBytes", maxBodyBytes, 0, 1L << 50);
    Limits.range("maxUriBytes", maxUriBytes, 0, 65536);
    Limits.range("ipv4Prefix", ipv4Prefix, 8, 32);
    Limits.range("ipv6Prefix", ipv6Prefix, 16, 128);
    if (burst > 0 && requestsPerSecond == 0) {
      throw new IllegalArgumentException("burst means nothing without requestsPerSecond");
    }
    if (visitorBurst > 0 && visitorRequestsPerSecond == 0) {
      throw new IllegalArgumentException(
          "visitorBurst means nothing without visitorRequestsPerSecond");
    }
  }

  /** No limit. */
  public static TrafficLimits none() {
    return new TrafficLimits(0, 0, 0, 0, 0, 0, 0, 0, IPV4_PREFIX, IPV6_PREFIX);
  }
}
