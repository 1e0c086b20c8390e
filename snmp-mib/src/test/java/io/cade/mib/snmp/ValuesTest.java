package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ValuesTest {
  @Test
  void longTextIsCutBetweenCharacters() {
    assertThat(Values.text("x".repeat(255)).length()).isEqualTo(255);
    assertThat(Values.text("x".repeat(254) + "é").length()).isEqualTo(254);
    assertThat(Values.text("x".repeat(253) + "é").length()).isEqualTo(255);
    assertThat(Values.text("x".repeat(252) + "\uD83D\uDE00").length()).isEqualTo(252);
  }

  @Test
  void namesThatDoNotFitAreLeftOutWhole() {
    String all = Values.names(Collections.nCopies(100, "www.shop.example")).toString();
    assertThat(all.length()).isBetween(230, 255);
    assertThat(all).endsWith(".example,...");
    assertThat(Values.names(List.of("a", "b"))).hasToString("a,b");
    assertThat(Values.names(List.of()).length()).isZero();
  }

  @Test
  void dateAndTimeIsInUtcAndUnknownIsAllZero() {
    assertThat(Values.dateAndTime(Instant.parse("2026-11-21T10:20:30.4Z")).toHexString())
        .isEqualTo("07:ea:0b:15:0a:14:1e:04:2b:00:00");
    assertThat(Values.dateAndTime(null).getValue()).isEqualTo(new byte[8]);
  }

  @Test
  void ageIsNeverNegativeExceptForNever() {
    Instant now = FixtureView.NOW;
    assertThat(Values.age(null, now).getValue()).isEqualTo(-1);
    assertThat(Values.age(now.plusSeconds(5), now).getValue()).isZero();
    assertThat(Values.age(now.minusMillis(2999), now).getValue()).isEqualTo(2);
    assertThat(Values.age(Instant.MIN, Instant.EPOCH).getValue()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void ticksWrapAround() {
    assertThat(Values.ticks(Duration.ofSeconds(1)).toLong()).isEqualTo(100);
    assertThat(Values.ticks(Duration.ofMillis((1L << 32) * 10 + 70)).toLong()).isEqualTo(7);
  }
}
