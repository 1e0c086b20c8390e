package io.cade.engine.tftp;

import io.cade.engine.boottree.BootFile;
import io.cade.engine.datagram.DatagramPort;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Puts a window of DATA packets into one buffer, with one read of the file. Stateless. */
final class WindowWriter {
  private static final int HEADER = TftpCodec.DATA_HEADER_BYTES;

  private WindowWriter() {}

  /** Bytes of all packets of the window. */
  static int bytes(TransferCore.Window window) {
    return HEADER * window.blocks() + window.bytes();
  }

  /** Bytes of each packet but perhaps the last. */
  static int segmentBytes(TransferCore.Window window) {
    return HEADER + window.blockBytes();
  }

  static DatagramPort.Filling of(TransferCore.Window window, BootFile file) {
    return into -> fill(window, file, into);
  }

  private static void fill(TransferCore.Window window, BootFile file, ByteBuffer into)
      throws IOException {
    // The content goes to the buffer's end by one read; then, block by block from the first, it
    // moves forward, and the headers come between. A block never overwrites one that has not moved.
    int at = HEADER * window.blocks();
    file.read(window.offset(), into.slice(at, window.bytes()));
    for (int i = 0; i < window.blocks(); i++) {
      int from = at + i * window.blockBytes();
      int to = i * segmentBytes(window);
      int length = Math.min(window.blockBytes(), at + window.bytes() - from);
      if (to + HEADER != from) {
        into.put(to + HEADER, into, from, length);
      }
      TftpCodec.putDataHeader(into, to, window.firstBlock() + i);
    }
  }
}
