package io.cade.engine.pki;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EnrolmentSecretsTest {
  private static final CardPosition A = new CardPosition(1, 1);
  private static final CardPosition B = new CardPosition(1, 2);

  private Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private final EnrolmentSecrets secrets = new EnrolmentSecrets(() -> now, new SecureRandom());

  @Test
  void secretWorksOnce() {
    String secret = secrets.issue(A);

    assertThat(secret).hasSize(32);
    assertThat(secrets.redeem(A, secret)).isTrue();
    assertThat(secrets.redeem(A, secret)).isFalse();
  }

  @Test
  void secretOfAnotherSlotIsRefused() {
    String secret = secrets.issue(A);
    secrets.issue(B);

    assertThat(secrets.redeem(B, secret)).isFalse();
    assertThat(secrets.redeem(A, secret)).isTrue();
  }

  @Test
  void wrongGuessDoesNotKeepTheCardOut() {
    String secret = secrets.issue(A);

    assertThat(secrets.redeem(A, "")).isFalse();
    assertThat(secrets.redeem(A, secret + "x")).isFalse();
    assertThat(secrets.redeem(A, secret)).isTrue();
  }

  @Test
  void secretExpires() {
    String secret = secrets.issue(A);
    now = now.plus(EnrolmentSecrets.LIFETIME);

    assertThat(secrets.redeem(A, secret)).isFalse();
  }

  @Test
  void repeatedReadGivesTheSameSecretUntilHalfItsTimeIsOver() {
    String secret = secrets.issue(A);
    now = now.plus(Duration.ofMinutes(4));
    assertThat(secrets.issue(A)).isEqualTo(secret);
    now = now.plus(Duration.ofMinutes(2));
    assertThat(secrets.issue(A)).isNotEqualTo(secret);
    assertThat(secrets.redeem(A, secret)).isFalse();
  }

  @Test
  void replacedCardCannotUseTheSecretOfTheOneBefore() {
    String secret = secrets.issue(A);
    secrets.revoke(A);

    assertThat(secrets.redeem(A, secret)).isFalse();
  }
}
