package io.cade.engine.api;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * PBKDF2 with HMAC-SHA-512 (RFC 8018), salted, slow on purpose. Written as {@code
 * pbkdf2-sha512$ITERATIONS$SALT$HASH} with base64. Immutable.
 */
record PasswordHash(int iterations, String salt, String hash) {
  static final int ITERATIONS = 210_000;
  private static final int MAX_ITERATIONS = 10_000_000;
  private static final String SCHEME = "pbkdf2-sha512";
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;

  static PasswordHash of(char[] password, int iterations, SecureRandom random) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return new PasswordHash(iterations, encode(salt), encode(derive(password, salt, iterations)));
  }

  /** Whether it is the password. Takes as long either way. */
  boolean matches(char[] password) {
    return MessageDigest.isEqual(
        Base64.getDecoder().decode(hash),
        derive(password, Base64.getDecoder().decode(salt), iterations));
  }

  static PasswordHash parse(String text) {
    List<String> parts = List.of(text.split("\\$", -1));
    if (parts.size() != 4 || !parts.get(0).equals(SCHEME)) {
      throw new IllegalArgumentException("not a password hash of the scheme " + SCHEME);
    }
    int iterations = Integer.parseInt(parts.get(1));
    int saltBytes = Base64.getDecoder().decode(parts.get(2)).length;
    int hashBytes = Base64.getDecoder().decode(parts.get(3)).length;
    if (iterations < 1
        || iterations > MAX_ITERATIONS
        || saltBytes != SALT_BYTES
        || hashBytes != HASH_BYTES) {
      throw new IllegalArgumentException("password hash is out of range");
    }
    return new PasswordHash(iterations, parts.get(2), parts.get(3));
  }

  /** A hash that no password has, to take the time of one. */
  static PasswordHash decoy(SecureRandom random) {
    byte[] bytes = new byte[SALT_BYTES + HASH_BYTES];
    random.nextBytes(bytes);
    return new PasswordHash(
        ITERATIONS,
        encode(Arrays.copyOf(bytes, SALT_BYTES)),
        encode(Arrays.copyOfRange(bytes, SALT_BYTES, bytes.length)));
  }

  String text() {
    return String.join("$", SCHEME, Integer.toString(iterations), salt, hash);
  }

  private static String encode(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  @Override
  public String toString() {
    return "PasswordHash";
  }

  private static byte[] derive(char[] password, byte[] salt, int iterations) {
    PBEKeySpec spec = new PBEKeySpec(password, salt, iterations, HASH_BYTES * 8);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has PBKDF2WithHmacSHA512", e);
    } finally {
      spec.clearPassword();
    }
  }
}
