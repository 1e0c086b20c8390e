package io.cade.sim.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.datagram.VirtualNetwork;
import io.cade.engine.dhcp.decide.Outcome;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.sim.hub.Backplane;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cards, hubs and the real boot services in virtual time. */
@Timeout(120)
class VirtualBootTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Backplane BACKPLANE = new Backplane(0);
  private static final CardPosition SLOT = new CardPosition(1, 3);
  private static final MacAddress MAC = new MacAddress("02:00:00:01:03:00");

  private VirtualNetwork network = new VirtualNetwork(START, VirtualNetwork.perfect());

  @Test
  void cardsBootThoughDatagramsAreLostDuplicatedAndReordered() {
    long seed = System.nanoTime();
    System.out.println("VirtualBootTest.cardsBootThoughDatagramsAreLost seed " + seed);
    assertThat(bootWithLoss(seed, 28)).hasSize(28);
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    assertThat(bootWithLoss(42, 14)).isEqualTo(bootWithLoss(42, 14));
  }

  @Test
  void theWholeCabinetBootsAtOnce() {
    TestEngine engine = engine(20, Duration.ofHours(1));
    List<PoweredCard> cards = powerOn(firmware(1), 280);
    boolean all =
        network.runUntil(
            () -> cards.stream().allMatch(c -> c.booted().isDone()), Duration.ofSeconds(10));
    assertThat(all).isTrue();
    assertThat(engine.dhcp.outcomes()).containsEntry(Outcome.ACKED, 280L);
  }

  @Test
  void aCardKeepsItsLeaseForDays() {
    TestEngine engine = engine(1, Duration.ofHours(1));
    PoweredCard card = firmware(1).powerOn(SLOT, MAC);
    network.run(Duration.ofDays(2));
    assertThat(card.booted()).isCompleted();
    assertThat(card.unbound()).isNotDone();
    assertThat(engine.writer.current().lease(SLOT).orElseThrow().expiresAt())
        .isAfter(network.instant());
    assertThat(engine.dhcp.outcomes().get(Outcome.ACKED)).isBetween(90L, 110L);
  }

  @Test
  void aCardThatCannotReachTheServerDirectlyRebindsThroughItsHub() {
    InetSocketAddress card = Ipv4Address.of(127, 1, 1, 3).port(1068);
    network =
        new VirtualNetwork(
            START,
            (from, to, payload) ->
                from.equals(card) ? List.of() : List.of(Duration.ofNanos(100_000)));
    TestEngine engine = engine(1, Duration.ofHours(1));
    PoweredCard powered = firmware(1).powerOn(SLOT, MAC);
    network.run(Duration.ofHours(5));
    assertThat(powered.unbound()).isNotDone();
    assertThat(engine.dhcp.outcomes().get(Outcome.ACKED)).isBetween(5L, 8L);
  }

  @Test
  void aCardWhoseEngineIsGoneLosesItsLeaseAndComesBackWithIt() {
    TestEngine engine = engine(1, Duration.ofHours(1));
    PoweredCard card = firmware(1).powerOn(SLOT, MAC);
    network.run(Duration.ofMinutes(1));
    engine.writer.fail(new IOException("disk full"));
    network.run(Duration.ofHours(2));
    assertThat(card.unbound()).isCompletedWithValue("the lease has run out");
    engine.writer.fail(null);
    network.run(Duration.ofMinutes(5));
    assertThat(engine.writer.current().lease(SLOT).orElseThrow().expiresAt())
        .isAfter(network.instant());
  }

  @Test
  void aCardThatIsPulledSaysNothingMore() {
    TestEngine engine = engine(1, Duration.ofHours(1));
    PoweredCard card = firmware(1).powerOn(SLOT, MAC);
    network.run(Duration.ofMinutes(1));
    card.powerOff();
    network.run(Duration.ofHours(3));
    assertThat(engine.dhcp.outcomes()).containsEntry(Outcome.ACKED, 1L);
    PoweredCard unlucky = firmware(2).powerOn(SLOT, MAC);
    unlucky.powerOff();
    network.run(Duration.ofMinutes(1));
    assertThat(unlucky.booted()).isCompletedExceptionally();
  }

  @Test
  void anotherCardInTheSlotBootsWithItsAddress() {
    TestEngine engine = engine(1, Duration.ofHours(1));
    PoweredCard first = firmware(1).powerOn(SLOT, MAC);
    network.run(Duration.ofMinutes(1));
    first.powerOff();
    PoweredCard second = firmware(2).powerOn(SLOT, new MacAddress("02:00:00:99:99:00"));
    network.run(Duration.ofMinutes(1));
    assertThat(second.booted().join().address()).isEqualTo(first.booted().join().address());
    assertThat(engine.writer.current().swaps()).hasSize(1);
    assertThat(engine.writer.current().alarms()).isEmpty();
  }

  @Test
  void aSecondCardWithTheSameMacAddressDoesNotBootUntilTheFirstIsGone() {
    TestEngine engine = engine(2, Duration.ofHours(1));
    CardPosition other = new CardPosition(2, 5);
    PoweredCard first = firmware(1).powerOn(SLOT, MAC);
    network.run(Duration.ofMinutes(1));
    engine.writer.put(new Change.CardStateChanged(SLOT, CardState.AVAILABLE, "introduced"));
    PoweredCard second = firmware(2).powerOn(other, MAC);
    network.run(Duration.ofMinutes(10));
    assertThat(second.booted()).isNotDone();
    assertThat(alarms(engine)).containsExactly(AlarmType.DUPLICATE_MAC);
    first.powerOff();
    engine.writer.put(new Change.CardStateChanged(SLOT, CardState.FAILED, "silent"));
    network.run(Duration.ofMinutes(3));
    assertThat(second.booted()).isCompleted();
    assertThat(alarms(engine)).containsExactly(AlarmType.CARD_MOVED);
  }

  private static List<AlarmType> alarms(TestEngine engine) {
    return engine.writer.current().alarms().keySet().stream().map(k -> k.type()).toList();
  }

  /** How long each card took; loses 15 %, duplicates 5 %, delays at random. */
  private List<Duration> bootWithLoss(long seed, int count) {
    Random faults = new Random(seed);
    network =
        new VirtualNetwork(
            START,
            (from, to, payload) -> {
              int fate = faults.nextInt(100);
              Duration delay = Duration.ofNanos(50_000 + faults.nextInt(3_000_000));
              return fate < 15
                  ? List.of()
                  : fate < 20 ? List.of(delay, delay.multipliedBy(3)) : List.of(delay);
            });
    TestEngine engine = engine(2, Duration.ofHours(1));
    List<PoweredCard> cards = powerOn(firmware(seed), count);
    boolean all =
        network.runUntil(
            () -> cards.stream().allMatch(c -> c.booted().isDone()), Duration.ofMinutes(30));
    assertThat(all).as("all booted, seed %d", seed).isTrue();
    Set<Object> addresses = new HashSet<>();
    List<Duration> took = new ArrayList<>();
    for (PoweredCard card : cards) {
      BootResult result = card.booted().join();
      assertThat(addresses.add(result.address())).as("seed %d", seed).isTrue();
      assertThat(new String(result.configuration(), StandardCharsets.US_ASCII))
          .as("seed %d", seed)
          .isEqualTo(TestEngine.configurationOf(card.position()));
      took.add(result.took());
    }
    assertThat(engine.writer.current().alarms()).as("seed %d", seed).isEmpty();
    return took;
  }

  private TestEngine engine(int chassis, Duration leaseTime) {
    return new TestEngine(network, network, Runnable::run, BACKPLANE, chassis, leaseTime);
  }

  private CardFirmware firmware(long seed) {
    return new CardFirmware(network, BACKPLANE, FirmwareConfig.standard(), new Random(seed));
  }

  private static List<PoweredCard> powerOn(CardFirmware firmware, int count) {
    List<PoweredCard> cards = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      CardPosition position = new CardPosition(1 + i / 14, 1 + i % 14);
      cards.add(
          firmware.powerOn(
              position,
              MacAddress.of(
                  new byte[] {2, 0, 0, (byte) position.chassis(), (byte) position.slot(), 0})));
    }
    return cards;
  }
}
