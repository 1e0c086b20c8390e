package io.cade.engine.boothttp;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Settings of the boot HTTP server.
 *
 * @param maxConnections one more is closed at once
 * @param maxConnectionsPerClient from one address
 * @param check how often connections are looked at
 * @param idleChecks so many checks without a complete request end a connection
 * @param minBytesPerCheck a client that takes less of an answer between two checks is cut
 */
public record BootHttpConfig(
    InetSocketAddress listen,
    int maxConnections,
    int maxConnectionsPerClient,
    Duration check,
    int idleChecks,
    long minBytesPerCheck) {
  static final int MAX_REQUEST_LINE_BYTES = 1024;
  static final int MAX_HEADER_BYTES = 8192;

  public BootHttpConfig {
    if (maxConnections < 1 || maxConnectionsPerClient < 1 || idleChecks < 1 || check.isZero()) {
      throw new IllegalArgumentException("connections and checks need limits above zero");
    }
  }

  /** 1024 connections, 16 a client; 30 s for a request; at least 4 KiB/s over 10 s. */
  public static BootHttpConfig of(InetSocketAddress listen) {
    return new BootHttpConfig(listen, 1024, 16, Duration.ofSeconds(10), 3, 40 << 10);
  }
}
