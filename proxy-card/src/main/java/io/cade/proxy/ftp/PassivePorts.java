package io.cade.proxy.ftp;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * The ports for passive transfers, and how many of them each visitor waits at. A port is his from
 * PASV until he connects to it, so with the sessions that one address may have he could hold all of
 * them and never use one: hence at most a quarter of them, and two at least. Thread-safe when the
 * random generator is.
 */
final class PassivePorts {
  private static final int SHARE = 4;
  private static final int AT_LEAST = 2;

  private final int lowest;
  private final int size;
  private final int most;
  private final RandomGenerator random;
  private final Map<InetAddress, Integer> held = new ConcurrentHashMap<>();

  /**
   * @param random unpredictable: who guesses a port can try to be there before the visitor
   */
  PassivePorts(FtpSettings settings, RandomGenerator random) {
    this.lowest = settings.lowestPort();
    this.size = settings.highestPort() - lowest + 1;
    this.random = random;
    // The system has ports enough for all sessions.
    this.most = lowest == 0 ? Integer.MAX_VALUE : Math.max(AT_LEAST, size / SHARE);
  }

  int size() {
    return size;
  }

  /** Where to begin to look for a free one. */
  int anywhere() {
    return random.nextInt(size);
  }

  /** The port at a place, counted on from the first one again behind the last. */
  int at(int place) {
    return lowest + place % size;
  }

  /** Whether the visitor may have one more; it is to be given back then. */
  boolean take(InetAddress visitor) {
    if (held.merge(visitor, 1, Integer::sum) <= most) {
      return true;
    }
    giveBack(visitor);
    return false;
  }

  void giveBack(InetAddress visitor) {
    held.computeIfPresent(visitor, (address, count) -> count == 1 ? null : count - 1);
  }
}
