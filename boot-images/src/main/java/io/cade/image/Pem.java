package io.cade.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Blocks of PEM (RFC 7468) by the JDK alone. Bouncy Castle reads them too, but its jar is signed:
 * who loads one class of it keeps the digests of some thousand others, which is more memory than
 * all that a card's agent needs of its own. Stateless.
 */
public final class Pem {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";
  private static final int LINE_CHARACTERS = 64;

  private Pem() {}

  /**
   * One block.
   *
   * @param type its label, like {@code PUBLIC KEY}
   */
  @SuppressWarnings("ArrayRecordComponent") // read once, never compared
  public record Block(String type, byte[] der) {}

  /** A block in the form that all tools read: lines of 64 characters. */
  public static String write(String type, byte[] der) {
    Base64.Encoder encoder =
        Base64.getMimeEncoder(LINE_CHARACTERS, "\n".getBytes(StandardCharsets.US_ASCII));
    return BEGIN + type + "-----\n" + encoder.encodeToString(der) + "\n" + END + type + "-----\n";
  }

  /**
   * All blocks of a text; what stands between them is passed over.
   *
   * @throws IOException when a block does not end, or holds anything but Base64
   */
  public static List<Block> read(String text) throws IOException {
    List<Block> blocks = new ArrayList<>();
    int at = text.indexOf(BEGIN);
    while (at >= 0) {
      int label = text.indexOf(DASHES, at + BEGIN.length());
      if (label < 0) {
        throw new IOException("the first line of a PEM block does not end");
      }
      String type = text.substring(at + BEGIN.length(), label);
      String last = END + type + DASHES;
      int end = text.indexOf(last, label);
      if (end < 0) {
        throw new IOException("the PEM block " + type + " does not end");
      }
      blocks.add(new Block(type, content(type, text.substring(label + DASHES.length(), end))));
      at = text.indexOf(BEGIN, end + last.length());
    }
    return blocks;
  }

  private static byte[] content(String type, String lines) throws IOException {
    StringBuilder plain = new StringBuilder(lines.length());
    for (int i = 0; i < lines.length(); i++) {
      if (!Character.isWhitespace(lines.charAt(i))) {
        plain.append(lines.charAt(i));
      }
    }
    try {
      return Base64.getDecoder().decode(plain.toString());
    } catch (IllegalArgumentException e) {
      throw new IOException("the PEM block " + type + " is not Base64", e);
    }
  }
}
