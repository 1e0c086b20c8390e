package io.cade.engine.conduct;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.SensorReading;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.model.SensorThreshold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every raise has exactly one clear, whatever happens in between (SPEC S3). */
final class AlarmPairingTest {
  private static final int CHASSIS = 3;
  private static final int SLOTS = 4;

  private record Slot(int chassis, int slot) {
    String at() {
      return chassis + "." + slot;
    }
  }

  private World world = new World();
  private final List<Change> told = new ArrayList<>();
  private final Map<Slot, String> boots = new HashMap<>();
  private final Map<Slot, Double> heat = new HashMap<>();
  private final Set<Slot> silent = new HashSet<>();
  private final Set<Integer> dark = new HashSet<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void everyRaiseHasExactlyOneClear(long seed) {
    Random random = new Random(seed);
    int generation = 1;
    // Not heat: its ladder would switch cards off, and nobody switches them on again here.
    world.apply(
        new Change.AlarmChange.ThresholdSet(
            SensorThreshold.high(SensorReading.Kind.WATTS, 45, 55, 65, 5)));
    for (int c = 1; c <= CHASSIS; c++) {
      for (int s = 1; s <= SLOTS; s++) {
        Slot slot = new Slot(c, s);
        boots.put(slot, "b" + generation);
        world.boot(slot.at(), 1, "b" + generation++);
      }
    }
    world.create("shop", 4);
    world.generate("shop");
    boots.keySet().forEach(slot -> world.obey(slot.at()));
    for (int step = 0; step < 1_500; step++) {
      Slot slot = new Slot(1 + random.nextInt(CHASSIS), 1 + random.nextInt(SLOTS));
      switch (random.nextInt(40)) {
        case 0 -> silent.add(slot);
        case 1, 2 -> silent.remove(slot);
        case 3 -> dark.add(slot.chassis());
        case 4, 5 -> dark.remove(slot.chassis());
        case 6, 7, 8 -> heat.put(slot, 35 + random.nextDouble() * 35);
        case 9, 10 -> heat.remove(slot);
        case 11 -> restart();
        case 12 -> {
          if (!dark.contains(slot.chassis())) {
            boots.put(slot, "b" + generation);
            world.boot(slot.at(), 1 + random.nextInt(2), "b" + generation++);
            silent.remove(slot);
          }
        }
        case 13 -> world.pass(Duration.ofMinutes(random.nextInt(7)));
        default -> {}
      }
      everybodySpeaks(random);
      world.pass(Duration.ofMillis(random.nextInt(2_000)));
      boots.keySet().stream()
          .filter(s -> !silent.contains(s) && !dark.contains(s.chassis()))
          .forEach(s -> world.obey(s.at()));
    }
    silent.clear();
    dark.clear();
    heat.clear();
    for (int i = 0; i < 500; i++) {
      everybodySpeaks(random);
      world.pass(Duration.ofSeconds(1));
      boots.keySet().forEach(s -> world.obey(s.at()));
    }
    told.addAll(world.history);
    check(seed);
  }

  /** A card whose engine does not know its boot any more introduces itself anew. */
  private void everybodySpeaks(Random random) {
    for (Map.Entry<Slot, String> each : boots.entrySet()) {
      Slot slot = each.getKey();
      if (silent.contains(slot) || dark.contains(slot.chassis()) || random.nextInt(10) == 0) {
        continue;
      }
      world.reportSensor(
          slot.at(),
          each.getValue(),
          new SensorReading(
              "board",
              SensorReading.Kind.WATTS,
              heat.getOrDefault(slot, 30.0),
              SensorReading.Quality.OK,
              "",
              world.now));
    }
  }

  /** Only what is durable outlives the engine. */
  private void restart() {
    World next = new World();
    CabinetBuilder builder = CabinetBuilder.replaying(world.cabinet);
    next.cabinet = builder.freeze(world.cabinet.position());
    next.now = world.now.plusSeconds(5);
    next.listeningSince = next.now.plusSeconds(10);
    told.addAll(world.history);
    world = next;
  }

  private void check(long seed) {
    Set<AlarmKey> active = new HashSet<>();
    long raises = 0;
    for (Change change : told) {
      switch (change) {
        case Change.AlarmRaised c -> {
          raises++;
          assertThat(active.add(c.key())).as("seed %d: %s raised twice", seed, c.key()).isTrue();
        }
        case Change.AlarmCleared c ->
            assertThat(active.remove(c.key())).as("seed %d: %s not raised", seed, c.key()).isTrue();
        case Change.AlarmChange.Altered c ->
            assertThat(active).as("seed %d", seed).contains(c.key());
        case Change.AlarmChange.Suppressed c ->
            assertThat(active).as("seed %d", seed).doesNotContain(c.key());
        default -> {}
      }
    }
    Cabinet end = world.cabinet;
    assertThat(raises).as("seed %d", seed).isGreaterThan(10);
    assertThat(end.alarms().keySet()).as("seed %d", seed).isEmpty();
    assertThat(active).as("seed %d", seed).isEmpty();
    assertThat(end.alarmState().suppressed()).as("seed %d", seed).isEmpty();
    long last = 0;
    Map<Long, Integer> open = new HashMap<>();
    for (PendingNotification n : end.notifications().values()) {
      assertThat(n.sequence()).as("seed %d: no gap", seed).isEqualTo(++last);
      if (n.alarm() != null && n.kind() != PendingNotification.Kind.CHANGED) {
        open.merge(n.alarm().sequence(), n.cleared() ? -1 : 1, Integer::sum);
      }
    }
    assertThat(open.values()).as("seed %d", seed).containsOnly(0);
  }
}
