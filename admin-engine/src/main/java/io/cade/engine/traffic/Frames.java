package io.cade.engine.traffic;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * What was counted in the last minute, five minutes, hour and day: two rings, of sixty times five
 * seconds and 288 times five minutes; and how long answers took in the last five to ten minutes.
 * Not thread-safe.
 */
public final class Frames {
  private static final int FINE = 60;

  static final Duration MINUTE = Duration.ofMinutes(1);
  static final Duration FIVE_MINUTES = Duration.ofMinutes(5);
  static final Duration HOUR = Duration.ofHours(1);
  static final Duration DAY = Duration.ofDays(1);

  private final Ring fine = new Ring(FINE, 5);
  private final Ring coarse = new Ring(288, 300);
  private final RecentLatency latency = new RecentLatency();

  /**
   * @param bytes both ways
   */
  public record Sum(long requests, long bytes) {}

  void add(Instant now, long requests, long bytes) {
    fine.add(now.getEpochSecond(), requests, bytes);
    coarse.add(now.getEpochSecond(), requests, bytes);
  }

  /** The last of the time frames above. */
  Sum last(Duration frame, Instant now) {
    Ring ring = frame.compareTo(FIVE_MINUTES) <= 0 ? fine : coarse;
    return ring.sum(now.getEpochSecond(), frame.toSeconds());
  }

  RecentLatency latency() {
    return latency;
  }

  private static final class Ring {
    private final int seconds;
    private final long[] requests;
    private final long[] bytes;
    private long newest = Long.MIN_VALUE;

    Ring(int size, int seconds) {
      this.seconds = seconds;
      this.requests = new long[size];
      this.bytes = new long[size];
    }

    private void advance(long second) {
      long slot = second / seconds;
      if (newest == Long.MIN_VALUE || slot - newest >= requests.length) {
        Arrays.fill(requests, 0);
        Arrays.fill(bytes, 0);
        newest = slot;
      }
      // A clock that was set back adds to the newest.
      while (newest < slot) {
        newest++;
        int at = (int) (newest % requests.length);
        requests[at] = 0;
        bytes[at] = 0;
      }
    }

    void add(long second, long moreRequests, long moreBytes) {
      advance(second);
      int at = (int) (newest % requests.length);
      requests[at] += moreRequests;
      bytes[at] += moreBytes;
    }

    Sum sum(long second, long frame) {
      advance(second);
      long slots = frame / seconds;
      long sumRequests = 0;
      long sumBytes = 0;
      for (long slot = newest; slot > newest - slots && slot >= 0; slot--) {
        int at = (int) (slot % requests.length);
        sumRequests += requests[at];
        sumBytes += bytes[at];
      }
      return new Sum(sumRequests, sumBytes);
    }
  }
}
