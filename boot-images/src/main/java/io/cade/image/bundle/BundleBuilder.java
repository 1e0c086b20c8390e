package io.cade.image.bundle;

import io.cade.image.PackageBuilder;
import io.cade.image.boot.CertifiedPackage;
import io.cade.image.boot.ImageCheck;
import io.cade.image.boot.ImageReader;
import io.cade.image.boot.ImageSigner;
import io.cade.image.bundle.Bundle.Kind;
import io.cade.image.bundle.Bundle.Step;
import io.cade.image.bundle.Bundle.Target;
import io.cade.image.release.ReleasePackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Builds an update bundle: the same input gives the same bytes. Steps are done in the order in
 * which their parts are added. Not thread-safe.
 */
public final class BundleBuilder {
  private final String name;
  private final String version;
  private final Target target;
  private final FromVersions from;
  private final PackageBuilder content;
  private final List<BundleForm.PartEntry> parts = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();

  /**
   * @param created part of the input, cut to seconds
   */
  public BundleBuilder(
      String name, String version, long build, Instant created, Target target, FromVersions from) {
    this.name = name;
    this.version = version;
    this.target = target;
    this.from = from;
    this.content = new PackageBuilder(name, version, BundleForm.KIND, build, created);
  }

  /**
   * What came out.
   *
   * @param digest of the whole file
   * @param bytes size of the file
   */
  public record Built(Bundle bundle, String digest, long bytes) {}

  /**
   * A bundle that is about one boot image: of its name, version, build, time and architecture.
   *
   * @throws IOException when the file cannot be read or is no image
   */
  public static BundleBuilder ofImage(Path image, String role, FromVersions from)
      throws IOException {
    return switch (ImageReader.show(image)) {
      case ImageCheck.Rejected r -> throw new IOException(image + ": " + r.reason());
      case ImageCheck.Accepted a ->
          new BundleBuilder(
                  a.image().name(),
                  a.image().version(),
                  a.image().build(),
                  a.image().created(),
                  new Target(a.image().architecture(), role),
                  from)
              .image(a.image().name() + ".img", image);
    };
  }

  /** Adds a signed boot image. */
  public BundleBuilder image(String fileName, Path file) {
    String path = part(Kind.IMAGE, fileName, file);
    steps.add(new Step.InstallImage(path));
    return this;
  }

  /**
   * A bundle that is about one release of the engine: of its version and time.
   *
   * @param tree built tree, where {@code cade} lies
   * @param release where its package is written; needed until the bundle is
   * @throws IOException when the tree is none, or something cannot be read or written
   */
  public static BundleBuilder ofEngine(
      Path tree, Path release, FromVersions from, ImageSigner signer) throws IOException {
    ReleasePackage.Tree found = ReleasePackage.tree(tree);
    ReleasePackage.write(found, release, signer);
    BundleBuilder builder =
        new BundleBuilder(
            ReleasePackage.NAME,
            found.version(),
            found.newest().getEpochSecond(),
            found.newest(),
            new Target("any", "any"),
            from);
    String path =
        builder.part(
            Kind.ENGINE, BundleForm.RELEASE.substring(BundleForm.PAYLOAD.length()), release);
    builder.steps.add(new Step.InstallEngine(path));
    return builder;
  }

  /** Adds the content of a service, a ZIP. */
  public BundleBuilder servicePackage(String service, String fileName, Path file) {
    String path = part(Kind.PACKAGE, fileName, file);
    steps.add(new Step.InstallPackage(path, service));
    return this;
  }

  /**
   * Adds a file of a service's configuration.
   *
   * @param path in the service's content
   */
  public BundleBuilder configuration(String service, String path, Path file) {
    String part =
        part(
            Kind.CONFIGURATION,
            Step.Configure.FOLDER.substring(BundleForm.PAYLOAD.length()) + path,
            file);
    steps.add(new Step.Configure(part, service));
    return this;
  }

  /** Adds a program that carries a service's data over; see {@link Step.Migrate}. */
  public BundleBuilder migration(String service, String fileName, Path file, int timeoutSeconds) {
    String path = part(Kind.MIGRATION, fileName, file);
    steps.add(new Step.Migrate(path, service, timeoutSeconds));
    return this;
  }

  private String part(Kind kind, String fileName, Path file) {
    String path = BundleForm.PAYLOAD + fileName;
    content.file(path, file);
    parts.add(new BundleForm.PartEntry(BundleForm.word(kind), path));
    return path;
  }

  /**
   * Writes the bundle, replacing the target as a whole.
   *
   * @throws IOException when an input cannot be read, changes meanwhile or the bundle would not be
   *     accepted; or the target cannot be written
   */
  public Built write(Path file, ImageSigner signer) throws IOException {
    parts.sort(Comparator.comparing(BundleForm.PartEntry::path));
    byte[] json =
        new BundleForm(
                BundleForm.FORMAT,
                target.architecture(),
                target.role(),
                from.rules(),
                parts,
                steps.stream().map(BundleForm.StepEntry::of).toList())
            .encode();
    content.file(BundleForm.FILE, json);
    Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), ".bundle", ".tmp");
    try {
      PackageBuilder.Built built = CertifiedPackage.write(content, fresh, signer);
      Bundle bundle = BundleForm.bundle(built.manifest(), json);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      return new Built(bundle, built.digest(), built.bytes());
    } catch (BundleForm.Refused e) {
      throw new IOException("cannot build bundle " + name + " " + version + ": " + e.reason(), e);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}
