package io.cade.proxy.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.ProxyRig;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BalanceTest {
  private final Backends backends = new Backends(ProxyRig.QUICK, 2, () -> {});
  private final Backend a = backends.at("127.1.1.1", 8000);

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
