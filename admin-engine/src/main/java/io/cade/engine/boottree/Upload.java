package io.cade.engine.boottree;

import java.io.IOException;

/**
 * A file that a card is writing. Nobody sees it before it is complete. Owned by the transfer that
 * writes it; not thread-safe, but {@link #complete} may be called on another thread than the rest,
 * after it.
 */
public interface Upload extends AutoCloseable {
  /** No room: the file or the card's share is full. */
  final class NoRoom extends IOException {
    private static final long serialVersionUID = 1L;

    NoRoom(String message) {
      super(message);
    }
  }

  /**
   * Appends.
   *
   * @throws NoRoom when a limit is reached
   * @throws IOException when the medium fails
   */
  void write(byte[] bytes) throws IOException;

  /**
   * Makes the file durable and visible under its name. Blocks.
   *
   * @throws IOException when it cannot; nothing is visible then
   */
  void complete() throws IOException;

  /** Throws away what is not complete. A second call does nothing. */
  @Override
  void close();
}
