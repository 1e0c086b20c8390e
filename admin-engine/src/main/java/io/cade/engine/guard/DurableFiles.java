package io.cade.engine.guard;

import io.cade.image.DurableFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The changes that are made to a disk on the way of an update, each durable when it returns, and
 * each either done or not after a power cut (a copy and a deletion excepted, which may be half done
 * and are begun anew). A seam: tests cut at every one.
 */
interface DurableFiles {
  /** Replaces a file as a whole, readable by its owner only. */
  void replace(Path file, byte[] content) throws IOException;

  /** Gives something that is there another name on the same file system; the name must be free. */
  void move(Path from, Path to) throws IOException;

  /**
   * Copies a file or a tree to a place that is free; only plain files and folders are copied.
   *
   * @param linked whether plain files may be hard links, because they never change
   */
  void copy(Path from, Path to, boolean linked) throws IOException;

  /** Deletes a file or a tree, links not followed; nothing happens when there is none. */
  void delete(Path path) throws IOException;

  /** The real disk. */
  static DurableFiles real() {
    return new DurableFiles() {
      @Override
      public void replace(Path file, byte[] content) throws IOException {
        DurableFile.replace(file, content);
      }

      @Override
      public void move(Path from, Path to) throws IOException {
        if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
          throw new IOException(to + " is in the way");
        }
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        force(parent(to));
        force(parent(from));
      }

      @Override
      public void copy(Path from, Path to, boolean linked) throws IOException {
        Files.walkFileTree(from, new Copying(from, to, linked));
        force(parent(to));
      }

      @Override
      public void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
          return;
        }
        Files.walkFileTree(path, new Deleting());
        force(parent(path));
      }
    };
  }

  /** Forces every file and folder of a tree to the disk. */
  static void forceTree(Path root) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(root)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      force(each);
    }
  }

  private static Path parent(Path path) {
    return path.toAbsolutePath().resolveSibling("");
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Copies what it sees. */
  final class Copying extends SimpleFileVisitor<Path> {
    private final Path from;
    private final Path to;
    private final boolean linked;

    private Copying(Path from, Path to, boolean linked) {
      this.from = from;
      this.to = to;
      this.linked = linked;
    }

    private Path target(Path path) {
      return to.resolve(from.relativize(path)).normalize();
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
        throws IOException {
      Files.createDirectory(
          target(folder),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.setPosixFilePermissions(target(folder), Files.getPosixFilePermissions(folder));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (!attributes.isRegularFile()) {
        throw new IOException(file + " is not a plain file: put a file in its place");
      }
      if (linked) {
        try {
          Files.createLink(target(file), file);
          return FileVisitResult.CONTINUE;
        } catch (UnsupportedOperationException | IOException e) {
          // A file system without hard links: copied below.
          Files.deleteIfExists(target(file));
        }
      }
      Files.copy(file, target(file), StandardCopyOption.COPY_ATTRIBUTES);
      force(target(file));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(
        Path folder, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
      if (failure != null) {
        throw failure;
      }
      force(target(folder));
      return FileVisitResult.CONTINUE;
    }
  }

  /** Deletes what it sees. */
  final class Deleting extends SimpleFileVisitor<Path> {
    private Deleting() {}

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(
        Path folder, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
