package io.cade.engine.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.PowerHold;
import io.cade.engine.observe.Observations;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReaderElectionTest {
  private static final CardPosition A = new CardPosition(1, 1);
  private static final CardPosition B = new CardPosition(1, 2);
  private static final CardPosition OTHER = new CardPosition(2, 5);

  private Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private final TestWriter writer = new TestWriter(() -> now);
  private final Observations observations = new Observations();
  private final ReaderElection election = new ReaderElection(Duration.ofSeconds(30));

  @BeforeEach
  void seat() {
    for (CardPosition at : new CardPosition[] {A, B, OTHER}) {
      var said = GatewayBench.introduction(at, CardRole.SERVER, "boot");
      writer.given(
          new Change.CardSeated(at, CardRole.SERVER, GatewayBench.mac(at)),
          new Change.CardStateChanged(at, CardState.BOOTING, ""),
          new Change.CardIntroduced(at, CardRole.SERVER, "boot", said.hardware(), said.software()),
          new Change.CardStateChanged(at, CardState.AVAILABLE, ""));
    }
  }

  private boolean reports(CardPosition at) {
    observations.heard(GatewayBench.report(at), now);
    return election.elect(at, writer.current(), observations, now);
  }

  @Test
  void lowestSlotThatLivesIsElectedAndEachChassisHasItsOwn() {
    observations.heard(GatewayBench.report(A), now);

    assertThat(reports(B)).isFalse();
    assertThat(reports(A)).isTrue();
    assertThat(reports(OTHER)).isTrue();
  }

  @Test
  void readerStaysWhenALowerSlotComesLater() {
    assertThat(reports(B)).isTrue();

    assertThat(reports(A)).isFalse();
    assertThat(reports(B)).isTrue();
  }

  @Test
  void anotherTakesOverWhenTheReaderFallsSilent() {
    assertThat(reports(A)).isTrue();
    now = now.plusSeconds(30);
    assertThat(reports(B)).isFalse();
    now = now.plusSeconds(1);

    assertThat(reports(B)).isTrue();
    assertThat(reports(A)).isFalse();
  }

  @Test
  void anotherTakesOverWhenTheReaderIsLostAtOnce() {
    assertThat(reports(A)).isTrue();
    writer.given(new Change.CardStateChanged(A, CardState.ABSENT, "pulled"));

    assertThat(reports(B)).isTrue();
  }

  private void hold(CardPosition at) {
    writer.given(
        new Change.CardHeld(at, PowerHold.Reason.OPERATOR, now.plusSeconds(60), null, "operator"));
  }

  @Test
  void readerThatIsAboutToLoseItsPowerHandsOver() {
    assertThat(reports(A)).isTrue();
    observations.heard(GatewayBench.report(B), now);
    hold(A);

    assertThat(reports(A)).isFalse();
    assertThat(reports(B)).isTrue();
  }

  @Test
  void theLastCardOfAChassisReadsItUntilTheEnd() {
    assertThat(reports(A)).isTrue();
    hold(A);
    hold(B);

    assertThat(reports(A)).isTrue();
    assertThat(reports(B)).isFalse();
  }

  @Test
  void readerThatHandedOverDoesNotTakeBack() {
    assertThat(reports(A)).isTrue();
    observations.heard(GatewayBench.report(B), now);
    hold(A);
    assertThat(reports(B)).isTrue();
    writer.given(new Change.CardReleased(A));

    assertThat(reports(A)).isFalse();
    assertThat(reports(B)).isTrue();
  }
}
