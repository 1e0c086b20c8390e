package io.cade.engine.boottree;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file on disk. Reads smaller than {@value #AHEAD_BYTES} bytes are served from a buffer of that
 * size, so that lock-step clients with small blocks do not cost a system call each.
 */
final class StoredFile implements BootFile {
  private static final Logger LOG = LoggerFactory.getLogger(StoredFile.class);
  private static final int AHEAD_BYTES = 16 << 10;

  private final FileChannel channel;
  private final long size;
  private final String tag;
  private final Instant modified;
  private ByteBuffer ahead = ByteBuffer.allocate(0);
  private long aheadOffset;

  private StoredFile(FileChannel channel, long size, String tag, Instant modified) {
    this.channel = channel;
    this.size = size;
    this.tag = tag;
    this.modified = modified;
  }

  static StoredFile open(Path path, String tag) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new StoredFile(
          channel, channel.size(), tag, Files.getLastModifiedTime(path).toInstant());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public String tag() {
    return tag;
  }

  @Override
  public Optional<Instant> modified() {
    return Optional.of(modified);
  }

  @Override
  public Optional<FileChannel> channel() {
    return Optional.of(channel);
  }

  @Override
  public void read(long offset, ByteBuffer into) throws IOException {
    int length = into.remaining();
    if (length >= AHEAD_BYTES) {
      readFully(offset, into);
      return;
    }
    if (offset < aheadOffset || offset + length > aheadOffset + ahead.limit()) {
      fillAhead(offset);
    }
    if (offset + length > aheadOffset + ahead.limit()) {
      throw shorter();
    }
    into.put(ahead.slice((int) (offset - aheadOffset), length));
  }

  private void fillAhead(long offset) throws IOException {
    if (ahead.capacity() == 0) {
      ahead = ByteBuffer.allocate((int) Math.min(AHEAD_BYTES, size));
    }
    aheadOffset = offset;
    ahead.clear().limit(Math.clamp(size - offset, 0, ahead.capacity()));
    try {
      readFully(offset, ahead);
    } catch (IOException e) {
      ahead.limit(0);
      throw e;
    }
  }

  private void readFully(long offset, ByteBuffer into) throws IOException {
    int start = into.position();
    while (into.hasRemaining()) {
      if (channel.read(into, offset + into.position() - start) < 0) {
        throw shorter();
      }
    }
  }

  private EOFException shorter() {
    return new EOFException("boot file " + tag + " has become shorter than " + size);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.warn("boot file {} not closed", tag, e);
    }
  }
}
