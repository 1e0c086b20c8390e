package io.cade.sim.virtual;

import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import java.util.Random;

/** Keys and serial numbers that are the same for the same seed; secure in its type only. */
final class SeededSecureRandom extends SecureRandom {
  private static final long serialVersionUID = 1L;

  SeededSecureRandom(long seed) {
    super(new Spi(seed), null);
  }

  private static final class Spi extends SecureRandomSpi {
    private static final long serialVersionUID = 1L;
    private final Random random;

    Spi(long seed) {
      this.random = new Random(seed);
    }

    @Override
    protected void engineSetSeed(byte[] seed) {
      // Stays with the seed of the simulation.
    }

    @Override
    protected void engineNextBytes(byte[] bytes) {
      random.nextBytes(bytes);
    }

    @Override
    protected byte[] engineGenerateSeed(int count) {
      byte[] seed = new byte[count];
      random.nextBytes(seed);
      return seed;
    }
  }
}
