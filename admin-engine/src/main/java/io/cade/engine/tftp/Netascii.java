package io.cade.engine.tftp;

import io.cade.engine.boottree.BootFile;
import io.cade.engine.boottree.Upload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

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
  static BootFile encoded(BootFile file) throws IOException {
    try (file) {
      if (file.size() > MAX_BYTES) {
        throw new IOException("netascii is for files up to " + MAX_BYTES + " bytes");
      }
      ByteBuffer content = ByteBuffer.allocate((int) file.size());
      file.read(0, content);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (byte b : content.array()) {
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

  /** Turns what is written from the form of the wire into lines that end with LF. */
  static Upload decoding(Upload to) {
    return new Decoding(to);
  }

  private static final class Decoding implements Upload {
    private final Upload to;
    private boolean carriageReturn;

    Decoding(Upload to) {
      this.to = to;
    }

    @Override
    public void write(byte[] bytes) throws IOException {
      ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 1);
      for (byte b : bytes) {
        // The pair may lie in two blocks.
        if (carriageReturn && b != '\n') {
          out.write('\r');
        }
        if (b != '\r' && !(carriageReturn && b == 0)) {
          out.write(b);
        }
        carriageReturn = b == '\r';
      }
      to.write(out.toByteArray());
    }

    @Override
    public void complete() throws IOException {
      if (carriageReturn) {
        carriageReturn = false;
        to.write(new byte[] {'\r'});
      }
      to.complete();
    }

    @Override
    public void close() {
      to.close();
    }
  }
}
