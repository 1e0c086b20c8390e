package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.cade.engine.model.SlotImage;
import io.cade.engine.model.StoredImage;
import io.cade.engine.observe.Observations;
import io.cade.image.slot.Slot;
import io.cade.image.slot.SlotContent;
import io.cade.image.slot.SlotState;
import java.time.Duration;
import java.time.Instant;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Five cards with two slots each, a service on three of them, and a proxy, in virtual time. The
 * slots are the cards' own, or the engine's because the cards boot from the network, or some are
 * this and some that.
 */
final class ImageUpdateRulesTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final List<String> CARDS = List.of("1.1", "1.2", "1.3", "2.1", "2.2");
  private static final String DIGEST = "sha256:new";
  private static final String OLD = "sha256:old";
  private static final int BOOT_SECONDS = 4;

  /** Seconds before its introduction at which a card asks the engine for its boot script. */
  private static final int SCRIPT_AT = 3;

  private static final int STAGING_SECONDS = 2;

  /** Where the slots are. */
  enum Kind {
    OWN,
    NETWORK,
    MIXED;

    /** Cards that boot from the network. */
    Set<String> network() {
      return switch (this) {
        case OWN -> Set.of();
        case NETWORK -> Set.copyOf(CARDS);
        case MIXED -> Set.of("1.1", "2.1");
      };
    }
  }

  private final World world = new World();
  private int storing;
  private String storeRefuses = "";

  /** A simulated card: its durable slots, and what runs now. */
  private static final class Blade {
    SlotState slots = SlotState.empty();
    int boots;
    int bootsIn;
    boolean hangs;
    boolean dead;
    boolean serves;

    /** What it got of its engine in this boot; null before, and for a card with slots of its own. */
    @Nullable String script;
  }

  private final Map<String, Blade> blades = new TreeMap<>();
  private final Set<String> refuses = new HashSet<>();
  private final Set<String> unusable = new HashSet<>();

  /** Cards that the image destroys. */
  private final Set<String> destroyed = new HashSet<>();

  /** A card whose power somebody has cut: that it does not serve is not the update's doing. */
  private String cut = "";
  private int bootsBeforeCut;
  private final List<String> steps = new ArrayList<>();
  private boolean imageHangs;
  private int served = 3;
  private int leastServing;
  private int mostAtOnce;
  private int mostOfTheService;
  private int told;

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

  private void begin(Kind kind) {
    world.network.addAll(kind.network());
    world.apply(
        new Change.ImageImported(image(OLD, "1", 1)), new Change.ImageUsed(OLD));
    for (String card : CARDS) {
      blades.put(card, new Blade());
      power(card);
      runs(card, blade(card), "1");
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
    blade.hangs = blade.dead;
    blade.script = null;
    if (blade.dead || world.network.contains(position)) {
      return;
    }
    String version = "1";
    switch (blade.slots.boot()) {
      case SlotState.Boot.From from -> {
        blade.slots = from.next();
        version = from.next().content(from.slot()).orElseThrow().version();
        blade.hangs = imageHangs && version.equals("2");
      }
      case SlotState.Boot.Nothing nothing -> blade.slots = nothing.next();
    }
    runs(position, blade, version);
  }

  private void runs(String position, Blade blade, String version) {
    world.imageVersions.put(position, version);
    if (version.equals("2") && destroyed.contains(position)) {
      blade.dead = true;
      blade.hangs = true;
    }
  }

  /** A card that keeps nothing boots what its engine gives it, and that is paid for first. */
  private void fetchScript(String position, Blade blade) {
    SlotImage slot = world.cabinet.slotImage(at(position)).orElse(null);
    String digest = slot == null ? OLD : slot.next();
    if (slot != null && slot.hasAttempt()) {
      // When the engine ends right after this, the card has got nothing and asks once more.
      world.apply(new Change.SlotImageChanged(slot.paid()));
    }
    blade.script = digest;
    String version = digest.equals(DIGEST) ? "2" : "1";
    blade.hangs = imageHangs && version.equals("2");
    runs(position, blade, version);
  }

  private static StoredImage image(String digest, String version, long build) {
    return new StoredImage(
        digest,
        "blade",
        version,
        build,
        "x86_64",
        Instant.EPOCH,
        0,
        100,
        "test",
        List.of(),
        Instant.EPOCH,
        "ann",
        false);
  }

  /** The engine takes the image into its store, as long as somebody orders it. */
  private void store() {
    boolean ordered = world.orders.remove(new Order.StoreImage(DIGEST));
    world.orders.removeIf(Order.StoreImage.class::isInstance);
    storing = ordered ? storing + 1 : 0;
    if (storing < STAGING_SECONDS || world.cabinet.images().containsKey(DIGEST)) {
      return;
    }
    if (storeRefuses.isEmpty()) {
      world.apply(new Change.ImageImported(image(DIGEST, "2", 2)));
    } else {
      world.apply(
          ImageUpdateOrders.stagingFailed(world.cabinet, DIGEST, storeRefuses)
              .toArray(Change[]::new));
    }
  }

  private void introduce(String position) {
    Blade blade = blade(position);
    blade.bootsIn = 0;
    blade.boots++;
    world.boot(position, 1, bootId(position, blade));
  }

  private void second() {
    world.now = world.now.plus(SECOND);
    store();
    for (String position : CARDS) {
      Blade blade = blade(position);
      PowerHold hold = world.card(position).hold();
      if (hold != null && hold.reason() == PowerHold.Reason.CYCLE && blade.bootsIn == 0) {
        power(position);
      } else if (blade.bootsIn > 0) {
        if (!blade.dead
            && blade.bootsIn <= SCRIPT_AT
            && blade.script == null
            && world.network.contains(position)) {
          fetchScript(position, blade);
        }
        if (--blade.bootsIn == 0 && !blade.hangs) {
          introduce(position);
        } else if (blade.bootsIn == 2
            && !blade.dead
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
        case Command.Reboot _ -> {
          world.observations.gave(p, c.id(), world.now);
          // Its memory goes with it: it cannot say afterwards that it was told to.
          power(position);
          continue;
        }
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
    world.observations.heard(new ProxyReport(at("0.4"), "p", 1, backends), world.now);
  }

  private void look() {
    // Not before it is back: for some time its engine has not even noticed.
    if (!cut.isEmpty() && blade(cut).boots > bootsBeforeCut && serves(cut)) {
      cut = "";
    }
    leastServing =
        Math.min(
            leastServing,
            (int)
                shop().placements().stream()
                    .map(p -> p.position().toString())
                    .filter(p -> p.equals(cut) || serves(p))
                    .count());
    ImageUpdate update = world.cabinet.updates().get("blade");
    if (update != null) {
      mostAtOnce = Math.max(mostAtOnce, update.underWay().size());
      mostOfTheService =
          Math.max(
              mostOfTheService,
              (int)
                  update.underWay().stream()
                      .filter(step -> shop().on(step.position()).isPresent())
                      .count());
    }
    // Also what lasted for one pass only.
    for (; told < world.history.size(); told++) {
      if (world.history.get(told) instanceof Change.ImageUpdateChanged changed) {
        for (CardStep step : changed.update().cards()) {
          String text = step.state() + " " + step.position();
          if (!steps.contains(text)) {
            steps.add(text);
          }
        }
      }
    }
  }

  private boolean serves(String position) {
    return Routing.serves(shop(), world.card(position));
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
    world.apply(new Change.ImageUpdateChanged(planned(canary, parallel, window)));
  }

  private ImageUpdate planned(int canary, int parallel, String window) {
    return new ImageUpdate(
        "blade",
        new Image("sha256:b", "2", 2, 0, "x86_64", "server", DIGEST, 100),
        List.of("1"),
        new Course(canary, parallel, window, Duration.ofSeconds(10), Duration.ofSeconds(8)),
        Stage.RUNNING,
        world.now,
        List.of(),
        "ann",
        "");
  }

  private Set<String> versions() {
    return new TreeSet<>(world.imageVersions.values());
  }

  private boolean reached(String step) {
    return steps.contains(step);
  }

  @ParameterizedTest
  @EnumSource
  void cardsGetTheImageInWavesAndNeverTwoOfOneService(Kind kind) {
    begin(kind);
    start(1, 4, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.DONE);
    assertThat(update().done()).isEqualTo(5);
    assertThat(versions()).containsExactly("2");
    assertThat(leastServing).isEqualTo(2);
    assertThat(mostOfTheService).isEqualTo(1);
    assertThat(mostAtOnce).as("a card of the service and the free ones").isBetween(2, 3);
    assertThat(blades.keySet().stream().filter(card -> !kind.network().contains(card)))
        .map(this::blade)
        .allSatisfy(blade ->
            assertThat(blade.slots.content(Objects.requireNonNull(blade.slots.booted())))
                .hasValueSatisfying(
                    c -> assertThat(c.standing()).isEqualTo(SlotContent.Standing.GOOD)));
    assertThat(world.alarms()).isEmpty();
    assertThat(world.history).noneMatch(c -> c instanceof Change.AlarmRaised);
    CARDS.forEach(card -> assertThat(world.card(card).drain()).isNull());
  }

  @ParameterizedTest
  @EnumSource
  void theCanaryIsAloneUntilItHasProvedItself(Kind kind) {
    begin(kind);
    start(1, 4, "");
    until("canary", () -> reached("PROVING 1.1"));
    seconds(9);
    assertThat(mostAtOnce).isEqualTo(1);
    until("the others", () -> mostAtOnce > 1);
    assertThat(reached("DONE 1.1")).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void cardsAreBegunOnlyWithinTheirWindow(Kind kind) {
    begin(kind);
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
    begin(Kind.OWN);
    refuses.add("1.1");
    start(1, 1, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause()).isEqualTo("card 1.1: the disk is full");
    assertThat(world.alarms()).anyMatch(a -> a.contains("updateFailed"));
    everythingIsAsBefore();
  }

  @ParameterizedTest
  @EnumSource
  void anImageThatHangsIsLeftByAPowerCycle(Kind kind) {
    begin(kind);
    imageHangs = true;
    start(1, 4, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause()).contains("card 1.1 did not come back from its restart");
    assertThat(steps).contains("BACK_CYCLED 1.1").noneMatch(s -> s.contains("2.1"));
    everythingIsAsBefore();
  }

  @ParameterizedTest
  @EnumSource
  void aCardThatProxiesFindUnusableSendsThoseThatAreDoneBackToo(Kind kind) {
    begin(kind);
    unusable.add("2.1 2");
    start(1, 1, "");
    untilEnded();
    assertThat(update().cause()).contains("proxy 0.4 finds service shop on card 2.1 unusable");
    assertThat(reached("DONE 1.1")).isTrue();
    assertThat(leastServing).isGreaterThanOrEqualTo(2);
    everythingIsAsBefore();
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledUpdateGoesBackWithoutAnAlarm(Kind kind) {
    begin(kind);
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
  void anImageThatTheEngineCannotTakeInComesToNobody() {
    storeRefuses = "there are 32 images already";
    begin(Kind.NETWORK);
    start(1, 1, "");
    untilEnded();
    assertThat(update().cause()).isEqualTo("card 1.1: there are 32 images already");
    assertThat(world.alarms()).anyMatch(a -> a.contains("updateFailed"));
    assertThat(blades.values()).allSatisfy(blade -> assertThat(blade.boots).isEqualTo(1));
    assertThat(world.cabinet.slotImages()).isEmpty();
    everythingIsAsBefore();
  }

  @Test
  void anOlderImageComesToNobodyEither() {
    begin(Kind.NETWORK);
    ImageUpdate plan = planned(1, 1, "");
    world.apply(
        new Change.ImageUpdateChanged(
            new ImageUpdate(
                plan.name(),
                new Image("sha256:b", "2", 0, 0, "x86_64", "server", DIGEST, 100),
                plan.from(),
                plan.course(),
                plan.stage(),
                plan.since(),
                plan.cards(),
                plan.by(),
                plan.cause())));
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause()).contains("build 0 is older than build 1 of image blade 1");
    assertThat(world.cabinet.images()).containsOnlyKeys(OLD);
    everythingIsAsBefore();
  }

  @Test
  void aCardThatBootsFromTheNetworkGetsTheImageForOneBootOnly() {
    begin(Kind.NETWORK);
    start(1, 1, "");
    until("trial", () -> reached("STARTING 1.1"));
    SlotImage slot = world.cabinet.slotImage(at("1.1")).orElseThrow();
    assertThat(slot).isEqualTo(new SlotImage(at("1.1"), OLD, DIGEST, 0, OLD));
    assertThatThrownBy(() -> world.apply(new Change.ImageRemoved(OLD)))
        .as("what it goes back to")
        .isInstanceOf(IllegalStateException.class);
    power("1.1");
    until("its next boot", () -> "1".equals(world.imageVersions.get("1.1")));
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    everythingIsAsBefore();
  }

  @Test
  void aSlotsOwnImageStaysUntilAnotherOneIsForAll() {
    begin(Kind.NETWORK);
    start(1, 4, "");
    untilEnded();
    assertThat(world.cabinet.slotImages().values())
        .hasSize(5)
        .allSatisfy(slot -> assertThat(slot.next()).isEqualTo(DIGEST));
    world.apply(new Change.ImageUsed(DIGEST));
    assertThat(world.cabinet.slotImages()).isEmpty();
    world.apply(new Change.ImageRemoved(OLD));
  }

  @Test
  void aCardWhoseImageTheEngineHasNoMoreIsLeftAloneAndNamed() {
    begin(Kind.MIXED);
    world.apply(
        new Change.ImageImported(image("sha256:other", "9", 9)),
        new Change.ImageUsed("sha256:other"),
        new Change.ImageRemoved(OLD));
    assertThat(ImageUpdateOrders.obstacle(world.cabinet, planned(1, 1, ""))).isEmpty();
    start(1, 1, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.DONE);
    assertThat(update().cause())
        .contains("card 1.1 boots from the network and runs blade 1")
        .contains("not among the engine's images");
    assertThat(world.imageVersions).containsEntry("1.1", "1").containsEntry("2.2", "2");
  }

  @Test
  void anImageForAnotherProcessorIsRefusedInWords() {
    begin(Kind.NETWORK);
    ImageUpdate plan = planned(1, 1, "");
    ImageUpdate foreign =
        new ImageUpdate(
            plan.name(),
            new Image("sha256:b", "2", 2, 0, "aarch64", "server", DIGEST, 100),
            plan.from(),
            plan.course(),
            plan.stage(),
            plan.since(),
            plan.cards(),
            plan.by(),
            plan.cause());
    assertThat(ImageUpdateOrders.obstacle(world.cabinet, foreign))
        .isEqualTo(
            "image blade 2 is for aarch64; the cards that it may follow on are not: 1.1 x86_64,"
                + " 1.2 x86_64, 1.3 x86_64, 2.1 x86_64, 2.2 x86_64");
    assertThat(ImageUpdateOrders.concerned(world.cabinet, foreign)).isEmpty();
    assertThat(ImageUpdateOrders.obstacle(world.cabinet, plan)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aCardThatTheImageDestroysKeepsNobodyFromGoingBack(Kind kind) {
    begin(kind);
    destroyed.add("2.1");
    start(1, 1, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause())
        .contains("card 2.1 did not come back from its restart")
        .contains("card 2.1 could not be brought back: it does not answer");
    assertThat(world.alarms()).anyMatch(a -> a.contains("updateFailed image blade"));
    assertThat(steps).contains("DONE 1.1", "DONE 1.2", "BACK_CYCLED 2.1", "RETURNED 1.1");
    assertThat(world.state("2.1")).isNotEqualTo(CardState.RUNNING);
    world.imageVersions.remove("2.1");
    assertThat(versions()).as("all that live").containsExactly("1");
    assertThat(shop().on(at("2.1"))).as("its place was taken over meanwhile").isEmpty();
    assertThat(shop().running()).isEqualTo(served);
    assertThat(leastServing).isGreaterThanOrEqualTo(served - 1);
    assertThat(mostOfTheService).isEqualTo(1);
    CARDS.forEach(card -> assertThat(world.card(card).drain()).as(card).isNull());
    assertThat(world.cabinet.slotImages()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aPlaceThatNobodyCanTakeKeepsTheOthersForALimitedTimeOnly(Kind kind) {
    served = 5;
    begin(kind);
    destroyed.add("2.1");
    start(1, 1, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    world.imageVersions.remove("2.1");
    assertThat(versions()).as("all that live").containsExactly("1");
    assertThat(shop().running()).isEqualTo(served - 1);
    assertThat(leastServing).as("the dead one, and one on its way back").isEqualTo(served - 2);
    assertThat(mostOfTheService).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void aCardOfTheServiceThatTheImageDestroysLeavesTheOthersServing(Kind kind) {
    begin(kind);
    destroyed.add("1.1");
    start(1, 4, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause()).contains("could not be brought back: it does not answer");
    assertThat(steps).noneMatch(s -> s.endsWith(" 1.2") || s.endsWith(" 2.1"));
    assertThat(leastServing).isEqualTo(served - 1);
    assertThat(mostOfTheService).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void powerCutsAtAnyStepLeaveEachCardWithOneImageOrTheOther(Kind kind) {
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
        test.begin(kind);
        test.start(1, 2, "");
        test.until(cut + " " + card, () -> test.reached(cut + " " + card));
        test.cut = card;
        test.bootsBeforeCut = test.blade(card).boots;
        test.power(card);
        test.untilEnded();
        test.consistent("power cut of " + card + " at " + cut + ", " + kind);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anEngineThatDiesBetweenAnyTwoTransactionsComesToAnEnd(Kind kind) {
    begin(kind);
    long before = world.cabinet.position();
    start(1, 3, "");
    untilEnded();
    int all = (int) (world.cabinet.position() - before);
    assertThat(all).isGreaterThan(40);
    for (int dies = 1; dies <= all; dies++) {
      dieAfter(kind, dies, false);
      dieAfter(kind, dies, true);
    }
  }

  private static void dieAfter(Kind kind, int transactions, boolean fails) {
    ImageUpdateRulesTest test = new ImageUpdateRulesTest();
    test.begin(kind);
    if (fails) {
      test.unusable.add("2.1 2");
    }
    test.world.dieAfter(transactions);
    try {
      test.start(1, 3, "");
      test.untilEnded();
    } catch (World.Death e) {
      test.world.dieAfter(0);
      test.world.orders.clear();
      test.world.observations = new Observations();
      test.world.listeningSince = test.world.now;
      test.world.conductor = World.newConductor();
      if (test.world.cabinet.updates().isEmpty()) {
        return; // died before it was on record
      }
      test.untilEnded();
    }
    String when = "after " + transactions + " transactions, " + kind + (fails ? ", bad image" : "");
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
    assertThat(leastServing)
        .as("never two cards of one service out at once; %s: %s", when, end)
        .isGreaterThanOrEqualTo(served - 1);
    assertThat(mostOfTheService).as("%s: %s", when, end).isLessThanOrEqualTo(1);
    for (SlotImage slot : world.cabinet.slotImages().values()) {
      assertThat(slot).as("%s: %s", when, end).isEqualTo(slot.settled());
      assertThat(slot.trial()).as("%s: %s", when, end).isEmpty();
      assertThat(slot.stays()).as("%s: %s", when, end).isEqualTo(done ? DIGEST : OLD);
    }
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
    seconds(2 * BOOT_SECONDS);
    assertThat(versions()).containsExactly("1");
  }
}
