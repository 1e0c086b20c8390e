package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where boot images rest after they have been imported and their signature has been checked.
 * Thread-safe; may look at a file system but should not wait for long.
 */
public interface ImageStore {
  /**
   * One part of an image: a kernel, an initial file system, a loader.
   *
   * @param sha256 64 lower-case hexadecimal digits
   * @return a file whose content has that digest and never changes; empty when there is none
   */
  Optional<Path> part(String sha256);

  /** What the card in a slot is to boot; empty when nothing is assigned to it. */
  Optional<BootImage> imageOf(CardPosition position);

  /**
   * What the card in a slot boots now. As {@link #imageOf}; an image on trial has been paid for,
   * durably, when this returns, so that its boots are counted whatever comes.
   *
   * @throws IOException when it cannot be paid for: nothing of the image may be handed out
   */
  default Optional<BootImage> bootOf(CardPosition position) throws IOException {
    return imageOf(position);
  }

  /** A store without images. */
  static ImageStore empty() {
    return new ImageStore() {
      @Override
      public Optional<Path> part(String sha256) {
        return Optional.empty();
      }

      @Override
      public Optional<BootImage> imageOf(CardPosition position) {
        return Optional.empty();
      }
    };
  }
}
