package io.cade.image.release;

import io.cade.image.PackageBuilder;
import io.cade.image.PackageManifest;
import io.cade.image.boot.CertifiedPackage;
import io.cade.image.boot.ImageSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an engine is made of, as a signed package: the launcher {@code cade}, {@code dist/classpath}
 * and the jars of {@code dist/lib} that it names. Ahead-of-time caches are left out: they are bound
 * to the folder in which they were made. Stateless; safe for use by several threads.
 */
public final class ReleasePackage {
  /** Name of every release: there is one engine. */
  public static final String NAME = "engine";

  private static final String KIND = "engine-release";
  private static final CertifiedPackage.Wanted RELEASE =
      new CertifiedPackage.Wanted(KIND, "a release of the engine", Set.of(), 0);

  /** Versions name folders: no slash, and neither {@code .} nor {@code ..}. */
  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,63}");

  private static final String BUILT = "hardware-sim/target/dist";
  private static final int MAX_CLASSPATH = 1 << 20;

  private ReleasePackage() {}

  /** What was found in a package. */
  public sealed interface Check {
    /**
     * A release.
     *
     * @param signer name of the signer's certificate
     */
    record Accepted(String version, long build, String signer) implements Check {}

    /**
     * None that must be used.
     *
     * @param reason for an operator to read, in one line
     */
    record Rejected(String reason) implements Check {}
  }

  /**
   * A built tree: where {@code cade} lies, with its distribution.
   *
   * @param version of the engine in it
   * @param newest time of its newest file, whole seconds
   */
  public record Tree(Path root, Path dist, List<Path> jars, String version, Instant newest) {
    public Tree {
      jars = List.copyOf(jars);
    }
  }

  /**
   * Looks at a tree.
   *
   * @throws IOException when it is none, or was not built; the message says what is missing
   */
  public static Tree tree(Path root) throws IOException {
    Path dist = root.resolve("dist");
    if (!Files.isRegularFile(dist.resolve("classpath"))) {
      dist = root.resolve(BUILT);
    }
    if (!Files.isRegularFile(root.resolve("cade"))
        || !Files.isRegularFile(dist.resolve("classpath"))) {
      throw new IOException(
          root
              + " is no built tree: it needs the launcher cade and "
              + BUILT
              + " (./cade build makes it)");
    }
    if (Files.size(dist.resolve("classpath")) > MAX_CLASSPATH) {
      throw new IOException(dist.resolve("classpath") + " is too large to be a class path");
    }
    Set<Path> jars = new TreeSet<>();
    for (String each : Files.readString(dist.resolve("classpath")).strip().split(":", -1)) {
      Path jar = dist.resolve(each).normalize();
      if (!dist.resolve("lib").normalize().equals(jar.getParent()) || !Files.isRegularFile(jar)) {
        throw new IOException(
            dist.resolve("classpath")
                + " names "
                + each
                + ", which is no file of "
                + dist
                + "/lib");
      }
      jars.add(jar);
    }
    // The launcher adds it by itself.
    try (Stream<Path> list = Files.list(dist.resolve("lib"))) {
      list.filter(p -> p.getFileName().toString().matches("hardware-sim-.*\\.jar"))
          .forEach(p -> jars.add(p.normalize()));
    }
    Instant newest = Files.getLastModifiedTime(root.resolve("cade")).toInstant();
    for (Path jar : jars) {
      Instant time = Files.getLastModifiedTime(jar).toInstant();
      newest = time.isAfter(newest) ? time : newest;
    }
    return new Tree(
        root,
        dist,
        new ArrayList<>(jars),
        version(jars, dist),
        Instant.ofEpochSecond(newest.getEpochSecond()));
  }

  private static String version(Collection<Path> jars, Path dist) throws IOException {
    for (Path jar : jars) {
      if (jar.getFileName().toString().startsWith("admin-engine-")) {
        try (JarFile file = new JarFile(jar.toFile())) {
          Manifest manifest = file.getManifest();
          String version =
              manifest == null
                  ? null
                  : manifest.getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
          if (version == null || !isVersion(version)) {
            throw new IOException(
                jar + " says no usable version: Implementation-Version is " + version);
          }
          return version;
        }
      }
    }
    throw new IOException(dist + "/lib has no admin-engine-*.jar: that is not an engine");
  }

  /** Whether a release may be called so. */
  public static boolean isVersion(String text) {
    return VERSION.matcher(text).matches();
  }

  /**
   * Writes a tree as a package, replacing the file as a whole. The same tree gives the same bytes.
   *
   * @throws IOException when something cannot be read or written
   */
  public static void write(Tree tree, Path file, ImageSigner signer) throws IOException {
    PackageBuilder content =
        new PackageBuilder(
            NAME, tree.version(), KIND, tree.newest().getEpochSecond(), tree.newest());
    content.file("cade", tree.root().resolve("cade"));
    content.file("dist/classpath", tree.dist().resolve("classpath"));
    for (Path jar : tree.jars()) {
      content.file("dist/lib/" + jar.getFileName(), jar);
    }
    CertifiedPackage.write(content, file, signer);
  }

  /**
   * Checks form, signer, signature and every file.
   *
   * @throws IOException when the file cannot be read
   */
  public static Check verify(Path file, Collection<X509Certificate> authorities, Instant at)
      throws IOException {
    return described(CertifiedPackage.verify(file, RELEASE, authorities, at));
  }

  /**
   * Checks it while unpacking it into a directory that appears as a whole or not at all; the tree
   * is its folder {@code content}.
   *
   * @param target must not exist; its parent must
   * @throws IOException when the file cannot be read or the target cannot be written
   */
  public static Check unpack(
      Path file, Collection<X509Certificate> authorities, Instant at, Path target)
      throws IOException {
    return described(CertifiedPackage.unpack(file, RELEASE, authorities, at, target));
  }

  private static Check described(CertifiedPackage.Outcome outcome) {
    return switch (outcome) {
      case CertifiedPackage.Outcome.Rejected r -> new Check.Rejected(r.reason());
      case CertifiedPackage.Outcome.Accepted a -> {
        PackageManifest manifest = a.claims().manifest();
        yield manifest.name().equals(NAME) && isVersion(manifest.version())
            ? new Check.Accepted(manifest.version(), manifest.build(), a.signer())
            : new Check.Rejected("it is no release of the engine");
      }
    };
  }
}
