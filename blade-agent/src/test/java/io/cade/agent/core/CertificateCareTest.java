package io.cade.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.core.AgentEvent.Exchange;
import io.cade.agent.core.AgentEvent.Failure;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.ReportReply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Renewal of the certificate, and the restart that is a command, in virtual time. */
final class CertificateCareTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration LIFE = Duration.ofDays(360);

  private static Standing standing() {
    return new Standing(true, false, Duration.ofHours(1), renewal(BEGIN));
  }

  private static Standing.Renewal renewal(Instant issued) {
    return new Standing.Renewal(
        issued.plus(LIFE.dividedBy(3).multipliedBy(2)),
        issued.plus(LIFE.dividedBy(4).multipliedBy(3)));
  }

  /** One card, whose reports are all answered. */
  private static final class Card {
    final AgentCore core;
    AgentMemory disk = AgentMemory.empty();
    Instant now = BEGIN;

    /** Of its wall clock. */
    Duration ahead = Duration.ZERO;

    Card(long seed, AgentMemory memory) {
      core = new AgentCore(AgentTimings.standard(), memory, new SplittableRandom(seed));
      disk = memory;
    }

    List<AgentEffect> step(AgentEvent event) {
      List<AgentEffect> effects = new ArrayList<>();
      for (AgentEffect effect : core.step(event, now, now.plus(ahead))) {
        if (effect instanceof AgentEffect.Remember r) {
          disk = r.memory();
        }
        effects.add(effect);
      }
      return effects;
    }

    void boot(Standing standing) {
      step(new AgentEvent.Started(standing));
      step(new AgentEvent.IntroductionAnswered(new IntroductionReply("key", false)));
    }

    /** Lives until it wants to renew; reports on the way are answered. */
    Instant renews() {
      for (int i = 0; i < 100_000; i++) {
        List<AgentEffect> effects = step(new AgentEvent.Tick());
        if (effects.contains(new AgentEffect.Renew())) {
          return now;
        }
        if (effects.stream().anyMatch(AgentEffect.SendReport.class::isInstance)) {
          step(new AgentEvent.ReportAnswered(new ReportReply(false, false, false)));
        }
        now = core.nextWake();
      }
      throw new AssertionError("never renews");
    }
  }

  @Test
  void cardsRenewWhenAThirdIsLeftAndNotTogether() {
    List<Instant> times = new ArrayList<>();
    for (int seed = 0; seed < 50; seed++) {
      Card card = new Card(seed, AgentMemory.empty());
      card.boot(standing());
      times.add(card.renews());
    }
    Standing.Renewal window = renewal(BEGIN);
    assertThat(times).allSatisfy(t -> assertThat(t).isBetween(window.from(), window.until()));
    times.sort(null);
    assertThat(Duration.between(times.getFirst(), times.getLast()))
        .isGreaterThan(Duration.ofDays(15));
  }

  @Test
  void failedRenewalIsTriedAgainInTimeAndThenAtItsNextTurn() {
    Card card = new Card(1, AgentMemory.empty());
    card.boot(standing());
    Instant first = card.renews();
    card.step(new AgentEvent.ExchangeFailed(Exchange.RENEW, Failure.UNREACHABLE, "no engine"));
    assertThat(card.core.online()).as("everything else goes on").isTrue();
    Instant second = card.renews();
    assertThat(Duration.between(first, second))
        .isBetween(Duration.ofHours(6), Duration.ofHours(12));
    card.step(new AgentEvent.Renewed(renewal(second)));
    assertThat(card.renews()).isAfterOrEqualTo(renewal(second).from());
  }

  @Test
  void certificateWhoseTimeForRenewalPassedWhileTheCardWasOffIsRenewedSoon() {
    Card card = new Card(1, AgentMemory.empty());
    card.now = BEGIN.plus(LIFE).minus(Duration.ofDays(1));
    Instant booted = card.now;
    card.boot(standing());
    assertThat(Duration.between(booted, card.renews())).isLessThan(Duration.ofMinutes(1));
  }

  @Test
  void clockThatJumpsADayRenewsNothingEarly() {
    Card card = new Card(1, AgentMemory.empty());
    card.boot(standing());
    card.now = BEGIN.plus(Duration.ofDays(1));
    assertThat(card.step(new AgentEvent.Tick())).doesNotContain(new AgentEffect.Renew());
  }

  @Test
  void cardThatStartsBeforeItsClockIsSetRenewsInTime() {
    Card card = new Card(1, AgentMemory.empty());
    card.now = Instant.EPOCH;
    card.boot(standing());
    card.now = card.now.plusSeconds(20);
    card.ahead = Duration.between(card.now, BEGIN);
    Instant renews = card.renews().plus(card.ahead);
    assertThat(renews).isBetween(renewal(BEGIN).from(), renewal(BEGIN).until());
    card.step(new AgentEvent.Renewed(renewal(renews)));
    assertThat(card.renews().plus(card.ahead))
        .isBetween(renewal(renews).from(), renewal(renews).until());
  }

  @Test
  void cardWhoseClockWasYearsAheadRenewsAtItsTurnAllTheSame() {
    Card card = new Card(1, AgentMemory.empty());
    card.now = BEGIN.plus(Duration.ofDays(20_000));
    Instant booted = card.now;
    card.boot(standing());
    assertThat(Duration.between(booted, card.renews())).isLessThan(Duration.ofMinutes(1));
    card.step(new AgentEvent.ExchangeFailed(Exchange.RENEW, Failure.UNTRUSTED, "expired"));
    card.ahead = Duration.between(card.now, BEGIN);
    assertThat(card.renews().plus(card.ahead))
        .isBetween(renewal(BEGIN).from(), renewal(BEGIN).until());
  }

  @Test
  void cardThatLostItsCertificateEnrolsWithASecretAndIsNeverStuck() {
    Card card = new Card(1, AgentMemory.empty());
    assertThat(card.step(new AgentEvent.Started(new Standing(false, true, Duration.ofHours(1)))))
        .contains(new AgentEffect.Enrol());
    card.step(new AgentEvent.ExchangeFailed(Exchange.ENROL, Failure.REFUSED, "secret is used"));
    for (int i = 0; i < 3; i++) {
      card.now = card.core.nextWake();
      assertThat(card.step(new AgentEvent.Tick()))
          .hasAtLeastOneElementOfType(AgentEffect.RefetchBootConfig.class);
      assertThat(
              card.step(
                  new AgentEvent.BootConfigFetched(new Standing(false, true, Duration.ofHours(1)))))
          .contains(new AgentEffect.Enrol());
      card.step(new AgentEvent.ExchangeFailed(Exchange.ENROL, Failure.REFUSED, "locked away"));
    }
    card.now = card.core.nextWake();
    card.step(new AgentEvent.Tick());
    card.step(new AgentEvent.BootConfigFetched(new Standing(false, true, Duration.ofHours(1))));
    assertThat(card.step(new AgentEvent.Enrolled(renewal(card.now))))
        .contains(new AgentEffect.Introduce());
  }

  private static void give(Card card, Command command) {
    card.step(new AgentEvent.Poked());
    card.step(new AgentEvent.AskAnswered(new AskReply(command)));
  }

  @Test
  void restartIsRememberedBeforeItHappensAndReportedAfterIt() {
    Card card = new Card(1, AgentMemory.empty());
    card.boot(standing());
    card.step(new AgentEvent.Poked());
    List<AgentEffect> effects =
        card.step(new AgentEvent.AskAnswered(new AskReply(new Command.Reboot(7))));
    assertThat(effects.getFirst()).isInstanceOf(AgentEffect.Remember.class);
    assertThat(effects).contains(new AgentEffect.Reboot(7));

    Card again = new Card(2, card.disk);
    again.step(new AgentEvent.Started(standing()));
    List<AgentEffect> up =
        again.step(new AgentEvent.IntroductionAnswered(new IntroductionReply("key", true)));
    assertThat(up)
        .contains(new AgentEffect.OpenAskSession(new CommandResult(7, true, "restarted")));
    assertThat(again.step(new AgentEvent.AskAnswered(new AskReply(new Command.Reboot(7)))))
        .as("it is not restarted twice for one command")
        .doesNotContain(new AgentEffect.Reboot(7));
    assertThat(again.disk.rebooting()).isNull();
  }

  @Test
  void restartThatCannotBeSaysWhy() {
    Card card = new Card(1, AgentMemory.empty());
    card.boot(standing());
    give(card, new Command.Reboot(7));
    assertThat(card.step(new AgentEvent.RebootFailed(7, "no rebootCommand")))
        .contains(new AgentEffect.Ask(new CommandResult(7, false, "no rebootCommand")));
    assertThat(card.disk.rebooting()).isNull();
  }

  @Test
  void pingIsAnsweredAtOnce() {
    Card card = new Card(1, AgentMemory.empty());
    card.boot(standing());
    card.step(new AgentEvent.Poked());
    assertThat(card.step(new AgentEvent.AskAnswered(new AskReply(new Command.Ping(3)))))
        .contains(new AgentEffect.Ask(new CommandResult(3, true, "")));
  }
}
