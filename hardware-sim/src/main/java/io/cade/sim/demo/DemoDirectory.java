package io.cade.sim.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The demonstration's state directory. First {@link #inspect}, which writes nothing, then {@link
 * #take}. Used by one thread.
 */
final class DemoDirectory implements AutoCloseable {
  private static final int FORMAT = 1;

  private final Path root;
  private @Nullable FileChannel lockFile;

  private DemoDirectory(Path root) {
    this.root = root;
  }

  /**
   * Makes certain that the directory can be used, without changing anything.
   *
   * @throws DemoFailure when it cannot, or another demonstration uses it
   */
  static DemoDirectory inspect(Path root) throws DemoFailure {
    Path there = root;
    while (!Files.exists(there)) {
      Path parent = there.getParent();
      if (parent == null) {
        throw failure(root, "does not exist and cannot be made", null);
      }
      there = parent;
    }
    if (!Files.isDirectory(there)) {
      throw failure(root, there + " is a file; choose another directory with --state DIR", null);
    }
    if (!Files.isWritable(there)) {
      throw failure(
          root,
          there
              + " is not writable by this user; change its owner or choose another directory"
              + " with --state DIR",
          null);
    }
    checkFormat(root.resolve("format"));
    checkFormat(root.resolve("engine").resolve("format"));
    requireOwn(root);
    DemoDirectory directory = new DemoDirectory(root);
    if (Files.exists(directory.lockPath())) {
      directory.lock(Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
    }
    return directory;
  }

  /** Somebody's own files and a cabinet's do not go into one directory. */
  private static void requireOwn(Path root) throws DemoFailure {
    if (!Files.isDirectory(root)
        || Files.exists(root.resolve("format"))
        || Files.exists(root.resolve("engine").resolve("format"))
        || Files.exists(root.resolve("lock"))) {
      return;
    }
    try (var files = Files.list(root)) {
      Optional<Path> other = files.findFirst();
      if (other.isPresent()) {
        throw failure(
            root,
            "holds other files already, like "
                + other.get().getFileName()
                + ", and no cabinet; choose a new or empty directory with --state DIR",
            null);
      }
    } catch (IOException e) {
      throw failure(root, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Makes the directory and keeps every other demonstration away from it. */
  void take() throws DemoFailure {
    try {
      PrivateFiles.directory(root);
      FileChannel channel =
          lock(
              Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
          0);
      if (!Files.exists(root.resolve("format"))) {
        PrivateFiles.write(
            root.resolve("format"), (FORMAT + "\n").getBytes(StandardCharsets.US_ASCII));
      }
      PrivateFiles.directory(root.resolve("log"));
      PrivateFiles.directory(root.resolve("sim"));
    } catch (IOException e) {
      throw failure(root, "cannot be used: " + e.getMessage(), e);
    }
  }

  private FileChannel lock(Set<StandardOpenOption> how) throws DemoFailure {
    FileChannel held = lockFile;
    if (held != null) {
      return held;
    }
    try {
      FileChannel channel = FileChannel.open(lockPath(), how, PrivateFiles.FILE);
      if (tryLock(channel) == null) {
        String pid = content(channel);
        channel.close();
        throw new DemoFailure(
            DemoFailure.CONFLICT,
            "state directory "
                + root
                + " is in use by the demo with process id "
                + pid
                + "; stop that one, or choose another directory with --state DIR");
      }
      lockFile = channel;
      return channel;
    } catch (IOException e) {
      throw failure(root, "lock file " + lockPath() + " cannot be used: " + e.getMessage(), e);
    }
  }

  private Path lockPath() {
    return root.resolve("lock");
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static String content(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(20);
    int length = channel.read(buffer, 0);
    return length <= 0 ? "?" : new String(buffer.array(), 0, length, StandardCharsets.US_ASCII);
  }

  private static void checkFormat(Path file) throws DemoFailure {
    if (!Files.exists(file)) {
      return;
    }
    String text;
    try {
      text = Files.readString(file).strip();
    } catch (IOException e) {
      throw failure(file, "cannot be read: " + e.getMessage(), e);
    }
    int format;
    try {
      format = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw failure(file, "should hold a number; this is not a directory of cade's", e);
    }
    if (format > FORMAT) {
      throw failure(
          file,
          "written by a newer version (format "
              + format
              + ", this one knows "
              + FORMAT
              + "); start that version or choose another directory with --state DIR",
          null);
    }
  }

  private static DemoFailure failure(Path where, String what, @Nullable Throwable cause) {
    String message = "state directory " + where + ": " + what;
    return cause == null
        ? new DemoFailure(DemoFailure.FAILED, message)
        : new DemoFailure(DemoFailure.FAILED, message, cause);
  }

  /** Lets others use it. */
  @Override
  public void close() {
    FileChannel held = lockFile;
    if (held != null) {
      try {
        held.close();
      } catch (IOException e) {
        // The process ends, and the lock with it.
      }
    }
  }
}
