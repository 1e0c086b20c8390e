package io.cade.engine.boothttp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.boottree.BootName;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Seeded mutations of targets and ranges; see the TFTP fuzz test for the properties. */
class TargetFuzzTest {
  private static final int INPUTS = Integer.getInteger("cade.fuzz.inputs", 100_000);
  private static final long SEED = Long.getLong("cade.fuzz.seed", System.nanoTime());
  private static final List<String> PARTS =
      List.of(
          "/",
          "..",
          ".",
          "%2e",
          "%2f",
          "\\",
          "\0",
          "images/sha256/",
          "agent.json",
          "http://h/",
          "?",
          "#",
          "*",
          "a",
          ":",
          ";",
          "\u00e9",
          "//",
          "crash/",
          " ",
          "\r\n");
  private static final List<String> RANGES =
      List.of("bytes", "=", "-", "0", "9", "499", ",", " ", "99999999999999999999", "18", "items");

  @Test
  void aNameThatIsTakenLeadsNowhereElse() {
    System.out.println("seed " + SEED);
    Random random = new Random(SEED);
    long taken = 0;
    for (int i = 0; i < INPUTS; i++) {
      String target = mixed(random, PARTS, 8);
      var name = RequestTarget.of(target).map(BootName::parse);
      if (name.isPresent() && name.get() instanceof BootName.Parsed.Good good) {
        taken++;
        assertThat(good.name())
            .as(() -> "seed " + SEED + ": " + target)
            .matches("[A-Za-z0-9._+=-]+(/[A-Za-z0-9._+=-]+)*")
            .doesNotMatch("(.*/)?\\.\\.(/.*)?");
      }
    }
    assertThat(taken).isPositive();
  }

  @Test
  void aRangeIsInsideTheFileOrNone() {
    System.out.println("seed " + SEED);
    Random random = new Random(SEED);
    long parts = 0;
    for (int i = 0; i < INPUTS; i++) {
      String header = "bytes=" + mixed(random, RANGES, 6).replace("/", "");
      long size = random.nextInt(600);
      if (ByteRange.of(random.nextInt(10) == 0 ? header.substring(6) : header, size)
          instanceof ByteRange.Part(long first, long last)) {
        parts++;
        assertThat(first >= 0 && first <= last && last < size)
            .as(() -> "seed " + SEED + ": " + header + " of " + size)
            .isTrue();
      }
    }
    assertThat(parts).isPositive();
  }

  private static String mixed(Random random, List<String> parts, int most) {
    StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "" : "/");
    for (int i = random.nextInt(most); i >= 0; i--) {
      text.append(parts.get(random.nextInt(parts.size())));
    }
    return text.toString();
  }
}
