package io.cade.sim.virtual;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.datagram.VirtualNetwork;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.sim.firmware.CardFirmware;
import io.cade.sim.firmware.FirmwareConfig;
import io.cade.sim.hub.ChassisHub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A cabinet, its engine and its people in virtual time. */
final class VirtualCabinet implements VirtualEngine.Surroundings {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /**
   * All that was lost is back within this time after the last fault; a card that was too hot cools
   * for ten minutes, and then an alarm that has come and gone too often stays until it was quiet
   * for five.
   */
  static final Duration RECOVERY = Duration.ofMinutes(16);

  /** Conductor's pace, commit and way of the last report. */
  private static final Duration SLACK = Duration.ofMillis(500);

  private final long seed;
  private final Layout layout;
  private final Faults faults;
  private final VirtualNetwork network;
  private final Trace trace;
  private final Invariants invariants;
  private final Disk disk;
  private final VirtualEngine.Site site;
  private final Rack rack;
  private final Technician technician;
  private final Complaints complaints;
  private @Nullable VirtualEngine engine;
  private @Nullable InvariantViolation violation;
  private Instant excusedUntil = START;
  private boolean diskFails;
  private long events;

  /** What a run came to. */
  record Outcome(String traceHash, long events, Duration virtualTime, String summary) {}

  VirtualCabinet(
      long seed,
      Layout layout,
      Faults.Rates rates,
      Sabotage sabotage,
      Path directory,
      Complaints complaints) {
    this.seed = seed;
    this.layout = layout;
    this.complaints = complaints;
    this.faults = new Faults(seed, rates);
    this.network =
        new VirtualNetwork(
            START,
            (from, to, payload) -> {
              if (from.equals(layout.backplane().engineDhcp())) {
                answered(to, payload);
              }
              return cutOff(from, to) ? List.of() : faults.carry(from, to, payload);
            });
    this.trace = new Trace(network);
    this.invariants =
        new Invariants(
            trace,
            this::broken,
            this::servesInFact,
            layout.reportInterval().multipliedBy(3).plus(SLACK));
    this.disk =
        new Disk(invariants::durable, () -> crashed("after its changes became durable", false));
    SeededSecureRandom keys = new SeededSecureRandom(seed + 1);
    this.site =
        new VirtualEngine.Site(
            network,
            network,
            disk,
            directory.resolve("engine"),
            keys,
            faults,
            layout,
            this,
            sabotage);
    CardFirmware firmware =
        new CardFirmware(
            new BindingWatch(network, this::broken),
            layout.backplane(),
            FirmwareConfig.standard(),
            new Random(seed + 2));
    this.rack =
        new Rack(
            layout,
            new Rack.Shared(
                network, firmware, faults, trace, invariants, this::engine, this::broken),
            directory,
            keys,
            new Random(seed + 3));
    this.technician = new Technician(this, rack, faults, layout);
  }

  private void answered(InetSocketAddress to, byte[] payload) {
    invariants.answered(to, payload, network.instant());
  }

  private boolean cutOff(InetSocketAddress from, InetSocketAddress to) {
    return rack.isCutOff(from) || rack.isCutOff(to);
  }

  private boolean servesInFact(String service, CardPosition at) {
    return rack.serves(service, at);
  }

  @Nullable VirtualEngine engine() {
    return engine;
  }

  Faults faults() {
    return faults;
  }

  /**
   * From mains on through the faults to the calm after them.
   *
   * @throws InvariantViolation at the first rule that does not hold
   */
  Outcome run(Duration faulty) {
    for (int c = 1; c <= layout.chassis(); c++) {
      var _ = ChassisHub.connect(network, c, layout.backplane()).join();
    }
    Operator operator = new Operator(rack, layout);
    network.schedule(faults.millis(0, 2_000), this::startEngine);
    network.schedule(faults.millis(5_000, 30_000), this::checkpoint);
    for (int c = 1; c <= layout.chassis(); c++) {
      int chassis = c;
      network.schedule(faults.millis(0, 3_000), () -> rack.chassisPower(chassis, true));
    }
    operator.begin();
    technician.begin(operator);
    Duration end = faulty;
    while (trace.elapsed().compareTo(end) < 0) {
      step();
    }
    trace.add("CALM");
    technician.calm();
    faults.calm();
    network.schedule(Duration.ofSeconds(1), this::startEngine);
    Duration limit = trace.elapsed().plus(RECOVERY);
    List<String> missing = missing();
    while (!missing.isEmpty()) {
      if (trace.elapsed().compareTo(limit) > 0) {
        throw new InvariantViolation(
            "recovery", "after " + RECOVERY + " of calm: " + missing, seed, trace);
      }
      step();
      missing = events % 64 == 0 ? missing() : missing;
    }
    return new Outcome(trace.hash(), events, trace.elapsed(), invariants.summary());
  }

  private void step() {
    VirtualEngine before = engine;
    if (!network.step()) {
      throw new IllegalStateException("nothing happens any more");
    }
    events++;
    trace.mix(Long.toString(network.nanoTime()));
    VirtualEngine alive = engine;
    if (alive == null) {
      invariants.noEngine();
    } else {
      invariants.check(
          alive,
          network.instant(),
          diskFails ? network.instant() : excusedUntil,
          rack::runs,
          rack::isOnline);
    }
    String complaint = complaints.first();
    if (!complaint.isEmpty() && !diskFails && (before == null || !before.isDead())) {
      broken("engine-error", complaint);
    }
    complaints.clear();
    InvariantViolation found = violation;
    if (found != null) {
      throw found;
    }
  }

  void broken(String rule, String what) {
    if (violation == null) {
      violation = new InvariantViolation(rule, what, seed, trace);
    }
  }

  // --- the engine's lives

  void startEngine() {
    if (engine != null) {
      return;
    }
    try {
      VirtualEngine started = VirtualEngine.start(site);
      engine = started;
      Cabinet replayed = started.writer().current();
      trace.add("ENGINE starts at position " + replayed.position());
      invariants.restarted(replayed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The store catches up and the log is cut, as on the daemon's schedule. */
  private void checkpoint() {
    VirtualEngine alive = engine;
    if (alive != null && !diskFails) {
      Cabinet durable = alive.writer().current();
      disk.checkpoint(durable);
      trace.add("CHECKPOINT " + durable.position());
    }
    network.schedule(faults.millis(5_000, 30_000), this::checkpoint);
  }

  void crashEngine() {
    if (engine != null) {
      crashed("between two events", false);
    }
  }

  /** Long enough for leases to run out. */
  void longOutage() {
    crashed("for long", true);
  }

  private void crashed(String when, boolean forLong) {
    VirtualEngine dying = engine;
    if (dying != null) {
      trace.add("ENGINE CRASH " + when);
      dying.crash();
      engine = null;
      disk.crashAfterAppend(false);
      healDisk();
      Duration outage = forLong ? faults.millis(60_000, 150_000) : faults.millis(300, 15_000);
      network.schedule(outage, this::startEngine);
    }
  }

  /** The engine dies with its next commit, after it became durable. */
  void crashWithNextCommit() {
    disk.crashAfterAppend(true);
  }

  void failDisk() {
    trace.add("DISK fails");
    diskFails = true;
    disk.failing(true);
  }

  /** The disk is replaced; an engine that met the broken one does not trust it again. */
  void replaceDisk() {
    if (diskFails) {
      healDisk();
      crashEngine();
    }
  }

  private void healDisk() {
    disk.failing(false);
    diskFails = false;
    excusedUntil = network.instant();
  }

  @Override
  public void poke(CardPosition position) {
    rack.poke(position);
  }

  @Override
  public void notified(long sequence, boolean cleared) {
    invariants.notified(sequence, cleared);
  }

  // --- what is due in the end

  private List<String> missing() {
    VirtualEngine alive = engine;
    if (alive == null) {
      return List.of("engine");
    }
    List<String> missing = new ArrayList<>();
    Cabinet cabinet = alive.writer().current();
    for (CardPosition at : layout.positions()) {
      Card card = cabinet.cards().get(at);
      boolean bound = !cabinet.servicesOn(at).isEmpty();
      if (card == null || card.state() != (bound ? CardState.RUNNING : CardState.AVAILABLE)) {
        missing.add("card " + at + " is " + (card == null ? "unknown" : card.state()));
      }
    }
    for (String name : layout.services()) {
      Service service = cabinet.services().get(name);
      if (service == null) {
        missing.add("no service " + name);
        continue;
      }
      long serving =
          service.placements().stream().filter(p -> rack.serves(name, p.position())).count();
      long routed =
          alive.routes().sites().stream()
              .filter(s -> s.service().equals(name))
              .mapToLong(s -> s.backends().size())
              .sum();
      if (service.phase() != ServicePhase.ANNOUNCED
          || service.running() != layout.cardsPerService()
          || serving != layout.cardsPerService()
          || routed != layout.cardsPerService()) {
        missing.add(
            "service %s is %s (%s), %d serve, %d routed, %s"
                .formatted(
                    name,
                    service.phase(),
                    service.waitsFor(),
                    serving,
                    routed,
                    service.placements()));
      }
    }
    cabinet.alarms().keySet().forEach(k -> missing.add("alarm " + k));
    cabinet
        .queues()
        .forEach((at, queue) -> {
          if (!queue.waiting().isEmpty()) {
            missing.add("commands for " + at + ": " + queue);
          }
        });
    cabinet
        .alarmState()
        .receivers()
        .values()
        .forEach(r -> {
          if (r.delivered() + 1 < cabinet.nextNotification()) {
            missing.add("notifications after " + r.delivered());
          }
        });
    return missing;
  }
}
