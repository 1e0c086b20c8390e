package io.cade.engine.images;

import io.cade.engine.model.StoredImage;
import java.time.Instant;
import java.util.List;

/**
 * An image as the API shows it; see {@link StoredImage}.
 *
 * @param slots that boot it, try it, or may go back to it though it is not the one in use
 */
public record ImageView(
    String name,
    String version,
    long build,
    String architecture,
    Instant created,
    long minimumBuild,
    String digest,
    long bytes,
    String signer,
    boolean verified,
    boolean used,
    Instant importedAt,
    String importedBy,
    List<StoredImage.Part> parts,
    List<String> slots) {
  public ImageView {
    parts = List.copyOf(parts);
    slots = List.copyOf(slots);
  }

  static ImageView of(StoredImage i) {
    return of(i, List.of());
  }

  static ImageView of(StoredImage i, List<String> slots) {
    return new ImageView(
        i.name(),
        i.version(),
        i.build(),
        i.architecture(),
        i.created(),
        i.minimumBuild(),
        i.digest(),
        i.bytes(),
        i.signer(),
        true,
        i.used(),
        i.importedAt(),
        i.importedBy(),
        i.parts(),
        slots);
  }
}
