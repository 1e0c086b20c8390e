package io.cade.image;

import io.cade.image.PackageManifest.FileEntry;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Builds a package: a ZIP archive of {@value #MANIFEST}, {@value #SIGNATURE} and the files below
 * {@value #CONTENT}. The same input gives the same bytes: entries are sorted, carry one fixed time
 * and are stored, not compressed (compressors differ between versions, and what is not compressed
 * cannot be a bomb). Limits: {@link PackageLimits}. Not thread-safe.
 */
public final class PackageBuilder {
  static final String MANIFEST = "manifest.json";
  static final String SIGNATURE = "manifest.sig";
  static final String CONTENT = "content/";

  // Local, so that no time zone enters. Not 1 January 1980: the JDK takes that for "too early" and
  // adds a field that depends on the zone.
  private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(1980, 2, 1, 0, 0);
  private static final int BUFFER_BYTES = 64 * 1024;

  private final String name;
  private final String version;
  private final String kind;
  private final long build;
  private final Instant created;
  private final SortedMap<String, Source> sources = new TreeMap<>();

  /**
   * @param name of the content
   * @param version for people
   * @param kind which runtime understands it
   * @param build ascending number of the build
   * @param created when the content was made; part of the input, cut to seconds
   */
  public PackageBuilder(String name, String version, String kind, long build, Instant created) {
    this.name = name;
    this.version = version;
    this.kind = kind;
    this.build = build;
    this.created = created.truncatedTo(ChronoUnit.SECONDS);
  }

  /**
   * What came out.
   *
   * @param digest of the whole package, the name by which it is fetched
   * @param bytes size of the package
   */
  public record Built(PackageManifest manifest, String digest, long bytes) {}

  private interface Source {
    InputStream open() throws IOException;
  }

  private record Measured(FileEntry entry, long crc) {}

  /**
   * Adds one file.
   *
   * @param path relative to the content, separated by slashes
   * @throws IllegalArgumentException when the path is not allowed or already there
   */
  public PackageBuilder file(String path, byte[] content) {
    byte[] copy = content.clone();
    return add(path, () -> new ByteArrayInputStream(copy));
  }

  /**
   * Adds one file, read when the package is written.
   *
   * @param path relative to the content, separated by slashes
   * @throws IllegalArgumentException when the path is not allowed or already there
   */
  public PackageBuilder file(String path, Path source) {
    return add(path, () -> Files.newInputStream(source));
  }

  /**
   * Adds all files below a directory.
   *
   * @throws IOException when it cannot be read or holds anything but files and directories
   * @throws IllegalArgumentException when a path is not allowed or already there
   */
  public PackageBuilder directory(Path directory) throws IOException {
    List<Path> found;
    try (Stream<Path> walk = Files.walk(directory)) {
      found = walk.sorted().toList();
    }
    for (Path path : found) {
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(path + " is a link or a special file; packages hold plain files");
      }
      String relative =
          directory.relativize(path).toString().replace(path.getFileSystem().getSeparator(), "/");
      add(relative, () -> Files.newInputStream(path));
    }
    return this;
  }

  private PackageBuilder add(String path, Source source) {
    String objection = ContentPaths.objection(path);
    if (objection != null) {
      throw new IllegalArgumentException(objection);
    }
    if (sources.putIfAbsent(path, source) != null) {
      throw new IllegalArgumentException("path '" + path + "' is there twice");
    }
    return this;
  }

  /**
   * Writes the package, replacing the target as a whole.
   *
   * @param key Ed25519 private key of the module
   * @throws IOException when input cannot be read, changes meanwhile or exceeds a limit, or the
   *     target cannot be written
   */
  public Built write(Path target, PrivateKey key) throws IOException {
    List<Measured> measured = new ArrayList<>();
    for (var source : sources.entrySet()) {
      measured.add(measure(source.getKey(), source.getValue()));
    }
    PackageManifest manifest =
        new PackageManifest(
            PackageManifest.FORMAT,
            name,
            version,
            kind,
            build,
            created.toString(),
            measured.stream().map(Measured::entry).toList());
    String objection = manifest.objection();
    if (objection != null) {
      throw new IOException("cannot build package " + name + ": " + objection);
    }
    byte[] json = new ManifestCodec().encode(manifest);
    if (json.length > PackageLimits.MAX_MANIFEST_BYTES) {
      throw new IOException("manifest of package " + name + " is too large: " + json.length);
    }
    Path directory = target.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(directory, ".package", ".tmp");
    try {
      try (ZipOutputStream zip =
          new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(temporary)))) {
        store(zip, MANIFEST, json);
        store(zip, SIGNATURE, PackageSignature.sign(json, key));
        for (Measured file : measured) {
          storeFile(zip, file);
        }
      }
      Built built = new Built(manifest, Digests.of(temporary), Files.size(temporary));
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      return built;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static Measured measure(String path, Source source) throws IOException {
    MessageDigest digest = Digests.sha256();
    CRC32 crc = new CRC32();
    long size = 0;
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = source.open()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
        crc.update(buffer, 0, n);
        size += n;
      }
    }
    return new Measured(new FileEntry(path, size, Digests.format(digest.digest())), crc.getValue());
  }

  private void storeFile(ZipOutputStream zip, Measured file) throws IOException {
    Source source = sources.get(file.entry().path());
    if (source == null) {
      throw new IllegalStateException("measured what was never added");
    }
    zip.putNextEntry(entry(CONTENT + file.entry().path(), file.entry().size(), file.crc()));
    try (InputStream in = source.open()) {
      in.transferTo(zip);
    }
    // Refuses when size or checksum are no longer as measured: the input changed meanwhile.
    zip.closeEntry();
  }

  private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    zip.putNextEntry(entry(name, bytes.length, crc.getValue()));
    ((OutputStream) zip).write(bytes);
    zip.closeEntry();
  }

  private static ZipEntry entry(String name, long size, long crc) {
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(size);
    entry.setCompressedSize(size);
    entry.setCrc(crc);
    entry.setTimeLocal(ENTRY_TIME);
    return entry;
  }
}
