package io.cade.engine.boothttp;

import io.cade.engine.boottree.BootFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads a part of a boot file as the connection takes it. Owned by the connection's event loop. */
final class FileChunks implements ChunkedInput<ByteBuf> {
  private static final int CHUNK_BYTES = 64 << 10;

  private final BootFile file;
  private final long first;
  private final long end;
  private long at;

  FileChunks(BootFile file, long first, long length) {
    this.file = file;
    this.first = first;
    this.at = first;
    this.end = first + length;
  }

  @Override
  public boolean isEndOfInput() {
    return at == end;
  }

  @Override
  public void close() {
    file.close();
  }

  @Override
  @Deprecated
  @SuppressWarnings("InlineMeSuggester") // not ours to take away
  public @Nullable ByteBuf readChunk(ChannelHandlerContext context) throws IOException {
    return readChunk(context.alloc());
  }

  @Override
  public @Nullable ByteBuf readChunk(ByteBufAllocator allocator) throws IOException {
    if (at == end) {
      return null;
    }
    int length = (int) Math.min(CHUNK_BYTES, end - at);
    ByteBuffer part = ByteBuffer.allocate(length);
    file.read(at, part);
    at += length;
    return Unpooled.wrappedBuffer(part.flip());
  }

  @Override
  public long length() {
    return end - first;
  }

  @Override
  public long progress() {
    return at - first;
  }
}
