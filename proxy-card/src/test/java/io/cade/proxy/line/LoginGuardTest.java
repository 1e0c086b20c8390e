package io.cade.proxy.line;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoginGuardTest {
  private static final InetAddress ANN = InetAddress.ofLiteral("192.0.2.7");
  private static final InetAddress NEIGHBOUR = InetAddress.ofLiteral("192.0.2.200");
  private static final InetAddress FAR = InetAddress.ofLiteral("198.51.100.7");

  private final AtomicLong now = new AtomicLong(-5);
  private final LoginGuard guard = new LoginGuard(now::get);

  private void fail(InetAddress who, int times) {
    for (int i = 0; i < times; i++) {
      guard.failed(who);
    }
  }

  @Test
  void twoMistakesCostNothing() {
    fail(ANN, 2);
    assertThat(guard.beforeLogin(ANN)).isZero();
  }

  @Test
  void eachFurtherFailureDoublesThePauseOfTheWholeNetworkAndOfNoOther() {
    fail(ANN, 3);
    assertThat(guard.beforeLogin(NEIGHBOUR)).isEqualTo(Duration.ofMillis(250).toNanos());
    assertThat(guard.beforeLogin(ANN)).isEqualTo(Duration.ofMillis(500).toNanos());
    assertThat(guard.beforeLogin(FAR)).isZero();
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    fail(ANN, 1);
    assertThat(guard.beforeLogin(ANN)).isEqualTo(Duration.ofMillis(500).toNanos());
  }

  @Test
  void manyConnectionsAtOnceGetNoMoreLoginsThanOne() {
    fail(ANN, 20);
    int allowed = 0;
    for (int i = 0; i < 1000; i++) {
      allowed += guard.beforeLogin(ANN) >= 0 ? 1 : 0;
    }
    assertThat(allowed).isLessThan(3);
  }

  @Test
  void failuresAreForgottenByHalfInAMinute() {
    fail(ANN, 4);
    now.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(guard.beforeLogin(ANN)).isZero();
  }

  @Test
  void tableIsBoundedAndTheOneThatFailedLongestAgoGoes() {
    fail(FAR, 3);
    for (int i = 0; i < LoginGuard.MAX_NETWORKS; i++) {
      guard.failed(InetAddress.ofLiteral("10." + (i >> 8) + "." + (i & 255) + ".1"));
    }
    assertThat(guard.networks()).isEqualTo(LoginGuard.MAX_NETWORKS);
    assertThat(guard.beforeLogin(FAR)).isZero();
  }

  @Test
  void sixteenOctetAddressesCountByTheirFirstSeven() {
    assertThat(LoginGuard.network(InetAddress.ofLiteral("2001:db8:1:2aa::1")))
        .isEqualTo(LoginGuard.network(InetAddress.ofLiteral("2001:db8:1:2bb::2")))
        .isNotEqualTo(LoginGuard.network(InetAddress.ofLiteral("2001:db8:1:3bb::2")));
  }
}
