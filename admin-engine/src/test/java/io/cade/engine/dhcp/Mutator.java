package io.cade.engine.dhcp;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Spoils messages of a corpus in the ways that find defects in decoders; the same seed, the same.
 */
final class Mutator {
  private static final int[] TELLING = {
    0, 1, 2, 3, 4, 6, 8, 16, 52, 53, 55, 61, 82, 127, 128, 254, 255
  };
  private static final int MAX_BYTES = 1500;

  private final List<byte[]> corpus;
  private final SplittableRandom random;

  Mutator(List<byte[]> corpus, SplittableRandom random) {
    this.corpus = corpus;
    this.random = random;
  }

  byte[] next() {
    byte[] b = any().clone();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      b = mutated(b);
    }
    return b;
  }

  private byte[] any() {
    return corpus.get(random.nextInt(corpus.size()));
  }

  private byte[] mutated(byte[] b) {
    if (b.length == 0) {
      return any().clone();
    }
    return switch (random.nextInt(9)) {
      case 0 -> Arrays.copyOf(b, random.nextInt(b.length + 1));
      case 1 -> Arrays.copyOf(b, Math.min(MAX_BYTES, b.length + random.nextInt(64)));
      case 2 -> {
        b[random.nextInt(b.length)] ^= (byte) (1 << random.nextInt(8));
        yield b;
      }
      case 3 -> {
        b[random.nextInt(b.length)] = (byte) TELLING[random.nextInt(TELLING.length)];
        yield b;
      }
      case 4 -> {
        // Among the options, where it hurts most.
        if (b.length > 241) {
          b[240 + random.nextInt(b.length - 240)] = (byte) random.nextInt();
        }
        yield b;
      }
      case 5 -> {
        // Another message's end.
        byte[] other = any();
        int at = random.nextInt(Math.min(b.length, other.length));
        byte[] both = Arrays.copyOf(b, other.length);
        System.arraycopy(other, at, both, at, other.length - at);
        yield both;
      }
      case 6 -> {
        // A part of it once more.
        int from = random.nextInt(b.length);
        int length = Math.min(random.nextInt(80), Math.min(b.length - from, MAX_BYTES - b.length));
        byte[] longer = new byte[b.length + Math.max(0, length)];
        System.arraycopy(b, 0, longer, 0, from);
        System.arraycopy(b, from, longer, from, Math.max(0, length));
        System.arraycopy(b, from, longer, from + Math.max(0, length), b.length - from);
        yield longer;
      }
      case 7 -> {
        // A flood of one option.
        for (int at = 240 + random.nextInt(40), code = random.nextInt(256); at + 2 < b.length; ) {
          b[at++] = (byte) code;
          int length = random.nextInt(4);
          b[at++] = (byte) length;
          at += length;
        }
        yield b;
      }
      default -> {
        // An address field, often one that means something here.
        int at = 12 + 4 * random.nextInt(4);
        if (b.length > 28) {
          Packets.address(
              b, at, 127, random.nextBoolean() ? 1 : 9, random.nextInt(3), random.nextInt(256));
        }
        yield b;
      }
    };
  }
}
