package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ServiceStatus;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.ImageUpdate.CardStep;
import io.cade.engine.model.ImageUpdate.Course;
import io.cade.engine.model.ImageUpdate.Image;
import io.cade.engine.model.ImageUpdate.Stage;
import io.cade.engine.model.ImageUpdate.State;
import io.cade.engine.model.Placement;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.Service;
import io.cade.engine.observe.Observations;
import io.cade.engine.observe.ProbeOutcome;
import io.cade.image.slot.Slot;
import io.cade.image.slot.SlotContent;
import io.cade.image.slot.SlotState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Five cards with two slots each, a service on three of them, and a proxy, in virtual time. */
final class ImageUpdateRulesTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final List<String> CARDS = List.of("1.1", "1.2", "1.3", "2.1", "2.2");
  private static final String DIGEST = "sha256:new";
  private static final int BOOT_SECONDS = 4;

  private final World world = new World();

  /** A simulated card: its durable slots, and what runs now. */
  private static final class Blade {
    SlotState slots = SlotState.empty();
    int boots;
    int bootsIn;
    boolean hangs;
    boolean serves;
  }

  private final Map<String, Blade> blades = new TreeMap<>();
  private final Set<String> refuses = new HashSet<>();
  private final Set<String> unusable = new HashSet<>();
  private final List<String> steps = new ArrayList<>();
  private final Set<String> badPages = new HashSet<>();
  private final Set<String> visited = new TreeSet<>();
  private boolean imageHangs;
  private int asked;
  private int served = 3;
  private int leastServing;
  private int mostAtOnce;

  private Service shop() {
    return world.cabinet.service("shop").orElseThrow();
  }

  private Blade blade(String position) {
    return Objects.requireNonNull(blades.get(position));
  }

  private ImageUpdate update() {
    return Objects.requireNonNull(world.cabinet.updates().get("blade"));
  }

  private static String bootId(String position, Blade blade) {
    return "b" + position + "-" + blade.boots;
  }

  private void begin() {
    for (String card : CARDS) {
      blades.put(card, new Blade());
      power(card);
      introduce(card);
    }
    world.create("shop", served);
    world.generate("shop");
    seconds(5);
    assertThat(shop().running()).isEqualTo(served);
    leastServing = served;
  }

  /** Power comes back, or the card restarts: the slots decide. */
  private void power(String position) {
    Blade blade = blade(position);
    blade.serves = false;
    blade.bootsIn = BOOT_SECONDS;
    blade.hangs = false;
    String version = "1";
    switch (blade.slots.boot()) {
      case SlotState.Boot.From from -> {
        blade.slots = from.next();
        version = from.next().content(from.slot()).orElseThrow().version();
        blade.hangs = imageHangs && version.equals("2");
      }
      case SlotState.Boot.Nothing nothing -> blade.slots = nothing.next();
    }
    world.imageVersions.put(position, version);
  }

  private void introduce(String position) {
    Blade blade = blade(position);
    blade.bootsIn = 0;
    blade.boots++;
    world.boot(position, 1, bootId(position, blade));
  }

  private void second() {
    world.now = world.now.plus(SECOND);
    for (String position : CARDS) {
      Blade blade = blade(position);
      PowerHold hold = world.card(position).hold();
      if (hold != null && hold.reason() == PowerHold.Reason.CYCLE && blade.bootsIn == 0) {
        power(position);
      } else if (blade.bootsIn > 0) {
        if (--blade.bootsIn == 0 && !blade.hangs) {
          introduce(position);
        } else if (blade.bootsIn == 2
            && world.card(position).state().mayBecome(CardState.BOOTING)) {
          // Its boot ROM has asked for an address.
          world.apply(new Change.CardStateChanged(at(position), CardState.BOOTING, "asked"));
        }
      } else if (!blade.hangs) {
        obey(position, blade);
        List<ServiceStatus> services =
            blade.serves
                ? List.of(new ServiceStatus("shop", ServiceStatus.State.RUNNING, "sha256:shop", ""))
                : List.of();
        world.observations.heard(
            new Report(at(position), bootId(position, blade), services, List.of(), null),
            world.now);
      }
    }
    proxySpeaks();
    world.settle();
    look();
    world.probe(this::answer);
    look();
  }

  private void obey(String position, Blade blade) {
    CardPosition p = at(position);
    for (Command c : List.copyOf(world.cabinet.queue(p).waiting())) {
      if (world.cabinet.queue(p).command(c.id()).isEmpty() || blade.bootsIn > 0) {
        continue;
      }
      String said = "";
      boolean good = true;
      boolean restart = false;
      switch (c) {
        case Command.StageImage stage -> {
          good = !refuses.contains(position);
          said = good ? "staged" : "the disk is full";
          if (good && slot(blade, stage.digest()).isEmpty()) {
            SlotState.Installation done =
                blade.slots.install(stage.digest(), "2", 2, 0, 1, Optional.empty());
            blade.slots = ((SlotState.Installation.Allowed) done).next();
          }
        }
        case Command.BootImage _ -> restart = true;
        case Command.MarkImage _ -> blade.slots = blade.slots.markGood();
        case Command.RevertImage revert -> {
          restart = "2".equals(world.imageVersions.get(position)) && blade.slots.booted() != null;
          said = restart ? "restarts" : "does not run here";
          slot(blade, revert.digest())
              .ifPresent(s -> blade.slots = blade.slots.withdraw(s, "engine", "test", 0));
        }
        case Command.StartService _ -> blade.serves = true;
        case Command.StopService _, Command.RemoveService _ -> blade.serves = false;
        default -> {
          // Nothing to see.
        }
      }
      try {
        world.apply(new Change.CommandFinished(p, c.id(), good, said));
      } finally {
        // The card restarts whether its engine lives or not.
        if (restart) {
          power(position);
        }
      }
    }
  }

  private static Optional<Slot> slot(Blade blade, String digest) {
    return List.of(Slot.values()).stream()
        .filter(s ->
            blade
                .slots
                .content(s)
                .filter(x -> x.digest().equals(digest))
                .filter(x -> x.standing() != SlotContent.Standing.BAD)
                .isPresent())
        .findFirst();
  }

  private void proxySpeaks() {
    List<ProxyReport.BackendReport> backends = new ArrayList<>();
    for (Placement placement : shop().placements()) {
      String position = placement.position().toString();
      Card card = world.card(position);
      if (Routing.serves(shop(), card)) {
        boolean usable = !unusable.contains(position + " " + world.imageVersions.get(position));
        backends.add(
            new ProxyReport.BackendReport(
                "shop",
                at(position),
                usable,
                usable ? "" : "answers 500",
                100,
                0,
                card.drain() == null ? 3 : 0));
      }
    }
    world.observations.heard(
        new ProxyReport(
            at("0.4"),
            "p",
            1,
            backends,
            List.of(),
            List.of(),
            List.of(),
            List.of(new ProxyReport.Entrance("127.1.0.4", 8080, false))),
        world.now);
  }

  private ProbeOutcome answer(WantedProbes.Probe probe) {
    String position = probe.target().card().toString();
    asked++;
    return badPages.contains(position + " " + world.imageVersions.get(position))
        ? ProbeOutcome.bad("card " + position + " answered 503")
        : ProbeOutcome.good();
  }

  private void look() {
    leastServing =
        Math.min(
            leastServing,
            (int)
                shop().placements().stream()
                    .filter(p -> Routing.serves(shop(), world.card(p.position().toString())))
                    .count());
    for (Placement placement : shop().placements()) {
      Card card = world.card(placement.position().toString());
      if (Routing.serves(shop(), card)
          && Routing.drainedUntil(world.cabinet, shop(), card) == null) {
        visited.add(card.position() + " " + world.imageVersions.get(card.position().toString()));
      }
    }
    ImageUpdate update = world.cabinet.updates().get("blade");
    if (update != null) {
      mostAtOnce = Math.max(mostAtOnce, update.underWay().size());
      for (CardStep step : update.cards()) {
        String text = step.state() + " " + step.position();
        if (!steps.contains(text)) {
          steps.add(text);
        }
      }
    }
  }

  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      second();
    }
  }

  private void until(String what, BooleanSupplier reached) {
    for (int i = 0; i < 2_000; i++) {
      if (reached.getAsBoolean()) {
        return;
      }
      second();
    }
    throw new AssertionError(what + " was not reached: " + steps + " " + update());
  }

  private void untilEnded() {
    until("the end", () -> !update().stage().isActive());
  }

  private void start(int canary, int parallel, String window) {
    world.apply(
        new Change.ImageUpdateChanged(
            new ImageUpdate(
                "blade",
                new Image("sha256:b", "2", 2, 0, "x86_64", "server", DIGEST, 100),
                List.of("1"),
                new Course(canary, parallel, window, Duration.ofSeconds(10), Duration.ofSeconds(8)),
                Stage.RUNNING,
                world.now,
                List.of(),
                "ann",
                "")));
  }

  private Set<String> versions() {
    return new TreeSet<>(world.imageVersions.values());
  }

  private boolean reached(String step) {
    return steps.contains(step);
  }

  @Test
  void anImageUnderWhichAPageIsWrongIsSeenByTheEngineAloneAndGoesBack() {
    begin();
    badPages.addAll(shop().placements().stream().map(p -> p.position() + " 2").toList());
    start(1, 4, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause()).matches("card \\S+ answered 503");
    assertThat(visited).noneMatch(v -> v.endsWith(" 2"));
    assertThat(versions()).containsExactly("1");
  }

  @Test
  void aCardOfAStoppedServiceIsNotAsked() {
    begin();
    world.apply(
        new Change.ServiceSettingsChanged(
            "shop", shop().settings().with(Map.of("serving", "off"))));
    start(1, 4, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.DONE);
    assertThat(asked).isZero();
  }

  @Test
  void cardsGetTheImageInWavesAndNeverTwoOfOneService() {
    begin();
    start(1, 4, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.DONE);
    assertThat(update().done()).isEqualTo(5);
    assertThat(versions()).containsExactly("2");
    assertThat(leastServing).isEqualTo(2);
    assertThat(mostAtOnce).as("a card of the service and the free ones").isBetween(2, 3);
    assertThat(blades.values())
        .allSatisfy(blade ->
            assertThat(blade.slots.content(Objects.requireNonNull(blade.slots.booted())))
                .hasValueSatisfying(
                    c -> assertThat(c.standing()).isEqualTo(SlotContent.Standing.GOOD)));
    assertThat(world.alarms()).isEmpty();
    assertThat(world.history).noneMatch(c -> c instanceof Change.AlarmRaised);
    CARDS.forEach(card -> assertThat(world.card(card).drain()).isNull());
  }

  @Test
  void theCanaryIsAloneUntilItHasProvedItself() {
    begin();
    start(1, 4, "");
    until("canary", () -> reached("MARKING 1.1"));
    assertThat(mostAtOnce).isEqualTo(1);
  }

  @Test
  void cardsAreBegunOnlyWithinTheirWindow() {
    begin();
    start(1, 1, "10:20-10:21");
    seconds(30);
    assertThat(update().cause()).contains("until it is 10:20-10:21");
    assertThat(update().cards()).isEmpty();
    until("window", () -> !update().cards().isEmpty());
    assertThat(world.now).isAfterOrEqualTo("2026-11-21T10:20:00Z");
    assertThat(ImageUpdateOrders.isWithin("22:00-04:00", world.now)).isFalse();
    assertThat(ImageUpdateOrders.isWithin("22:00-12:00", world.now)).isTrue();
  }

  @Test
  void anImageThatACardRefusesComesToNobodyElse() {
    begin();
    refuses.add("1.1");
    start(1, 1, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause()).isEqualTo("card 1.1: the disk is full");
    assertThat(world.alarms()).anyMatch(a -> a.contains("updateFailed"));
    everythingIsAsBefore();
  }

  @Test
  void anImageThatHangsIsLeftByAPowerCycle() {
    begin();
    imageHangs = true;
    start(1, 4, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause()).contains("card 1.1 did not come back from its restart");
    assertThat(steps).contains("BACK_CYCLED 1.1").noneMatch(s -> s.contains("2.1"));
    everythingIsAsBefore();
  }

  @Test
  void aCardThatProxiesFindUnusableSendsThoseThatAreDoneBackToo() {
    begin();
    unusable.add("2.1 2");
    start(1, 1, "");
    untilEnded();
    assertThat(update().cause()).contains("proxy 0.4 finds service shop on card 2.1 unusable");
    assertThat(reached("DONE 1.1")).isTrue();
    assertThat(leastServing).isGreaterThanOrEqualTo(2);
    everythingIsAsBefore();
  }

  @Test
  void aCancelledUpdateGoesBackWithoutAnAlarm() {
    begin();
    start(1, 1, "");
    until("second", () -> update().done() == 2);
    world.apply(
        new Change.ImageUpdateChanged(ImageUpdateOrders.cancelled(update(), "ann", world.now)));
    untilEnded();
    assertThat(update().cause()).isEqualTo("cancelled by ann");
    assertThat(world.alarms()).isEmpty();
    everythingIsAsBefore();
  }

  @Test
  void powerCutsAtAnyStepLeaveEachCardWithOneImageOrTheOther() {
    for (State cut :
        List.of(
            State.DRAINING,
            State.STAGING,
            State.RESTARTING,
            State.BOOTING,
            State.STARTING,
            State.PROVING,
            State.MARKING,
            State.DONE)) {
      for (String card : List.of("1.1", "2.1")) {
        ImageUpdateRulesTest test = new ImageUpdateRulesTest();
        test.begin();
        test.start(1, 2, "");
        test.until(cut + " " + card, () -> test.reached(cut + " " + card));
        test.power(card);
        test.untilEnded();
        test.consistent("power cut of " + card + " at " + cut);
      }
    }
  }

  @Test
  void anEngineThatDiesBetweenAnyTwoTransactionsComesToAnEnd() {
    begin();
    long before = world.cabinet.position();
    start(1, 3, "");
    untilEnded();
    int all = (int) (world.cabinet.position() - before);
    assertThat(all).isGreaterThan(40);
    for (int dies = 1; dies <= all; dies++) {
      dieAfter(dies, false);
      dieAfter(dies, true);
    }
  }

  private static void dieAfter(int transactions, boolean fails) {
    ImageUpdateRulesTest test = new ImageUpdateRulesTest();
    test.begin();
    if (fails) {
      test.unusable.add("2.1 2");
    }
    test.world.dieAfter(transactions);
    try {
      test.start(1, 3, "");
      test.untilEnded();
    } catch (World.Death e) {
      test.world.dieAfter(0);
      test.world.observations = new Observations();
      test.world.listeningSince = test.world.now;
      test.world.conductor = World.newConductor();
      if (test.world.cabinet.updates().isEmpty()) {
        return; // died before it was on record
      }
      test.untilEnded();
    }
    String when = "after " + transactions + " transactions" + (fails ? ", bad image" : "");
    if (fails) {
      assertThat(test.update().stage()).as(when).isEqualTo(Stage.RETURNED);
    }
    test.consistent(when);
  }

  private void consistent(String when) {
    String end = update() + " " + steps;
    seconds(10);
    boolean done = update().stage() == Stage.DONE;
    assertThat(versions()).as("%s: %s", when, end).containsExactly(done ? "2" : "1");
    assertThat(shop().running()).as("%s: %s", when, end).isEqualTo(served);
    assertThat(leastServing).as("%s: %s", when, end).isGreaterThanOrEqualTo(served - 2);
    for (String card : CARDS) {
      assertThat(world.card(card).drain()).as("%s: %s", when, end).isNull();
      assertThat(world.card(card).hold()).as("%s: %s", when, end).isNull();
    }
  }

  private void everythingIsAsBefore() {
    consistent("the end");
    assertThat(versions()).containsExactly("1");
    // A power cut at any later time does not bring the image back.
    for (String card : CARDS) {
      power(card);
    }
    assertThat(versions()).containsExactly("1");
  }
}
