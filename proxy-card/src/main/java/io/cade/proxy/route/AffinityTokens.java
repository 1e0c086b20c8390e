package io.cade.proxy.route;

import io.cade.agent.wire.CardPosition;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What stands for a card in a visitor's cookie: a keyed digest, from which nobody outside learns
 * position or address, and which nobody outside can make for a card of his choice. The same on all
 * proxies, since they have the key from the engine. Immutable.
 */
final class AffinityTokens {
  static final AffinityTokens NONE = new AffinityTokens();
  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 15; // a multiple of 3 needs no padding in base 64

  private final @Nullable SecretKeySpec key;
  private final String service;

  private AffinityTokens() {
    this.key = null;
    this.service = "";
  }

  AffinityTokens(String key, String service) {
    this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    this.service = service;
  }

  /** The token of a card; empty for {@link #NONE}. */
  String of(CardPosition position) {
    if (key == null) {
      return "";
    }
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      byte[] digest = mac.doFinal((service + "/" + position).getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().encodeToString(Arrays.copyOf(digest, BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }
}
