package io.cade.proxy.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.ProxyRig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BalanceTest {
  private final Backends backends = new Backends(ProxyRig.QUICK, 2, () -> {});
  private final Backend a = backends.at("127.1.1.1", 8000);
  private final Backend b = backends.at("127.1.1.2", 8000);
  private final Backend c = backends.at("127.1.1.3", 8000);
  private final List<Backend> all = List.of(a, b, c);

  private List<Backend> choices(BalancingAlgorithm algorithm, int count) {
    List<Backend> chosen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      chosen.add(BackendChooser.choose(algorithm, all, List.of()));
    }
    return chosen;
  }

  @Test
  void roundRobinTakesEachInTurn() {
    assertThat(choices(new RoundRobin(), 4)).containsExactly(a, b, c, a);
  }

  @Test
  void forbiddenAndTriedBackendsAreLeftOut() {
    b.health().connectionFailed("refused");
    assertThat(choices(new RoundRobin(), 6)).doesNotContain(b).contains(a, c);
    assertThat(BackendChooser.choose(new RoundRobin(), all, List.of(a))).isEqualTo(c);
    assertThat(BackendChooser.choose(new RoundRobin(), all, List.of(a, c))).isNull();
    assertThat(BackendChooser.choose(new RoundRobin(), List.of(), List.of())).isNull();
  }

  @Test
  void leastConnectionsTakesTheLeastLoadedAndEqualsInTurn() {
    a.begun();
    a.begun();
    b.begun();
    assertThat(choices(new LeastConnections(), 2)).containsExactly(c, c);
    c.begun();
    assertThat(choices(new LeastConnections(), 3)).contains(b, c).doesNotContain(a);
    c.health().connectionFailed("refused");
    assertThat(choices(new LeastConnections(), 3)).containsOnly(b);
    assertThat(BackendChooser.choose(new LeastConnections(), all, List.of(b))).isEqualTo(a);
  }

  @Test
  void checksMustFailAndPassInARowBeforeTheyCount() {
    AtomicInteger changes = new AtomicInteger();
    HealthPolicy policy =
        new HealthPolicy(
            HealthPolicy.Kind.TCP,
            "/",
            "h",
            java.time.Duration.ofSeconds(1),
            java.time.Duration.ofSeconds(1),
            2,
            3);
    BackendHealth health = new BackendHealth(policy, changes::incrementAndGet);
    health.checkFailed("x");
    health.checkFailed("x");
    health.checkPassed();
    health.checkFailed("x");
    health.checkFailed("x");
    assertThat(health.permits()).isTrue();
    health.checkFailed("third");
    assertThat(health.permits()).isFalse();
    assertThat(health.cause()).isEqualTo("third");
    health.checkPassed();
    health.checkFailed("x");
    health.checkPassed();
    assertThat(health.permits()).isFalse();
    health.checkPassed();
    assertThat(health.permits()).isTrue();
    assertThat(changes).hasValue(2);
  }

  @Test
  void retriesAreBoundedByTheRequestsThatEarnThem() {
    RetryBudget budget = new RetryBudget(2);
    assertThat(budget.spend()).isTrue();
    assertThat(budget.spend()).isTrue();
    assertThat(budget.spend()).isFalse();
    for (int i = 0; i < 5; i++) {
      budget.earn();
    }
    assertThat(budget.spend()).isTrue();
    assertThat(budget.spend()).isFalse();
  }

  @Test
  void connectionsToOneBackendAreLimited() {
    assertThat(a.takeConnection()).isTrue();
    assertThat(a.takeConnection()).isTrue();
    assertThat(a.takeConnection()).isFalse();
    a.giveConnectionBack();
    assertThat(a.takeConnection()).isTrue();
  }
}
