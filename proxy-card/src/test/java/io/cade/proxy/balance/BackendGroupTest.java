package io.cade.proxy.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.ServiceSettings;
import io.cade.proxy.testing.ProxyRig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Health, ejection, slow start, limits, priority and drain, in virtual time. */
class BackendGroupTest {
  private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

  private final Backends backends = new Backends(ProxyRig.QUICK, 10_000, () -> {});
  private final ServiceState state = new ServiceState(new RoundRobin());
  private final List<Member> members = new ArrayList<>();
  private final Map<String, String> settings = new TreeMap<>();
  private final Map<Integer, Instant> drained = new TreeMap<>();
  private final Map<Integer, Integer> weights = new TreeMap<>();
  private final List<Integer> backups = new ArrayList<>();
  private Instant wall = START;
  private long now = 1;

  private BackendGroup group(int cards) {
    List<BackendGroup.Entry> entries = new ArrayList<>();
    members.clear();
    for (int i = 0; i < cards; i++) {
      Member member = state.member("1." + (i + 1), backends.at("127.1.1." + (i + 1), 8000));
      members.add(member);
      entries.add(
          new BackendGroup.Entry(
              member,
              weights.getOrDefault(i, 1),
              1,
              backups.contains(i),
              drained.get(i),
              "token" + i));
    }
    return new BackendGroup(
        entries,
        ServicePolicy.of(ServiceSettings.none().with(settings), ProxyRig.QUICK),
        state,
        backends::epoch,
        () -> wall,
        1);
  }

  private final class Ask implements Question {
    private final BackendGroup group;

    Ask(BackendGroup group) {
      this.group = group;
    }

    @Override
    public boolean permits(Member member) {
      return group.hasRoom(member);
    }

    @Override
    public long hash() {
      return 0;
    }

    @Override
    public long nowNanos() {
      return now;
    }
  }

  private @Nullable Member begin(BackendGroup group) {
    return group.begin(new Ask(group));
  }

  /** How often each card got one of so many requests, each ended before the next. */
  private int[] shares(BackendGroup group, int requests) {
    int[] counts = new int[members.size()];
    for (int i = 0; i < requests; i++) {
      Member chosen = begin(group);
      if (chosen != null) {
        counts[members.indexOf(chosen)]++;
        group.ended(chosen, Outcome.GOOD, 1_000_000, now);
      }
    }
    return counts;
  }

  private void fail(BackendGroup group, Member member, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(group.begin(member)).isTrue();
      group.ended(member, Outcome.BAD, -1, now);
    }
  }

  private void pass(long amount, TimeUnit unit) {
    now += unit.toNanos(amount);
    wall = wall.plusNanos(unit.toNanos(amount));
  }

  @Test
  void unhealthyCardGetsNothingUntilItIsWellAgain() {
    BackendGroup group = group(3);
    members.get(1).backend().health().connectionFailed("refused");
    assertThat(shares(group, 6)).containsExactly(3, 0, 3);
    assertThat(group.cause(members.get(1))).isEqualTo("refused");
    members.get(1).backend().health().checkPassed();
    assertThat(shares(group, 6)).containsExactly(2, 2, 2);
  }

  @Test
  void cardThatFailsVisitorsInARowIsEjectedForATimeThatGrows() {
    settings.put("outlier-errors", "3");
    settings.put("ejection-time", "10s");
    BackendGroup group = group(3);
    fail(group, members.get(0), 2);
    assertThat(shares(group, 3)).containsExactly(1, 1, 1); // a good answer forgives two bad ones
    fail(group, members.get(0), 3);
    assertThat(shares(group, 4)).containsExactly(0, 2, 2);
    assertThat(group.cause(members.get(0))).isEqualTo("ejected: 3 failures in a row");
    pass(9, TimeUnit.SECONDS);
    assertThat(shares(group, 4)).containsExactly(0, 2, 2);
    pass(1, TimeUnit.SECONDS);
    // On trial: one request at a time.
    Member first = begin(group);
    Member second = begin(group);
    Member third = begin(group);
    Member fourth = begin(group);
    assertThat(List.of(first, second, third, fourth)).containsOnlyOnce(members.get(0));
    for (Member member : List.of(first, second, third, fourth)) {
      group.ended(member, member == members.get(0) ? Outcome.BAD : Outcome.GOOD, 1_000_000, now);
    }
    pass(19, TimeUnit.SECONDS);
    assertThat(shares(group, 4)).containsExactly(0, 2, 2);
    pass(1, TimeUnit.SECONDS);
    shares(group, 3); // the trial succeeds
    assertThat(group.cause(members.get(0))).isEmpty();
    assertThat(shares(group, 6)).containsExactly(2, 2, 2);
  }

  @Test
  void noMoreThanTheSetShareIsEjectedAndNeverTheOnlyCard() {
    settings.put("outlier-errors", "1");
    settings.put("ejected-max", "50");
    BackendGroup group = group(4);
    members.forEach(member -> fail(group, member, 1));
    assertThat(shares(group, 4)).containsExactly(0, 0, 2, 2);
    BackendGroup alone = group(1);
    fail(alone, members.get(0), 20);
    assertThat(shares(alone, 2)).containsExactly(2);
  }

  @Test
  void ejectionsDoNotCountWhenTooFewWouldBeLeft() {
    settings.put("outlier-errors", "1");
    settings.put("panic", "50");
    BackendGroup group = group(4);
    fail(group, members.get(0), 1);
    fail(group, members.get(1), 1);
    assertThat(shares(group, 4)).containsExactly(0, 0, 2, 2);
    members.get(2).backend().health().connectionFailed("pulled");
    // One of four is below 50 %: ejected ones serve again, the pulled one does not.
    int[] shares = shares(group, 30);
    assertThat(shares[2]).isZero();
    assertThat(shares[0]).isPositive();
    assertThat(shares[1]).isPositive();
  }

  @Test
  void cardWithFarFewerGoodAnswersThanTheOthersIsEjected() {
    settings.put("outlier-errors", "0");
    BackendGroup group = group(6);
    shares(group, 6);
    for (int i = 0; i < 200; i++) {
      for (Member member : members) {
        assertThat(group.begin(member)).isTrue();
        boolean bad = member == members.get(4) && i % 2 == 0;
        group.ended(member, bad ? Outcome.BAD : Outcome.GOOD, 1_000_000, now);
      }
    }
    assertThat(group.cause(members.get(4))).isEmpty();
    pass(11, TimeUnit.SECONDS);
    shares(group, 1);
    assertThat(group.cause(members.get(4))).isEqualTo("ejected: only 50 % good answers");
    for (int i : new int[] {0, 1, 2, 3, 5}) {
      assertThat(group.cause(members.get(i))).isEmpty();
    }
  }

  @Test
  void cardThatComesBackGetsItsShareLittleByLittle() {
    settings.put("slow-start", "10s");
    BackendGroup group = group(2);
    assertThat(shares(group, 10)).containsExactly(5, 5); // at the start nobody is held back
    members.get(0).backend().health().connectionFailed("pulled");
    shares(group, 2);
    members.get(0).backend().health().checkPassed();
    assertThat(shares(group, 110)[0]).isEqualTo(10); // a tenth of the other's
    pass(5, TimeUnit.SECONDS);
    assertThat(shares(group, 150)[0]).isEqualTo(50);
    pass(5, TimeUnit.SECONDS);
    assertThat(shares(group, 100)[0]).isEqualTo(50);
  }

  @Test
  void backupsServeOnlyWhileNoOtherCardCan() {
    backups.add(2);
    BackendGroup group = group(3);
    assertThat(shares(group, 4)).containsExactly(2, 2, 0);
    members.get(0).backend().health().connectionFailed("x");
    members.get(1).backend().health().connectionFailed("x");
    assertThat(shares(group, 4)).containsExactly(0, 0, 4);
    members.get(1).backend().health().checkPassed();
    assertThat(shares(group, 4)).containsExactly(0, 4, 0);
  }

  @Test
  void weightZeroTakesNobodyNew() {
    weights.put(0, 0);
    assertThat(shares(group(2), 4)).containsExactly(0, 4);
  }

  @Test
  void drainedCardFinishesWhatRunsAndKeepsBoundVisitorsUntilItsDeadline() {
    Member running = begin(group(2));
    assertThat(running).isSameAs(members.get(0));
    drained.put(0, START.plusSeconds(30));
    BackendGroup group = group(2);
    assertThat(members.get(0)).isSameAs(running).extracting(Member::running).isEqualTo(1);
    assertThat(shares(group, 4)).containsExactly(0, 4);
    assertThat(group.cause(members.get(0))).isEqualTo("drained");
    assertThat(group.bound("token0")).isSameAs(members.get(0));
    pass(29, TimeUnit.SECONDS);
    assertThat(group.bound("token0")).isSameAs(members.get(0));
    pass(1, TimeUnit.SECONDS);
    assertThat(group.bound("token0")).isNull();
    assertThat(group.bound("token1")).isSameAs(members.get(1));
    group.ended(members.get(0), Outcome.GOOD, 1, now);
    assertThat(members.get(0).running()).isZero();
    drained.clear();
    assertThat(shares(group(2), 4)).containsExactly(2, 2);
  }

  @Test
  void inventedCookieBindsToNobody() {
    BackendGroup group = group(1);
    assertThat(group.bound("1.1")).isNull();
    assertThat(group.bound("")).isNull();
  }

  @Test
  void cardLimitHoldsAndTheNextInTheQueueIsCalledWhenOneEnds() {
    settings.put("card-limit", "2");
    BackendGroup group = group(2);
    List<Member> open = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      open.add(begin(group));
    }
    assertThat(begin(group)).isNull();
    assertThat(group.isFull(now)).isTrue();
    AtomicInteger calls = new AtomicInteger();
    assertThat(group.waiting().enter(calls::incrementAndGet, 1)).isTrue();
    assertThat(group.waiting().enter(calls::incrementAndGet, 1)).isFalse();
    group.ended(open.getFirst(), Outcome.GOOD, 1, now);
    assertThat(calls).hasValue(1);
    assertThat(begin(group)).isSameAs(open.getFirst());
    assertThat(group.waiting().isEmpty()).isTrue();
  }

  @Test
  void reportedLoadLowersACardsShare() {
    settings.put("card-load", "on");
    settings.put("balancing", "weighted");
    BackendGroup group = group(2);
    members.get(0).backend().health().loadReported(50);
    int[] shares = shares(group, 150);
    assertThat(shares[0]).isEqualTo(50);
    assertThat(shares[1]).isEqualTo(100);
  }
}
