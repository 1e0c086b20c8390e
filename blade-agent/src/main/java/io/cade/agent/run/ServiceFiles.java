package io.cade.agent.run;

import io.cade.agent.gateway.EngineChannel;
import io.cade.image.Digests;
import io.cade.image.PackageCheck;
import io.cade.image.PackageKeys;
import io.cade.image.PackageLimits;
import io.cade.image.PackageManifest;
import io.cade.image.PackageReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The packages on a card: {@code services/SERVICE/DIGEST/}, each checked when it comes and again
 * before it is used. Stateless beyond its directory; the core runs one command at a time.
 */
final class ServiceFiles {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  /** Largest package accepted: all content allowed, its manifest, and the archive around them. */
  private static final long MAX_PACKAGE_BYTES =
      PackageLimits.MAX_CONTENT_BYTES + 2L * PackageLimits.MAX_MANIFEST_BYTES;

  private final Path root;
  private final Path scratch;
  private final Path data;

  ServiceFiles(Path cardDirectory) {
    this.root = cardDirectory.resolve("services");
    this.scratch = cardDirectory.resolve("run");
    this.data = cardDirectory.resolve("data");
  }

  /** Removes what an interrupted installation left. */
  void tidy() throws IOException {
    if (!Files.isDirectory(root)) {
      return;
    }
    for (Path service : list(root)) {
      for (Path entry : list(service)) {
        if (entry.getFileName().toString().startsWith(".")) {
          PackageReader.deleteTree(entry);
        }
      }
    }
  }

  /**
   * Fetches, checks and unpacks a package, unless it is there and intact.
   *
   * @throws IOException when any of it fails; nothing of it stays then
   */
  void install(
      String service, String digest, long packageBytes, String keyPem, EngineChannel channel)
      throws IOException, InterruptedException {
    if (packageBytes > MAX_PACKAGE_BYTES) {
      throw new IOException(
          "package of " + packageBytes + " bytes, " + MAX_PACKAGE_BYTES + " are allowed");
    }
    PublicKey key = PackageKeys.parsePublic(keyPem);
    Path target = directory(service, digest);
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      if (PackageReader.verifyUnpacked(target, key) instanceof PackageCheck.Verified) {
        return;
      }
      PackageReader.deleteTree(target);
    }
    Path parent = directory(service);
    boolean fresh = !Files.exists(parent);
    Files.createDirectories(
        parent, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path fetched = parent.resolve(".fetch-" + Digests.hex(digest));
    try {
      Files.deleteIfExists(fetched);
      channel.fetchPackage(digest, fetched, packageBytes);
      if (PackageReader.unpack(fetched, key, target)
          instanceof PackageCheck.Rejected(String reason)) {
        throw new IOException("package " + digest + " is rejected: " + reason);
      }
    } finally {
      Files.deleteIfExists(fetched);
      if (fresh && list(parent).isEmpty()) {
        Files.delete(parent);
      }
    }
  }

  /**
   * The content of an installed package, checked now.
   *
   * @throws IOException when it is not there, was changed or is of another kind
   */
  Path verifiedContent(String service, String digest, String kind, String keyPem)
      throws IOException {
    Path directory = directory(service, digest);
    return switch (PackageReader.verifyUnpacked(directory, PackageKeys.parsePublic(keyPem))) {
      case PackageCheck.Rejected(String reason) ->
          throw new IOException("package " + digest + " is rejected: " + reason);
      case PackageCheck.Verified(PackageManifest manifest) -> {
        if (!manifest.kind().equals(kind)) {
          throw new IOException(
              "package " + digest + " is of kind " + manifest.kind() + ", not " + kind);
        }
        yield directory.resolve("content");
      }
    };
  }

  void deletePackage(String service, String digest) throws IOException {
    PackageReader.deleteTree(directory(service, digest));
  }

  /** Where a service may write while it runs. */
  Path scratch(String service) throws IOException {
    return scratch.resolve(directory(service).getFileName());
  }

  /** Where a service's data and their journal are; need not exist. */
  Path data(String service) throws IOException {
    return data.resolve(directory(service).getFileName());
  }

  void deleteService(String service) throws IOException {
    PackageReader.deleteTree(scratch(service));
    PackageReader.deleteTree(data(service));
    PackageReader.deleteTree(directory(service));
  }

  private Path directory(String service, String digest) throws IOException {
    if (!Digests.isDigest(digest)) {
      throw new IOException("'" + digest + "' is no digest");
    }
    return directory(service).resolve(Digests.hex(digest));
  }

  private Path directory(String service) throws IOException {
    if (!NAME.matcher(service).matches()) {
      throw new IOException(
          "service name '" + service + "' is not of lower-case letters, digits and hyphens");
    }
    return root.resolve(service);
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    }
  }
}
