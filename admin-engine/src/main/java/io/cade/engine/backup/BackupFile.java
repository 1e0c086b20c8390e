package io.cade.engine.backup;

import io.cade.engine.store.RestoredData;
import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A backup in a file: proven, and put back. Needs no engine; stateless. */
public final class BackupFile {
  private static final FileAttribute<?> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> OWNER_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final int BUFFER = 128 << 10;

  private BackupFile() {}

  /**
   * Reads all of a backup and compares every digest.
   *
   * @throws BadBackup with the first fault
   */
  public static BackupManifest verify(Path file) throws IOException {
    try (InputStream in = open(file)) {
      return BackupReader.read(in, _ -> OutputStream.nullOutputStream());
    }
  }

  private static InputStream open(Path file) throws IOException {
    return new BufferedInputStream(Files.newInputStream(file), BUFFER);
  }

  /**
   * Makes a state directory of a backup. It is there as a whole and durable, or not at all.
   *
   * @param directory absent or empty
   * @throws BadBackup with the first fault; nothing was written
   * @throws IOException when the directory is not empty, or cannot be written
   */
  public static BackupManifest restore(Path file, Path directory) throws IOException {
    Path target =
        Files.exists(directory) ? directory.toRealPath() : directory.toAbsolutePath().normalize();
    requireEmpty(target);
    Path parent = target.getParent();
    if (parent == null) {
      throw new IOException("the root directory cannot be a state directory");
    }
    verify(file);
    Files.createDirectories(parent);
    Path fresh = target.resolveSibling(target.getFileName() + ".new");
    if (Files.exists(fresh, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(
          fresh + " is in the way, perhaps left by a restore that was cut off; remove it");
    }
    Files.createDirectory(fresh, OWNER_DIRECTORY);
    try {
      BackupManifest manifest;
      // Proven once more: somebody may have changed the file since.
      try (InputStream in = open(file)) {
        manifest = BackupReader.read(in, path -> output(fresh, path));
      }
      // Cards have done more since than these data know of.
      if (!Files.exists(fresh.resolve(RestoredData.MARK))) {
        try (OutputStream mark = output(fresh, RestoredData.MARK)) {
          mark.write(RestoredData.mark());
        }
      }
      forceDirectories(fresh);
      // Atomic; replaces an empty directory and nothing else.
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
      force(parent);
      return manifest;
    } catch (IOException | RuntimeException e) {
      try {
        delete(fresh);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private static void requireEmpty(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(directory)) {
      throw new IOException(directory + " is not a directory; name another one");
    }
    try (Stream<Path> all = Files.list(directory)) {
      List<String> there = all.map(p -> String.valueOf(p.getFileName())).sorted().limit(4).toList();
      if (!there.isEmpty()) {
        throw new IOException(
            directory
                + " is not empty: there is "
                + String.join(", ", there.subList(0, Math.min(3, there.size())))
                + (there.size() > 3 ? " and more" : "")
                + "; name an empty or new directory");
      }
    }
  }

  private static OutputStream output(Path root, String path) throws IOException {
    Path file = root.resolve(path);
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent, OWNER_DIRECTORY);
    }
    FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), OWNER_FILE);
    return new FilterOutputStream(Channels.newOutputStream(channel)) {
      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
      }

      @Override
      public void close() throws IOException {
        try (channel) {
          channel.force(true);
        }
      }
    };
  }

  private static void forceDirectories(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path directory : all.filter(Files::isDirectory).toList()) {
        force(directory);
      }
    }
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Deletes a directory with everything in it, and follows no link. */
  static void delete(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
