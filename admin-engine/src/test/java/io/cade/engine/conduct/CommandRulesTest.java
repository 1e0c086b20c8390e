package io.cade.engine.conduct;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.Command;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.PastCommand;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A card that says nothing of a command does not hold up the others for ever (SPEC R3). */
final class CommandRulesTest {
  private static final Duration BEAT = Duration.ofSeconds(1);
  private final World world = new World();

  private void ping(long id) {
    world.apply(new Change.CommandQueued(World.at("1.1"), new Command.Ping(id)));
    world.settle();
  }

  private void live(int seconds, String boot) {
    for (int i = 0; i < seconds; i++) {
      world.report("1.1", boot);
      world.pass(BEAT);
    }
  }

  private List<PastCommand> past() {
    return world.cabinet.queue(World.at("1.1")).past();
  }

  @Test
  void commandWithoutResultFailsAfterThreeAttemptsWithItsCause() {
    world.boot("1.1", 1, "b1");
    ping(5);
    ping(6);
    world.observations.gave(World.at("1.1"), 5, world.now);
    live(44, "b1");
    assertThat(past()).isEmpty();
    live(2, "b1");
    assertThat(past())
        .singleElement()
        .satisfies(p -> {
          assertThat(p.id()).isEqualTo(5);
          assertThat(p.succeeded()).isFalse();
          assertThat(p.detail())
              .contains("card 1.1 did not answer within 15 s")
              .contains("has fetched ping 5");
        });
    assertThat(world.cabinet.queue(World.at("1.1")).waiting())
        .as("the next has its turn, with its own time")
        .containsExactly(new Command.Ping(6));
    live(47, "b1");
    assertThat(past()).hasSize(2);
    assertThat(past().getLast().detail()).contains("never fetched ping 6");
  }

  @Test
  void timeOfACardThatIsAwayStandsStill() {
    world.boot("1.1", 1, "b1");
    world.boot("1.2", 1, "c1");
    ping(5);
    for (int i = 0; i < 300; i++) {
      world.report("1.2", "c1");
      world.pass(BEAT);
    }
    assertThat(world.state("1.1")).isEqualTo(CardState.FAILED);
    assertThat(past()).isEmpty();
    assertThat(world.alarms()).contains("cardLost card 1.1");
  }

  @Test
  void silentAgentIsAlarmedWithinThreeMissedReports() {
    world.boot("1.1", 1, "b1");
    world.boot("1.2", 1, "c1");
    int seconds = 0;
    while (world.alarms().isEmpty() && seconds < 600) {
      world.report("1.2", "c1");
      world.pass(BEAT);
      seconds++;
    }
    assertThat(world.alarms()).containsExactly("cardLost card 1.1");
    assertThat(Duration.ofSeconds(seconds))
        .isLessThanOrEqualTo(World.INTERVAL.multipliedBy(4).plus(BEAT));
  }

  @Test
  void commandThatRestartsItsCardEachTimeIsGivenUp() {
    world.boot("1.1", 1, "b1");
    ping(5);
    for (int i = 2; i < 6 && past().isEmpty(); i++) {
      live(3, "b" + (i - 1));
      world.boot("1.1", 1, "b" + i);
      world.settle();
    }
    assertThat(past())
        .singleElement()
        .satisfies(p -> assertThat(p.detail()).contains("restarted 3 times"));
  }

  @Test
  void restartThatWasAskedForHasTheTimeOfABoot() {
    world.boot("1.1", 1, "b1");
    world.apply(new Change.CommandQueued(World.at("1.1"), new Command.Reboot(9)));
    live(20, "b1");
    world.boot("1.1", 1, "b2");
    live(20, "b2");
    assertThat(world.cabinet.queue(World.at("1.1")).waiting()).isEmpty();
    assertThat(past())
        .singleElement()
        .satisfies(p -> {
          assertThat(p.succeeded()).as("its boot is the answer").isTrue();
          assertThat(p.detail()).isEqualTo("restarted");
        });
  }

  @Test
  void restartsIntoAnotherImageAreNoSignOfTroubleEither() {
    for (Command command :
        List.of(
            new Command.BootImage(9, "sha256:new"),
            new Command.RevertImage(10, "sha256:new", "the update goes back"))) {
      world.boot("1.1", 1, "a" + command.id());
      world.apply(new Change.CommandQueued(World.at("1.1"), command));
      for (int i = 0; i < 5; i++) {
        live(3, i == 0 ? "a" + command.id() : "b" + command.id() + i);
        world.boot("1.1", 1, "b" + command.id() + (i + 1));
      }
      assertThat(world.cabinet.queue(World.at("1.1")).waiting()).contains(command);
      // Silent all the same: it has the time of a boot, and no more than that for ever.
      live(90 + 60 + 60 + 60 + 5, "b" + command.id() + "5");
      assertThat(past().getLast().id()).isEqualTo(command.id());
      assertThat(past().getLast().succeeded()).isFalse();
    }
  }

  @Test
  void clockThatIsSetLosesNoCard() {
    world.boot("1.1", 1, "b1");
    world.boot("1.2", 1, "c1");
    live(5, "b1");
    // As the runner does it: silence counts from after the jump.
    world.now = world.now.minus(Duration.ofDays(1));
    world.listeningSince = world.now.plus(ConductorRunner.CLOCK_GRACE);
    world.settle();
    assertThat(world.state("1.1")).isEqualTo(CardState.AVAILABLE);
    for (int i = 0; i < 200; i++) {
      world.report("1.2", "c1");
      world.pass(BEAT);
    }
    assertThat(world.state("1.2")).isEqualTo(CardState.AVAILABLE);
    assertThat(world.state("1.1"))
        .as("a card that died in the meantime is noticed, though it was heard in the future")
        .isEqualTo(CardState.FAILED);
  }
}
