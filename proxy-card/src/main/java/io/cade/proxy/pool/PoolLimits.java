package io.cade.proxy.pool;

import java.time.Duration;

/**
 * @param connectTimeout for a new connection
 * @param maxIdlePerBackend connections that rest for one back end in one event loop; a further one
 *     is closed instead
 * @param maxIdleTime after which a resting connection is closed; shorter than a service's own
 *     keep-alive time, or requests meet connections that the service is closing
 * @param maxResponseLine bytes of a status line
 * @param maxResponseHeader bytes of all headers of a response
 */
public record PoolLimits(
    Duration connectTimeout,
    int maxIdlePerBackend,
    Duration maxIdleTime,
    int maxResponseLine,
    int maxResponseHeader) {
  /** 1 s, 64 connections, 20 s, 4 KiB, 64 KiB. */
  public static PoolLimits standard() {
    return new PoolLimits(Duration.ofSeconds(1), 64, Duration.ofSeconds(20), 4096, 65536);
  }
}
