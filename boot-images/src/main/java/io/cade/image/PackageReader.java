package io.cade.image;

import io.cade.image.PackageManifest.FileEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks and unpacks what {@link PackageBuilder} made. The signature is checked before anything
 * that the manifest says is believed, and only plain files below the target are ever written.
 * Stateless; safe for use by several threads.
 */
public final class PackageReader {
  private static final int BUFFER_BYTES = 64 * 1024;

  private PackageReader() {}

  /** Takes a file's content as it is checked. */
  private interface Sink {
    void write(byte[] buffer, int length) throws IOException;

    Sink NOWHERE = (buffer, length) -> {};
  }

  private static final class Opened {
    final PackageManifest manifest;
    final byte[] json;
    final byte[] signature;
    final List<StoredArchive.Entry> content;

    Opened(
        PackageManifest manifest,
        byte[] json,
        byte[] signature,
        List<StoredArchive.Entry> content) {
      this.manifest = manifest;
      this.json = json;
      this.signature = signature;
      this.content = content;
    }
  }

  /**
   * Checks form, signature and every file of a package.
   *
   * @throws IOException when the file cannot be read
   */
  public static PackageCheck verify(Path file, PublicKey key) throws IOException {
    try (RandomAccessFile archive = new RandomAccessFile(file.toFile(), "r")) {
      Opened opened = open(archive, key);
      for (int i = 0; i < opened.content.size(); i++) {
        copy(archive, opened.content.get(i), opened.manifest.files().get(i), Sink.NOWHERE);
      }
      return new PackageCheck.Verified(opened.manifest);
    } catch (RejectedPackage e) {
      return new PackageCheck.Rejected(e.reason());
    }
  }

  /**
   * What a package says of itself, nothing of it proven.
   *
   * @param files content that was asked for, by path
   */
  public record Claims(PackageManifest manifest, Map<String, byte[]> files) {
    public Claims {
      files = Map.copyOf(files);
    }
  }

  /**
   * Reads manifest and some small files of a package without checking its signature: to find out by
   * what it is to be checked, and to show it to people.
   *
   * @param paths of the content; those that are not there are left out of the answer
   * @param limit bytes of one such file
   * @return the claims, or why it is no package
   * @throws IOException when the file cannot be read
   */
  public static Opening peek(Path file, Set<String> paths, int limit) throws IOException {
    try (RandomAccessFile archive = new RandomAccessFile(file.toFile(), "r")) {
      List<StoredArchive.Entry> entries = StoredArchive.entries(archive);
      if (entries.size() < 2 || !entries.getFirst().name().equals(PackageBuilder.MANIFEST)) {
        throw new RejectedPackage("not a package: it does not begin with manifest and signature");
      }
      PackageManifest manifest =
          decoded(bytes(archive, entries.getFirst(), PackageLimits.MAX_MANIFEST_BYTES));
      compare(manifest, entries.subList(2, entries.size()));
      Map<String, byte[]> files = new HashMap<>();
      for (StoredArchive.Entry entry : entries.subList(2, entries.size())) {
        String path = entry.name().substring(PackageBuilder.CONTENT.length());
        if (paths.contains(path)) {
          files.put(path, bytes(archive, entry, limit));
        }
      }
      return new Opening.Understood(new Claims(manifest, files));
    } catch (RejectedPackage e) {
      return new Opening.Refused(e.reason());
    }
  }

  /** Outcome of {@link #peek}. */
  public sealed interface Opening {
    record Understood(Claims claims) implements Opening {}

    /**
     * No package.
     *
     * @param reason for an operator to read, in one line
     */
    record Refused(String reason) implements Opening {}
  }

  /**
   * Checks a package while unpacking it: manifest, signature and {@code content/} in a directory
   * that appears as a whole or not at all, and is durable when this returns.
   *
   * @param target must not exist; its parent must
   * @throws IOException when the file cannot be read or the target cannot be written; nothing is
   *     left behind
   */
  public static PackageCheck unpack(Path file, PublicKey key, Path target) throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    try (RandomAccessFile archive = new RandomAccessFile(file.toFile(), "r")) {
      Opened opened = open(archive, key);
      Path temporary = Files.createTempDirectory(parent, ".unpack-");
      try {
        Files.write(temporary.resolve(PackageBuilder.MANIFEST), opened.json);
        Files.write(temporary.resolve(PackageBuilder.SIGNATURE), opened.signature);
        unpackContent(archive, opened, temporary.resolve("content"));
        // First what is in it, then its name: a power cut leaves all of it or nothing.
        forceTree(temporary);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        force(target.toAbsolutePath().resolveSibling("."));
      } finally {
        deleteTree(temporary);
      }
      return new PackageCheck.Verified(opened.manifest);
    } catch (RejectedPackage e) {
      return new PackageCheck.Rejected(e.reason());
    }
  }

  /**
   * Checks an unpacked directory as {@link #unpack} left it: signature, every file, nothing more.
   *
   * @throws IOException when it cannot be read
   */
  public static PackageCheck verifyUnpacked(Path directory, PublicKey key) throws IOException {
    try {
      byte[] json =
          small(directory.resolve(PackageBuilder.MANIFEST), PackageLimits.MAX_MANIFEST_BYTES);
      byte[] signature = small(directory.resolve(PackageBuilder.SIGNATURE), PackageSignature.BYTES);
      PackageManifest manifest = manifest(json, signature, key);
      Map<String, FileEntry> expected = new HashMap<>();
      manifest.files().forEach(entry -> expected.put(entry.path(), entry));
      Path content = directory.resolve("content");
      if (!Files.isDirectory(content, LinkOption.NOFOLLOW_LINKS)) {
        throw new RejectedPackage("the directory content is missing");
      }
      List<Path> found;
      try (Stream<Path> walk = Files.walk(content)) {
        found = walk.limit(4L * PackageLimits.MAX_FILES).toList();
      }
      for (Path path : found) {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          continue;
        }
        String relative = content.relativize(path).toString();
        FileEntry entry = expected.remove(relative);
        if (entry == null || !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          throw new RejectedPackage("file " + ContentPaths.quote(relative) + " is not declared");
        }
        if (Files.size(path) != entry.size() || !Digests.of(path).equals(entry.sha256())) {
          throw new RejectedPackage("file " + ContentPaths.quote(relative) + " was changed");
        }
      }
      if (!expected.isEmpty()) {
        throw new RejectedPackage(
            "files are missing, for example " + expected.keySet().iterator().next());
      }
      return new PackageCheck.Verified(manifest);
    } catch (RejectedPackage e) {
      return new PackageCheck.Rejected(e.reason());
    }
  }

  private static Opened open(RandomAccessFile archive, PublicKey key)
      throws IOException, RejectedPackage {
    List<StoredArchive.Entry> entries = StoredArchive.entries(archive);
    Set<String> names = new HashSet<>();
    for (StoredArchive.Entry entry : entries) {
      if (!names.add(entry.name())) {
        throw new RejectedPackage("path " + ContentPaths.quote(entry.name()) + " is there twice");
      }
    }
    if (entries.size() < 2
        || !entries.get(0).name().equals(PackageBuilder.MANIFEST)
        || !entries.get(1).name().equals(PackageBuilder.SIGNATURE)) {
      throw new RejectedPackage("not a package: it does not begin with manifest and signature");
    }
    byte[] json = bytes(archive, entries.get(0), PackageLimits.MAX_MANIFEST_BYTES);
    byte[] signature = bytes(archive, entries.get(1), PackageSignature.BYTES);
    PackageManifest manifest = manifest(json, signature, key);
    List<StoredArchive.Entry> content = entries.subList(2, entries.size());
    compare(manifest, content);
    return new Opened(manifest, json, signature, content);
  }

  private static PackageManifest manifest(byte[] json, byte[] signature, PublicKey key)
      throws RejectedPackage {
    if (!PackageSignature.verify(json, signature, key)) {
      throw new RejectedPackage("the signature is not one of this module's package key");
    }
    return decoded(json);
  }

  private static PackageManifest decoded(byte[] json) throws RejectedPackage {
    PackageManifest manifest;
    try {
      manifest = new ManifestCodec().decode(json);
    } catch (IOException e) {
      throw new RejectedPackage("the manifest is malformed");
    }
    String objection = manifest.objection();
    if (objection != null) {
      throw new RejectedPackage(objection);
    }
    return manifest;
  }

  private static void compare(PackageManifest manifest, List<StoredArchive.Entry> content)
      throws RejectedPackage {
    Set<String> declared = new HashSet<>();
    manifest.files().forEach(file -> declared.add(PackageBuilder.CONTENT + file.path()));
    for (StoredArchive.Entry entry : content) {
      if (!declared.remove(entry.name())) {
        throw new RejectedPackage("file " + ContentPaths.quote(entry.name()) + " is not declared");
      }
    }
    if (!declared.isEmpty()) {
      String first = declared.iterator().next();
      throw new RejectedPackage("file " + ContentPaths.quote(first) + " is missing");
    }
    for (int i = 0; i < content.size(); i++) {
      FileEntry file = manifest.files().get(i);
      StoredArchive.Entry entry = content.get(i);
      if (!entry.name().equals(PackageBuilder.CONTENT + file.path())) {
        throw new RejectedPackage("files are not in the order of the manifest");
      }
      if (entry.size() != file.size()) {
        throw new RejectedPackage(
            "file "
                + ContentPaths.quote(file.path())
                + " has "
                + entry.size()
                + " bytes, "
                + file.size()
                + " are declared");
      }
    }
  }

  private static void unpackContent(RandomAccessFile archive, Opened opened, Path content)
      throws IOException, RejectedPackage {
    Files.createDirectory(content);
    FileTime created = FileTime.from(opened.manifest.createdAt());
    for (int i = 0; i < opened.content.size(); i++) {
      FileEntry file = opened.manifest.files().get(i);
      Path path = content.resolve(file.path());
      // The paths were checked one by one; this holds even if that check should ever be wrong.
      if (!path.normalize().startsWith(content)) {
        throw new RejectedPackage(
            "path " + ContentPaths.quote(file.path()) + " leaves its directory");
      }
      Files.createDirectories(path.getParent());
      try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW)) {
        copy(archive, opened.content.get(i), file, (buffer, n) -> out.write(buffer, 0, n));
      }
      Files.setLastModifiedTime(path, created);
    }
  }

  private static void copy(
      RandomAccessFile archive, StoredArchive.Entry entry, FileEntry declared, Sink sink)
      throws IOException, RejectedPackage {
    MessageDigest digest = Digests.sha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    archive.seek(entry.offset());
    for (long left = entry.size(); left > 0; ) {
      int n = (int) Math.min(left, buffer.length);
      archive.readFully(buffer, 0, n);
      digest.update(buffer, 0, n);
      sink.write(buffer, n);
      left -= n;
    }
    if (!Digests.format(digest.digest()).equals(declared.sha256())) {
      throw new RejectedPackage(
          "file " + ContentPaths.quote(declared.path()) + " has another digest than declared");
    }
  }

  private static byte[] bytes(RandomAccessFile archive, StoredArchive.Entry entry, int limit)
      throws IOException, RejectedPackage {
    if (entry.size() > limit) {
      throw new RejectedPackage(
          entry.name() + " has " + entry.size() + " bytes, " + limit + " are allowed");
    }
    byte[] bytes = new byte[(int) entry.size()];
    archive.seek(entry.offset());
    archive.readFully(bytes);
    return bytes;
  }

  private static byte[] small(Path file, int limit) throws IOException, RejectedPackage {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new RejectedPackage(file.getFileName() + " is larger than " + limit + " bytes");
      }
      return bytes;
    } catch (java.nio.file.NoSuchFileException e) {
      throw new RejectedPackage(file.getFileName() + " is missing");
    }
  }

  /**
   * Deletes a directory and all below it, without following links; nothing happens when there is
   * none.
   *
   * @throws IOException when something cannot be deleted
   */
  public static void deleteTree(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    // One by one: what a service has written need not fit into a card's memory, not even its names.
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes is) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failed) throws IOException {
            // A directory that cannot be read may still be empty.
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path done, @Nullable IOException failed)
              throws IOException {
            if (failed != null) {
              throw failed;
            }
            Files.deleteIfExists(done);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** All that is in a directory, each file and each name, survives a power cut from now on. */
  private static void forceTree(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes is) throws IOException {
            force(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path done, @Nullable IOException failed)
              throws IOException {
            if (failed != null) {
              throw failed;
            }
            force(done);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
