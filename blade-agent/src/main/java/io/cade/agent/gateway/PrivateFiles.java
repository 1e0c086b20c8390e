package io.cade.agent.gateway;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Writes files that only their owner can read (0600), whole and durable or not at all. */
public final class PrivateFiles {
  private PrivateFiles() {}

  /**
   * Replaces the file.
   *
   * @throws IOException when it cannot be written; then the old content stands
   */
  public static void write(Path file, byte[] content) throws IOException {
    write(file, new ByteArrayInputStream(content));
  }

  /**
   * Replaces the file by a copy of another, however large: a heap holds a piece of it only.
   *
   * @throws IOException when it cannot be written; then the old content stands
   */
  public static void copy(Path from, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(from)) {
      write(file, in);
    }
  }

  private static void write(Path file, InputStream content) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Path temporary =
        Files.createTempFile(
            directory,
            ".",
            ".tmp",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      try (FileChannel out = FileChannel.open(temporary, Set.of(StandardOpenOption.WRITE))) {
        // In pieces: for each write of a heap buffer the JDK takes one of its size off the heap.
        content.transferTo(Channels.newOutputStream(out));
        out.force(false);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    syncNames(file);
  }

  /** Gives a file of the directory another's name, durably; the other's content is gone then. */
  static void move(Path file, Path name) throws IOException {
    Files.move(file, name, StandardCopyOption.ATOMIC_MOVE);
    syncNames(name);
  }

  /**
   * A new name too must survive a power cut.
   *
   * @param file in whose directory names have changed
   */
  public static void syncNames(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }
}
