package io.cade.engine.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.datagram.Tally;
import io.cade.mib.BootCounterGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BootCountersTest {
  private enum Outcome {
    ACKED,
    IGNORED_UNKNOWN_RELAY
  }

  @Test
  void everyOutcomeHasItsNumberAndNameAlsoWhenItNeverCameAbout() {
    Tally<Outcome> tftp = new Tally<>(Outcome.class);
    Tally<Outcome> dhcp = new Tally<>(Outcome.class);
    dhcp.count(Outcome.IGNORED_UNKNOWN_RELAY);
    BootCounters counters = new BootCounters();
    counters.register(BootCounters.Group.TFTP, tftp::all);
    counters.register(BootCounters.Group.DHCP, dhcp::all);

    assertThat(counters.read())
        .containsExactly(
            new BootCounters.Counter(BootCounters.Group.DHCP, 1, "acked", 0),
            new BootCounters.Counter(BootCounters.Group.DHCP, 2, "ignoredUnknownRelay", 1),
            new BootCounters.Counter(BootCounters.Group.TFTP, 1, "acked", 0),
            new BootCounters.Counter(BootCounters.Group.TFTP, 2, "ignoredUnknownRelay", 0));
  }

  @ParameterizedTest
  @EnumSource(BootCounters.Group.class)
  void everyGroupIsInTheMib(BootCounters.Group group) {
    assertThat(BootCounterGroup.valueOf(group.name()).name()).isEqualTo(group.name());
  }
}
