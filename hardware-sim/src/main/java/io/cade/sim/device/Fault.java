package io.cade.sim.device;

import java.time.Duration;

/** What is wrong with a chip on the bus. */
public sealed interface Fault {

  /** The chip does not acknowledge its address: unpowered, broken, pulled. */
  record Nack() implements Fault {}

  /**
   * The chip acknowledges but gives the same byte for everything and takes nothing in: a latched-up
   * output stage.
   *
   * @param value 0 to 255; 255 is a data line that nobody drives
   */
  record Stuck(int value) implements Fault {
    public Stuck {
      if (value < 0 || value > 0xff) {
        throw new IllegalArgumentException("a stuck byte is 0 to 255, got " + value);
      }
    }
  }

  /**
   * The chip answers with bytes that mean nothing, the same for the same seed: a bad contact, or
   * two chips at one address.
   */
  record Garbage(long seed) implements Fault {}

  /**
   * The chip stretches the clock for so long in each transfer, then works; the bus is taken
   * meanwhile.
   *
   * @param stretch at most 10 s
   */
  record Slow(Duration stretch) implements Fault {
    public Slow {
      if (stretch.isNegative() || stretch.compareTo(Duration.ofSeconds(10)) > 0) {
        throw new IllegalArgumentException("a clock is stretched by 0 to 10 s, not " + stretch);
      }
    }
  }

  /** Every so often a transfer is not acknowledged: 1 of {@code every}. */
  record Flaky(int every) implements Fault {
    public Flaky {
      if (every < 1) {
        throw new IllegalArgumentException("one of 1 or more, not of " + every);
      }
    }
  }
}
