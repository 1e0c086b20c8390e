package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.ServiceStatus;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.route.RouteDerivation;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ConductorTest {
  private final World world = new World();

  private Service shop() {
    return world.cabinet.service("shop").orElseThrow();
  }

  private int backends() {
    return new RouteDerivation(s -> RouteDerivation.SiteCertificate.none(), 8000)
        .sites(world.cabinet).stream().mapToInt(r -> r.backends().size()).sum();
  }

  private void announceShopOnTwoCards() {
    world.boot("1.1", 1, "b1");
    world.boot("2.1", 1, "b2");
    world.create("shop", 2);
    world.generate("shop");
    world.obey("1.1");
    world.obey("2.1");
    assertThat(shop().phase()).isEqualTo(ServicePhase.ANNOUNCED);
  }

  private static ServiceStatus running(String name) {
    return new ServiceStatus(name, ServiceStatus.State.RUNNING, "sha256:" + name, "");
  }

  @Test
  void aServiceGoesThroughAllFivePhases() {
    world.boot("1.1", 1, "b1");
    world.boot("1.2", 1, "b2");
    world.boot("2.1", 1, "b3");
    world.create("shop", 2);
    assertThat(shop().phase()).isEqualTo(ServicePhase.CONFIGURATION);
    assertThat(shop().placements())
        .extracting(Placement::position)
        .containsExactly(at("1.1"), at("2.1"));
    assertThat(world.orders).contains(new Order.GeneratePackage("shop"));
    world.generate("shop");
    assertThat(shop().phase()).isEqualTo(ServicePhase.SETUP);
    assertThat(world.cabinet.queue(at("1.1")).waiting())
        .satisfiesExactly(
            c -> assertThat(c).isInstanceOf(Command.InstallService.class),
            c -> assertThat(c).isInstanceOf(Command.StartService.class));
    assertThat(world.orders).contains(new Order.Poke(at("1.1")), new Order.Poke(at("2.1")));
    world.obey("1.1");
    assertThat(shop().phase()).isEqualTo(ServicePhase.SETUP);
    assertThat(backends()).isZero();
    world.obey("2.1");
    assertThat(shop().phase()).isEqualTo(ServicePhase.ANNOUNCED);
    assertThat(backends()).isEqualTo(2);
    assertThat(world.state("1.1")).isEqualTo(CardState.RUNNING);
    assertThat(world.state("1.2")).isEqualTo(CardState.AVAILABLE);
  }

  @Test
  void bindingWaitsForCardsAndSaysSo() {
    world.boot("1.1", 1, "b1");
    world.create("shop", 2);
    assertThat(shop().phase()).isEqualTo(ServicePhase.BINDING);
    assertThat(shop().waitsFor()).contains("needs 2 Available cards, 1 free");
    world.boot("2.1", 1, "b2");
    assertThat(shop().phase()).isEqualTo(ServicePhase.CONFIGURATION);
  }

  @Test
  void aSilentCardIsLostRaisesOneAlarmAndLosesItsRoute() {
    announceShopOnTwoCards();
    world.now = world.now.plus(Duration.ofSeconds(5));
    world.report("2.1", "b2", running("shop"));
    world.settle();
    assertThat(world.state("1.1")).isEqualTo(CardState.RUNNING);
    world.pass(Duration.ofSeconds(2));
    assertThat(world.state("1.1")).isEqualTo(CardState.FAILED);
    assertThat(backends()).isEqualTo(1);
    assertThat(world.alarms()).containsExactly("cardLost card 1.1", "serviceDegraded service shop");
  }

  @Test
  void thePresenceContactTellsOfAPulledCardBeforeItsSilence() {
    announceShopOnTwoCards();
    world.boot("1.2", 1, "b3");
    world.now = world.now.plus(Duration.ofSeconds(2));
    world.reportChassis("1.2", "b3", List.of(2), List.of());
    world.settle();
    assertThat(world.state("1.1")).isEqualTo(CardState.ABSENT);
    assertThat(world.card("1.1").cause()).isEqualTo("out of its slot");
  }

  @Test
  void aReplacementCardTakesOverTheSlotsRoleWithoutACommand() {
    announceShopOnTwoCards();
    world.pass(Duration.ofSeconds(7));
    assertThat(world.alarms()).contains("cardLost card 1.1");
    world.boot("1.1", 2, "b9");
    assertThat(world.state("1.1")).isEqualTo(CardState.ASSIGNED);
    assertThat(world.cabinet.queue(at("1.1")).waiting()).hasSize(2);
    assertThat(world.cabinet.swaps()).hasSize(1);
    assertThat(backends()).isZero();
    world.obey("1.1");
    assertThat(world.state("1.1")).isEqualTo(CardState.RUNNING);
    assertThat(backends()).isEqualTo(1);
    assertThat(world.alarms()).doesNotContain("cardLost card 1.1");
  }

  @Test
  void everyAlarmIsRaisedOnceAndClearedOnce() {
    announceShopOnTwoCards();
    IntStream.range(0, 20)
        .forEach(i -> {
          world.report("2.1", "b2", running("shop"));
          world.pass(Duration.ofSeconds(1));
        });
    world.boot("1.1", 1, "b7");
    world.obey("1.1");
    AlarmKey lost = new AlarmKey(AlarmType.CARD_LOST, "card 1.1");
    assertThat(world.history)
        .filteredOn(c -> c instanceof Change.AlarmRaised r && r.key().equals(lost))
        .hasSize(1);
    assertThat(world.history)
        .filteredOn(c -> c instanceof Change.AlarmCleared r && r.key().equals(lost))
        .hasSize(1);
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void aRestartedEngineGivesCardsTimeToReport() {
    announceShopOnTwoCards();
    world.now = world.now.plus(Duration.ofMinutes(5));
    world.listeningSince = world.now;
    world.settle();
    assertThat(world.state("1.1")).isEqualTo(CardState.RUNNING);
    world.pass(Duration.ofSeconds(3));
    assertThat(world.state("1.1")).isEqualTo(CardState.RUNNING);
    assertThat(world.alarms()).isEmpty();
    world.pass(Duration.ofSeconds(4));
    assertThat(world.state("1.1")).isEqualTo(CardState.FAILED);
  }

  @Test
  void aProxyThatReportsAgainIsTakenBack() {
    world.boot("0.4", 1, "b1", CardRole.PROXY);
    assertThat(world.state("0.4")).isEqualTo(CardState.RUNNING);
    world.pass(Duration.ofSeconds(7));
    assertThat(world.state("0.4")).isEqualTo(CardState.FAILED);
    assertThat(world.alarms()).hasSize(1);
    world.now = world.now.plusSeconds(1);
    world.report("0.4", "b1");
    world.settle();
    assertThat(world.state("0.4")).isEqualTo(CardState.RUNNING);
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void aCardThatReportsAgainIsTakenBackAndItsServiceOrderedAnew() {
    announceShopOnTwoCards();
    world.pass(Duration.ofSeconds(7));
    assertThat(world.state("1.1")).isEqualTo(CardState.FAILED);
    world.now = world.now.plusSeconds(1);
    world.report("1.1", "b1", running("shop"));
    world.settle();
    world.obey("1.1");
    assertThat(world.state("1.1")).isEqualTo(CardState.RUNNING);
  }

  @Test
  void aServiceThatDiesOnACardLosesItsRouteAndGetsItBack() {
    announceShopOnTwoCards();
    world.now = world.now.plusSeconds(1);
    world.report(
        "1.1",
        "b1",
        new ServiceStatus("shop", ServiceStatus.State.FAILED, "sha256:shop", "exit code 3"));
    world.settle();
    assertThat(backends()).isEqualTo(1);
    assertThat(world.state("1.1")).isEqualTo(CardState.ASSIGNED);
    world.report("1.1", "b1", running("shop"));
    world.settle();
    assertThat(backends()).isEqualTo(2);
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void setupThatFailsEverywhereIsUndoneAndSaysWhy() {
    world.boot("1.1", 1, "b1");
    world.create("shop", 1);
    world.generate("shop");
    world.fail("1.1", "signature is wrong");
    assertThat(shop().phase()).isEqualTo(ServicePhase.FAILED);
    assertThat(shop().waitsFor()).contains("signature is wrong");
    assertThat(shop().placements()).isEmpty();
    assertThat(world.cabinet.queue(at("1.1")).waiting())
        .singleElement()
        .isInstanceOf(Command.RemoveService.class);
    assertThat(world.alarms()).containsExactly("setupFailed service shop");
    assertThat(world.state("1.1")).isEqualTo(CardState.AVAILABLE);
  }

  @Test
  void aRemovedServiceLosesItsRouteFirstAndIsGoneWhenTheCardsAreClean() {
    announceShopOnTwoCards();
    world.apply(new Change.ServicePhaseChanged("shop", ServicePhase.REMOVING, ""));
    assertThat(backends()).isZero();
    world.settle();
    world.obey("1.1");
    assertThat(shop().waitsFor()).contains("2.1");
    world.obey("2.1");
    assertThat(world.cabinet.service("shop")).isEmpty();
    assertThat(world.state("1.1")).isEqualTo(CardState.AVAILABLE);
  }

  @Test
  void aCardThatComesBackWithADeletedServiceIsCleaned() {
    world.boot("1.1", 1, "b1");
    world.now = world.now.plusSeconds(1);
    world.report("1.1", "b1", running("old"));
    world.settle();
    assertThat(world.cabinet.queue(at("1.1")).waiting())
        .singleElement()
        .isInstanceOf(Command.RemoveService.class);
  }

  @Test
  void aSensorThatCannotBeReadKeepsItsAlarm() {
    world.boot("1.1", 1, "b1");
    world.reportChassis("1.1", "b1", List.of(1), List.of(fan(0, SensorReading.Quality.OK)));
    world.settle();
    assertThat(world.alarms()).containsExactly("fanFailed chassis 1 fan1");
    world.now = world.now.plusSeconds(1);
    world.reportChassis(
        "1.1", "b1", List.of(1), List.of(fan(0, SensorReading.Quality.UNAVAILABLE)));
    world.settle();
    assertThat(world.alarms()).containsExactly("fanFailed chassis 1 fan1");
    world.reportChassis("1.1", "b1", List.of(1), List.of(fan(3000, SensorReading.Quality.OK)));
    world.settle();
    assertThat(world.alarms()).isEmpty();
  }

  private SensorReading fan(double rpm, SensorReading.Quality quality) {
    return new SensorReading("fan1", SensorReading.Kind.RPM, rpm, quality, "", world.now);
  }

  @Test
  void aCardThatNeverIntroducesItselfIsSaidToHaveFailed() {
    world.apply(
        new Change.CardSeated(
            at("1.1"), io.cade.agent.wire.CardRole.SERVER, World.mac(at("1.1"), 1)),
        new Change.CardStateChanged(at("1.1"), CardState.BOOTING, "asked for its address"));
    world.pass(Duration.ofSeconds(80));
    assertThat(world.state("1.1")).isEqualTo(CardState.BOOTING);
    world.pass(Duration.ofSeconds(11));
    assertThat(world.state("1.1")).isEqualTo(CardState.FAILED);
  }

  @Test
  void aLateCopyOfARequestDoesNotMakeALiveCardLookAsIfItBooted() {
    announceShopOnTwoCards();
    world.apply(new Change.CardStateChanged(at("1.1"), CardState.BOOTING, "a late copy"));
    world.settle();
    assertThat(world.state("1.1")).isEqualTo(CardState.BOOTING);
    world.now = world.now.plusSeconds(2);
    world.report("1.1", "b1", running("shop"));
    world.settle();
    world.obey("1.1");
    assertThat(world.state("1.1")).isEqualTo(CardState.RUNNING);
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void aPassOverAModuleAtRestChangesNothing() {
    announceShopOnTwoCards();
    world.orders.clear();
    int before = world.history.size();
    world.settle();
    assertThat(world.history).hasSize(before);
    assertThat(world.orders).isEmpty();
  }
}
