package io.cade.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SoftwareDescriptor;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class CabinetBuilderTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final CardPosition AT = new CardPosition(1, 3);
  private static final MacAddress MAC = new MacAddress("02:00:00:00:01:03");
  private static final AlarmKey LOST = new AlarmKey(AlarmType.CARD_LOST, "card 1.3");

  private final CabinetBuilder builder = new CabinetBuilder(Cabinet.empty());

  private void apply(Change... changes) {
    for (Change change : changes) {
      builder.apply(change, NOW);
    }
  }

  private static Change seated(String mac) {
    return new Change.CardSeated(AT, CardRole.SERVER, new MacAddress(mac));
  }

  private static Change introduced(String bootId) {
    return new Change.CardIntroduced(
        AT,
        CardRole.SERVER,
        bootId,
        new HardwareDescriptor("Cade", "Blade", "S1", MAC, 2, 1L << 30, List.of("sda")),
        new SoftwareDescriptor("1", "blade", "1", "Linux"));
  }

  private static Change raised(AlarmKey key) {
    return new Change.AlarmRaised(key, Severity.MAJOR, "gone");
  }

  private static Change created(String name) {
    return new Change.ServiceCreated(
        1, new ServiceDefinition(name, "static-site", List.of("www.shop.example"), 1, "sha256:00"));
  }

  @Test
  void whateverContradictsTheStateLeavesEverythingAsItWas() {
    long seed = System.nanoTime();
    System.out.println("contradiction walk seed " + seed);
    CabinetWalk walk = new CabinetWalk(seed);
    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      Cabinet before = builder.view();
      int touched = builder.touched().size();
      Change change = walk.change(before);
      try {
        builder.apply(change, walk.now());
      } catch (IllegalStateException e) {
        refused++;
        assertThat(builder.view()).as("seed %d, %s", seed, change).isEqualTo(before);
        assertThat(builder.touched()).hasSize(touched);
      }
    }
    assertThat(refused).isGreaterThan(100);
  }

  @Test
  void aCabinetDoesNotSeeWhatIsDoneAfterIt() {
    long seed = System.nanoTime();
    System.out.println("snapshot walk seed " + seed);
    CabinetWalk walk = new CabinetWalk(seed);
    for (int i = 0; i < 300; i++) {
      Cabinet snapshot = builder.view();
      String before = snapshot.toString();
      walk.allowed(snapshot, 5).forEach(c -> builder.apply(c, walk.now()));
      assertThat(snapshot.toString()).as("seed %d", seed).isEqualTo(before);
    }
  }

  @Test
  void theTouchedEntitiesAreEnoughToMakeTheCabinetAgain() {
    long seed = System.nanoTime();
    System.out.println("touched walk seed " + seed);
    CabinetWalk walk = new CabinetWalk(seed);
    Cabinet copy = Cabinet.empty();
    for (int i = 0; i < 300; i++) {
      Cabinet before = builder.view();
      CabinetBuilder step = new CabinetBuilder(before);
      for (Change change : walk.allowed(before, 3)) {
        Instant now = walk.now();
        step.apply(change, now);
        builder.apply(change, now);
      }
      copy = copied(copy, step.view(), step);
      assertThat(copy).as("seed %d", seed).isEqualTo(builder.view());
    }
  }

  @Test
  void aReplayComesToTheSameCabinetAsOneChangeAfterTheOther() {
    long seed = System.nanoTime();
    System.out.println("replay walk seed " + seed);
    CabinetWalk walk = new CabinetWalk(seed);
    CabinetBuilder replay = CabinetBuilder.replaying(Cabinet.empty());
    int pooled = 0;
    for (int i = 0; pooled < 3_000; i++) {
      for (Change change : walk.allowed(builder.view(), 3)) {
        Instant now = walk.now();
        builder.apply(change, now);
        replay.apply(change, now);
        pooled +=
            change instanceof Change.PoolLeaseGranted
                    || change instanceof Change.PoolLeaseEnded
                    || change instanceof Change.PoolAddressLocked
                ? 1
                : 0;
      }
      if (i % 5_000 == 4_999) {
        assertThat(replay.view()).as("seed %d", seed).isEqualTo(builder.view());
      }
    }
    Cabinet same = builder.freeze(7);
    Cabinet replayed = replay.freeze(7);
    assertThat(replayed).as("seed %d", seed).isEqualTo(same);
    for (PoolLease lease : same.poolLeases().all().values()) {
      assertThat(replayed.poolLeases().of(lease.client()))
          .isEqualTo(same.poolLeases().of(lease.client()));
    }
    assertThat(replay.touched()).isEmpty();
  }

  /** Takes over from {@code to} only what the step says it touched, and the counters. */
  private static Cabinet copied(Cabinet from, Cabinet to, CabinetBuilder step) {
    CabinetBuilder result = CabinetBuilder.restored(to.position(), to.counters());
    new EntityPicker(from, to, step.touched()).restoreInto(result);
    return result.freeze(to.position());
  }

  @Test
  void aCardGoesOnlyWhereTheTableLetsItGo() {
    apply(seated("02:00:00:00:01:03"), new Change.CardStateChanged(AT, CardState.BOOTING, "asked"));
    assertThatThrownBy(() -> apply(new Change.CardStateChanged(AT, CardState.RUNNING, "no")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1.3")
        .hasMessageContaining("BOOTING")
        .hasMessageContaining("RUNNING");
    assertThat(builder.view().card(AT).orElseThrow().state()).isEqualTo(CardState.BOOTING);
  }

  @Test
  void anotherCardInTheSlotIsASwapAndHasNoCertificateYet() {
    apply(
        seated("02:00:00:00:01:03"),
        new Change.CardEnrolled(AT, MAC, "1f"),
        introduced("boot1"),
        seated("02:00:00:00:01:03"));
    assertThat(builder.view().swaps()).isEmpty();
    assertThat(builder.view().card(AT).orElseThrow().certificateSerial()).isEqualTo("1f");
    apply(seated("02:00:00:00:01:99"));
    assertThat(builder.view().swaps())
        .containsExactly(new Swap(1, AT, NOW, MAC, new MacAddress("02:00:00:00:01:99"), "S1", ""));
    Card card = builder.view().card(AT).orElseThrow();
    assertThat(card.certificateSerial()).isEmpty();
    assertThat(card.hardware()).isNull();
  }

  @Test
  void theOldestSwapGoesWhenThereAreTooMany() {
    for (int i = 0; i < Cabinet.MAX_SWAPS + 5; i++) {
      apply(seated("02:00:00:00:02:0" + i % 2));
    }
    assertThat(builder.view().swaps()).hasSize(Cabinet.MAX_SWAPS);
    assertThat(builder.view().swaps().getFirst().sequence()).isEqualTo(5);
    assertThat(builder.touched()).contains(new EntityKey(EntityKey.Kind.SWAP, "4"));
  }

  @Test
  void anAlarmIsRaisedOnceAndClearedOnceAndEachIsNotifiedOnce() {
    apply(raised(LOST));
    assertThatThrownBy(() -> apply(raised(LOST)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("already raised");
    apply(new Change.AlarmCleared(LOST, "back"));
    assertThatThrownBy(() -> apply(new Change.AlarmCleared(LOST, "back")))
        .hasMessageContaining("not raised");
    apply(raised(LOST));
    Cabinet cabinet = builder.view();
    assertThat(cabinet.alarms().get(LOST))
        .extracting(Alarm::sequence, Alarm::acknowledgedBy)
        .containsExactly(2L, "");
    assertThat(cabinet.notifications().values())
        .extracting(n ->
            n.sequence() + " " + n.cleared() + " " + Objects.requireNonNull(n.alarm()).sequence())
        .containsExactly("1 false 1", "2 true 1", "3 false 2");
  }

  @Test
  void theOldestNotificationIsGivenUpWhenNobodyTakesThem() {
    for (int i = 0; i < Cabinet.MAX_NOTIFICATIONS / 2 + 1; i++) {
      apply(raised(LOST), new Change.AlarmCleared(LOST, "back"));
    }
    assertThat(builder.view().notifications()).hasSize(Cabinet.MAX_NOTIFICATIONS);
    assertThat(builder.view().notifications().firstKey()).isEqualTo(3);
  }

  @Test
  void aStartThatSucceededMeansThatTheServiceRunsThere() {
    apply(
        seated("02:00:00:00:01:03"),
        introduced("boot1"),
        created("shop"),
        new Change.CardsBound("shop", List.of(AT)),
        new Change.CommandQueued(
            AT, new Command.StartService(7, "shop", "static-site", "sha256:01", 8000)),
        new Change.PlacementChanged(
            "shop", new Placement(AT, Placement.State.ORDERED, "", "boot1")),
        new Change.CommandFinished(AT, 7, true, ""));
    assertThat(builder.view().service("shop").orElseThrow().running()).isEqualTo(1);
    assertThat(builder.view().queue(AT).waiting()).isEmpty();
    assertThat(builder.view().nextCommand()).isEqualTo(8);
  }

  @Test
  void aStartOnAnEarlierBootMeansNothing() {
    apply(
        seated("02:00:00:00:01:03"),
        introduced("boot1"),
        created("shop"),
        new Change.CardsBound("shop", List.of(AT)),
        new Change.CommandQueued(
            AT, new Command.StartService(7, "shop", "static-site", "sha256:01", 8000)),
        new Change.PlacementChanged(
            "shop", new Placement(AT, Placement.State.ORDERED, "", "boot1")),
        introduced("boot2"),
        new Change.CommandFinished(AT, 7, true, ""));
    assertThat(builder.view().service("shop").orElseThrow().running()).isZero();
  }

  @Test
  void aFailedCommandVoidsTheLaterOnesOfItsServiceOnly() {
    apply(
        seated("02:00:00:00:01:03"),
        introduced("boot1"),
        created("shop"),
        new Change.CardsBound("shop", List.of(AT)),
        new Change.PlacementChanged(
            "shop", new Placement(AT, Placement.State.ORDERED, "", "boot1")),
        new Change.CommandQueued(AT, new Command.InstallService(1, "shop", "sha256:01", 100)),
        new Change.CommandQueued(
            AT, new Command.StartService(2, "shop", "static-site", "sha256:01", 8000)),
        new Change.CommandQueued(AT, new Command.StopService(3, "other")),
        new Change.CommandFinished(AT, 1, false, "digest differs"));
    Cabinet cabinet = builder.view();
    assertThat(cabinet.queue(AT).waiting()).extracting(Command::id).containsExactly(3L);
    assertThat(cabinet.service("shop").orElseThrow().on(AT).orElseThrow())
        .isEqualTo(new Placement(AT, Placement.State.FAILED, "digest differs", "boot1", NOW));
  }

  @Test
  void aServiceCannotBeCreatedTwice() {
    apply(created("shop"));
    assertThatThrownBy(() -> apply(created("shop"))).hasMessageContaining("exists");
  }

  @Test
  void anAlarmKeyIsReadFromWhatItPrints() {
    for (AlarmType type : AlarmType.values()) {
      AlarmKey key = new AlarmKey(type, "sensor 1.0 fan 1");
      assertThat(AlarmKey.parse(key.toString())).isEqualTo(key);
    }
    assertThatThrownBy(() -> AlarmKey.parse("nothing at all"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new AlarmKey(AlarmType.CARD_LOST, "x".repeat(256)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("255");
  }
}
