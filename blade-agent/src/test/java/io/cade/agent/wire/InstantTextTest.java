package io.cade.agent.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InstantTextTest {
  private static final long SEED = 20_261_122;

  @Test
  void whatAnInstantWritesIsReadAsTheSameInstant() {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000; i++) {
      Instant drawn =
          Instant.ofEpochSecond(
              random.nextLong(-62_135_596_800L, 253_402_300_800L),
              switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> random.nextInt(1_000) * 1_000_000L;
                case 2 -> random.nextInt(1_000_000) * 1_000L;
                default -> random.nextInt(1_000_000_000);
              });
      assertThat(InstantText.parse(drawn.toString())).as("seed %d", SEED).isEqualTo(drawn);
    }
  }

  @Test
  void everyNumberOfDigitsOfASecondIsReadAsTheGeneralParserReadsIt() {
    String digits = "123456789";
    for (int n = 1; n <= 9; n++) {
      String text = "2024-02-29T23:59:59." + digits.substring(0, n) + "Z";
      assertThat(InstantText.parse(text)).isEqualTo(Instant.parse(text));
    }
  }

  @Test
  void whatIsNotOfTheUsualFormIsLeftToTheGeneralParser() {
    for (String text :
        List.of(
            "",
            "2026-03-01",
            "2026-03-01T12:00:00",
            "2026-03-01T12:00:00+01:00",
            "2026-03-01T24:00:00Z",
            "2026-03-01T12:00:60Z",
            "2026-03-01T12:00:00.Z",
            "2026-03-01T12:00:00.1234567890Z",
            "2026-02-29T12:00:00Z",
            "2026-00-01T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-03-00T12:00:00Z",
            "2026-03-01T1 :00:00Z",
            "２026-03-01T12:00:00Z",
            "-026-03-01T12:00:00Z",
            "2026-03-01t12:00:00z")) {
      assertThat(InstantText.parse(text)).as(text).isNull();
    }
  }

  @Test
  void messagesTakeBothFormsAndRefuseWhatIsNone() throws IOException {
    assertThat(at("\"2026-03-01T12:00:00.5Z\"")).isEqualTo("2026-03-01T12:00:00.5Z");
    assertThat(at("\"2026-03-01T13:00:00.5+01:00\"")).isEqualTo("2026-03-01T12:00:00.5Z");
    assertThatThrownBy(() -> at("\"yesterday\"")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> at("\"2026-02-30T12:00:00Z\"")).isInstanceOf(IOException.class);
  }

  private static Instant at(String json) throws IOException {
    String reading =
        """
        {"name":"inlet","kind":"CELSIUS","value":21.5,"quality":"OK","cause":"","at":%s}\
        """
            .formatted(json);
    return new WireJson()
        .decode(reading.getBytes(StandardCharsets.UTF_8), SensorReading.class)
        .at();
  }
}
