package io.cade.image.bundle;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an update bundle is: all that its signature covers, in one place. Immutable.
 *
 * @param name for example {@code blade}; letters, digits and {@code . _ + -}
 * @param version that devices have afterwards, of the same characters
 * @param build ascending; what decides about newer and older
 * @param created part of the input of the build
 * @param target devices that it is for
 * @param from versions that it may follow on
 * @param parts the payload, ascending by path; 1 to {@value #MAX_PARTS}
 * @param upgrade what is done on the way up, in order; 1 to {@value #MAX_STEPS}. The way down is
 *     not in the bundle: {@link Downgrade} makes it of these steps
 */
public record Bundle(
    String name,
    String version,
    long build,
    Instant created,
    Target target,
    FromVersions from,
    List<Part> parts,
    List<Step> upgrade) {
  public static final int MAX_PARTS = 64;
  public static final int MAX_STEPS = 64;

  public Bundle {
    parts = List.copyOf(parts);
    upgrade = List.copyOf(upgrade);
  }

  /**
   * Devices that a bundle is for.
   *
   * @param architecture of the processor: {@code x86_64}, {@code aarch64} or {@code any}
   * @param role of the card: {@code server}, {@code proxy}, {@code balancer} or {@code any}
   */
  public record Target(String architecture, String role) {
    static final List<String> ARCHITECTURES = List.of("x86_64", "aarch64", "any");
    static final List<String> ROLES = List.of("server", "proxy", "balancer", "any");
  }

  /** What a part of the payload is. */
  public enum Kind {
    /** A signed boot image. */
    IMAGE,
    /** Content of a service, a ZIP; the module makes its own signed package of it. */
    PACKAGE,
    /** One file of a service's configuration. */
    CONFIGURATION,
    /** A program that carries data over from one version to another. */
    MIGRATION,
    /** A signed release of the engine itself; alone in its bundle. */
    ENGINE
  }

  /**
   * One file of the payload.
   *
   * @param path in the bundle, for example {@code payload/blade.img}
   * @param size in bytes
   * @param sha256 as {@link io.cade.image.Digests} writes it
   */
  public record Part(Kind kind, String path, long size, String sha256) {}

  /** One thing that is done on the way up. Each names a part of the payload. */
  public sealed interface Step {
    /** Path of the part that the step is about. */
    String part();

    /** Put a boot image into the slot that does not run, and boot it on trial. */
    record InstallImage(String part) implements Step {}

    /** Put another content in the place of the one that a service has. */
    record InstallPackage(String part, String service) implements Step {}

    /** Put a file in the place of the one that a service's content has at the same path. */
    record Configure(String part, String service) implements Step {
      /** Where such parts lie in a bundle, below it by their paths in the content. */
      public static final String FOLDER = "payload/configuration/";

      /** Path in the service's content. */
      public String file() {
        return part.substring(FOLDER.length());
      }
    }

    /**
     * Run a program of the payload on each card of a service, never elsewhere: {@code PROGRAM up
     * FROM TO DIRECTORY}, and on the way back {@code PROGRAM down TO FROM DIRECTORY}, where the
     * directory holds the service's data. Exit code 0 is success. It must stand being run again
     * when it was cut short at any point, in either direction.
     *
     * @param timeoutSeconds after which it is ended and counts as failed; 1 to 3,600
     */
    record Migrate(String part, String service, int timeoutSeconds) implements Step {}

    /** Hand over to this release of the engine, on trial, under its guard (SPEC U3). */
    record InstallEngine(String part) implements Step {}
  }

  /** The part at this path. */
  public Optional<Part> part(String path) {
    return parts.stream().filter(p -> p.path().equals(path)).findFirst();
  }

  /** The one boot image, when it has exactly one. */
  public Optional<Part> image() {
    List<Part> images = parts.stream().filter(p -> p.kind() == Kind.IMAGE).toList();
    return images.size() == 1 ? Optional.of(images.getFirst()) : Optional.empty();
  }
}
