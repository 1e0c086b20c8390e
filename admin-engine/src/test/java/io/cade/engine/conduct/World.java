package io.cade.engine.conduct;

import io.cade.agent.wire.BootsFrom;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.ServiceStatus;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.gateway.Restarts;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.observe.Observations;
import io.cade.engine.observe.ProbeOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A cabinet in a test's hands: time stands still until the test moves it. */
final class World {
  static final Duration INTERVAL = Duration.ofSeconds(2);

  /** The engine ends in the midst of something. */
  static final class Death extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  Conductor conductor = newConductor();
  Observations observations = new Observations();
  final List<Change> history = new ArrayList<>();
  final List<Order> orders = new ArrayList<>();

  /** Version of the boot image by position, where it is not "1". */
  final Map<String, String> imageVersions = new HashMap<>();

  /** Positions of cards that boot from the network; the others have slots of their own. */
  final Set<String> network = new HashSet<>();

  Instant now = Instant.parse("2026-11-21T10:00:00Z");
  Instant listeningSince = now;
  Cabinet cabinet = Cabinet.empty();

  private long transactionsLeft = Long.MAX_VALUE;

  static Conductor newConductor() {
    return new Conductor(ConductorPolicy.of(INTERVAL, Duration.ofSeconds(90), 8000));
  }

  /** After so many more transactions, {@link #apply} throws {@link Death}. */
  void dieAfter(int transactions) {
    transactionsLeft = transactions;
  }

  static CardPosition at(String text) {
    return CardPosition.parse(text);
  }

  void apply(Change... changes) {
    CabinetBuilder builder = new CabinetBuilder(cabinet);
    for (Change change : changes) {
      builder.apply(change, now);
      history.add(change);
    }
    cabinet = builder.freeze(cabinet.position() + 1);
    if (--transactionsLeft == 0) {
      throw new Death();
    }
  }

  /** Passes until nothing changes any more; fails when that takes more than 20 passes. */
  void settle() {
    for (int i = 0; i < 20; i++) {
      Plan plan = conductor.decide(cabinet, observations.snapshot(), listeningSince, now);
      orders.addAll(plan.orders());
      if (plan.changes().isEmpty()) {
        return;
      }
      apply(plan.changes().toArray(Change[]::new));
    }
    throw new AssertionError("the conductor does not come to rest");
  }

  /** The engine makes the requests that it wants to aim at cards now, until none is due. */
  void probe(Function<WantedProbes.Probe, ProbeOutcome> answers) {
    for (int i = 0; i < 50; i++) {
      List<WantedProbes.Probe> due = WantedProbes.of(cabinet, observations.snapshot(), now).due();
      if (due.isEmpty()) {
        return;
      }
      for (WantedProbes.Probe probe : due) {
        observations.heard(probe.target(), probe.round(), answers.apply(probe), now);
      }
      settle();
    }
    throw new AssertionError("the engine asks without end");
  }

  void pass(Duration time) {
    now = now.plus(time);
    settle();
  }

  static MacAddress mac(CardPosition p, int generation) {
    return new MacAddress("02:00:00:%02x:%02x:%02x".formatted(p.chassis(), p.slot(), generation));
  }

  /** A card boots and introduces itself, as the boot services and the gateway record it. */
  void boot(String position, int generation, String bootId) {
    boot(position, generation, bootId, CardRole.SERVER);
  }

  void boot(String position, int generation, String bootId, CardRole role) {
    CardPosition p = at(position);
    MacAddress mac = mac(p, generation);
    apply(new Change.CardSeated(p, role, mac));
    if (state(position) != CardState.BOOTING) {
      apply(new Change.CardStateChanged(p, CardState.BOOTING, "asked for its address"));
    }
    apply(
        new Change.LeaseGranted(
            p, mac, "127.1." + p.chassis() + "." + p.slot(), now.plusSeconds(3600)),
        new Change.CardEnrolled(p, mac, "0" + generation));
    boolean bound = !cabinet.servicesOn(p).isEmpty();
    List<Change> introduced = new ArrayList<>(Restarts.made(cabinet, p));
    introduced.add(
        new Change.CardIntroduced(
            p,
            role,
            bootId,
            new HardwareDescriptor("Cade", "Blade", "S" + generation, mac, 1, 1 << 30, List.of()),
            new SoftwareDescriptor(
                "1",
                "blade",
                imageVersions.getOrDefault(position, "1"),
                "Linux",
                "x86_64",
                network.contains(position) ? BootsFrom.NETWORK : BootsFrom.OWN_SLOTS)));
    introduced.add(
        new Change.CardStateChanged(
            p, bound ? CardState.ASSIGNED : CardState.AVAILABLE, "introduced itself"));
    apply(introduced.toArray(Change[]::new));
    report(position, bootId);
    settle();
  }

  void report(String position, String bootId, ServiceStatus... services) {
    observations.heard(new Report(at(position), bootId, List.of(services), List.of(), null), now);
  }

  void reportSensor(String position, String bootId, SensorReading reading) {
    observations.heard(new Report(at(position), bootId, List.of(), List.of(reading), null), now);
  }

  void reportChassis(
      String reader, String bootId, List<Integer> present, List<SensorReading> readings) {
    CardPosition p = at(reader);
    observations.heard(
        new Report(
            p, bootId, List.of(), List.of(), new ChassisStatus(p.chassis(), present, readings)),
        now);
  }

  void create(String name, int cards) {
    create(name, "static-site", cards);
  }

  void create(String name, String kind, int cards) {
    apply(
        new Change.ServiceCreated(
            cabinet.nextServiceIndex(),
            new ServiceDefinition(name, kind, List.of(name + ".example"), cards, "sha256:00")));
    settle();
  }

  void generate(String name) {
    apply(new Change.PackageGenerated(name, "sha256:" + name, 10));
    settle();
  }

  /** The card asks and carries out everything that waits for it. */
  void obey(String position) {
    CardPosition p = at(position);
    for (Command c : List.copyOf(cabinet.queue(p).waiting())) {
      if (cabinet.queue(p).command(c.id()).isPresent()) {
        apply(new Change.CommandFinished(p, c.id(), true, ""));
      }
    }
    settle();
  }

  void fail(String position, String detail) {
    CardPosition p = at(position);
    apply(new Change.CommandFinished(p, cabinet.queue(p).waiting().getFirst().id(), false, detail));
    settle();
  }

  Card card(String position) {
    return cabinet.card(at(position)).orElseThrow();
  }

  @Nullable CardState state(String position) {
    return cabinet.card(at(position)).map(Card::state).orElse(null);
  }

  List<String> alarms() {
    return cabinet.alarms().keySet().stream().map(Object::toString).toList();
  }
}
