package io.cade.engine.update;

import io.cade.image.trust.Notice;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bundle that was checked and is kept, as it is on record beside its content and in the API.
 *
 * @param digest of the bundle's file: its identity
 * @param from rules about versions that it may follow on
 * @param image its one boot image, or null
 * @param service what it brings to one service; null when it is about something else, or about more
 *     than that
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
    @Nullable ForService service,
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

  /**
   * All paths are below the bundle's content.
   *
   * @param content ZIP of the service's content; empty when it stays
   * @param files of its configuration, by their paths in the service's content
   * @param program that carries its data over; empty when they stay
   * @param timeoutSeconds of that program; 0 without one
   */
  public record ForService(
      String name, String content, Map<String, String> files, String program, int timeoutSeconds) {
    public ForService {
      files = Map.copyOf(files);
    }
  }

  public StoredBundle {
    from = List.copyOf(from);
    steps = List.copyOf(steps);
  }

  /** Name and version, as people name it. */
  public String label() {
    return name + ":" + version;
  }
}
