package io.cade.proxy.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DescriptorsTest {
  @Test
  void noMoreVisitorsThanDescriptorsForBothConnectionsOfEachAndForChecks() {
    assertThat(Descriptors.visitors(20_000, 20_000)).isEqualTo(9744);
    assertThat(Descriptors.visitors(20_000, 65_536)).isEqualTo(20_000);
    assertThat(Descriptors.visitors(20_000, Long.MAX_VALUE)).isEqualTo(20_000);
    assertThat(Descriptors.visitors(20_000, 100)).isEqualTo(1);
  }

  @Test
  void theSystemTellsHowManyThereAre() {
    assertThat(Descriptors.allowed()).isPositive();
  }
}
