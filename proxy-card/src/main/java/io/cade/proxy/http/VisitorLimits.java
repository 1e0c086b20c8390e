package io.cade.proxy.http;

import java.time.Duration;

/**
 * What a visitor may use.
 *
 * @param maxVisitors connections open at one time; a further one is closed at once and counted
 * @param maxRequestLine bytes; a longer one gets 414
 * @param maxHeader bytes of all headers of a request; more get 431
 * @param headTimeout from the first byte of a request to the end of its head, else 408
 * @param responseTimeout from a complete request to the head of its response, else 504
 * @param idleTimeout without any byte of a body, in either direction
 * @param keepAliveTimeout between two requests
 * @param tunnelIdleTimeout without any byte after an upgrade
 * @param maxAttempts of one request, the first included
 */
public record VisitorLimits(
    int maxVisitors,
    int maxRequestLine,
    int maxHeader,
    Duration headTimeout,
    Duration responseTimeout,
    Duration idleTimeout,
    Duration keepAliveTimeout,
    Duration tunnelIdleTimeout,
    int maxAttempts) {
  /** 20,000 visitors, 8 KiB, 32 KiB, 10 s, 30 s, 30 s, 60 s, 10 min, 4 attempts. */
  public static VisitorLimits standard() {
    return new VisitorLimits(
        20_000,
        8192,
        32768,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofMinutes(10),
        4);
  }
}
