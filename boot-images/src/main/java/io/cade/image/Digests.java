package io.cade.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * SHA-256 digests in the one form that Cade writes: {@code sha256:} and 64 lower-case hexadecimal
 * digits. Stateless.
 */
public final class Digests {
  private static final String PREFIX = "sha256:";
  private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final int BUFFER_BYTES = 64 * 1024;

  private Digests() {}

  /** Digest of the bytes. */
  public static String of(byte[] bytes) {
    return format(sha256().digest(bytes));
  }

  /**
   * Digest of a file's content, read in pieces.
   *
   * @throws IOException when the file cannot be read
   */
  public static String of(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return format(digest.digest());
  }

  /** Whether the text has the form of a digest. */
  public static boolean isDigest(String text) {
    return FORM.matcher(text).matches();
  }

  /**
   * The 64 digits alone, fit for a file name.
   *
   * @throws IllegalArgumentException when the text is not a digest
   */
  public static String hex(String digest) {
    if (!isDigest(digest)) {
      throw new IllegalArgumentException(
          "not a digest: '" + digest + "' (sha256: and 64 hexadecimal digits are meant)");
    }
    return digest.substring(PREFIX.length());
  }

  /** Text form of a finished SHA-256. */
  public static String format(byte[] sha256) {
    return PREFIX + HexFormat.of().formatHex(sha256);
  }

  /** A new SHA-256 computation, for content that streams by. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
