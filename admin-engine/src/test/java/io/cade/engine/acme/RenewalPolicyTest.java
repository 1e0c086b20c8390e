package io.cade.engine.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.pki.AcmeFiles.Validity;
import io.cade.engine.pki.AcmeState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RenewalPolicyTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final RenewalPolicy POLICY = new RenewalPolicy(Duration.ofDays(30));

  private static Validity days(long lifetime) {
    return new Validity(NOW, NOW.plus(Duration.ofDays(lifetime)));
  }

  @Test
  void theFirstIsOrderedAtOnce() {
    assertThat(POLICY.next(AcmeState.FRESH, null, NOW))
        .isInstanceOf(RenewalPolicy.Step.Order.class);
  }

  @Test
  void aLongOneIsRenewedAMonthBeforeItsEndAShortOneWhenAThirdIsLeft() {
    assertThat(POLICY.renewAt(days(365))).isEqualTo(NOW.plus(Duration.ofDays(335)));
    assertThat(POLICY.renewAt(days(90))).isEqualTo(NOW.plus(Duration.ofDays(60)));
    assertThat(POLICY.renewAt(days(6))).isEqualTo(NOW.plus(Duration.ofDays(4)));
  }

  @Test
  void aRenewalWaitsForThePauseAfterAFailure() {
    Instant due = POLICY.renewAt(days(90));
    AcmeState failed = AcmeState.FRESH.failed("busy", null, due);
    assertThat(POLICY.next(failed, days(90), due))
        .isEqualTo(new RenewalPolicy.Step.Rest(due.plusSeconds(60)));
    assertThat(POLICY.next(failed, days(90), due.plusSeconds(60)))
        .isInstanceOf(RenewalPolicy.Step.Order.class);
  }

  @Test
  void pausesDoubleFromAMinuteToADay() {
    AcmeState state = AcmeState.FRESH;
    List<Long> minutes = new java.util.ArrayList<>();
    for (int i = 0; i < 13; i++) {
      state = state.failed("busy", null, NOW);
      minutes.add(Duration.between(NOW, state.nextTry()).toMinutes());
    }
    assertThat(minutes)
        .containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 512L, 1024L, 1440L, 1440L);
  }

  @Test
  void theAuthoritysRetryAfterCountsWhenItIsLongerButNotForEver() {
    assertThat(AcmeState.FRESH.failed("x", NOW.plusSeconds(5), NOW).nextTry())
        .isEqualTo(NOW.plusSeconds(60));
    assertThat(AcmeState.FRESH.failed("x", NOW.plusSeconds(500), NOW).nextTry())
        .isEqualTo(NOW.plusSeconds(500));
    assertThat(AcmeState.FRESH.failed("x", NOW.plus(Duration.ofDays(900)), NOW).nextTry())
        .isEqualTo(NOW.plus(Duration.ofDays(7)));
  }

  @Test
  void somebodyIsToldWhenAThirdOfTheNoticeIsLeftAndWhenItIsOver() {
    AcmeState failed = AcmeState.FRESH.failed("no answer", null, NOW);
    Validity held = days(90);
    Instant tell = held.until().minus(Duration.ofDays(10));
    assertThat(POLICY.trouble("shop", failed, held, tell.minusSeconds(1))).isEmpty();
    assertThat(POLICY.trouble("shop", failed, held, tell).orElseThrow())
        .contains("ends at " + held.until(), "no answer", "./cade service certificate shop");
    assertThat(POLICY.trouble("shop", failed.failed("no answer", null, tell), held, tell))
        .as("another failure for the same reason is no news")
        .isEqualTo(POLICY.trouble("shop", failed, held, tell));
    assertThat(POLICY.trouble("shop", failed, held, held.until()).orElseThrow())
        .contains("ended at");
  }

  @Test
  void aFirstOneThatDoesNotComeIsToldAfterHours() {
    AcmeState state = AcmeState.FRESH;
    for (int i = 0; i < RenewalPolicy.FAILURES_TO_TELL; i++) {
      assertThat(POLICY.trouble("shop", state, null, NOW)).isEmpty();
      state = state.failed("no answer", null, NOW);
    }
    assertThat(POLICY.trouble("shop", state, null, NOW).orElseThrow()).contains("no answer");
  }

  @Test
  void onlyNamesThatAnAuthorityCanFindAreOrdered() {
    assertThat(HostNames.objection(List.of("shop.example.com"), false)).isEmpty();
    assertThat(HostNames.objection(List.of("shop.example.com", "*.example.com"), false))
        .hasValueSatisfying(why -> assertThat(why).contains("wildcard"));
    assertThat(HostNames.objection(List.of("192.0.2.1"), true))
        .hasValueSatisfying(why -> assertThat(why).contains("address"));
    assertThat(HostNames.objection(List.of("shop"), true))
        .hasValueSatisfying(why -> assertThat(why).contains("no full host name"));
    assertThat(HostNames.objection(List.of("shop.internal"), false))
        .hasValueSatisfying(why -> assertThat(why).contains(".internal", "acme.caFile"));
    assertThat(HostNames.objection(List.of("shop.internal"), true)).isEmpty();
  }
}
