package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.Command;
import io.cade.agent.wire.ServiceStatus;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.operate.CardAssignment;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A card is given to a service that is served, and taken back. */
final class CardAssignmentTest {
  private final World world = new World();

  @BeforeEach
  void shopRunsOnOneOfTwoCards() {
    world.boot("1.1", 1, "b1");
    world.create("shop", 1);
    world.generate("shop");
    world.obey("1.1");
    world.boot("2.1", 1, "b2");
    assertThat(shop().phase()).isEqualTo(ServicePhase.ANNOUNCED);
    assertThat(world.state("2.1")).isEqualTo(CardState.AVAILABLE);
  }

  private Service shop() {
    return world.cabinet.service("shop").orElseThrow();
  }

  private void apply(List<Change> changes) {
    world.apply(changes.toArray(Change[]::new));
    world.settle();
  }

  @Test
  void anAssignedCardIsSetUpAndTheServiceWantsOneMore() throws Exception {
    apply(CardAssignment.assign(world.cabinet, at("2.1"), "shop"));
    assertThat(shop().definition().cards()).isEqualTo(2);
    assertThat(world.cabinet.queue(at("2.1")).waiting())
        .satisfiesExactly(
            c -> assertThat(c).isInstanceOf(Command.InstallService.class),
            c -> assertThat(c).isInstanceOf(Command.StartService.class));
    world.obey("2.1");
    assertThat(world.state("2.1")).isEqualTo(CardState.RUNNING);
    assertThat(CardAssignment.assign(world.cabinet, at("2.1"), "shop")).isEmpty();
  }

  @Test
  void aReleasedCardIsCleanedAndFreeAndTheServiceIsNotDegraded() throws Exception {
    apply(CardAssignment.assign(world.cabinet, at("2.1"), "shop"));
    world.obey("2.1");
    assertThatThrownBy(() -> CardAssignment.release(world.cabinet, at("2.1"), false))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("drain it first");
    world.apply(new Change.CardDrained(at("2.1"), world.now.plusSeconds(60), "me"));
    apply(CardAssignment.release(world.cabinet, at("2.1"), false));
    assertThat(shop().definition().cards()).isEqualTo(1);
    assertThat(shop().placements()).extracting(Placement::position).containsExactly(at("1.1"));
    world.now = world.now.plus(Duration.ofSeconds(1));
    world.report(
        "2.1", "b2", new ServiceStatus("shop", ServiceStatus.State.RUNNING, "sha256:shop", ""));
    world.settle();
    assertThat(world.cabinet.queue(at("2.1")).waiting())
        .singleElement()
        .isInstanceOf(Command.RemoveService.class);
    world.obey("2.1");
    assertThat(world.state("2.1")).isEqualTo(CardState.AVAILABLE);
    assertThat(world.card("2.1").drain()).isNull();
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void theOnlyCardOfAServiceIsNotReleased() {
    assertThatThrownBy(() -> CardAssignment.release(world.cabinet, at("1.1"), true))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("the only card of service shop");
  }

  @Test
  void aCardThatGetsAnImageIsNotAssigned() {
    world.apply(new Change.ImageUpdateChanged(CardChooserTest.update(at("2.1"), world.now)));
    assertThatThrownBy(() -> CardAssignment.assign(world.cabinet, at("2.1"), "shop"))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("card 2.1 gets image blade 2");
  }

  @Test
  void cardsThatAreTakenOrAwayOrUnknownAreNotAssigned() {
    world.create("news", 1);
    world.generate("news");
    assertThatThrownBy(() -> CardAssignment.assign(world.cabinet, at("2.1"), "shop"))
        .hasMessageContaining("belongs to service news");
    assertThatThrownBy(() -> CardAssignment.assign(world.cabinet, at("1.9"), "shop"))
        .hasMessageContaining("no card was ever seen in slot 1.9");
    assertThatThrownBy(() -> CardAssignment.assign(world.cabinet, at("2.1"), "nothing"))
        .isInstanceOf(Refusal.class);
    world.boot("2.2", 1, "b3");
    world.pass(Duration.ofSeconds(20));
    assertThatThrownBy(() -> CardAssignment.assign(world.cabinet, at("2.2"), "shop"))
        .hasMessageContaining("only an AVAILABLE card");
  }
}
