package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.device.ApplyRun;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.device.ModelFile;
import io.cade.engine.device.ModelProblem;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Change.DeviceChange;
import io.cade.engine.model.ImageUpdate.Stage;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServiceVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cards of one service are not out at once, whatever each of them is out for. */
final class MatesTest extends ImageUpdateFixture {
  private static final String DISTURBS = "os: {items: {'unit:shop': {}}}";
  private static final String PLAIN = "os: {items: {'file:/etc/motd': {content: hello}}}";

  private void model(String text) {
    try {
      world.apply(
          new DeviceChange.ModelVersionAdded(
              "server",
              ModelFile.read(
                  "m.yaml",
                  text,
                  DeviceModel.empty("server").newest(),
                  2,
                  Instant.EPOCH,
                  "ann",
                  "why")));
    } catch (ModelProblem e) {
      throw new AssertionError(e);
    }
  }

  private void applyModel() {
    world.apply(
        new DeviceChange.RunChanged(
            ApplyRuns.begin(
                world.cabinet,
                world.cabinet.devices().model("server").orElseThrow(),
                2,
                ApplyRuns.cardsOf(world.cabinet, "server"),
                true,
                new ApplyRuns.Way(10, 0, 0, 60, false, false),
                "ann",
                "because",
                world.now)));
    world.settle();
  }

  private ApplyRun run() {
    return Objects.requireNonNull(world.cabinet.devices().runs().get("server"));
  }

  /** How many cards of the service are out, for their image or for their model. */
  private long out() {
    return shop().placements().stream()
        .filter(
            p -> update().worksOn(p.position()) || world.cabinet.devices().worksOn(p.position()))
        .count();
  }

  @ParameterizedTest
  @EnumSource
  void aModelAndAnImageThatComeTogetherNeverTakeTwoCardsOfAService(Kind kind) {
    for (int lead = -3; lead <= 40; lead += 3) {
      MatesTest test = new MatesTest();
      test.bothAtOnce(kind, lead);
    }
  }

  /**
   * @param lead seconds by which the image comes before the model
   */
  private void bothAtOnce(Kind kind, int lead) {
    begin(kind);
    model(DISTURBS);
    if (lead < 0) {
      applyModel();
      seconds(-lead);
    }
    start(1, 4, "");
    if (lead >= 0) {
      seconds(lead);
      applyModel();
    }
    long most = 0;
    String causes = "";
    for (int i = 0; i < 600 && (update().stage().isActive() || run().stage().isActive()); i++) {
      second();
      most = Math.max(most, out());
      causes += run().cards();
    }
    String when = kind + ", lead " + lead;
    assertThat(most).as(when).isEqualTo(1);
    assertThat(run().stage()).as(when + run()).isEqualTo(ApplyRun.Stage.DONE);
    assertThat(run().count(ApplyRun.Progress.FAILED)).as(when).isZero();
    assertThat(run().cards())
        .as(when)
        .allMatch(c -> c.progress() == ApplyRun.Progress.AWAY || c.detail().isEmpty());
    if (lead == 12) {
      assertThat(causes).contains("of service shop, which is being changed");
    }
    consistent(when);
    assertThat(update().stage()).as(when).isEqualTo(Stage.DONE);
  }

  @Test
  void anImageThatIsGivenUpDoesNotTakeACardThatIsGivenItsModel() {
    begin(Kind.OWN);
    model(DISTURBS);
    start(1, 1, "");
    until("some", () -> update().done() == 3);
    applyModel();
    assertThat(run().count(ApplyRun.Progress.WORKING)).isGreaterThanOrEqualTo(2);
    world.apply(
        new Change.ImageUpdateChanged(ImageUpdateOrders.cancelled(update(), "ann", world.now)));
    world.settle();
    for (int i = 0; i < 600 && (update().stage().isActive() || run().stage().isActive()); i++) {
      assertThat(CARDS)
          .noneMatch(c -> update().worksOn(at(c)) && world.cabinet.devices().record(at(c)).busy());
      assertThat(out()).isLessThanOrEqualTo(1);
      second();
    }
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(run().stage()).isEqualTo(ApplyRun.Stage.DONE);
    assertThat(run().count(ApplyRun.Progress.FAILED)).isZero();
    everythingIsAsBefore();
  }

  @Test
  void aCardThatIsGivenItsModelDoesNotRestartForAnImage() {
    begin(Kind.OWN);
    model(PLAIN);
    applyModel();
    assertThat(world.cabinet.devices().record(at("1.1")).busy()).isTrue();
    start(5, 5, "");
    world.settle();
    assertThat(update().cards()).isEmpty();
    assertThat(update().cause()).isEqualTo("waits: for card 1.3, which is being changed");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.DONE);
    assertThat(run().stage()).isEqualTo(ApplyRun.Stage.DONE);
  }

  private String obstacle(String card, boolean disturbs) {
    return new ServiceMates(world.cabinet)
        .obstacle(world.cabinet, null, world.card(card), disturbs);
  }

  @Test
  void aModelThatDisturbsWaitsForTheCardThatGetsAVersion() {
    begin(Kind.OWN);
    CardPosition first = shop().placements().getFirst().position();
    String second = shop().placements().get(1).position().toString();
    assertThat(obstacle(second, true)).isEmpty();
    world.apply(
        new Change.VersionAdded(
            "shop", new ServiceVersion(2, "sha256:c2", "", 0, world.now, "ann", "sale")),
        new Change.RolloutChanged(
            "shop",
            Rollout.begin(1, 2, Duration.ofSeconds(9), Duration.ofSeconds(9), "ann", world.now)
                .into(Rollout.Stage.INSTALLING, first, world.now, "")));
    assertThat(obstacle(first.toString(), false)).contains("has its version of service shop");
    assertThat(obstacle(second, true))
        .isEqualTo("waits for card " + first + " of service shop, which is being changed");
    assertThat(obstacle(second, false)).as("a third one serves").isEmpty();
    assertThat(obstacle(free().getFirst(), true)).isEmpty();
  }

  /** Fetching takes a while, in which another card of the service is lost. */
  @ParameterizedTest
  @EnumSource(names = {"OWN", "NETWORK"})
  void aCardDoesNotRestartForItsImageWhileAnotherOfItsServiceIsLost(Kind kind) {
    served = 5;
    begin(kind);
    fetchingTakesLong = true;
    start(1, 1, "");
    until("fetching", () -> reached("STAGING 1.1"));
    assertThat(world.card("1.1").drain()).isNotNull();
    blade("1.2").hangs = true;
    until("loss", () -> !world.card("1.2").state().isAlive());
    second();
    Service shop = shop();
    Card card = world.card("1.1");
    assertThat(card.drain()).as("visitors come again").isNull();
    assertThat(Routing.serves(shop, card)).isTrue();
    fetchingTakesLong = false;
    int boots = blade("1.1").boots;
    seconds(1_200);
    assertThat(blade("1.1").boots).isEqualTo(boots);
    assertThat(world.state("1.1")).isEqualTo(CardState.RUNNING);
    assertThat(update().on(at("1.1")).orElseThrow().detail())
        .isEqualTo("waits for service shop to run on card 1.2");
    assertThat(leastServing).isEqualTo(served - 1);
    power("1.2");
    until("drained once more", () -> world.card("1.1").drain() != null);
    assertThat(blade("1.1").boots).isEqualTo(boots);
    untilEnded();
    consistent("the end");
    assertThat(update().stage()).isEqualTo(Stage.DONE);
  }

  @Test
  void whatIsHeldUpDoesNotHoldUpAModel() {
    served = 5;
    begin(Kind.OWN);
    model(DISTURBS);
    start(1, 1, "");
    until("fetching", () -> reached("STAGING 1.1"));
    fetchingTakesLong = true;
    blade("1.2").hangs = true;
    until("loss", () -> !world.card("1.2").state().isAlive());
    fetchingTakesLong = false;
    seconds(5);
    assertThat(update().on(at("1.1")).orElseThrow().detail()).contains("card 1.2");
    applyModel();
    seconds(30);
    assertThat(run().stage()).isEqualTo(ApplyRun.Stage.DONE);
    assertThat(run().card(at("1.1")).orElseThrow().progress()).isEqualTo(ApplyRun.Progress.DONE);
  }
}
