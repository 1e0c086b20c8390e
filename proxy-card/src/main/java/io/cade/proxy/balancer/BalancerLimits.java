package io.cade.proxy.balancer;

import java.time.Duration;

/**
 * @param maxConnections visitors' connections at one time; a further one is closed at once
 * @param connectTimeout to a proxy card, then the other one is tried
 * @param idleTimeout without any byte in either direction
 */
public record BalancerLimits(int maxConnections, Duration connectTimeout, Duration idleTimeout) {
  /** 20,000 connections, 1 s, 15 min (longer than the proxies' own). */
  public static BalancerLimits standard() {
    return new BalancerLimits(20_000, Duration.ofSeconds(1), Duration.ofMinutes(15));
  }
}
