package io.cade.sim.chassis;

import java.util.random.RandomGenerator;

/** A slow random walk around zero (Ornstein-Uhlenbeck): sensors wander, they do not flicker. */
final class Drift {

  private static final double TIME_CONSTANT_SECONDS = 30;

  private final RandomGenerator random;
  private final double deviation;
  private double value;

  Drift(RandomGenerator random, double deviation) {
    this.random = random;
    this.deviation = deviation;
  }

  void advance(double seconds) {
    if (deviation > 0) {
      double keep = Math.exp(-seconds / TIME_CONSTANT_SECONDS);
      value = value * keep + deviation * Math.sqrt(1 - keep * keep) * random.nextGaussian();
    }
  }

  double value() {
    return value;
  }
}
