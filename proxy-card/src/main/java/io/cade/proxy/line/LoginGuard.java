package io.cade.proxy.line;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Slows down who guesses passwords (SPEC P8). Each failed login of a network doubles the pause
 * before its next one, over all its connections; failures are forgotten by half in each minute. A
 * login that would have to wait longer than the longest pause is refused without asking a card.
 * Holds {@value #MAX_NETWORKS} networks (IPv4 /24, IPv6 /56), the one that failed longest ago goes
 * first. Thread-safe.
 */
public final class LoginGuard {
  static final int MAX_NETWORKS = 4096;
  private static final int FREE_FAILURES = 2;
  private static final int MOST_DOUBLINGS = 6;
  private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(250).toNanos();
  private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(16).toNanos();
  private static final long HALF_LIFE_NANOS = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanoTime;
  private final Map<String, History> networks = new LinkedHashMap<>(64, 0.75f, true);

  private static final class History {
    double failures;
    long countedAt;
    long nextAllowed;
  }

  public LoginGuard(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Asks for a login from this address.
   *
   * @return nanoseconds to wait before it, 0 for none; negative when it is refused
   */
  public synchronized long beforeLogin(InetAddress visitor) {
    History record = networks.get(network(visitor));
    if (record == null) {
      return 0;
    }
    long now = nanoTime.getAsLong();
    long pause = pause(record, now);
    if (pause == 0) {
      return 0;
    }
    long wait = Math.max(0, record.nextAllowed - now);
    if (wait > LONGEST_PAUSE_NANOS) {
      return -1;
    }
    record.nextAllowed = now + wait + pause;
    return wait;
  }

  /** A card refused user name or password. */
  public synchronized void failed(InetAddress visitor) {
    long now = nanoTime.getAsLong();
    String network = network(visitor);
    History record = networks.get(network);
    if (record == null) {
      if (networks.size() >= MAX_NETWORKS) {
        networks.remove(networks.keySet().iterator().next());
      }
      record = new History();
      record.countedAt = now;
      record.nextAllowed = now;
      networks.put(network, record);
    }
    fade(record, now);
    record.failures++;
    record.nextAllowed = Math.max(record.nextAllowed, now + pause(record, now));
  }

  /** Networks on record. */
  synchronized int networks() {
    return networks.size();
  }

  private static void fade(History record, long now) {
    record.failures *= Math.pow(0.5, (double) (now - record.countedAt) / HALF_LIFE_NANOS);
    record.countedAt = now;
  }

  private static long pause(History record, long now) {
    fade(record, now);
    int over = (int) Math.round(record.failures) - FREE_FAILURES;
    return over <= 0 ? 0 : FIRST_PAUSE_NANOS << Math.min(over - 1, MOST_DOUBLINGS);
  }

  /** The network of a visitor: 24 bits of IPv4; 56 of IPv6, as one customer commonly gets. */
  static String network(InetAddress visitor) {
    byte[] octets = visitor.getAddress();
    return HexFormat.of().formatHex(Arrays.copyOf(octets, octets.length == 4 ? 3 : 7));
  }
}
