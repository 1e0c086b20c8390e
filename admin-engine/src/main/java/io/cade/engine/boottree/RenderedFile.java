package io.cade.engine.boottree;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

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
  public byte[] read(long offset, int length) {
    int from = Math.toIntExact(offset);
    return Arrays.copyOfRange(content, from, Math.addExact(from, length));
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
