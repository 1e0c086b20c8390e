package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.DataSteps;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ServiceStatus;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServiceVersion;
import io.cade.engine.observe.ProbeOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * A service of three cards on its way to another version, in virtual time, with one proxy. What the
 * tests of rollouts begin with.
 */
abstract class RolloutFixture {
  static final Duration SECOND = Duration.ofSeconds(1);
  static final List<String> CARDS = List.of("1.1", "1.2", "2.1");
  static final String OLD = "sha256:shop";
  static final String NEW = "sha256:new";
  static final String PROXY = "0.4";

  final World world = new World();

  /** What runs on each card, by position; a card that is off is not in it. */
  final Map<String, String> running = new TreeMap<>();

  final Set<String> refuses = new HashSet<>();
  final Set<String> dead = new HashSet<>();

  /** Cards that fetch no commands. */
  final Set<String> idle = new HashSet<>();

  /** The boot of each card that has restarted. */
  final Map<String, String> boots = new TreeMap<>();

  /** All cards there are, and how many of them the service has. */
  List<String> slots = CARDS;

  int size = CARDS.size();

  /** Whose version each card's data fit, where versions carry them over. */
  final Map<String, String> forms = new TreeMap<>();

  final Map<String, Instant> carrying = new TreeMap<>();
  int dataLimit;
  int dataTakes;
  final Set<String> unusable = new HashSet<>();
  final List<String> steps = new ArrayList<>();
  final Set<String> badPages = new HashSet<>();
  final Set<String> unreached = new HashSet<>();
  final Map<String, Integer> asked = new TreeMap<>();
  final Set<String> seenByVisitors = new TreeSet<>();
  List<String> proxies = List.of(PROXY);
  boolean aimable = true;
  String kind = "static-site";
  int goodForNow;
  boolean proxySpeaks = true;
  boolean visitorsFail;
  int visitorsOnDrained;
  long requests;
  long failures;
  int leastServing = CARDS.size();
  String window = "";

  Service shop() {
    return world.cabinet.service("shop").orElseThrow();
  }

  Rollout rollout() {
    return Objects.requireNonNull(shop().versions().rollout());
  }

  void served() {
    for (String card : slots) {
      world.boot(card, 1, "b" + card);
    }
    world.create("shop", kind, size);
    world.generate("shop");
    seconds(5);
    assertThat(shop().running()).isEqualTo(size);
    leastServing = size;
  }

  /** Everybody does what he is told, and says what he sees. */
  void second() {
    world.now = world.now.plus(SECOND);
    for (String position : slots) {
      if (dead.contains(position)) {
        continue;
      }
      if (!idle.contains(position)) {
        obey(position);
      }
      String digest = running.get(position);
      List<ServiceStatus> services =
          digest == null
              ? List.of()
              : List.of(new ServiceStatus("shop", ServiceStatus.State.RUNNING, digest, ""));
      world.observations.heard(
          new Report(at(position), bootId(position), services, List.of(), null), world.now);
    }
    if (proxySpeaks && world.cabinet.service("shop").isPresent()) {
      proxySpeaks();
    }
    world.settle();
    look();
    world.probe(this::answer);
    look();
  }

  String bootId(String position) {
    return boots.getOrDefault(position, "b" + position);
  }

  /** The card is gone, and its engine knows. */
  void pull(String position) {
    dead.add(position);
    running.remove(position);
    world.apply(new Change.CardStateChanged(at(position), CardState.ABSENT, "out of its slot"));
  }

  /** It boots again, without what it ran. */
  void insert(String position) {
    dead.remove(position);
    running.remove(position);
    boots.put(position, bootId(position) + "+");
    world.boot(position, 1, bootId(position));
  }

  void obey(String position) {
    CardPosition p = at(position);
    for (Command c : List.copyOf(world.cabinet.queue(p).waiting())) {
      if (world.cabinet.queue(p).command(c.id()).isEmpty()) {
        continue;
      }
      String digest = "";
      switch (c) {
        case Command.InstallService install -> digest = install.packageDigest();
        case Command.StartService start -> {
          String form = forms.getOrDefault(position, OLD);
          if (dataLimit > 0 && !form.equals(start.packageDigest())) {
            running.remove(position);
            Instant began =
                carrying.computeIfAbsent(position + " " + start.packageDigest(), _ -> world.now);
            if (world.now.isBefore(began.plusSeconds(dataTakes))) {
              return;
            }
            carrying.clear();
            if (refuses.contains(position + " data of " + start.packageDigest())) {
              world.apply(
                  new Change.CommandFinished(p, c.id(), false, "its data cannot be carried"));
              return;
            }
            forms.put(position, start.packageDigest());
          }
          running.put(position, start.packageDigest());
        }
        case Command.StopService _, Command.RemoveService _ -> running.remove(position);
        case Command.SetChassisOutputs _,
            Command.Ping _,
            Command.Reboot _,
            Command.OfDevice _,
            Command.Collect _,
            Command.OfImage _ -> {
          // Nothing to see.
        }
      }
      boolean good = !refuses.contains(position + " " + digest);
      world.apply(
          new Change.CommandFinished(p, c.id(), good, good ? "" : "the digest is another one"));
    }
  }

  void proxySpeaks() {
    List<ProxyReport.BackendReport> backends = new ArrayList<>();
    requests += 10;
    for (Placement placement : shop().placements()) {
      String position = placement.position().toString();
      Card card = world.card(position);
      if (Routing.serves(shop(), card)) {
        boolean drained = Routing.drainedUntil(world.cabinet, shop(), card) != null;
        boolean bad = NEW.equals(running.get(position)) && visitorsFail;
        failures += bad ? 2 : 0;
        boolean usable = !unusable.contains(position + " " + running.get(position));
        backends.add(
            new ProxyReport.BackendReport(
                "shop",
                at(position),
                usable,
                usable ? "" : "answers 500",
                requests,
                bad ? failures : 0,
                drained ? visitorsOnDrained : 3));
      }
    }
    for (String proxy : proxies) {
      List<ProxyReport.Entrance> entrances =
          aimable ? List.of(new ProxyReport.Entrance("127.1.0.4", 8080, false)) : List.of();
      world.observations.heard(
          new ProxyReport(at(proxy), "p", 1, backends, List.of(), List.of(), List.of(), entrances),
          world.now);
    }
  }

  /** What comes of a request that the engine aims at a card. */
  ProbeOutcome answer(WantedProbes.Probe probe) {
    String card = probe.target().card().toString();
    asked.merge(rollout().stage() + " " + probe.target().path(), 1, Integer::sum);
    if (unreached.contains(probe.target().proxy().toString())) {
      return ProbeOutcome.unreached("proxy " + probe.target().proxy() + " is not reached: refused");
    }
    boolean bad = badPages.contains(card + " " + running.get(card)) || dead.contains(card);
    boolean now = --goodForNow < 0;
    return bad && now
        ? ProbeOutcome.bad(
            "proxy %s: GET %s of %s on card %s answered 503 in place of 2xx/3xx"
                .formatted(
                    probe.target().proxy(), probe.target().path(), probe.check().host(), card))
        : ProbeOutcome.good();
  }

  void look() {
    for (Order order : List.copyOf(world.orders)) {
      if (order instanceof Order.BuildVersion(String name, int version)) {
        world.apply(new Change.VersionBuilt(name, version, NEW, 20));
      }
    }
    world.orders.clear();
    if (world.cabinet.service("shop").isEmpty()) {
      return;
    }
    int serving =
        (int)
            shop().placements().stream()
                .filter(p -> Routing.serves(shop(), world.card(p.position().toString())))
                .count();
    leastServing = Math.min(leastServing, serving);
    for (Placement p : shop().placements()) {
      Card card = world.card(p.position().toString());
      if (Routing.serves(shop(), card)
          && Routing.drainedUntil(world.cabinet, shop(), card) == null) {
        seenByVisitors.add(p.position() + " " + running.get(p.position().toString()));
      }
    }
    Rollout rollout = shop().versions().rollout();
    if (rollout != null) {
      String step = rollout.stage() + (rollout.at() == null ? "" : " " + rollout.at());
      if (steps.isEmpty() || !steps.getLast().equals(step)) {
        steps.add(step);
      }
    }
  }

  void seconds(int count) {
    for (int i = 0; i < count; i++) {
      second();
    }
  }

  void until(String what, BooleanSupplier reached) {
    for (int i = 0; i < 600; i++) {
      if (reached.getAsBoolean()) {
        return;
      }
      second();
    }
    throw new AssertionError(what + " was not reached: " + steps + " " + rollout());
  }

  void untilEnded() {
    until("the end", () -> shop().versions().rollout() != null && shop().rollout().isEmpty());
  }

  void publish() {
    int number = shop().versions().next();
    world.apply(
        new Change.VersionAdded(
            "shop",
            new ServiceVersion(
                number, "sha256:c2", "", 0, world.now, "ann", "sale", null, data(number))),
        new Change.RolloutChanged(
            "shop",
            Rollout.begin(
                    1, number, Duration.ofSeconds(10), Duration.ofSeconds(8), "ann", world.now)
                .within(window)));
  }

  DataSteps data(int number) {
    return dataLimit == 0
        ? DataSteps.none()
        : new DataSteps(
            List.of(new DataSteps.Step(number, "1", "2.0", "sha256:" + "0".repeat(64), dataLimit)));
  }

  Alarm alarm() {
    return world.cabinet.alarms().values().stream()
        .filter(a -> a.key().type() == AlarmType.UPDATE_FAILED)
        .findFirst()
        .orElseThrow();
  }

  void everythingIsAsBefore() {
    seconds(5);
    assertThat(running.values()).hasSize(3).containsOnly(OLD);
    assertThat(shop().running()).isEqualTo(3);
    assertThat(shop().version().number()).isEqualTo(1);
    for (String card : CARDS) {
      assertThat(world.card(card).drain()).isNull();
    }
  }
}
