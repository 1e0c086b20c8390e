package io.cade.proxy.line;

import java.time.Duration;

/**
 * What visitors of FTP and POP3 may use.
 *
 * @param maxVisitors connections open at one time, for each protocol; a further one is told so and
 *     closed
 * @param maxPerVisitor of those from one address
 * @param maxLine bytes of a command with its end
 * @param maxReplyLine bytes of a line of a card's reply
 * @param loginAttempts failed logins of one connection before it is closed
 * @param loginTimeout from the connection to a successful login
 * @param connectTimeout to connect to a card, and for its greeting
 * @param replyTimeout for a card's reply to a command
 * @param idleTimeout without a command
 * @param dataTimeout for a data connection of FTP to come about, and without any byte on it
 * @param transferBytesPerSecond of each transfer of FTP; 0 for no limit
 * @param requireTls logins are refused without TLS
 */
public record LineLimits(
    int maxVisitors,
    int maxPerVisitor,
    int maxLine,
    int maxReplyLine,
    int loginAttempts,
    Duration loginTimeout,
    Duration connectTimeout,
    Duration replyTimeout,
    Duration idleTimeout,
    Duration dataTimeout,
    int transferBytesPerSecond,
    boolean requireTls) {
  /** 2,000 and 50, 4 KiB, 8 KiB, 3, 1 min, 1 s, 30 s, 10 min (RFC 1939 §3), 30 s, no limit, no. */
  public static LineLimits standard() {
    return new LineLimits(
        2000,
        50,
        4096,
        8192,
        3,
        Duration.ofMinutes(1),
        Duration.ofSeconds(1),
        Duration.ofSeconds(30),
        Duration.ofMinutes(10),
        Duration.ofSeconds(30),
        0,
        false);
  }
}
