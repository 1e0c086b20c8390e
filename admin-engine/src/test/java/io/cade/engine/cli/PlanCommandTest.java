package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Move;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.operate.Role;
import io.cade.engine.route.RouteDerivation;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code service plan|resize} against the engine's real API server; no conductor runs. */
@Timeout(120)
final class PlanCommandTest {
  private static final CardPosition FIRST = new CardPosition(1, 1);
  private static final CardPosition SECOND = new CardPosition(2, 1);

  @TempDir Path dir;
  private final InstantSource clock = InstantSource.fixed(Desk.NOW);
  private final TestWriter writer = new TestWriter(clock);
  private ServedDesk served;
  private Desk desk;

  @BeforeEach
  void start() throws Exception {
    served = new ServedDesk(dir, ServedDesk.Wishes.of(writer, clock));
    desk = served.desk;
    for (CardPosition p : List.of(FIRST, SECOND, new CardPosition(1, 2))) {
      writer.given(
          new Change.CardSeated(
              p,
              CardRole.SERVER,
              new MacAddress("02:00:00:00:%02x:%02x".formatted(p.chassis(), p.slot()))),
          new Change.CardStateChanged(p, CardState.BOOTING, ""),
          new Change.CardStateChanged(p, CardState.AVAILABLE, ""));
    }
    writer.given(
        new Change.ServiceCreated(
            writer.current().nextServiceIndex(),
            new ServiceDefinition("shop", "static-site", List.of("shop.example"), 1, "sha256:00")),
        new Change.CardsBound("shop", List.of(FIRST)),
        new Change.PackageGenerated("shop", "sha256:first", 10),
        new Change.CardDrained(new CardPosition(1, 2), Desk.NOW, "vera"),
        new Change.ServicePhaseChanged("shop", ServicePhase.ANNOUNCED, ""));
    runs(FIRST);
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  private void runs(CardPosition at) {
    writer.given(
        new Change.CardStateChanged(at, CardState.ASSIGNED, ""),
        new Change.PlacementChanged("shop", new Placement(at, Placement.State.RUNNING, "", "")));
  }

  private Service shop() {
    return writer.current().service("shop").orElseThrow();
  }

  @Test
  void thePlanSaysOfEachCardWhyAndChangesNothingAlsoForAViewer() throws Exception {
    served.sitsDown("vera", Role.VIEWER);
    long before = writer.current().position();
    Desk.Outcome plan = desk.run("service", "plan", "shop", "--cards", "2");
    assertThat(plan.err()).isEmpty();
    assertThat(plan.code()).isZero();
    assertThat(plan.out().lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("service shop on 2 cards: 1.1 stays, 2.1 joins"),
            line -> assertThat(line).isEmpty(),
            line -> assertThat(line).contains("CARD", "VERDICT", "WHY"),
            line -> assertThat(line).contains("2.1", "joins", "chassis 2 has no card of shop"),
            line -> assertThat(line).contains("1.1", "stays", "serves shop"),
            line -> assertThat(line).contains("1.2", "drained", "drained by vera"));
    assertThat(desk.run("service", "plan", "bakery", "--cards", "3").out())
        .contains("service bakery cannot have 3 cards: needs 3 Available cards, 1 free (2.1)")
        .contains("in use by service shop");
    assertThat(desk.run("service", "plan", "shop", "--cards", "2", "--json").out())
        .contains("\"possible\"", "\"verdicts\"", "\"joins\"");
    assertThat(writer.current().position()).isEqualTo(before);
    assertThat(desk.run("service", "resize", "shop", "--cards", "2").code())
        .isEqualTo(ExitCode.REFUSED.code());
    assertThat(shop().definition().cards()).isEqualTo(1);
  }

  @Test
  void aServiceIsResizedAndTheCommandWaitsForItsCards() throws Exception {
    desk.onPause = () -> runs(SECOND);
    Desk.Outcome grown = desk.run("service", "resize", "shop", "--cards", "2", "--wait", "5");
    assertThat(grown.err()).contains("shop: cards are set up: 2.1 PENDING");
    assertThat(grown.code()).isZero();
    assertThat(grown.out()).contains("2/2");
    desk.onPause = () -> writer.given(new Change.CardsBound("shop", List.of(FIRST)));
    Desk.Outcome shrunk = desk.run("service", "resize", "shop", "--cards", "1", "--wait", "5");
    assertThat(shrunk.err()).contains("shop: 1 card is emptied of visitors");
    assertThat(shrunk.code()).isZero();
    assertThat(writer.current().card(SECOND).orElseThrow().drain()).isNotNull();
    assertThat(shop().definition().cards()).isEqualTo(1);
  }

  @Test
  void aServiceIsMovedAndTheCommandTellsEachStep() throws Exception {
    desk.onPause =
        () -> {
          desk.onPause =
              () ->
                  writer.given(
                      new Change.MoveChanged(
                          "shop", lastMove().into(Move.Stage.DONE, Desk.NOW, "")),
                      new Change.CardsBound("shop", List.of(SECOND)));
          runs(SECOND);
          writer.given(
              new Change.MoveChanged("shop", lastMove().into(Move.Stage.DRAINING, Desk.NOW, "")));
        };
    Desk.Outcome moved = desk.run("service", "move", "shop", "1.1", "auto", "--wait", "5");
    assertThat(moved.err())
        .contains("shop: card 2.1 is set up to take the place of 1.1")
        .contains("shop: card 2.1 serves; card 1.1 is emptied of visitors");
    assertThat(moved.code()).isZero();
    assertThat(moved.out())
        .contains("card 2.1 took the place of 1.1", "ordered; chassis 2 has no card of shop");
  }

  @Test
  void aServiceIsStoppedAndStartedAndKeepsItsCards() throws Exception {
    RouteDerivation routes = new RouteDerivation(_ -> RouteDerivation.SiteCertificate.none(), 8000);
    writer.given(
        new Change.LeaseGranted(
            FIRST, new MacAddress("02:00:00:00:01:01"), "127.1.1.1", Desk.NOW.plusSeconds(60)));
    assertThat(routes.sites(writer.current()).getFirst().backends()).hasSize(1);
    assertThat(desk.run("service", "stop", "shop").out()).contains("serving", "off", "1/1");
    assertThat(routes.sites(writer.current()))
        .singleElement()
        .satisfies(site -> assertThat(site.backends()).isEmpty());
    assertThat(desk.run("service", "return", "shop", "1").err())
        .contains("service shop is stopped", "service start shop first");
    assertThat(desk.run("service", "start", "shop").out()).doesNotContain("serving");
    assertThat(routes.sites(writer.current()).getFirst().backends()).hasSize(1);
  }

  @Test
  void sparesAreKeptBackAndShown() throws Exception {
    assertThat(desk.run("spare", "show").out())
        .isEqualTo("0 cards are kept back to take the place of failed ones; 1 is free: 2.1\n");
    assertThat(desk.run("spare", "set", "1").out()).startsWith("1 card is kept back");
    assertThat(desk.run("service", "resize", "shop", "--cards", "2").err())
        .contains("needs 1 Available cards, 0 free; of the others: 1 kept back");
    assertThat(desk.run("service", "plan", "shop", "--cards", "2").out())
        .contains("kept back", "free, but 1 card is kept back to take the place of failed ones");
    assertThat(desk.run("spare", "set", "-1").err()).contains("outside 0 to");
    assertThat(desk.run("spare", "set", "100000").err()).contains("the slots of this cabinet");
    served.sitsDown("vera", Role.VIEWER);
    assertThat(desk.run("spare", "set", "0").code()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(desk.run("spare", "show").code()).isZero();
  }

  private Move lastMove() {
    return Objects.requireNonNull(shop().lastMove());
  }

  @Test
  void aMoveThatIsUndoneOrRefusedSaysWhy() throws Exception {
    assertThat(desk.run("service", "move", "shop", "1.1", "1.2").err())
        .contains("card 1.2 cannot take the place of another: drained by vera");
    assertThat(desk.run("service", "move", "shop", "2.1", "auto").err())
        .contains("service shop is not on card 2.1, but on 1.1");
    assertThat(desk.run("service", "move", "shop", "1.1").code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(desk.run("service", "move", "shop", "1.1", "2.1", "--no-wait").code()).isZero();
    Desk.Outcome shown = desk.run("service", "show", "shop");
    assertThat(shown.out())
        .contains("card 2.1 to serve in place of 1.1, since 0 s (")
        .contains("at the latest");
    assertThat(desk.run("service", "list").out()).contains("card 2.1 to serve in place of 1.1");
    assertThat(desk.run("service", "move", "shop", "1.1", "2.1").err())
        .contains("card 2.1 is set up to take the place of 1.1; wait for it");
    assertThat(desk.run("service", "cancel", "shop").code()).isZero();
    assertThat(lastMove().cause()).startsWith("cancelled by ");
    assertThat(shop().on(SECOND)).isEmpty();
  }

  @Test
  void whatCannotBeDoneIsRefusedInThePlansWords() throws Exception {
    Desk.Outcome refused = desk.run("service", "resize", "shop", "--cards", "3");
    assertThat(refused.code()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(refused.err())
        .contains("service shop cannot have 3 cards: needs 2 Available cards, 1 free (2.1)")
        .contains("1 drained", "nothing was changed");
    assertThat(desk.run("service", "resize", "shop", "--cards", "0").code())
        .isEqualTo(ExitCode.USAGE.code());
    assertThat(desk.run("service", "resize", "shop", "--cards", "281").err())
        .contains("this cabinet has 280 slots");
    assertThat(desk.run("service", "resize", "nothing", "--cards", "2").err()).contains("nothing");
    assertThat(desk.run("service", "resize", "shop", "--cards", "2", "--deadline", "soon").err())
        .contains("not a duration");
    assertThat(desk.run("service", "plan", "No_Name", "--cards", "1").err())
        .contains("lower-case letters");
    assertThat(desk.run("service", "plan", "shop").code()).isEqualTo(ExitCode.USAGE.code());
    writer.given(new Change.ServicePhaseChanged("shop", ServicePhase.REMOVING, ""));
    assertThat(desk.run("service", "plan", "shop", "--cards", "2").out())
        .contains("but not now: service shop is in phase REMOVING");
    assertThat(shop().definition().cards()).isEqualTo(1);
  }
}
