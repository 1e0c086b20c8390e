package io.cade.sim.cabinet;

import io.cade.agent.hw.FruBoardInfo;
import io.cade.agent.run.AgentPlatform;
import io.cade.agent.wire.CardPosition;
import io.cade.sim.chassis.ChassisPhysics;
import io.cade.sim.chassis.ChassisSettings;
import io.cade.sim.firmware.CardFirmware;
import io.cade.sim.firmware.FirmwareStatistics;
import io.cade.sim.os.SimulatedSystem;
import io.cade.sim.pi4j.SimulatedBuses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chassis with slots, cards and physics. Everything but the cards' own programs happens on one
 * thread; the public methods hand over to it and wait.
 */
public final class SimulatedCabinet implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SimulatedCabinet.class);
  private static final Duration STEP = Duration.ofMillis(500);

  private final SimulatedCard.Platform platform;
  private final CardFirmware firmware;
  private final CabinetMemory memory;
  private final ScheduledExecutorService owner =
      Executors.newSingleThreadScheduledExecutor(
          work -> Thread.ofPlatform().name("cabinet").daemon().unstarted(work));
  // Owned by the thread.
  private final Map<CardPosition, SlotRecord> slots;
  private final Map<CardPosition, SimulatedCard> running = new TreeMap<>();
  private final Map<Integer, ChassisPhysics> chassis = new TreeMap<>();
  // By the card's serial number: disks go with their card.
  private final Map<String, SimulatedDisks> disks = new HashMap<>();
  private final Map<String, SimulatedSystem> systems = new HashMap<>();

  /**
   * Builds the cabinet; cards that sat in it when it was closed sit in it again, others are new.
   *
   * @param random drift of the sensors
   */
  public SimulatedCabinet(
      int chassisCount, int slotCount, Path directory, Cards cards, RandomGenerator random)
      throws IOException {
    this.platform =
        new SimulatedCard.Platform(
            cards.agents(),
            cards.firmware(),
            cards.buses(),
            directory.resolve("cards"),
            cards.bootHttpPort(),
            cards.executor(),
            this::reboot);
    this.firmware = cards.firmware();
    this.memory = new CabinetMemory(directory);
    this.slots = memory.load();
    for (int c = 1; c <= chassisCount; c++) {
      chassis.put(
          c,
          ChassisPhysics.attach(
              cards.buses(),
              c,
              ChassisSettings.defaults().withSlots(CardPosition.MAX_SLOT),
              new FruBoardInfo(
                  null, "Cade", "Chassis", "CH%05d".formatted(c), "CH-100", "v1", List.of()),
              random));
      for (int s = 1; s <= slotCount; s++) {
        CardPosition at = new CardPosition(c, s);
        slots.putIfAbsent(at, SlotRecord.first(at));
      }
    }
    slots.keySet().removeIf(p -> p.chassis() > chassisCount || p.slot() > slotCount);
    memory.store(slots.values());
  }

  /** What the cards run on. */
  public record Cards(
      AgentPlatform agents,
      CardFirmware firmware,
      SimulatedBuses buses,
      int bootHttpPort,
      Executor executor) {}

  /** Mains on: every card that sits in its slot with its switch on boots. */
  public void start() {
    run(() -> {
      slots.values().stream().filter(SlotRecord::inserted).forEach(this::seat);
      return "";
    });
    var _ =
        owner.scheduleAtFixedRate(
            this::advance, STEP.toMillis(), STEP.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void advance() {
    try {
      // Nothing on a card sees its rails fall, nor runs before they are up.
      forUsable(this::cutWhereOff);
      chassis.values().forEach(c -> c.advance(STEP));
      forUsable(this::bootWhereOn);
    } catch (RuntimeException e) {
      LOG.error("the physics failed", e);
    }
  }

  private void forUsable(Consumer<SlotRecord> act) {
    for (SlotRecord slot : List.copyOf(slots.values())) {
      if (slot.inserted() && slot.on()) {
        act.accept(slot);
      }
    }
  }

  /** The chassis' enable output of the slot decides whether the card's payload has power. */
  private boolean isGivenPower(SlotRecord slot) {
    ChassisPhysics physics = physics(slot.position());
    return physics.isPowered() && physics.slotPowered(slot.position().slot());
  }

  private void cutWhereOff(SlotRecord slot) {
    CardPosition at = slot.position();
    if (running.containsKey(at)) {
      disksOf(slot).advance(STEP.toMillis() / 1000.0);
      if (!isGivenPower(slot)) {
        LOG.info("card {} is switched off by its chassis", at);
        cutPower(at);
      }
    }
  }

  private void bootWhereOn(SlotRecord slot) {
    if (!running.containsKey(slot.position()) && isGivenPower(slot)) {
      LOG.info("card {} is switched on by its chassis", slot.position());
      boot(slot);
    }
  }

  private SimulatedDisks disksOf(SlotRecord slot) {
    return disks.computeIfAbsent(slot.serial(), SimulatedDisks::new);
  }

  private SimulatedSystem systemOf(SlotRecord slot) {
    return systems.computeIfAbsent(
        slot.serial(),
        serial -> {
          try {
            return SimulatedSystem.on(
                platform.directory().resolve(serial), platform.agents().clock());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Something a technician does to the system of a card that sits in its slot. */
  public interface SystemWork {
    /** Returns what there is to say about it. */
    String on(SimulatedSystem system) throws IOException;
  }

  /**
   * A technician's hands on the system of a card.
   *
   * @throws IllegalStateException when it cannot be done
   */
  public String system(CardPosition at, SystemWork work) {
    return run(() -> {
      SlotRecord slot = require(at, true);
      try {
        return work.on(systemOf(slot));
      } catch (IOException e) {
        throw new IllegalStateException("card " + at + ": " + e.getMessage(), e);
      }
    });
  }

  /** One of the card's disks breaks, or another is put in. */
  public String disk(CardPosition at, int number, boolean replace) {
    return run(() -> {
      SlotRecord slot = require(at, true);
      if (replace) {
        disksOf(slot).replace(number);
      } else {
        disksOf(slot).fail(number);
      }
      return "disk " + at + "." + number + (replace ? " is replaced" : " is broken");
    });
  }

  /** The technician opens or closes the handle of a card that sits in its slot. */
  public String handle(CardPosition at, boolean open) {
    return run(() -> {
      require(at, true);
      physics(at).setHandle(at.slot(), open);
      return "the handle of card " + at + " is " + (open ? "open" : "closed");
    });
  }

  /**
   * The card is pulled out while it runs.
   *
   * @throws IllegalStateException when there is none
   */
  public String pull(CardPosition at) {
    return run(() -> {
      SlotRecord slot = require(at, true);
      physics(at).remove(at.slot());
      cutPower(at);
      put(slot.with(false, true));
      return "card " + at + " (" + slot.serial() + ") is pulled";
    });
  }

  /** The same card goes back into its slot and boots. */
  public String insert(CardPosition at) {
    return run(() -> seated(require(at, false).with(true, true), "is back in slot"));
  }

  /** Another card, with another MAC address, goes into the slot; one that sits there is pulled. */
  public String replace(CardPosition at) {
    return run(() -> {
      SlotRecord slot = require(at);
      if (slot.inserted()) {
        physics(at).remove(at.slot());
        cutPower(at);
      }
      return seated(slot.replaced(), "is new in slot");
    });
  }

  private String seated(SlotRecord slot, String what) {
    put(slot);
    seat(slot);
    return "card " + slot.serial() + " (" + slot.mac() + ") " + what + " " + slot.position();
  }

  /** The power switch of a card that stays in its slot. */
  public String power(CardPosition at, boolean on) {
    return run(() -> {
      SlotRecord slot = require(at, true);
      if (slot.on() == on) {
        throw new IllegalStateException("card " + at + " is " + (on ? "on" : "off"));
      }
      put(slot.with(true, on));
      if (on) {
        physics(at).setCardPower(at.slot(), true);
        boot(slot);
      } else {
        cutPower(at);
        physics(at).setCardPower(at.slot(), false);
      }
      return "card " + at + " is switched " + (on ? "on" : "off");
    });
  }

  /** Power of a whole chassis, or with 0 of all of them. */
  public String mains(int which, boolean on) {
    return run(() -> {
      if (which != 0 && !chassis.containsKey(which)) {
        throw new IllegalArgumentException(
            "no chassis " + which + "; there are 1 to " + chassis.size());
      }
      for (var entry : chassis.entrySet()) {
        if (which == 0 || which == entry.getKey()) {
          mainsOf(entry.getKey(), entry.getValue(), on);
        }
      }
      return (which == 0 ? "mains" : "chassis " + which) + (on ? " on" : " off");
    });
  }

  private void mainsOf(int number, ChassisPhysics physics, boolean on) {
    physics.setPowered(on);
    for (SlotRecord slot : List.copyOf(slots.values())) {
      if (slot.position().chassis() == number && slot.inserted() && slot.on()) {
        if (!on) {
          cutPower(slot.position());
        } else if (!running.containsKey(slot.position())) {
          boot(slot);
        }
      }
    }
  }

  /** Something done to a chassis' hardware. */
  public String hardware(int number, String done, Consumer<ChassisPhysics> act) {
    return run(() -> {
      ChassisPhysics physics = chassis.get(number);
      if (physics == null) {
        throw new IllegalStateException(
            "no chassis " + number + "; there are 1 to " + chassis.size());
      }
      act.accept(physics);
      return done;
    });
  }

  /** How many cards sit in their slots, have power, and are online. */
  public String status() {
    return run(() -> {
      long inserted = slots.values().stream().filter(SlotRecord::inserted).count();
      long online = running.values().stream().filter(SimulatedCard::online).count();
      return "%d chassis, %d slots, %d cards inserted, %d powered, %d online"
          .formatted(chassis.size(), slots.size(), inserted, running.size(), online);
    });
  }

  /** Cards that are in their slots and have power. */
  public int powered() {
    return Integer.parseInt(run(() -> String.valueOf(running.size())));
  }

  private void seat(SlotRecord slot) {
    CardPosition at = slot.position();
    physics(at).insert(at.slot(), slot.inventory());
    physics(at).setLoad(at.slot(), 0.3);
    if (slot.on()) {
      boot(slot);
    } else {
      physics(at).setCardPower(at.slot(), false);
    }
  }

  private void boot(SlotRecord slot) {
    if (isGivenPower(slot)) {
      running.put(
          slot.position(), SimulatedCard.powerOn(slot, disksOf(slot), systemOf(slot), platform));
    }
  }

  /** A card's own program restarts it: its boot ROM begins anew. For any thread; does not wait. */
  private void reboot(CardPosition at) {
    owner.execute(() -> {
      SlotRecord slot = slots.get(at);
      if (slot != null && running.containsKey(at)) {
        LOG.info("card {} restarts", at);
        cutPower(at);
        boot(slot);
      }
    });
  }

  private void cutPower(CardPosition at) {
    SimulatedCard card = running.remove(at);
    if (card != null) {
      card.cutPower();
    }
  }

  private ChassisPhysics physics(CardPosition at) {
    ChassisPhysics physics = chassis.get(at.chassis());
    if (physics == null) {
      throw new IllegalStateException(
          "no chassis " + at.chassis() + "; there are 1 to " + chassis.size());
    }
    return physics;
  }

  /** What the boot ROMs have sent so far. */
  public FirmwareStatistics.Counts bootTraffic() {
    return firmware.counts();
  }

  private SlotRecord require(CardPosition at) {
    SlotRecord slot = slots.get(at);
    if (slot == null) {
      throw new IllegalStateException("this cabinet has no slot " + at);
    }
    return slot;
  }

  private SlotRecord require(CardPosition at, boolean inserted) {
    SlotRecord slot = require(at);
    if (slot.inserted() != inserted) {
      throw new IllegalStateException(
          inserted ? "there is no card in slot " + at : "slot " + at + " is taken");
    }
    return slot;
  }

  private void put(SlotRecord slot) {
    slots.put(slot.position(), slot);
    try {
      memory.store(slots.values());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String run(Supplier<String> task) {
    try {
      return CompletableFuture.supplyAsync(task, owner).get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("the cabinet is busy", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Mains off, for good. What sits where is remembered. */
  @Override
  public void close() {
    run(() -> {
      running.values().parallelStream().forEach(SimulatedCard::cutPower);
      running.clear();
      return "";
    });
    owner.shutdownNow();
  }
}
