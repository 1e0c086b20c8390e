package io.cade.engine.app;

import io.cade.image.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The engine's directory: one engine at a time, readable by its user only, of a format that this
 * version understands. Nothing in it is touched before all three are certain.
 */
final class StateDirectory implements AutoCloseable {
  private static final int FORMAT = 1;

  private final Path root;
  private final FileChannel lockFile;
  private final FileLock lock;

  private StateDirectory(Path root, FileChannel lockFile, FileLock lock) {
    this.root = root;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /** Another engine uses the directory. */
  static final class InUse extends IOException {
    private static final long serialVersionUID = 1L;

    InUse(String message) {
      super(message);
    }
  }

  static StateDirectory open(Path root) throws IOException {
    try {
      Files.createDirectories(root);
    } catch (IOException e) {
      throw new IOException("state directory " + root + " cannot be made: " + e.getMessage(), e);
    }
    if (!Files.isWritable(root)) {
      throw new IOException(
          "state directory " + root + " is not writable by this user; change its owner");
    }
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    FileChannel file =
        FileChannel.open(
            root.resolve("lock"),
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      FileLock lock = tryLock(file);
      if (lock == null) {
        throw new InUse(
            "state directory "
                + root
                + " is in use by the engine with process id "
                + content(file)
                + "; stop that one first");
      }
      checkFormat(root.resolve("format"));
      byte[] pid =
          String.valueOf(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
      file.truncate(0);
      file.write(ByteBuffer.wrap(pid), 0);
      return new StateDirectory(root, file, lock);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static String content(FileChannel file) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(20);
    int length = file.read(buffer, 0);
    return length <= 0 ? "?" : new String(buffer.array(), 0, length, StandardCharsets.US_ASCII);
  }

  private static void checkFormat(Path file) throws IOException {
    String text = Files.exists(file) ? Files.readString(file).strip() : "";
    if (text.isEmpty()) {
      DurableFile.replace(file, (FORMAT + "\n").getBytes(StandardCharsets.US_ASCII));
      return;
    }
    try {
      if (Integer.parseInt(text) <= FORMAT) {
        return;
      }
    } catch (NumberFormatException e) {
      throw new IOException(file + " should hold a number, not '" + text + "'", e);
    }
    throw new IOException(
        "state directory "
            + file.getParent()
            + " was written by a newer version (format "
            + text
            + ", this one knows "
            + FORMAT
            + "); start that version or choose another directory");
  }

  Path path(String name) {
    return root.resolve(name);
  }

  /** A directory below, made when it is not there. */
  Path directory(String name) throws IOException {
    Path path = root.resolve(name);
    Files.createDirectories(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return path;
  }

  /**
   * A secret of 32 characters that is made once and kept in a file of its own; one whose file is
   * empty is made anew.
   *
   * @param name for example {@code snmp-community}
   */
  String secret(String name, SecureRandom random) throws IOException {
    Path file = directory("secrets").resolve(name);
    String known = Files.exists(file) ? Files.readString(file).strip() : "";
    if (!known.isEmpty()) {
      return known;
    }
    // Not there yet, or empty: nobody can have been told it.
    byte[] bytes = new byte[24];
    random.nextBytes(bytes);
    String made = Base64.getUrlEncoder().encodeToString(bytes);
    DurableFile.replace(file, (made + "\n").getBytes(StandardCharsets.US_ASCII));
    return made;
  }

  @Override
  public void close() throws IOException {
    lock.close();
    lockFile.close();
  }
}
