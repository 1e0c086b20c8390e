package io.cade.proxy.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpMessage;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;

/**
 * Writes messages of HTTP/1.1: a head in one buffer, the parts of a body as the buffers that they
 * are, in chunks when the head says so (RFC 9112 §7.1). Owned by its event loop.
 */
// Writing reports through the promise.
@SuppressWarnings("FutureReturnValueIgnored")
abstract class MessageEncoder extends ChannelOutboundHandlerAdapter {
  private static final byte[] CHUNK_END = {'\r', '\n'};
  private static final byte[] LAST_CHUNK = {'0', '\r', '\n'};
  private static final int MAX_SIZE_DIGITS = 8;

  private byte[] scratch = new byte[1024];
  private int length;
  private boolean chunked;
  private boolean empty;

  /** Writes the first line with its end. */
  abstract void firstLine(HttpMessage message);

  /** Whether the message has no body whatever its fields say. */
  abstract boolean isBodiless(HttpMessage message);

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (msg instanceof HttpMessage message) {
      head(message);
      ByteBuf head = ctx.alloc().buffer(length);
      head.writeBytes(scratch, 0, length);
      if (message instanceof FullHttpMessage full) {
        if (empty || !full.content().isReadable()) {
          full.release();
          ctx.write(head, promise);
        } else {
          ctx.write(head, ctx.voidPromise());
          ctx.write(full.content(), promise);
        }
      } else {
        ctx.write(head, promise);
      }
    } else if (msg instanceof HttpContent content) {
      body(ctx, content, promise);
    } else {
      ctx.write(msg, promise);
    }
  }

  private void head(HttpMessage message) {
    length = 0;
    firstLine(message);
    HttpHeaders headers = message.headers();
    if (headers instanceof HeadFields fields) {
      reserve(fields.writtenLength());
      length = fields.write(scratch, length);
    } else {
      lines(headers);
    }
    bytes(CHUNK_END);
    empty = isBodiless(message);
    chunked = !empty && headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
  }

  private void lines(HttpHeaders headers) {
    for (Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        all.hasNext(); ) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      text(field.getKey());
      text(": ");
      text(field.getValue());
      bytes(CHUNK_END);
    }
  }

  private void body(ChannelHandlerContext ctx, HttpContent content, ChannelPromise promise) {
    boolean last = content instanceof LastHttpContent;
    int n = content.content().readableBytes();
    if (!chunked || empty) {
      if (n == 0 || empty) {
        content.release();
        nothing(ctx, promise);
      } else {
        ctx.write(content.content(), promise);
      }
      return;
    }
    if (n > 0) {
      ByteBuf size = ctx.alloc().buffer(MAX_SIZE_DIGITS + 2);
      size.writeCharSequence(Integer.toHexString(n), StandardCharsets.US_ASCII);
      size.writeBytes(CHUNK_END);
      ctx.write(size, ctx.voidPromise());
      ctx.write(content.content().retain(), ctx.voidPromise());
    }
    length = 0;
    if (n > 0) {
      bytes(CHUNK_END);
    }
    if (last) {
      bytes(LAST_CHUNK);
      lines(((LastHttpContent) content).trailingHeaders());
      bytes(CHUNK_END);
    }
    content.release();
    if (length == 0) {
      nothing(ctx, promise);
    } else {
      ctx.write(ctx.alloc().buffer(length).writeBytes(scratch, 0, length), promise);
    }
  }

  /** A promise has to be kept also where there is nothing to send, behind what was sent before. */
  private static void nothing(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (!promise.isVoid()) {
      ctx.write(Unpooled.EMPTY_BUFFER, promise);
    }
  }

  private void reserve(int more) {
    // Room for the empty line too.
    if (scratch.length - length < more + 2) {
      scratch = java.util.Arrays.copyOf(scratch, Math.max(length + more + 2, scratch.length * 2));
    }
  }

  final void bytes(byte[] more) {
    reserve(more.length);
    System.arraycopy(more, 0, scratch, length, more.length);
    length += more.length;
  }

  /** Appends text in ISO 8859-1; what that cannot show becomes a question mark. */
  final void text(CharSequence text) {
    int n = text.length();
    reserve(n);
    for (int i = 0; i < n; i++) {
      char c = text.charAt(i);
      scratch[length + i] = c > 0xff ? (byte) '?' : (byte) c;
    }
    length += n;
  }
}
