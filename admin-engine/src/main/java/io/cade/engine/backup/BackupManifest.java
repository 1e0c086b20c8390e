package io.cade.engine.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.cade.image.Digests;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * What a backup holds; the last but one entry of its file.
 *
 * @param head whose backup it is
 * @param entries every file, in the order in which they are there
 */
public record BackupManifest(Head head, List<Entry> entries) {
  /** Name of its entry; no file of a state directory may have it. */
  static final String PATH = "MANIFEST.json";

  /** Name of the entry behind it, with its digest: a file that was cut off has none. */
  static final String SEAL = "MANIFEST.sha256";

  static final int FORMAT = 1;

  /** Largest manifest, octets. */
  static final int MAX_BYTES = 64 << 20;

  /** Most files of a backup. */
  static final int MAX_ENTRIES = 200_000;

  /** Most octets of all files together: 128 GiB. */
  static final long MAX_TOTAL = 128L << 30;

  /**
   * @param format of the file
   * @param engine name of the engine
   * @param version of the engine
   * @param taken when
   * @param position of the last change in it
   * @param cards that were known then
   * @param services that were there then
   */
  public record Head(
      int format,
      String engine,
      String version,
      Instant taken,
      long position,
      int cards,
      int services) {}

  /**
   * @param path below the state directory
   * @param size octets
   * @param sha256 in the form of {@link Digests}
   */
  public record Entry(String path, long size, String sha256) {}

  public BackupManifest {
    entries = List.copyOf(entries);
  }

  /** Octets of all files together. */
  public long bytes() {
    return entries.stream().mapToLong(Entry::size).sum();
  }

  private static JsonMapper mapper() {
    return JsonMapper.builder()
        .addModule(new JavaTimeModule())
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }

  byte[] encode() {
    try {
      return mapper().writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a manifest can always be written", e);
    }
  }

  static BackupManifest decode(byte[] json) throws BadBackup {
    BackupManifest manifest;
    try {
      manifest = mapper().readValue(json, BackupManifest.class);
    } catch (IOException | NullPointerException e) {
      throw new BadBackup("its manifest cannot be understood", e);
    }
    if (manifest.head.format != FORMAT) {
      throw new BadBackup(
          "it has format "
              + manifest.head.format
              + ", this version knows "
              + FORMAT
              + ": use the version that made it, "
              + BackupPaths.shown(manifest.head.version));
    }
    return manifest;
  }
}
