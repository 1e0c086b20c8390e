package io.cade.engine.model;

import io.cade.agent.wire.DataSteps;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One version of a service's content: who published it, when and why (SPEC R1).
 *
 * @param number 1 for the content that the service was ordered with, ascending, never used again
 * @param contentDigest uploaded content in the engine's content store
 * @param packageDigest signed package made of it, empty until it is made
 * @param by user, empty where that was not on record
 * @param why in the user's words, empty if he gave none
 * @param release of the update bundle that brought it; null when it was published
 * @param data how the service's data come to the form that it understands; absent in records of
 *     earlier versions
 */
public record ServiceVersion(
    int number,
    String contentDigest,
    String packageDigest,
    long packageBytes,
    Instant at,
    String by,
    String why,
    @Nullable Release release,
    DataSteps data) {
  /**
   * What an update bundle says of itself.
   *
   * @param bundle digest of its file
   */
  public record Release(String name, String version, long build, String bundle) {
    /** Name and version, as people name it. */
    public String label() {
      return name + ":" + version;
    }
  }

  public ServiceVersion(
      int number,
      String contentDigest,
      String packageDigest,
      long packageBytes,
      Instant at,
      String by,
      String why,
      @Nullable Release release,
      @Nullable DataSteps data) {
    this.number = number;
    this.contentDigest = contentDigest;
    this.packageDigest = packageDigest;
    this.packageBytes = packageBytes;
    this.at = at;
    this.by = by;
    this.why = why;
    this.release = release;
    this.data = data == null ? DataSteps.none() : data;
  }

  /** A version that no bundle brought, of a service whose data nobody has carried over. */
  public ServiceVersion(
      int number,
      String contentDigest,
      String packageDigest,
      long packageBytes,
      Instant at,
      String by,
      String why) {
    this(number, contentDigest, packageDigest, packageBytes, at, by, why, null, null);
  }

  /**
   * What bundles may follow on, and what migration programs get to hear: the release, or number.
   */
  public String label() {
    return release == null ? Integer.toString(number) : release.version();
  }

  ServiceVersion withPackage(String digest, long bytes) {
    return new ServiceVersion(number, contentDigest, digest, bytes, at, by, why, release, data);
  }
}
