package io.cade.sim.device;

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
}
