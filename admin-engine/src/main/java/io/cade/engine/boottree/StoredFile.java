package io.cade.engine.boottree;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class StoredFile implements BootFile {
  private static final Logger LOG = LoggerFactory.getLogger(StoredFile.class);

  private final FileChannel channel;
  private final long size;
  private final String tag;

  private StoredFile(FileChannel channel, long size, String tag) {
    this.channel = channel;
    this.size = size;
    this.tag = tag;
  }

  static StoredFile open(Path path, String tag) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new StoredFile(channel, channel.size(), tag);
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
  public byte[] read(long offset, int length) throws IOException {
    ByteBuffer part = ByteBuffer.allocate(length);
    while (part.hasRemaining()) {
      if (channel.read(part, offset + part.position()) < 0) {
        throw new EOFException("boot file " + tag + " has become shorter than " + size);
      }
    }
    return part.array();
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
