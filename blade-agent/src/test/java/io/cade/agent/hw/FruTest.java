package io.cade.agent.hw;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** Images are written by hand from the FRU specification, byte by byte, not by an encoder. */
class FruTest {

  // Header: version 1, board area at 1 × 8, checksum. Area: version 1, length 6 × 8, English,
  // 0xbc6140 minutes …
  private static final String HEADER = "01 00 00 01 00 00 00 fe";
  private static final String AREA =
      "01 06 19 00 00 01"
          + " c4 43 61 64 65" // "Cade", 8-bit
          + " 83 29 dc a6" // 6-bit ASCII, the specification's own example: "IPMI"
          + " 43 12 3a bc" // BCD plus: "123 -." by nibbles 1 2 3 a b c
          + " 02 be ef" // binary
          + " c0" // no file id
          + " c5 4d 41 43 3d 31" // custom: "MAC=1"
          + " c1"
          + " 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00";

  private static byte[] image(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static byte[] good() {
    byte[] header = image(HEADER);
    byte[] area = Arrays.copyOf(image(AREA), 48);
    int sum = 0;
    for (int i = 0; i < 47; i++) {
      sum += area[i];
    }
    area[47] = (byte) -sum;
    byte[] all = Arrays.copyOf(header, 256);
    System.arraycopy(area, 0, all, 8, 48);
    return all;
  }

  @Test
  void allFieldEncodingsOfTheSpecificationAreRead() {
    assertThat(Fru.decode(good()))
        .isEqualTo(
            new FruBoardInfo(
                Instant.parse("1996-02-15T12:16:00Z"),
                "Cade",
                "IPMI",
                "123 -.",
                "beef",
                "",
                List.of("MAC=1")));
  }

  @Test
  void wrongHeaderChecksumIsAValueThatSaysSo() {
    byte[] image = good();
    image[7]++;
    assertCause(image, "common header: checksum is wrong");
  }

  @Test
  void everySingleChangedByteOfTheAreaIsNoticed() {
    for (int i = 8; i < 56; i++) {
      byte[] image = good();
      image[i] ^= 0x10;
      assertThat(Fru.decode(image)).as("byte %d", i).isInstanceOf(FruResult.Unusable.class);
    }
  }

  @Test
  void wrongAreaChecksumIsAValueThatSaysSo() {
    byte[] image = good();
    image[55]++;
    assertCause(image, "board info area: checksum is wrong");
  }

  @Test
  void erasedEepromIsUnusable() {
    byte[] erased = new byte[256];
    Arrays.fill(erased, (byte) 0xff);
    assertCause(erased, "format version 15");
    assertThat(Fru.decode(new byte[256])).isInstanceOf(FruResult.Unusable.class);
    assertCause(new byte[3], "shorter than the common header");
  }

  @Test
  void imageWithoutBoardAreaIsUnusable() {
    byte[] image = image("01 00 00 00 00 00 00 ff");
    assertCause(image, "there is no board info area");
  }

  @Test
  void areaThatReachesOutsideTheImageIsUnusable() {
    byte[] image = Arrays.copyOf(good(), 40);
    assertCause(image, "does not fit");
  }

  @Test
  void anyBytesGiveAValueAndNeverAnException() {
    long seed = Long.getLong("cade.seed", 20_250_101L);
    System.out.println("seed " + seed);
    RandomGenerator random =
        RandomGeneratorFactory.<RandomGenerator>of("L64X128MixRandom").create(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] image = good();
      // Random damage, then checksums put right, so that the code behind them is reached.
      for (int n = random.nextInt(6); n >= 0; n--) {
        image[8 + random.nextInt(47)] = (byte) random.nextInt();
      }
      int length = Math.clamp((image[9] & 0xff) * 8L, 8, 248);
      int sum = 0;
      for (int at = 8; at < 8 + length - 1; at++) {
        sum += image[at];
      }
      image[8 + length - 1] = (byte) -sum;
      assertThat(Fru.decode(image)).isNotNull();
    }
  }

  private static void assertCause(byte[] image, String cause) {
    assertThat(Fru.decode(image))
        .isInstanceOfSatisfying(
            FruResult.Unusable.class, bad -> assertThat(bad.cause()).contains(cause));
  }
}
