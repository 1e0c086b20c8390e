package io.cade.proxy.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CheckScheduleTest {
  private static HealthPolicy every(int seconds) {
    return new HealthPolicy(
        HealthPolicy.Kind.TCP, "/", "h", Duration.ofSeconds(seconds), Duration.ofSeconds(1), 1, 1);
  }

  @Test
  void eachBackendIsCheckedInItsOwnIntervalWithATenthOfJitter() {
    Backends backends = new Backends(every(1), 1, () -> {});
    Backend often = backends.at("127.1.1.1", 1);
    Backend seldom = backends.at("127.1.1.2", 1, every(5));
    CheckSchedule schedule = new CheckSchedule(new SplittableRandom(11));
    List<Long> times = new ArrayList<>();
    int seldomChecks = 0;
    for (long ms = 0; ms < 100_000; ms += 10) {
      List<Backend> due = new ArrayList<>();
      schedule.due(backends.all(), ms * 1_000_000, due::add);
      if (due.contains(often)) {
        times.add(ms);
      }
      seldomChecks += due.contains(seldom) ? 1 : 0;
    }
    assertThat(times).hasSizeBetween(92, 112);
    for (int i = 1; i < times.size(); i++) {
      assertThat(times.get(i) - times.get(i - 1)).isBetween(900L, 1_110L);
    }
    assertThat(seldomChecks).isBetween(18, 23);
  }

  @Test
  void checksThatBeganTogetherDriftApart() {
    Backends backends = new Backends(every(1), 1, () -> {});
    for (int i = 0; i < 50; i++) {
      backends.at("127.1.2." + i, 1);
    }
    CheckSchedule schedule = new CheckSchedule(new SplittableRandom(5));
    int most = 0;
    for (long ms = 0; ms < 20_000; ms += 10) {
      List<Backend> due = new ArrayList<>();
      schedule.due(backends.all(), ms * 1_000_000, due::add);
      most = ms > 10_000 ? Math.max(most, due.size()) : 0;
    }
    assertThat(most).isLessThan(15);
  }

  @Test
  void backendThatIsGoneIsForgottenAndCheckedAtOnceWhenItIsBack() {
    Backends backends = new Backends(every(60), 1, () -> {});
    Backend card = backends.at("127.1.1.1", 1);
    CheckSchedule schedule = new CheckSchedule(new SplittableRandom(1));
    List<Backend> due = new ArrayList<>();
    schedule.due(Set.of(card), 0, due::add);
    schedule.due(Set.of(), 1, due::add);
    schedule.due(Set.of(card), 2, due::add);
    assertThat(due).hasSize(2);
  }

  @Test
  void loadIsReadFromTheAnswerToACheck() {
    assertThat(CardLoad.of("HTTP/1.1 200 OK\r\nCade-Load: 73\r\n\r\n")).isEqualTo(73);
    assertThat(CardLoad.of("HTTP/1.1 200 OK\r\ncade-load:999\r\n\r\n")).isEqualTo(100);
    assertThat(CardLoad.of("HTTP/1.1 200 OK\r\nX: Cade-Load: 9\r\n\r\n")).isZero();
    assertThat(CardLoad.of("HTTP/1.1 200 OK\r\n\r\n")).isZero();
    assertThat(CardLoad.of("HTTP/1.1 200 OK\r\nCade-Load: high\r\n\r\n")).isZero();
  }
}
