package io.cade.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class CardStateTest {
  /** The table once more, by hand and from the other end: from which states each is reached. */
  private static final Map<CardState, String> REACHED_FROM =
      Map.of(
          CardState.ABSENT,
          "ASSIGNED AVAILABLE BOOTING DEGRADED FAILED OFF QUARANTINED RUNNING UPDATING",
          CardState.OFF,
          "ABSENT ASSIGNED AVAILABLE BOOTING DEGRADED FAILED QUARANTINED RUNNING UPDATING",
          CardState.BOOTING,
          "ABSENT ASSIGNED AVAILABLE DEGRADED FAILED OFF QUARANTINED RUNNING UPDATING",
          CardState.AVAILABLE,
          "ASSIGNED BOOTING DEGRADED FAILED RUNNING UPDATING",
          CardState.ASSIGNED,
          "AVAILABLE BOOTING DEGRADED FAILED RUNNING UPDATING",
          CardState.RUNNING,
          "ASSIGNED DEGRADED",
          CardState.DEGRADED,
          "RUNNING",
          CardState.FAILED,
          "ASSIGNED AVAILABLE BOOTING DEGRADED RUNNING UPDATING",
          CardState.UPDATING,
          "ASSIGNED AVAILABLE DEGRADED RUNNING",
          CardState.QUARANTINED,
          "ABSENT ASSIGNED AVAILABLE BOOTING DEGRADED FAILED OFF RUNNING UPDATING");

  @Test
  void everyTransitionIsTheOneThatIsMeant() {
    Map<CardState, String> reached = new TreeMap<>();
    for (CardState to : CardState.values()) {
      Set<String> from = new TreeSet<>();
      for (CardState state : CardState.values()) {
        if (state.mayBecome(to)) {
          from.add(state.name());
        }
      }
      reached.put(to, String.join(" ", from));
    }
    assertThat(reached).isEqualTo(new TreeMap<>(REACHED_FROM));
  }

  @Test
  void aQuarantinedCardComesBackOnlyByStartingAnew() {
    for (CardState next : CardState.values()) {
      assertThat(CardState.QUARANTINED.mayBecome(next))
          .isEqualTo(
              next == CardState.ABSENT || next == CardState.OFF || next == CardState.BOOTING);
    }
  }
}
