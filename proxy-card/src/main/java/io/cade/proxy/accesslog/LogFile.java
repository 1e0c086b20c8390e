package io.cade.proxy.accesslog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file that grows, is renamed when it is large, and is opened anew when somebody else (logrotate)
 * has renamed it: so that no signal is needed. Used by one thread.
 */
final class LogFile implements AutoCloseable {
  private final Path path;
  private final long maxBytes;
  private final int keep;
  private @Nullable FileChannel channel;
  private @Nullable Object key;
  private long size;

  LogFile(AccessLogConfig config) {
    this.path = config.file();
    this.maxBytes = config.maxBytes();
    this.keep = config.keep();
  }

  /** Writes all of it. */
  void write(ByteBuffer bytes) throws IOException {
    if (maxBytes > 0 && size > 0 && size + bytes.remaining() > maxBytes) {
      rotate();
    }
    FileChannel to = open();
    size += bytes.remaining();
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  private FileChannel open() throws IOException {
    FileChannel known = channel;
    if (known != null) {
      return known;
    }
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    FileChannel opened =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
    channel = opened;
    size = opened.size();
    key = key();
    return opened;
  }

  private @Nullable Object key() throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** Opens the file anew if its name leads somewhere else by now. */
  void followName() throws IOException {
    if (channel == null) {
      return;
    }
    try {
      if (Objects.equals(key(), key)) {
        return;
      }
    } catch (NoSuchFileException e) {
      // renamed or deleted: made anew
    }
    close();
    open();
  }

  private void rotate() throws IOException {
    close();
    for (int i = keep; i >= 1; i--) {
      Path from = i == 1 ? path : numbered(i - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (keep == 0) {
      Files.deleteIfExists(path);
    }
  }

  private Path numbered(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  @Override
  public void close() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
  }
}
