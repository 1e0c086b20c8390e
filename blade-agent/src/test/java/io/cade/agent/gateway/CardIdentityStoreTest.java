package io.cade.agent.gateway;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CardIdentityStoreTest {
  private static final CardPosition CARD = new CardPosition(1, 3);

  @TempDir Path dir = Path.of("unset");
  private final TestAuthority authority = new TestAuthority("module");
  private final Instant now = Instant.now();

  private CardIdentityStore store() {
    return new CardIdentityStore(dir, new SecureRandom());
  }

  private void enrol() throws IOException {
    String issued =
        authority.issueCard(store().certificateRequestPem(CARD), CARD, Duration.ofHours(1));
    store().store(issued, authority.pem(), CARD, now);
  }

  @Test
  void keyIsMadeOnceAndPrivate() throws Exception {
    CardIdentity first = store().load(authority.pem(), CARD, now);
    CardIdentity again = store().load(authority.pem(), CARD, now);

    assertThat(again.key()).isEqualTo(first.key());
    assertThat(first.certificate()).isNull();
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("card.key"))))
        .isEqualTo("rw-------");
    assertThat(first.toString()).doesNotContain("PrivateKey");
  }

  @Test
  void issuedCertificateIsKept() throws Exception {
    enrol();
    assertThat(store().load(authority.pem(), CARD, now).certificate()).isNotNull();
  }

  @Test
  void certificateOfAnotherTimePositionOrAuthorityIsNotUsed() throws Exception {
    enrol();
    CardPosition elsewhere = new CardPosition(1, 4);
    String otherAuthority = new TestAuthority("module").pem();

    assertThat(store().load(authority.pem(), CARD, now.plusSeconds(7200)).certificate()).isNull();
    assertThat(store().load(authority.pem(), elsewhere, now).certificate()).isNull();
    assertThat(store().load(otherAuthority, CARD, now).certificate()).isNull();
  }

  private CardIdentity renew() throws IOException {
    String issued = authority.issueCard(store().nextRequestPem(CARD), CARD, Duration.ofHours(2));
    return store().keepNext(issued, authority.pem(), CARD, now);
  }

  @Test
  void renewedPairHasItsOwnKeyAndReplacesTheOldOneOnlyWhenItIsUsed() throws Exception {
    enrol();
    CardIdentity old = store().load(authority.pem(), CARD, now);
    CardIdentity next = renew();
    assertThat(next.key()).isNotEqualTo(old.key());
    assertThat(dir.resolve("card.next.key")).exists();

    store().useNext();
    assertThat(store().load(authority.pem(), CARD, now)).isEqualTo(next);
    assertThat(dir.resolve("card.next.key")).doesNotExist();
    assertThat(dir.resolve("card.next.crt")).doesNotExist();
  }

  @Test
  void renewalThatWasCutOffAnywhereLeavesAUsablePair() throws Exception {
    enrol();
    CardIdentity old = store().load(authority.pem(), CARD, now);

    store().nextRequestPem(CARD); // power fails before the answer
    assertThat(store().load(authority.pem(), CARD, now)).isEqualTo(old);

    CardIdentity next = renew(); // … before or after the engine has seen it: the engine knows both
    assertThat(store().load(authority.pem(), CARD, now)).isEqualTo(next);

    CardIdentity third = renew();
    Files.move(dir.resolve("card.next.key"), dir.resolve("card.key"), REPLACE_EXISTING);
    assertThat(store().load(authority.pem(), CARD, now)).as("between the moves").isEqualTo(third);
    assertThat(dir.resolve("card.next.crt")).doesNotExist();
  }

  @Test
  void renewedCertificateThatDoesNotFitIsDropped() throws Exception {
    enrol();
    CardIdentity old = store().load(authority.pem(), CARD, now);
    store().nextRequestPem(CARD);
    String other =
        new TestAuthority("other")
            .issueCard(store().nextRequestPem(CARD), CARD, Duration.ofHours(1));
    assertThatThrownBy(() -> store().keepNext(other, authority.pem(), CARD, now))
        .hasMessageContaining("does not fit");
    Files.writeString(dir.resolve("card.next.crt"), other);
    assertThat(store().load(authority.pem(), CARD, now)).isEqualTo(old);
    assertThat(dir.resolve("card.next.crt")).doesNotExist();
  }

  @Test
  void certificateForAnotherKeyIsRefused() throws Exception {
    Path other = Files.createDirectory(dir.resolve("other"));
    String request = new CardIdentityStore(other, new SecureRandom()).certificateRequestPem(CARD);
    String issued = authority.issueCard(request, CARD, Duration.ofHours(1));

    assertThatThrownBy(() -> store().store(issued, authority.pem(), CARD, now))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not fit");
  }
}
