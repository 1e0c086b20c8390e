package io.cade.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.change.Commit;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.CabinetWalk;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.Severity;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What every store does. */
abstract class CabinetStoreContract {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00.123456Z");

  /** The store under test; a second call opens what the first left behind. */
  abstract CabinetStore open() throws IOException;

  /** One change of each kind, and random ones that the state allows. */
  static List<Change> story() {
    CardPosition at = new CardPosition(1, 1);
    MacAddress mac = new MacAddress("02:00:00:00:01:01");
    List<Change> story = new ArrayList<>();
    story.add(new Change.CardSeated(at, CardRole.SERVER, mac));
    story.add(new Change.CardStateChanged(at, CardState.BOOTING, "asked"));
    story.add(new Change.LeaseGranted(at, mac, "127.1.1.1", NOW.plusSeconds(60)));
    story.add(
        new Change.PoolLeaseGranted("10.0.0.7", "id 01aa", mac, "laptop", NOW.plusSeconds(60)));
    story.add(
        new Change.PoolLeaseGranted("10.0.0.8", "id 01aa", mac, "laptop", NOW.plusSeconds(60)));
    story.add(new Change.PoolAddressLocked("10.0.0.9", NOW.plusSeconds(600), "declined"));
    story.add(new Change.PoolLeaseEnded("10.0.0.9", "unlocked"));
    story.add(new Change.PoolAddressLocked("10.0.0.10", NOW.plusSeconds(600), "in use"));
    story.add(new Change.CardEnrolled(at, mac, "1f"));
    story.add(
        new Change.CardIntroduced(
            at,
            CardRole.SERVER,
            "boot1",
            new HardwareDescriptor("Cade", "Blade", "S1", mac, 2, 1 << 30, List.of("sda")),
            new SoftwareDescriptor("1", "blade", "1", "Linux")));
    story.add(new Change.CardStateChanged(at, CardState.AVAILABLE, "introduced itself"));
    story.add(
        new Change.ServiceCreated(
            1,
            new ServiceDefinition(
                "shop", "static-site", List.of("www.shop.example"), 1, "sha256:00")));
    story.add(new Change.CardsBound("shop", List.of(at)));
    story.add(new Change.PackageGenerated("shop", "sha256:01", 100));
    story.add(new Change.ServicePhaseChanged("shop", ServicePhase.SETUP, "card 1.1"));
    story.add(
        new Change.CommandQueued(at, new Command.InstallService(1, "shop", "sha256:01", 100)));
    story.add(
        new Change.PlacementChanged(
            "shop", new Placement(at, Placement.State.ORDERED, "", "boot1")));
    story.add(new Change.CommandFinished(at, 1, true, ""));
    story.add(
        new Change.CommandQueued(
            at, new Command.StartService(2, "shop", "static-site", "sha256:01", 8000)));
    AlarmKey lost = new AlarmKey(AlarmType.CARD_LOST, "card 1.1");
    AlarmKey degraded = new AlarmKey(AlarmType.SERVICE_DEGRADED, "service shop");
    story.add(new Change.AlarmRaised(lost, Severity.MAJOR, "out of its slot"));
    story.add(new Change.AlarmRaised(degraded, Severity.MINOR, "0 of 1"));
    story.add(new Change.AlarmAcknowledged(degraded, "anna"));
    story.add(new Change.AlarmCleared(lost, "back"));
    story.add(new Change.NotificationDelivered(1));
    story.add(new Change.CardSeated(at, CardRole.SERVER, new MacAddress("02:00:00:00:01:02")));
    story.add(new Change.Audited("anna", "created service shop", "done"));
    return story;
  }

  /** Applies changes one commit each, with batches of random sizes. */
  static Cabinet apply(CabinetStore store, Cabinet from, List<Change> story, Random random)
      throws IOException {
    Cabinet cabinet = from;
    int i = 0;
    while (i < story.size()) {
      int size = Math.min(1 + random.nextInt(4), story.size() - i);
      CabinetBuilder builder = new CabinetBuilder(cabinet);
      List<Commit> commits = new ArrayList<>();
      for (int k = 0; k < size; k++) {
        Change change = story.get(i++);
        builder.apply(change, NOW);
        commits.add(new Commit(cabinet.position() + 1 + k, NOW, List.of(change)));
      }
      cabinet = builder.freeze(cabinet.position() + size);
      store.apply(commits, cabinet, builder.touched());
    }
    return cabinet;
  }

  @Test
  void aNewStoreHoldsAnEmptyCabinet() throws Exception {
    try (CabinetStore store = open()) {
      assertThat(store.load()).isEqualTo(Cabinet.empty());
    }
  }

  @Test
  void whatWasAppliedIsLoadedAgain() throws Exception {
    Cabinet cabinet;
    try (CabinetStore store = open()) {
      cabinet = apply(store, store.load(), story(), new Random(1));
      assertThat(store.checkpoint()).isEqualTo(story().size());
    }
    try (CabinetStore store = open()) {
      assertThat(store.load()).isEqualTo(cabinet);
    }
  }

  @Test
  void whateverAWalkHasLedToIsLoadedAgain() throws Exception {
    long seed = System.nanoTime();
    System.out.println("store walk seed " + seed);
    CabinetWalk walk = new CabinetWalk(seed);
    Cabinet cabinet = Cabinet.empty();
    for (int round = 0; round < 4; round++) {
      try (CabinetStore store = open()) {
        assertThat(store.load()).as("seed %d round %d", seed, round).isEqualTo(cabinet);
        for (int batch = 0; batch < 25; batch++) {
          List<Commit> commits = new ArrayList<>();
          CabinetBuilder builder = new CabinetBuilder(cabinet);
          for (Change change : walk.allowed(cabinet, 10)) {
            Instant now = walk.now();
            builder.apply(change, now);
            commits.add(new Commit(cabinet.position() + 1 + commits.size(), now, List.of(change)));
          }
          cabinet = builder.freeze(cabinet.position() + commits.size());
          store.apply(commits, cabinet, builder.touched());
        }
        assertThat(store.load()).as("seed %d round %d", seed, round).isEqualTo(cabinet);
        historyAgreesWith(cabinet, store);
      }
    }
  }

  /** Alarms without an end are those that are active; every number was given once. */
  private static void historyAgreesWith(Cabinet cabinet, CabinetStore store) throws IOException {
    List<CabinetStore.PastAlarm> history = store.alarmHistory(1_000_000);
    assertThat(history)
        .extracting(CabinetStore.PastAlarm::sequence)
        .containsExactlyElementsOf(
            LongStream.range(1, cabinet.nextAlarm())
                .map(i -> cabinet.nextAlarm() - i)
                .boxed()
                .toList());
    assertThat(
            history.stream()
                .filter(a -> a.clearedAt() == null)
                .map(a -> a.sequence() + " " + a.key() + " " + a.raisedAt() + a.acknowledgedBy()))
        .containsExactlyInAnyOrderElementsOf(
            cabinet.alarms().values().stream()
                .map(a -> a.sequence() + " " + a.key() + " " + a.raisedAt() + a.acknowledgedBy())
                .toList());
  }

  @Test
  void anAlarmRaisedClearedAndRaisedAgainInOneBatchIsTwoAlarms() throws Exception {
    AlarmKey key = new AlarmKey(AlarmType.FAN_FAILED, "sensor 1.0 fan1");
    Change raised = new Change.AlarmRaised(key, Severity.MAJOR, "stands still");
    Change cleared = new Change.AlarmCleared(key, "turns");
    try (CabinetStore store = open()) {
      Cabinet cabinet = store.load();
      for (List<Change> batch :
          List.of(
              List.of(raised),
              List.of(
                  new Change.AlarmAcknowledged(key, "anna"), cleared, raised, cleared, raised))) {
        CabinetBuilder builder = new CabinetBuilder(cabinet);
        batch.forEach(c -> builder.apply(c, NOW));
        cabinet = builder.freeze(cabinet.position() + 1);
        store.apply(
            List.of(new Commit(cabinet.position(), NOW, batch)), cabinet, builder.touched());
      }
      assertThat(store.alarmHistory(10))
          .extracting(a -> a.sequence() + " " + (a.clearedAt() == null) + " " + a.acknowledgedBy())
          .containsExactly("3 true ", "2 false ", "1 false anna");
    }
  }

  @Test
  void historyTellsWhenEachAlarmBeganAndEndedNewestFirst() throws Exception {
    try (CabinetStore store = open()) {
      apply(store, store.load(), story(), new Random(1));
      assertThat(store.alarmHistory(10))
          .extracting(a -> a.sequence() + " " + a.key().source() + " " + a.acknowledgedBy())
          .containsExactly("2 service shop anna", "1 card 1.1 ");
      assertThat(store.alarmHistory(1)).hasSize(1);
      assertThat(store.alarmHistory(10).getFirst().clearedAt()).isNull();
      assertThat(store.alarmHistory(10).getLast().raisedAt()).isEqualTo(NOW);
      assertThat(store.alarmHistory(10).getLast().clearedAt()).isEqualTo(NOW);
      assertThat(store.audit(10))
          .singleElement()
          .satisfies(a -> assertThat(a.user()).isEqualTo("anna"));
    }
  }
}
