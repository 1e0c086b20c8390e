package io.cade.engine.pki;

import io.cade.agent.wire.CardPosition;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One-time secrets that reach a card through its own boot tree (DESIGN §7). In memory only: after a
 * restart of the engine a card fetches its configuration, and with it a new secret, again.
 * Thread-safe; holds at most one secret a position.
 */
public final class EnrolmentSecrets {
  /** A secret not used within this time is void. */
  public static final Duration LIFETIME = Duration.ofMinutes(10);

  private static final int RANDOM_BYTES = 24;

  private final Map<CardPosition, Pending> pending = new ConcurrentHashMap<>();
  private final InstantSource clock;
  private final SecureRandom random;

  private record Pending(String secret, Instant issuedAt) {
    boolean validFor(Duration age, Instant now) {
      return now.isBefore(issuedAt.plus(age)) && !now.isBefore(issuedAt);
    }
  }

  public EnrolmentSecrets(InstantSource clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
  }

  /**
   * The secret for the card in a slot, 32 characters. Asked again within half its lifetime, an
   * unused one is given again: a repeated TFTP read must not void what the first one delivered.
   */
  public String issue(CardPosition position) {
    Instant now = clock.instant();
    Pending issued =
        pending.compute(
            position,
            (at, old) ->
                old != null && old.validFor(LIFETIME.dividedBy(2), now)
                    ? old
                    : new Pending(draw(), now));
    return issued.secret();
  }

  /** Voids the secret of a slot: another card sits there now. */
  public void revoke(CardPosition position) {
    pending.remove(position);
  }

  /**
   * Spends the secret. A wrong guess does not void it, so that nobody can keep a card out by
   * guessing.
   *
   * @return whether it was the slot's secret, unused and not expired
   */
  public boolean redeem(CardPosition position, String secret) {
    Instant now = clock.instant();
    AtomicBoolean accepted = new AtomicBoolean();
    pending.computeIfPresent(position, (at, p) -> judge(p, secret, now, accepted));
    return accepted.get();
  }

  private static @Nullable Pending judge(
      Pending p, String secret, Instant now, AtomicBoolean accepted) {
    if (!p.validFor(LIFETIME, now)) {
      return null;
    }
    if (!MessageDigest.isEqual(
        p.secret().getBytes(StandardCharsets.UTF_8), secret.getBytes(StandardCharsets.UTF_8))) {
      return p;
    }
    accepted.set(true);
    return null;
  }

  private String draw() {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
