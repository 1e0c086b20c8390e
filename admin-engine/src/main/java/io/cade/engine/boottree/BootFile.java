package io.cade.engine.boottree;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The content of one file of a boot tree, as it was when opened. Owned by the transfer that reads
 * it; not thread-safe.
 */
public interface BootFile extends AutoCloseable {
  /** Bytes. */
  long size();

  /** Names this very content (ETag): another content has another one. Letters, digits, hyphens. */
  String tag();

  /**
   * Reads a part.
   *
   * @param length at most what is left after {@code offset}
   * @return exactly that many bytes
   * @throws IOException when the medium fails or the file has become shorter
   */
  byte[] read(long offset, int length) throws IOException;

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
