package io.cade.proxy.vrrp;

import java.net.Inet4Address;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Who has the address: the states and transitions of RFC 9568 §6.4 for IPv4, as a pure machine.
 * Each event gives what is to be done, in order. Times are those of one ticker, in nanoseconds.
 * Owned by one thread.
 *
 * <p>Beyond the RFC: a balancer that reaches no proxy gives the address up as if it stopped, and
 * stands by with {@link VrrpSettings#PRIORITY_WITHOUT_PROXY}; a holder with that priority is
 * replaced even without preemption. And who finds that it has itself stood still (a stopped
 * process, a machine asleep) concludes nothing from the silence.
 */
final class VrrpMachine {
  /** §6.4. */
  enum State {
    INITIALIZE,
    BACKUP,
    ACTIVE
  }

  /** What is to be done. */
  sealed interface Action {}

  /** Send one. */
  record Advertise(int priority) implements Action {}

  /** Have the addresses, and answer at them. */
  record Take() implements Action {}

  /** Tell everybody in the network where they are, by gratuitous ARP. */
  record Announce() implements Action {}

  /** Have them no more. */
  record Release() implements Action {}

  private static final Action TAKE = new Take();
  private static final Action ANNOUNCE = new Announce();
  private static final Action RELEASE = new Release();

  /** After taking over: the first announcement may be lost, or reach a switch that still learns. */
  private static final long[] REPEATED_NANOS =
      Arrays.stream(new long[] {100, 1_000, 2_000, 5_000})
          .map(millis -> Duration.ofMillis(millis).toNanos())
          .toArray();

  private final VrrpSettings settings;
  private final Inet4Address own;
  private State state = State.INITIALIZE;
  private boolean usable = true;
  private int activeCentis;

  /** Adver_Timer while ACTIVE, Active_Down_Timer while BACKUP. */
  private long timer;

  private long takenAt;
  private int announced;
  private long transitions;

  /**
   * @param own primary address, which decides between equal priorities
   */
  VrrpMachine(VrrpSettings settings, Inet4Address own) {
    this.settings = settings;
    this.own = own;
    this.activeCentis = settings.intervalCentis();
  }

  State state() {
    return state;
  }

  /** How often the state has changed. */
  long transitions() {
    return transitions;
  }

  /** What is advertised now. */
  int priority() {
    return usable ? settings.priority() : VrrpSettings.PRIORITY_WITHOUT_PROXY;
  }

  /** Skew_Time, §6.1. */
  long skewNanos() {
    return (256 - priority()) * VrrpSettings.nanos(activeCentis) / 256;
  }

  /** Active_Down_Interval, §6.1. */
  long downNanos() {
    return 3 * VrrpSettings.nanos(activeCentis) + skewNanos();
  }

  /** When {@link #tick} is to be called; {@link Long#MAX_VALUE} nanoseconds away for never. */
  long waitNanos(long now) {
    if (state == State.INITIALIZE) {
      return Long.MAX_VALUE;
    }
    long wait = timer - now;
    if (state == State.ACTIVE && announced < REPEATED_NANOS.length) {
      wait = Math.min(wait, takenAt + REPEATED_NANOS[announced] - now);
    }
    return Math.max(0, wait);
  }

  /** §6.4.1. */
  List<Action> startup(long now) {
    if (state != State.INITIALIZE) {
      return List.of();
    }
    activeCentis = settings.intervalCentis();
    if (priority() == 255) {
      return become(now);
    }
    standBy(now);
    return List.of();
  }

  /** §6.4.2 and §6.4.3, Shutdown. */
  List<Action> shutdown() {
    boolean had = state == State.ACTIVE;
    if (state != State.INITIALIZE) {
      go(State.INITIALIZE);
    }
    return had ? List.of(new Advertise(0), RELEASE) : List.of();
  }

  /** A timer has fired, or not yet. */
  List<Action> tick(long now) {
    return switch (state) {
      case INITIALIZE -> List.of();
      case BACKUP -> {
        if (now - timer < 0) {
          yield List.of();
        }
        if (now - timer > VrrpSettings.nanos(activeCentis)) {
          // Not the other was silent, we were: what it has sent meanwhile comes first.
          timer = now + VrrpSettings.nanos(activeCentis);
          yield List.of();
        }
        yield become(now);
      }
      case ACTIVE -> {
        boolean announce =
            announced < REPEATED_NANOS.length && now - takenAt >= REPEATED_NANOS[announced];
        if (announce) {
          announced++;
        }
        if (now - timer < 0) {
          yield announce ? List.of(ANNOUNCE) : List.of();
        }
        timer = now + ownIntervalNanos();
        yield announce
            ? List.of(new Advertise(priority()), ANNOUNCE)
            : List.of(new Advertise(priority()));
      }
    };
  }

  /** An advertisement of this virtual router. */
  List<Action> heard(VrrpPacket packet, Inet4Address from, long now) {
    return switch (state) {
      case INITIALIZE -> List.of();
      case BACKUP -> {
        if (packet.priority() == 0) {
          timer = now + skewNanos();
        } else if (packet.priority() >= priority() || !(settings.preempt() || isIdle(packet))) {
          activeCentis = packet.intervalCentis();
          timer = now + downNanos();
        }
        yield List.of();
      }
      case ACTIVE -> {
        if (packet.priority() == 0) {
          timer = now + ownIntervalNanos();
          yield List.of(new Advertise(priority()));
        }
        if (packet.priority() > priority()
            || (packet.priority() == priority() && isHigher(from, own))) {
          activeCentis = packet.intervalCentis();
          standBy(now);
          yield List.of(RELEASE);
        }
        // The other believes to have the address, and so may whoever has heard its announcement.
        timer = now + ownIntervalNanos();
        yield List.of(new Advertise(priority()), ANNOUNCE);
      }
    };
  }

  private boolean isIdle(VrrpPacket packet) {
    return packet.priority() == VrrpSettings.PRIORITY_WITHOUT_PROXY
        && priority() > VrrpSettings.PRIORITY_WITHOUT_PROXY;
  }

  /** Whether visitors could be served from here. */
  List<Action> usable(boolean can, long now) {
    if (usable == can) {
      return List.of();
    }
    long before = skewNanos();
    usable = can;
    switch (state) {
      case INITIALIZE -> {}
      case BACKUP -> timer += skewNanos() - before;
      case ACTIVE -> {
        if (!can) {
          activeCentis = settings.intervalCentis();
          standBy(now);
          return List.of(new Advertise(0), RELEASE);
        }
        timer = now + ownIntervalNanos();
        return List.of(new Advertise(priority()));
      }
    }
    return List.of();
  }

  private List<Action> become(long now) {
    go(State.ACTIVE);
    timer = now + ownIntervalNanos();
    takenAt = now;
    announced = 0;
    return List.of(new Advertise(priority()), TAKE, ANNOUNCE);
  }

  private void standBy(long now) {
    go(State.BACKUP);
    timer = now + downNanos();
  }

  private void go(State next) {
    state = next;
    transitions++;
  }

  private long ownIntervalNanos() {
    return VrrpSettings.nanos(settings.intervalCentis());
  }

  private static boolean isHigher(Inet4Address one, Inet4Address other) {
    return Arrays.compareUnsigned(one.getAddress(), other.getAddress()) > 0;
  }
}
