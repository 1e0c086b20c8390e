package io.cade.sim.virtual;

import io.cade.agent.wire.MacAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Everything that people and power do to a cabinet, at random moments. */
final class Technician {
  /** One seed has storms, another a mishap now and then, with time to see what comes of it. */
  private static final List<Duration> BETWEEN =
      List.of(Duration.ofSeconds(2), Duration.ofSeconds(6), Duration.ofSeconds(15));

  private final VirtualCabinet cabinet;
  private final Rack rack;
  private final Faults faults;
  private final Layout layout;
  private final List<CardFlash> shelf = new ArrayList<>();
  private final Duration between;
  private boolean calm;

  Technician(VirtualCabinet cabinet, Rack rack, Faults faults, Layout layout) {
    this.cabinet = cabinet;
    this.rack = rack;
    this.faults = faults;
    this.layout = layout;
    this.between = faults.oneOf(BETWEEN);
  }

  void begin(Operator operator) {
    next(operator);
  }

  private void next(Operator operator) {
    rack.network()
        .schedule(
            faults.pause(between),
            () -> {
              if (!calm) {
                act(operator);
                next(operator);
              }
            });
  }

  private void act(Operator operator) {
    Slot slot = faults.oneOf(rack.slots());
    int what = faults.below(100);
    if (what < 20) {
      pullForAWhile(slot);
    } else if (what < 30) {
      replace(slot);
    } else if (what < 40) {
      move(slot, faults.oneOf(rack.slots()));
    } else if (what < 50) {
      chassisOff(1 + faults.below(layout.chassis()));
    } else if (what < 53) {
      mainsOff();
    } else if (what < 63) {
      cabinet.crashEngine();
    } else if (what < 70) {
      cabinet.crashWithNextCommit();
    } else if (what < 74) {
      cabinet.failDisk();
      rack.network().schedule(faults.millis(200, 5_000), cabinet::replaceDisk);
    } else if (what < 80) {
      crashService(slot);
    } else if (what < 84) {
      heat(slot);
    } else if (what < 89) {
      rack.isolate(slot);
    } else if (what < 90) {
      int chassis = slot.position.chassis();
      rack.slots().stream().filter(s -> s.position.chassis() == chassis).forEach(rack::isolate);
    } else if (what < 91) {
      cabinet.longOutage();
    } else if (what < 93) {
      duplicate(slot);
    } else if (what < 95) {
      VirtualEngine engine = cabinet.engine();
      if (engine != null) {
        operator.delete(engine, faults.oneOf(layout.services()));
      }
    } else {
      blink(slot);
    }
  }

  private void pullForAWhile(Slot slot) {
    CardFlash card = rack.pull(slot);
    if (card != null) {
      rack.network().schedule(faults.millis(200, 30_000), () -> seat(slot, card));
    }
  }

  /** A card with the address of another one is tried in a slot for a while. */
  private void duplicate(Slot slot) {
    CardFlash original = faults.oneOf(rack.slots()).hardware;
    CardFlash here = rack.pull(slot);
    if (original == null || original == here) {
      if (here != null) {
        rack.insert(slot, here);
      }
      return;
    }
    CardFlash twin = rack.cloneOf(original);
    rack.insert(slot, twin);
    rack.network()
        .schedule(
            faults.millis(5_000, 40_000),
            () -> {
              if (slot.hardware == twin) {
                rack.pull(slot);
                rack.insert(slot, here == null ? rack.newCard() : here);
              } else if (here != null) {
                shelf.add(here);
              }
            });
  }

  private void seat(Slot slot, CardFlash card) {
    if (slot.hardware == null) {
      rack.insert(slot, card);
    } else {
      shelf.add(card);
    }
  }

  private void replace(Slot slot) {
    CardFlash old = rack.pull(slot);
    if (old != null) {
      shelf.add(old);
    }
    CardFlash other =
        !shelf.isEmpty() && faults.below(2) == 0
            ? shelf.remove(faults.below(shelf.size()))
            : rack.newCard();
    rack.network().schedule(faults.millis(0, 8_000), () -> seat(slot, other));
  }

  /** A card changes places with what sits elsewhere. */
  private void move(Slot a, Slot b) {
    if (a == b) {
      return;
    }
    CardFlash fromA = rack.pull(a);
    CardFlash fromB = rack.pull(b);
    if (fromA != null) {
      rack.network().schedule(faults.millis(500, 10_000), () -> seat(b, fromA));
    }
    if (fromB != null) {
      rack.network().schedule(faults.millis(500, 10_000), () -> seat(a, fromB));
    }
  }

  private void chassisOff(int chassis) {
    rack.chassisPower(chassis, false);
    rack.network().schedule(faults.millis(50, 15_000), () -> rack.chassisPower(chassis, true));
  }

  private void mainsOff() {
    for (int c = 1; c <= layout.chassis(); c++) {
      chassisOff(c);
    }
    cabinet.crashEngine();
  }

  private void crashService(Slot slot) {
    VirtualCard card = slot.running;
    if (card != null && card.crashService()) {
      rack.trace().add("SERVICE on " + slot.position + " dies");
    }
  }

  private void heat(Slot slot) {
    rack.trace().add("HEAT " + slot.position);
    slot.hot = true;
    rack.network().schedule(faults.millis(100, 10_000), () -> slot.hot = false);
  }

  /** Out and in again, too quickly for anybody to notice. */
  private void blink(Slot slot) {
    CardFlash card = rack.pull(slot);
    if (card != null) {
      rack.network().schedule(faults.millis(1, 50), () -> seat(slot, card));
    }
  }

  /** Stops, and fills what is empty; what others still have to do happens in its time. */
  void calm() {
    calm = true;
    rack.network()
        .schedule(
            Duration.ofSeconds(41),
            () -> {
              Set<MacAddress> seen = new HashSet<>();
              for (Slot slot : rack.slots()) {
                CardFlash card = slot.hardware;
                if (card != null && !seen.add(card.mac())) {
                  rack.pull(slot);
                }
              }
              shelf.removeIf(card -> !seen.add(card.mac()));
              for (Slot slot : rack.slots()) {
                if (slot.hardware == null) {
                  rack.insert(slot, shelf.isEmpty() ? rack.newCard() : shelf.removeLast());
                }
              }
            });
  }
}
