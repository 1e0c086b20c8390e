package io.cade.engine.model;

import java.time.Instant;
import java.util.List;

/**
 * A boot image that was imported: checked against the module's authority, unpacked and kept until
 * it is removed.
 *
 * @param digest of the image's file: its identity
 * @param name and version, for people; {@code build} decides about newer and older
 * @param minimumBuild lowest build that cards may be given after this image was used
 * @param bytes of all parts
 * @param signer name of the signer's certificate
 * @param parts ascending by path
 * @param used whether it is the one that cards of its architecture boot; at most one of an
 *     architecture is
 */
public record StoredImage(
    String digest,
    String name,
    String version,
    long build,
    String architecture,
    Instant created,
    long minimumBuild,
    long bytes,
    String signer,
    List<Part> parts,
    Instant importedAt,
    String importedBy,
    boolean used) {

  /**
   * @param role as {@code io.cade.image.boot.PartRole} words it
   * @param path below the image's folder
   * @param sha256 {@code sha256:} and 64 hexadecimal digits
   */
  public record Part(String role, String path, long size, String sha256) {}

  public StoredImage {
    parts = List.copyOf(parts);
  }

  /** The same, used or not. */
  public StoredImage withUsed(boolean now) {
    return new StoredImage(
        digest,
        name,
        version,
        build,
        architecture,
        created,
        minimumBuild,
        bytes,
        signer,
        parts,
        importedAt,
        importedBy,
        now);
  }
}
