package io.cade.engine.images;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.boottree.BootImage;
import io.cade.engine.boottree.ImageStore;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Change;
import io.cade.engine.model.SlotImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The boot loader of cards that keep no image (SPEC B5): what they boot is the slot's own image, or
 * the one in use; an image on trial is paid for before it is named to the card. Thread-safe; blocks
 * for one commit when there is something to pay.
 */
public final class SlotBoots implements ImageStore {
  private static final int PATIENCE_SECONDS = 10;

  private final ImageCatalogue images;
  private final ChangeWriter writer;

  /**
   * @param writer of the state that the catalogue reads
   */
  public SlotBoots(ImageCatalogue images, ChangeWriter writer) {
    this.images = images;
    this.writer = writer;
  }

  @Override
  public Optional<Path> part(String sha256) {
    return images.part(sha256);
  }

  @Override
  public Optional<BootImage> imageOf(CardPosition position) {
    return images.imageOf(position);
  }

  @Override
  public Optional<BootImage> bootOf(CardPosition position) throws IOException {
    if (writer.current().slotImage(position).filter(SlotImage::hasAttempt).isEmpty()) {
      return images.imageOf(position);
    }
    // Decided where it is paid for: of two requests at once, one gets the image.
    CompletableFuture<String> paid =
        writer.submit((cabinet, _) -> {
          SlotImage slot = cabinet.slotImage(position).orElse(null);
          if (slot == null) {
            return Decision.nothing("");
          }
          return slot.hasAttempt()
              ? Decision.of(slot.trial(), new Change.SlotImageChanged(slot.paid()))
              : Decision.nothing(slot.stays());
        });
    String digest;
    try {
      digest = paid.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(
          "the attempt of card " + position + " to boot an image on trial is not on record", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return digest.isEmpty() ? images.imageOf(position) : images.described(digest);
  }
}
