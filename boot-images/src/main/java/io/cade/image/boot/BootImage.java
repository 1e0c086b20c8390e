package io.cade.image.boot;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a boot image is: all that its signature covers, in one place.
 *
 * @param name for example {@code blade}; letters, digits and {@code . _ + -}
 * @param version for people, of the same characters
 * @param build ascending; what decides about newer and older
 * @param created part of the input of the build
 * @param architecture of the processor: {@code x86_64} or {@code aarch64}
 * @param minimumBuild images of a lower build must not be booted any more once this one was marked
 *     good; at most {@code build}
 * @param parts ascending by path
 */
public record BootImage(
    String name,
    String version,
    long build,
    Instant created,
    String architecture,
    long minimumBuild,
    List<Part> parts) {
  public BootImage {
    parts = List.copyOf(parts);
  }

  /**
   * One part.
   *
   * @param path in the image, for example {@code loader/ipxe.efi}
   * @param size in bytes
   * @param sha256 as {@link io.cade.image.Digests} writes it
   */
  public record Part(PartRole role, String path, long size, String sha256) {
    /** The last segment of the path. */
    public String fileName() {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  /** The parts of one role, in order. */
  public List<Part> parts(PartRole role) {
    return parts.stream().filter(p -> p.role() == role).toList();
  }

  /** The only part of a role. */
  public Optional<Part> part(PartRole role) {
    return parts(role).stream().findFirst();
  }

  /** Sum of the parts' sizes in bytes. */
  public long bytes() {
    return parts.stream().mapToLong(Part::size).sum();
  }
}
