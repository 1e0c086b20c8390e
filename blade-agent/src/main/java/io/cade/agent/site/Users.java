package io.cade.agent.site;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Who may log in at a hosted site: the file {@code users} of its package, at most {@value
 * #MAX_USERS} lines {@code NAME:ITERATIONS:SALT:HASH} (PBKDF2 with HMAC-SHA-256, salt and hash in
 * hexadecimal), and a line {@code anonymous} where anybody may fetch files. Immutable.
 */
public final class Users {
  static final String ANONYMOUS = "anonymous";
  private static final int MAX_USERS = 1000;
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_ITERATIONS = 1_000_000;
  private static final int HASH_BITS = 256;

  private final Map<String, Secret> secrets;
  private final boolean anonymous;

  /** Salt and hash in hexadecimal. */
  private record Secret(int iterations, String salt, String hash) {
    @Override
    public String toString() {
      return "Secret";
    }
  }

  private Users(Map<String, Secret> secrets, boolean anonymous) {
    this.secrets = Map.copyOf(secrets);
    this.anonymous = anonymous;
  }

  /**
   * Reads the file; without one nobody may log in.
   *
   * @throws IOException when a line is none; the message names it by its number
   */
  static Users read(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return new Users(Map.of(), false);
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException("users has more than " + MAX_BYTES + " bytes");
    }
    Map<String, Secret> secrets = new HashMap<>();
    boolean anonymous = false;
    int number = 0;
    for (String line : Files.readAllLines(file, UTF_8)) {
      number++;
      if (line.equals(ANONYMOUS)) {
        anonymous = true;
      } else if (!line.isBlank()) {
        secrets.put(line.substring(0, Math.max(0, line.indexOf(':'))), secret(line, number));
      }
    }
    if (secrets.size() > MAX_USERS) {
      throw new IOException("users has more than " + MAX_USERS + " lines");
    }
    return new Users(secrets, anonymous);
  }

  private static Secret secret(String line, int number) throws IOException {
    String[] parts = line.split(":", -1);
    if (parts.length == 4
        && parts[0].matches("[A-Za-z0-9._-]{1,64}")
        && parts[1].matches("[0-9]{1,7}")) {
      try {
        int iterations = Integer.parseInt(parts[1]);
        byte[] salt = HexFormat.of().parseHex(parts[2]);
        byte[] hash = HexFormat.of().parseHex(parts[3]);
        if (iterations >= 1
            && iterations <= MAX_ITERATIONS
            && salt.length >= 8
            && hash.length == HASH_BITS / 8) {
          return new Secret(iterations, parts[2], parts[3]);
        }
      } catch (IllegalArgumentException e) {
        // told below
      }
    }
    throw new IOException("line " + number + " of users is not NAME:ITERATIONS:SALT:HASH");
  }

  /**
   * A line of the file.
   *
   * @param salt at least 8 random bytes
   */
  public static String line(String name, String password, int iterations, byte[] salt) {
    HexFormat hex = HexFormat.of();
    return name
        + ":"
        + iterations
        + ":"
        + hex.formatHex(salt)
        + ":"
        + hex.formatHex(hash(password, iterations, salt));
  }

  /** Whether anybody may fetch files. */
  boolean anonymous() {
    return anonymous;
  }

  /** Whether the password is this user's; takes as long for a name that there is not. */
  boolean admits(String name, String password) {
    Secret secret = secrets.get(name);
    if (secret == null) {
      byte[] unused = hash(password, iterations(), new byte[16]);
      return unused.length == 0;
    }
    HexFormat hex = HexFormat.of();
    return MessageDigest.isEqual(
        hex.parseHex(secret.hash()),
        hash(password, secret.iterations(), hex.parseHex(secret.salt())));
  }

  private int iterations() {
    return secrets.values().stream().mapToInt(Secret::iterations).max().orElse(1);
  }

  private static byte[] hash(String password, int iterations, byte[] salt) {
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, HASH_BITS);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has PBKDF2WithHmacSHA256", e);
    } finally {
      spec.clearPassword();
    }
  }
}
