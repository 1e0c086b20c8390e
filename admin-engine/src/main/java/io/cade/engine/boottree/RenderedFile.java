package io.cade.engine.boottree;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

final class RenderedFile implements BootFile {
  private final byte[] content;

  RenderedFile(byte[] content) {
    this.content = content;
  }

  @Override
  public long size() {
    return content.length;
  }

  @Override
  public String tag() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public Optional<Instant> modified() {
    return Optional.empty();
  }

  @Override
  public Optional<FileChannel> channel() {
    return Optional.empty();
  }

  @Override
  public void read(long offset, ByteBuffer into) {
    into.put(content, Math.toIntExact(offset), into.remaining());
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
