package io.cade.proxy.vrrp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.vrrp.VrrpMachine.Action;
import io.cade.proxy.vrrp.VrrpMachine.Advertise;
import io.cade.proxy.vrrp.VrrpMachine.Announce;
import io.cade.proxy.vrrp.VrrpMachine.Release;
import io.cade.proxy.vrrp.VrrpMachine.State;
import io.cade.proxy.vrrp.VrrpMachine.Take;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Row by row what RFC 9568 §6.4 has, in virtual time. */
class VrrpMachineTest {
  private static final Inet4Address LOW = address("10.0.0.2");
  private static final Inet4Address OWN = address("10.0.0.3");
  private static final Inet4Address HIGH = address("10.0.0.4");
  private static final Inet4Address VIRTUAL = address("10.0.0.100");
  private static final long MS = 1_000_000;

  /** Skew_Time of priority 100 and 1 s: 156/256 s. */
  private static final long SKEW = 609_375_000;

  private static final long DOWN = 3_000 * MS + SKEW;

  private long now = Long.MAX_VALUE - 5_000 * MS; // a ticker may overflow

  static Inet4Address address(String text) {
    return (Inet4Address) InetAddress.ofLiteral(text);
  }

  private static VrrpMachine machine(int priority, boolean preempt) {
    return new VrrpMachine(
        new VrrpSettings(51, List.of(VIRTUAL), priority, preempt, Duration.ofSeconds(1)), OWN);
  }

  private static VrrpPacket packet(int priority, int centis) {
    return new VrrpPacket(51, priority, centis, List.of(VIRTUAL));
  }

  private VrrpMachine backup(int priority, boolean preempt) {
    VrrpMachine machine = machine(priority, preempt);
    assertThat(machine.startup(now)).isEmpty();
    assertThat(machine.state()).isEqualTo(State.BACKUP);
    return machine;
  }

  private VrrpMachine active(int priority) {
    VrrpMachine machine = backup(priority, true);
    now += machine.downNanos();
    assertThat(machine.tick(now))
        .containsExactly(new Advertise(priority), new Take(), new Announce());
    assertThat(machine.state()).isEqualTo(State.ACTIVE);
    return machine;
  }

  private List<Action> after(VrrpMachine machine, long nanos) {
    now += nanos;
    return machine.tick(now);
  }

  // Initialize

  @Test
  void startupOfAnOrdinaryBalancerWaitsForOthers() {
    VrrpMachine machine = backup(100, true);
    assertThat(machine.skewNanos()).isEqualTo(SKEW);
    assertThat(machine.waitNanos(now)).isEqualTo(DOWN);
    assertThat(after(machine, DOWN - 1)).isEmpty();
    assertThat(after(machine, 1)).containsExactly(new Advertise(100), new Take(), new Announce());
  }

  @Test
  void startupOfTheOwnerTakesAtOnce() {
    VrrpMachine machine = machine(255, true);
    assertThat(machine.startup(now))
        .containsExactly(new Advertise(255), new Take(), new Announce());
    assertThat(machine.state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void nothingHappensBeforeTheStart() {
    VrrpMachine machine = machine(100, true);
    assertThat(machine.heard(packet(0, 100), HIGH, now)).isEmpty();
    assertThat(machine.tick(now)).isEmpty();
    assertThat(machine.waitNanos(now)).isEqualTo(Long.MAX_VALUE);
    assertThat(machine.shutdown()).isEmpty();
    assertThat(machine.transitions()).isZero();
  }

  // Backup

  @Test
  void shutdownOfABackupIsSilent() {
    VrrpMachine machine = backup(100, true);
    assertThat(machine.shutdown()).isEmpty();
    assertThat(machine.state()).isEqualTo(State.INITIALIZE);
    assertThat(after(machine, DOWN)).isEmpty();
  }

  @Test
  void holderThatResignsIsReplacedAfterSkewTime() {
    VrrpMachine machine = backup(100, true);
    assertThat(machine.heard(packet(0, 100), HIGH, now)).isEmpty();
    assertThat(after(machine, SKEW - 1)).isEmpty();
    assertThat(after(machine, 1)).contains(new Take());
  }

  @Test
  void advertisementOfAtLeastOurPriorityIsWaitedForAgain() {
    for (int priority : new int[] {100, 101, 255}) {
      VrrpMachine machine = backup(100, true);
      now += DOWN - 1;
      assertThat(machine.heard(packet(priority, 100), LOW, now)).isEmpty();
      assertThat(after(machine, DOWN - 1)).isEmpty();
      assertThat(after(machine, 1)).contains(new Take());
    }
  }

  @Test
  void backupAdoptsTheHoldersInterval() {
    VrrpMachine machine = backup(100, true);
    machine.heard(packet(200, 20), HIGH, now);
    assertThat(machine.skewNanos()).isEqualTo(SKEW / 5);
    assertThat(machine.waitNanos(now)).isEqualTo(600 * MS + SKEW / 5);
    // What it advertises itself keeps its own.
    assertThat(after(machine, 600 * MS + SKEW / 5)).contains(new Take());
    assertThat(machine.waitNanos(now)).isEqualTo(100 * MS); // the second announcement
    assertThat(after(machine, 999 * MS)).doesNotContain(new Advertise(100));
    assertThat(after(machine, 1 * MS)).contains(new Advertise(100));
  }

  @Test
  void lowerPriorityIsDiscardedWithPreemption() {
    VrrpMachine machine = backup(100, true);
    now += DOWN - 1;
    assertThat(machine.heard(packet(99, 100), HIGH, now)).isEmpty();
    assertThat(after(machine, 1)).contains(new Take());
  }

  @Test
  void lowerPriorityKeepsTheAddressWithoutPreemption() {
    VrrpMachine machine = backup(100, false);
    now += DOWN - 1;
    assertThat(machine.heard(packet(99, 100), HIGH, now)).isEmpty();
    assertThat(after(machine, DOWN - 1)).isEmpty();
    assertThat(machine.state()).isEqualTo(State.BACKUP);
  }

  // Active

  @Test
  void holderAdvertisesEveryInterval() {
    VrrpMachine machine = active(100);
    after(machine, 500 * MS);
    assertThat(after(machine, 499 * MS)).isEmpty();
    assertThat(after(machine, MS)).contains(new Advertise(100));
    assertThat(after(machine, 999 * MS)).doesNotContain(new Advertise(100));
    assertThat(after(machine, MS)).contains(new Advertise(100));
  }

  @Test
  void takeoverIsAnnouncedFiveTimes() {
    VrrpMachine machine = active(100);
    int announced = 0;
    for (int i = 0; i < 2_000; i++) {
      announced += after(machine, 10 * MS).contains(new Announce()) ? 1 : 0;
    }
    assertThat(announced).isEqualTo(4); // and once when it took over
  }

  @Test
  void shutdownOfTheHolderResigns() {
    VrrpMachine machine = active(100);
    assertThat(machine.shutdown()).containsExactly(new Advertise(0), new Release());
    assertThat(machine.state()).isEqualTo(State.INITIALIZE);
  }

  @Test
  void holderAnswersOneThatResigns() {
    VrrpMachine machine = active(100);
    now += 500 * MS;
    assertThat(machine.heard(packet(0, 100), HIGH, now)).containsExactly(new Advertise(100));
    assertThat(machine.state()).isEqualTo(State.ACTIVE);
    assertThat(after(machine, 999 * MS)).doesNotContain(new Advertise(100));
    assertThat(after(machine, MS)).contains(new Advertise(100));
  }

  @Test
  void holderYieldsToAHigherPriority() {
    VrrpMachine machine = active(100);
    assertThat(machine.heard(packet(101, 200), LOW, now)).containsExactly(new Release());
    assertThat(machine.state()).isEqualTo(State.BACKUP);
    assertThat(machine.waitNanos(now)).isEqualTo(2 * DOWN);
  }

  @Test
  void ofEqualPrioritiesTheHigherAddressHolds() {
    VrrpMachine machine = active(100);
    assertThat(machine.heard(packet(100, 100), LOW, now))
        .containsExactly(new Advertise(100), new Announce());
    assertThat(machine.state()).isEqualTo(State.ACTIVE);
    assertThat(machine.heard(packet(100, 100), HIGH, now)).containsExactly(new Release());
    assertThat(machine.state()).isEqualTo(State.BACKUP);
  }

  @Test
  void addressesAreComparedWithoutSign() {
    VrrpMachine machine = active(100);
    assertThat(machine.heard(packet(100, 100), address("192.0.2.1"), now))
        .containsExactly(new Release());
  }

  @Test
  void holderAssertsItselfAgainstALowerPriority() {
    VrrpMachine machine = active(100);
    assertThat(machine.heard(packet(99, 100), HIGH, now))
        .containsExactly(new Advertise(100), new Announce());
    assertThat(machine.state()).isEqualTo(State.ACTIVE);
  }

  // Beyond the RFC

  @Test
  void holderWithoutAProxyResignsAndStandsByWithTheLowestPriority() {
    VrrpMachine machine = active(100);
    assertThat(machine.usable(false, now)).containsExactly(new Advertise(0), new Release());
    assertThat(machine.state()).isEqualTo(State.BACKUP);
    assertThat(machine.priority()).isEqualTo(1);
    // Nobody else is there: having it without a proxy is no worse than nobody's having it.
    assertThat(after(machine, 4_000 * MS)).contains(new Take(), new Advertise(1));
    assertThat(machine.usable(true, now)).containsExactly(new Advertise(100));
    assertThat(machine.state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void holderWithoutAProxyIsReplacedEvenWithoutPreemption() {
    VrrpMachine machine = backup(100, false);
    now += DOWN - 1;
    machine.heard(packet(1, 100), HIGH, now);
    assertThat(after(machine, 1)).contains(new Take());
    VrrpMachine idleToo = backup(100, false);
    idleToo.usable(false, now);
    now += DOWN - 1;
    idleToo.heard(packet(1, 100), HIGH, now);
    assertThat(after(idleToo, DOWN)).isEmpty();
  }

  @Test
  void backupThatLosesItsProxiesWaitsLonger() {
    VrrpMachine machine = backup(254, true);
    long before = machine.waitNanos(now);
    assertThat(machine.usable(false, now)).isEmpty();
    assertThat(machine.waitNanos(now) - before).isEqualTo(253 * (1_000 * MS / 256));
    machine.usable(true, now);
    assertThat(machine.waitNanos(now)).isEqualTo(before);
  }

  @Test
  void whoHasStoodStillConcludesNothingFromSilence() {
    VrrpMachine machine = backup(100, true);
    assertThat(after(machine, 60_000 * MS)).isEmpty();
    machine.heard(packet(200, 100), HIGH, now);
    assertThat(after(machine, DOWN - 1)).isEmpty();
    assertThat(machine.state()).isEqualTo(State.BACKUP);
  }

  @Test
  void whoHasStoodStillTakesOverWhenSilenceLasts() {
    VrrpMachine machine = backup(100, true);
    assertThat(after(machine, 60_000 * MS)).isEmpty();
    assertThat(after(machine, 1_000 * MS)).contains(new Take());
  }
}
