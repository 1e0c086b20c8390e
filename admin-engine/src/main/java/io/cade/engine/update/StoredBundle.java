package io.cade.engine.update;

import io.cade.image.trust.Notice;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bundle that was checked and is kept, as it is on record beside its content and in the API.
 *
 * @param digest of the bundle's file: its identity
 * @param from rules about versions that it may follow on
 * @param image its one boot image, or null
 * @param steps on the way up, in words
 * @param notice what the operations centre said of it; null when it was handed over
 */
public record StoredBundle(
    String digest,
    String name,
    String version,
    long build,
    String architecture,
    String role,
    List<String> from,
    @Nullable Image image,
    List<String> steps,
    String signer,
    @Nullable Notice notice,
    Instant storedAt,
    String storedBy) {
  /**
   * @param path of its file below the bundle's content
   * @param digest of that file
   */
  public record Image(String path, String digest, long bytes, long minimumBuild) {}

  public StoredBundle {
    from = List.copyOf(from);
    steps = List.copyOf(steps);
  }

  /** Name and version, as people name it. */
  public String label() {
    return name + ":" + version;
  }
}
