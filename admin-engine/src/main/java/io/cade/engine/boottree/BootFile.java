package io.cade.engine.boottree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The content of one file of a boot tree, as it was when opened. Owned by the transfer that reads
 * it; not thread-safe.
 */
public interface BootFile extends AutoCloseable {
  /** Bytes. */
  long size();

  /** Names this very content (ETag): another content has another one. Letters, digits, hyphens. */
  String tag();

  /** When the content came about; empty for what is rendered anew each time. */
  Optional<Instant> modified();

  /**
   * The open file behind it, for sending without a copy; empty for what is in memory. Closing it
   * closes this file.
   */
  Optional<FileChannel> channel();

  /**
   * Fills the rest of a buffer.
   *
   * @param into at most what is left after {@code offset}
   * @throws IOException when the medium fails or the file has become shorter
   */
  void read(long offset, ByteBuffer into) throws IOException;

  @Override
  void close();

  /** A rendered file. */
  static BootFile of(byte[] content) {
    return new RenderedFile(content.clone());
  }

  /**
   * A file that never changes under its name, for example an image in a content store.
   *
   * @param tag its digest
   * @throws IOException when it cannot be opened
   */
  static BootFile of(Path path, String tag) throws IOException {
    return StoredFile.open(path, tag);
  }
}
