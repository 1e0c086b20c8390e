package io.cade.sim.virtual;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SensorReading;
import io.cade.engine.datagram.VirtualNetwork;
import io.cade.sim.firmware.CardFirmware;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Chassis, slots, cards and their power. */
final class Rack implements CardWorld {
  private final VirtualNetwork network;
  private final CardFirmware firmware;
  private final Faults faults;
  private final Trace trace;
  private final Invariants invariants;
  private final Supplier<@Nullable VirtualEngine> engine;
  private final BiConsumer<String, String> broken;
  private final Path directory;
  private final SecureRandom keys;
  private final Random random;
  private final SortedMap<CardPosition, Slot> slots = new TreeMap<>();
  private final List<Integer> dark = new ArrayList<>();
  private int made;

  /** What all cards share. */
  record Shared(
      VirtualNetwork network,
      CardFirmware firmware,
      Faults faults,
      Trace trace,
      Invariants invariants,
      Supplier<@Nullable VirtualEngine> engine,
      BiConsumer<String, String> broken) {}

  Rack(Layout layout, Shared shared, Path directory, SecureRandom keys, Random random) {
    this.network = shared.network();
    this.firmware = shared.firmware();
    this.faults = shared.faults();
    this.trace = shared.trace();
    this.invariants = shared.invariants();
    this.engine = shared.engine();
    this.broken = shared.broken();
    this.directory = directory;
    this.keys = keys;
    this.random = random;
    for (CardPosition at : layout.positions()) {
      Slot slot = new Slot(at);
      slot.hardware = newCard();
      slots.put(at, slot);
    }
  }

  /** Somebody has given two cards the same address. */
  CardFlash cloneOf(CardFlash card) {
    made++;
    return new CardFlash(card.mac(), directory.resolve("card-" + made), keys);
  }

  /** A card from the shelf that was never used. */
  CardFlash newCard() {
    made++;
    MacAddress mac =
        new MacAddress("02:00:00:00:%02x:%02x".formatted(made >> 8 & 0xff, made & 0xff));
    return new CardFlash(mac, directory.resolve("card-" + made), keys);
  }

  List<Slot> slots() {
    return List.copyOf(slots.values());
  }

  Slot slot(CardPosition at) {
    Slot slot = slots.get(at);
    if (slot == null) {
      throw new IllegalArgumentException("no slot " + at);
    }
    return slot;
  }

  /** Takes the card out, with or without power. */
  @Nullable CardFlash pull(Slot slot) {
    CardFlash out = slot.hardware;
    trace.add("PULL " + slot.position + (out == null ? " (empty)" : " " + out.mac()));
    cut(slot);
    slot.hardware = null;
    slot.hot = false;
    return out;
  }

  void insert(Slot slot, CardFlash card) {
    trace.add("INSERT " + slot.position + " " + card.mac());
    slot.hardware = card;
    powerOn(slot);
  }

  void chassisPower(int chassis, boolean on) {
    trace.add("CHASSIS " + chassis + (on ? " on" : " off"));
    dark.remove(Integer.valueOf(chassis));
    if (!on) {
      dark.add(chassis);
    }
    for (Slot slot : slots.values()) {
      if (slot.position.chassis() == chassis) {
        if (on) {
          powerOn(slot);
        } else {
          cut(slot);
        }
      }
    }
  }

  private void powerOn(Slot slot) {
    CardFlash card = slot.hardware;
    if (card != null && slot.running == null && !dark.contains(slot.position.chassis())) {
      slot.running = new VirtualCard(this, slot.position, card, random);
    }
  }

  private static void cut(Slot slot) {
    VirtualCard card = slot.running;
    if (card != null) {
      card.cutPower();
      slot.running = null;
    }
  }

  @Override
  public void powerFails(VirtualCard card) {
    Slot slot = slot(card.position());
    trace.add("POWER FAILS in the middle of a step of " + slot.position);
    if (slot.running == card) {
      cut(slot);
      network.schedule(faults.millis(100, 10_000), () -> powerOn(slot));
    }
  }

  /** The card's network is cut off, and comes back; its services run on. */
  void isolate(Slot slot) {
    trace.add("ISOLATE " + slot.position);
    slot.isolated++;
    network.schedule(faults.millis(500, 20_000), () -> slot.isolated--);
  }

  boolean runs(CardPosition at) {
    return slot(at).running != null;
  }

  boolean isOnline(CardPosition at) {
    Slot slot = slot(at);
    VirtualCard card = slot.running;
    return slot.isolated == 0 && card != null && card.isOnline();
  }

  @Override
  public boolean isIsolated(CardPosition at) {
    return slot(at).isolated > 0;
  }

  /** Whether a datagram's way leads to or from a card that is cut off. */
  boolean isCutOff(InetSocketAddress address) {
    byte[] a = address.getAddress().getAddress();
    return a[0] == 127
        && a[2] > 0
        && a[3] > 0
        && a[3] <= CardPosition.MAX_SLOT
        && Optional.ofNullable(slots.get(new CardPosition(a[2], a[3])))
            .filter(s -> s.isolated > 0)
            .isPresent();
  }

  boolean serves(String service, CardPosition at) {
    VirtualCard card = slot(at).running;
    return card != null && card.serves(service);
  }

  void poke(CardPosition at) {
    Slot slot = slots.get(at);
    if (slot == null) {
      return;
    }
    VirtualCard card = slot.running;
    // A poke is one datagram.
    if (card != null && slot.isolated == 0 && faults.exchange() == Faults.Fate.ANSWERED) {
      card.after(0, 5, card::poked);
    }
  }

  @Override
  public VirtualNetwork network() {
    return network;
  }

  @Override
  public CardFirmware firmware() {
    return firmware;
  }

  @Override
  public Faults faults() {
    return faults;
  }

  @Override
  public Trace trace() {
    return trace;
  }

  @Override
  public Invariants invariants() {
    return invariants;
  }

  @Override
  public @Nullable VirtualEngine engine() {
    return engine.get();
  }

  @Override
  public List<CardPosition> seated(int chassis) {
    return slots.values().stream()
        .filter(s -> s.position.chassis() == chassis && s.hardware != null)
        .map(s -> s.position)
        .toList();
  }

  @Override
  public List<SensorReading> readings(CardPosition card) {
    return List.of(reading("cpu", SensorReading.Kind.CELSIUS, slot(card).hot ? 85 : 45));
  }

  @Override
  public List<SensorReading> readings(int chassis) {
    return List.of(
        reading("inlet", SensorReading.Kind.CELSIUS, 25),
        reading("fan1", SensorReading.Kind.RPM, 3_000),
        reading("supply1", SensorReading.Kind.TRUTH, 1));
  }

  private SensorReading reading(String name, SensorReading.Kind kind, double value) {
    Instant now = network.instant();
    return new SensorReading(name, kind, value, SensorReading.Quality.OK, "", now);
  }

  @Override
  public void broken(String rule, String what) {
    broken.accept(rule, what);
  }
}
