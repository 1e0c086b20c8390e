package io.cade.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.change.Commit;
import io.cade.engine.change.Decision;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmQuery;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import io.cade.engine.model.Severity;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The alarms of the past over the real store: what is asked for, page by page, and the limit. */
@Timeout(180)
final class AlarmHistoryTest {
  private static final Instant BEGIN = Instant.parse("2026-11-21T10:00:00Z");
  private static final List<AlarmType> TYPES =
      List.of(AlarmType.CARD_LOST, AlarmType.FAN_FAILED, AlarmType.TEMPERATURE_HIGH);

  private static final List<Severity> SEVERITIES = List.of(Severity.values());

  @TempDir private Path directory;
  private Instant now = BEGIN;

  private static <T> T any(List<T> choices, Random random) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** 600 alarms, one a minute, half of them cleared. */
  private List<CabinetStore.PastAlarm> given(EngineState state, Random random) throws Exception {
    for (int i = 0; i < 600; i++) {
      AlarmKey key =
          new AlarmKey(
              any(TYPES, random),
              "card %d.%d_%d".formatted(1 + random.nextInt(3), 1 + random.nextInt(14), i));
      Severity severity = any(SEVERITIES, random);
      List<Change> changes = new ArrayList<>();
      changes.add(new Change.AlarmRaised(key, severity, "text " + i));
      if (random.nextBoolean()) {
        changes.add(new Change.AlarmCleared(key, "gone"));
      }
      state.writer().submit((_, _) -> new Decision<>(changes, true)).get();
      now = now.plusSeconds(60);
    }
    settle(state);
    return state.store().alarmHistory(1_000);
  }

  /** Waits until what was committed is in the store. */
  private static void settle(EngineState state) throws Exception {
    long position = state.writer().current().position();
    while (state.requestCheckpoint().get() < position) {
      // Each round waits for what had gathered.
    }
  }

  private static AlarmQuery query(
      @Nullable AlarmType type,
      String source,
      @Nullable Severity atLeast,
      @Nullable Instant from,
      @Nullable Instant until,
      long before,
      int limit) {
    return new AlarmQuery(type, source, atLeast, from, until, before, limit);
  }

  @Test
  void everyFilterAndTheirCombinationsGiveWhatTheModelSays() throws Exception {
    long seed = System.nanoTime();
    System.out.println("alarm history seed " + seed);
    Random random = new Random(seed);
    try (EngineState state = EngineState.open(directory, () -> now)) {
      List<CabinetStore.PastAlarm> all = given(state, random);
      assertThat(all).hasSize(600);
      String[] sources = {"", "*", "card 2.*", "*_1*", "card 1.1_*", "%", "card 1?1*", "nothing"};
      for (int i = 0; i < 300; i++) {
        AlarmQuery q =
            query(
                random.nextBoolean() ? null : any(TYPES, random),
                sources[random.nextInt(sources.length)],
                random.nextBoolean() ? null : any(SEVERITIES, random),
                random.nextBoolean() ? null : BEGIN.plusSeconds(random.nextInt(36_000)),
                random.nextBoolean() ? null : BEGIN.plusSeconds(random.nextInt(36_000)),
                random.nextBoolean() ? Long.MAX_VALUE : random.nextInt(650),
                1 + random.nextInt(200));
        assertThat(state.store().alarmHistory(q))
            .as("seed %d: %s", seed, q)
            .containsExactlyElementsOf(
                all.stream()
                    .filter(a -> q.matches(a.sequence(), a.key(), a.severity(), a.raisedAt()))
                    .limit(q.limit())
                    .toList());
      }
    }
  }

  @Test
  void pagesFollowOneAnotherWithoutAGapOrARepetitionWhileAlarmsAreRaised() throws Exception {
    try (EngineState state = EngineState.open(directory, () -> now)) {
      List<CabinetStore.PastAlarm> all = given(state, new Random(1));
      List<Long> paged = new ArrayList<>();
      long before = Long.MAX_VALUE;
      for (int page = 0; page < 100; page++) {
        List<CabinetStore.PastAlarm> found =
            state.store().alarmHistory(query(null, "", null, null, null, before, 37));
        if (found.isEmpty()) {
          break;
        }
        found.forEach(a -> paged.add(a.sequence()));
        before = found.getLast().sequence();
        AlarmKey late = new AlarmKey(AlarmType.PROXY_LOST, "card 0." + page);
        state
            .writer()
            .submit((_, _) -> Decision.of(true, new Change.AlarmRaised(late, Severity.MAJOR, "")))
            .get();
        settle(state);
      }
      assertThat(paged)
          .containsExactlyElementsOf(all.stream().map(CabinetStore.PastAlarm::sequence).toList())
          .isSortedAccordingTo(Comparator.reverseOrder());
    }
  }

  @Test
  void ofMoreThanAHundredThousandTheOldestLeaveAndWhatIsActiveStays() throws Exception {
    int over = 500;
    AlarmKey active = new AlarmKey(AlarmType.FAN_FAILED, "chassis 1 fan1");
    AlarmKey key = new AlarmKey(AlarmType.DUPLICATE_MAC, "card 1.1");
    try (H2CabinetStore store = H2CabinetStore.open(directory.resolve("cabinet"))) {
      Cabinet cabinet =
          apply(
              store, store.load(), List.of(new Change.AlarmRaised(active, Severity.MAJOR, "old")));
      for (int i = 1; i < H2CabinetStore.MAX_HISTORY + over; i += 1_000) {
        List<Change> batch = new ArrayList<>();
        for (int k = i; k < Math.min(i + 1_000, H2CabinetStore.MAX_HISTORY + over); k++) {
          batch.add(new Change.AlarmRaised(key, Severity.MAJOR, "two slots"));
          batch.add(new Change.AlarmCleared(key, "one slot"));
        }
        cabinet = apply(store, cabinet, batch);
      }
      store.checkpoint();
      List<CabinetStore.PastAlarm> history =
          store.alarmHistory(query(null, "", null, null, null, Long.MAX_VALUE, 1_000_000));
      assertThat(history).hasSize(H2CabinetStore.MAX_HISTORY + 1);
      assertThat(history.getFirst().sequence()).isEqualTo(H2CabinetStore.MAX_HISTORY + over);
      assertThat(history.getLast().key()).isEqualTo(active);
      assertThat(history.get(H2CabinetStore.MAX_HISTORY - 1).sequence()).isEqualTo(over + 1L);
    }
  }

  private static Cabinet apply(CabinetStore store, Cabinet before, List<Change> changes)
      throws Exception {
    CabinetBuilder builder = new CabinetBuilder(before);
    changes.forEach(c -> builder.apply(c, BEGIN));
    Cabinet after = builder.freeze(before.position() + 1);
    store.apply(List.of(new Commit(after.position(), BEGIN, changes)), after, builder.touched());
    return after;
  }
}
