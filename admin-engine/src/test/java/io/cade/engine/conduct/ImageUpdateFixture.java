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
import io.cade.engine.model.Placement;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.Service;
import io.cade.engine.model.SlotImage;
import io.cade.engine.model.StoredImage;
import io.cade.engine.observe.ProbeOutcome;
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

/**
 * Five cards with two slots each, a service on three of them, and a proxy, in virtual time. The
 * slots are the cards' own, or the engine's because the cards boot from the network, or some are
 * this and some that. What the tests of updates begin with.
 */
abstract class ImageUpdateFixture {
  static final Duration SECOND = Duration.ofSeconds(1);
  static final List<String> CARDS = List.of("1.1", "1.2", "1.3", "2.1", "2.2");
  static final String DIGEST = "sha256:new";
  static final String OLD = "sha256:old";
  static final int BOOT_SECONDS = 4;

  /** Seconds before its introduction at which a card asks the engine for its boot script. */
  static final int SCRIPT_AT = 3;

  static final int STAGING_SECONDS = 2;

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

  final World world = new World();
  int storing;
  boolean fetchingTakesLong;
  String storeRefuses = "";

  /** A simulated card: its durable slots, and what runs now. */
  static final class Blade {
    SlotState slots = SlotState.empty();
    int boots;
    int bootsIn;
    boolean hangs;
    boolean dead;
    boolean serves;

    /**
     * What it got of its engine in this boot; null before, and for a card with slots of its own.
     */
    @Nullable String script;
  }

  final Map<String, Blade> blades = new TreeMap<>();
  final Set<String> refuses = new HashSet<>();
  final Set<String> unusable = new HashSet<>();

  /** Cards that the image destroys. */
  final Set<String> destroyed = new HashSet<>();

  /** A card whose power somebody has cut: that it does not serve is not the update's doing. */
  String cut = "";

  int bootsBeforeCut;
  final List<String> steps = new ArrayList<>();

  /** Cards and image versions under which the engine gets a wrong page. */
  final Set<String> badPages = new HashSet<>();

  /** Under which image visitors could reach each card. */
  final Set<String> visited = new TreeSet<>();

  int asked;
  boolean imageHangs;
  int served = 3;
  int leastServing;
  int mostAtOnce;
  int mostOfTheService;
  int told;

  Service shop() {
    return world.cabinet.service("shop").orElseThrow();
  }

  Blade blade(String position) {
    return Objects.requireNonNull(blades.get(position));
  }

  ImageUpdate update() {
    return Objects.requireNonNull(world.cabinet.updates().get("blade"));
  }

  static String bootId(String position, Blade blade) {
    return "b" + position + "-" + blade.boots;
  }

  void begin(Kind kind) {
    world.network.addAll(kind.network());
    world.apply(new Change.ImageImported(image(OLD, "1", 1)), new Change.ImageUsed(OLD));
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

  /** Cards without the service, by position. */
  List<String> free() {
    return CARDS.stream().filter(card -> shop().on(at(card)).isEmpty()).toList();
  }

  /** Power comes back, or the card restarts: the slots decide. */
  void power(String position) {
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

  void runs(String position, Blade blade, String version) {
    world.imageVersions.put(position, version);
    if (version.equals("2") && destroyed.contains(position)) {
      blade.dead = true;
      blade.hangs = true;
    }
  }

  /** A card that keeps nothing boots what its engine gives it, and that is paid for first. */
  void fetchScript(String position, Blade blade) {
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

  static StoredImage image(String digest, String version, long build) {
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
  void store() {
    boolean ordered = world.orders.remove(new Order.StoreImage(DIGEST));
    world.orders.removeIf(Order.StoreImage.class::isInstance);
    storing = ordered && !fetchingTakesLong ? storing + 1 : 0;
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

  void introduce(String position) {
    Blade blade = blade(position);
    blade.bootsIn = 0;
    blade.boots++;
    world.boot(position, 1, bootId(position, blade));
  }

  void second() {
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
    world.probe(this::answer);
    look();
  }

  ProbeOutcome answer(WantedProbes.Probe probe) {
    String position = probe.target().card().toString();
    asked++;
    return badPages.contains(position + " " + world.imageVersions.get(position))
        ? ProbeOutcome.bad("card " + position + " answered 503")
        : ProbeOutcome.good();
  }

  void obey(String position, Blade blade) {
    CardPosition p = at(position);
    for (Command c : List.copyOf(world.cabinet.queue(p).waiting())) {
      if (world.cabinet.queue(p).command(c.id()).isEmpty() || blade.bootsIn > 0) {
        continue;
      }
      String said = "";
      boolean good = true;
      boolean restart = false;
      switch (c) {
        case Command.StageImage _ when fetchingTakesLong -> {
          return;
        }
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

  static Optional<Slot> slot(Blade blade, String digest) {
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

  void proxySpeaks() {
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

  void look() {
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

  boolean serves(String position) {
    return Routing.serves(shop(), world.card(position));
  }

  void seconds(int count) {
    for (int i = 0; i < count; i++) {
      second();
    }
  }

  void until(String what, BooleanSupplier reached) {
    for (int i = 0; i < 2_000; i++) {
      if (reached.getAsBoolean()) {
        return;
      }
      second();
    }
    throw new AssertionError(what + " was not reached: " + steps + " " + update());
  }

  void untilEnded() {
    until("the end", () -> !update().stage().isActive());
  }

  void start(int canary, int parallel, String window) {
    world.apply(new Change.ImageUpdateChanged(planned(canary, parallel, window)));
  }

  ImageUpdate planned(int canary, int parallel, String window) {
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

  Set<String> versions() {
    return new TreeSet<>(world.imageVersions.values());
  }

  boolean reached(String step) {
    return steps.contains(step);
  }

  void consistent(String when) {
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

  void everythingIsAsBefore() {
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
