package io.cade.engine.tftp;

import io.cade.engine.boottree.BootFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Text as TFTP's mode netascii wants it (RFC 764): CR LF for a line's end, CR NUL for a CR. */
final class Netascii {
  /** Images are not text: larger files are refused in this mode. */
  static final int MAX_BYTES = 1 << 20;

  private Netascii() {}

  /**
   * The file in the form of the wire; the given one is closed.
   *
   * @throws IOException when it is too large or cannot be read
   */
  static BootFile of(BootFile file) throws IOException {
    try (file) {
      if (file.size() > MAX_BYTES) {
        throw new IOException("netascii is for files up to " + MAX_BYTES + " bytes");
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (byte b : file.read(0, (int) file.size())) {
        switch (b) {
          case '\n' -> {
            out.write('\r');
            out.write('\n');
          }
          case '\r' -> {
            out.write('\r');
            out.write(0);
          }
          default -> out.write(b);
        }
      }
      return BootFile.of(out.toByteArray());
    }
  }
}
