package io.cade.agent.wire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What aims a request of the engine at one card of a service, whichever proxy it goes through: a
 * header that only who has the key of the route snapshot can make (HMAC-SHA256, RFC 2104), and a
 * header of the answer that only who has it can make either. The latter tells the engine that the
 * request was aimed: a proxy that did not accept the token serves a visitor, from any card.
 * Stateless and thread-safe; who reads a token learns nothing of why another one is none.
 */
public final class ProbeToken {
  /** Of the request and of its answer; never passed on to a card. */
  public static final String HEADER = "Cade-Probe";

  /**
   * How long a token is good. Clocks of engine and proxies may differ by this much, and what was
   * overheard is of no use for longer.
   */
  public static final Duration LIFE = Duration.ofSeconds(30);

  private static final String ALGORITHM = "HmacSHA256";
  private static final int LONGEST = 160;
  private static final int MAC_BYTES = 24;
  private static final Pattern FORM =
      Pattern.compile(
          "(1:(\\d{1,12}):(\\d{1,6}):(\\d{1,2}\\.\\d{1,2}):[A-Za-z0-9_-]{8,32}):([A-Za-z0-9_-]{32})");

  private ProbeToken() {}

  /** Who answered an aimed request. */
  public enum By {
    /** The card, to the end or not. */
    CARD,
    /** The proxy, because the card could not be reached or gave no proper answer in time. */
    PROXY,
    /** The proxy, because its routes have no such card of the service. */
    UNROUTED,
    /** The proxy, because the card has as many requests as it may. */
    BUSY
  }

  /**
   * A token that was accepted.
   *
   * @param limit from the request to the head of the card's response
   */
  public record Aim(CardPosition card, Duration limit) {}

  /**
   * Makes a token.
   *
   * @param key of the route snapshot, not empty
   * @param limit within which the card's response has to begin, at most 999 s
   * @param nonce 8 to 32 characters of base64url, never the same twice
   */
  public static String make(
      String key, String service, CardPosition card, Instant now, Duration limit, String nonce) {
    String claim =
        "1:%d:%d:%s:%s"
            .formatted(now.plus(LIFE).getEpochSecond(), limit.toMillis(), card.toString(), nonce);
    return claim + ":" + mac(key, "request\n" + service + "\n" + claim);
  }

  /**
   * Reads a token.
   *
   * @param key of the route snapshot; empty: nothing is accepted
   * @param service whose host name was asked for: a token for another one is none
   * @return empty for everything that is not a valid token now, whatever is wrong with it
   */
  public static Optional<Aim> read(String key, String service, String token, Instant now) {
    if (key.isEmpty() || token.length() > LONGEST) {
      return Optional.empty();
    }
    Matcher form = FORM.matcher(token);
    if (!form.matches()) {
      return Optional.empty();
    }
    String claim = form.group(1);
    boolean made = same(form.group(5), mac(key, "request\n" + service + "\n" + claim));
    long left = Long.parseLong(form.group(2)) - now.getEpochSecond();
    // An end far ahead is no token of ours: it would be good for as long as somebody likes.
    boolean timely = left >= 0 && left <= 2 * LIFE.toSeconds();
    if (!made || !timely) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Aim(
              CardPosition.parse(form.group(4)), Duration.ofMillis(Long.parseLong(form.group(3)))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The header of the answer to a token that was accepted. */
  public static String answer(String key, String token, By by) {
    String word = by.name().toLowerCase(Locale.ROOT);
    return word + ":" + mac(key, "answer\n" + word + "\n" + token);
  }

  /**
   * Who answered.
   *
   * @param headers all of that name in the answer: a card may have sent one of its own
   * @return null when the request was not aimed
   */
  public static @Nullable By answeredBy(String key, String token, List<String> headers) {
    for (By by : By.values()) {
      String expected = answer(key, token, by);
      for (String header : headers) {
        if (same(header, expected)) {
          return by;
        }
      }
    }
    return null;
  }

  private static boolean same(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  private static String mac(String key, String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      byte[] digest = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
      // A multiple of 3 needs no padding; 192 bits are beyond guessing.
      return Base64.getUrlEncoder().encodeToString(Arrays.copyOf(digest, MAC_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }
}
