package io.cade.sim.virtual;

import io.cade.engine.datagram.VirtualNetwork;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** The dice of the simulation. */
final class Faults implements VirtualNetwork.Link {
  /**
   * Per cent.
   *
   * @param loss of datagrams
   * @param copies of datagrams that arrive twice
   * @param exchanges between card and engine that fail, half of them after the engine has acted
   * @param starts of service processes that fail
   * @param tornSteps of agents whose power fails right after they remembered something
   */
  record Rates(int loss, int copies, int exchanges, int starts, int tornSteps) {
    static Rates rough() {
      return new Rates(10, 5, 8, 4, 1);
    }

    static Rates none() {
      return new Rates(0, 0, 0, 0, 0);
    }
  }

  private final Random random;
  private Rates rates;

  Faults(long seed, Rates rates) {
    this.random = new Random(seed);
    this.rates = rates;
  }

  void calm() {
    rates = Rates.none();
  }

  private boolean chance(int perCent) {
    // Always drawn, so that the rates do not shift what else is drawn.
    return random.nextInt(100) < perCent;
  }

  @Override
  public List<Duration> carry(InetSocketAddress from, InetSocketAddress to, byte[] payload) {
    boolean lost = chance(rates.loss());
    boolean twice = chance(rates.copies());
    Duration delay = micros(50, 5_000);
    return lost
        ? List.of()
        : twice ? List.of(delay, delay.plus(micros(50, 20_000))) : List.of(delay);
  }

  /** What becomes of a request to the engine. */
  enum Fate {
    ANSWERED,
    REQUEST_LOST,
    ANSWER_LOST
  }

  Fate exchange() {
    return !chance(rates.exchanges())
        ? Fate.ANSWERED
        : random.nextBoolean() ? Fate.REQUEST_LOST : Fate.ANSWER_LOST;
  }

  boolean startFails() {
    return chance(rates.starts());
  }

  boolean stepIsTorn() {
    return chance(rates.tornSteps());
  }

  Duration micros(int from, int to) {
    return Duration.ofNanos(1_000L * random.nextLong(from, to + 1L));
  }

  Duration millis(int from, int to) {
    return micros(from * 1_000, to * 1_000);
  }

  /** Random between events of a Poisson process. */
  Duration pause(Duration mean) {
    return Duration.ofNanos((long) (-Math.log(1 - random.nextDouble()) * mean.toNanos()));
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
