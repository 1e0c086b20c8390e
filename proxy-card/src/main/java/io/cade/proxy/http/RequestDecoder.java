package io.cade.proxy.http;

import io.cade.proxy.message.BodyDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests from the bytes of a visitor. Waits for a whole head, has the guard inspect it, and
 * only then reads it. After the head of a request with a body, and after every complete request, it
 * holds until {@link #release}: so a body is read only when there is a back end to take it, and of
 * pipelined requests the next one is looked at when the former is answered, which keeps the answers
 * in order without a queue. What arrives meanwhile waits in one buffer, and the channel stops
 * reading.
 *
 * <p>Passes on {@link FramingFault} instead of a request that it refuses, and drops all bytes from
 * then on: a stream that was once ambiguous stays so. Owned by its event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class RequestDecoder extends ByteToMessageDecoder {
  /** RFC 9112 §2.2 asks to overlook an empty line before a request; more is no accident. */
  private static final int MAX_LEADING_EMPTY_LINES = 2;

  private enum State {
    HEAD,
    BODY,
    REFUSED
  }

  private final int maxRequestLine;
  private final int maxHeader;
  private final byte[] scratch;
  private final UnfinishedHeads unfinished;
  private final BodyDecoder body;
  private State state = State.HEAD;
  private boolean held;
  private boolean stoppedReading;
  private int nesting;
  private int scanned;
  private int lineStart;
  private int firstLineEnd;
  private int kept;
  private int emptyLines;
  private @Nullable HeadFacts facts;
  private @Nullable ChannelHandlerContext context;

  /**
   * @param scratch shared by the decoders of one event loop; holds the largest head
   * @param unfinished shared likewise
   */
  RequestDecoder(VisitorLimits limits, byte[] scratch, UnfinishedHeads unfinished) {
    this.unfinished = unfinished;
    this.maxHeader = limits.maxHeader();
    this.body = new BodyDecoder(limits.maxHeader());
    this.maxRequestLine = limits.maxRequestLine();
    this.scratch = scratch;
  }

  /** Bytes that the scratch buffer must have. */
  static int largestHead(VisitorLimits limits) {
    return limits.maxRequestLine() + limits.maxHeader() + 4;
  }

  /** What the guard found in the request that was passed on last. */
  HeadFacts facts() {
    HeadFacts found = facts;
    if (found == null) {
      throw new IllegalStateException("no request yet");
    }
    return found;
  }

  /** Whether bytes of a further request have arrived. */
  boolean hasBegunHead() {
    return state == State.HEAD && actualReadableBytes() > 0;
  }

  /** Goes on with what was held back. */
  void release() {
    held = false;
    ChannelHandlerContext ctx = context;
    if (ctx == null || ctx.isRemoved()) {
      return;
    }
    if (stoppedReading) {
      stoppedReading = false;
      ctx.channel().config().setAutoRead(true);
    }
    // Called from within decoding, the loop there goes on by itself.
    if (nesting == 0 && actualReadableBytes() > 0) {
      try {
        channelRead(ctx, Unpooled.EMPTY_BUFFER);
        channelReadComplete(ctx);
      } catch (Exception e) {
        ctx.fireExceptionCaught(e);
      }
    }
  }

  /** Holds back the rest of a body again, because its back end is gone. */
  void hold() {
    held = true;
  }

  /** Drops all that still comes. */
  void dropAll() {
    state = State.REFUSED;
    release();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    kept = unfinished.giveBack(kept);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
    nesting++;
    try {
      super.channelRead(ctx, msg);
    } finally {
      nesting--;
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (state == State.REFUSED) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (held) {
      if (in.isReadable()) {
        stoppedReading = true;
        ctx.channel().config().setAutoRead(false);
      }
      return;
    }
    if (state == State.HEAD) {
      admitHead(in, out);
      return;
    }
    switch (body.decode(in, out)) {
      case MORE -> {}
      case DONE -> {
        state = State.HEAD;
        held = true;
      }
      case FAULT -> {
        state = State.REFUSED;
        in.skipBytes(in.readableBytes());
        LastHttpContent broken = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
        broken.setDecoderResult(
            DecoderResult.failure(new IllegalArgumentException("broken chunks")));
        out.add(broken);
      }
    }
  }

  /** Passes a whole and good head on, and holds. */
  private void admitHead(ByteBuf in, List<Object> out) {
    int end = findEnd(in, out);
    if (end == 0) {
      if (state == State.HEAD && in.isReadable()) {
        keep(in, out);
      }
      return;
    }
    in.readBytes(scratch, 0, end);
    kept = unfinished.giveBack(kept);
    scanned = 0;
    lineStart = 0;
    emptyLines = 0;
    switch (FramingGuard.inspect(scratch, end)) {
      case HeadFacts found -> {
        facts = found;
        HttpRequest request = RequestHead.read(scratch, end, found.version() == Version.HTTP_1_1);
        held = true;
        out.add(request);
        if (!found.hasBody()) {
          out.add(LastHttpContent.EMPTY_LAST_CONTENT);
          return;
        }
        state = State.BODY;
        String length = request.headers().get(HttpHeaderNames.CONTENT_LENGTH);
        if (length == null) {
          body.expectChunks();
        } else {
          body.expectLength(Long.parseLong(length));
        }
      }
      case FramingFault fault -> refuse(fault, in, out);
    }
  }

  /** A head that has begun stays in its buffer, which has more room than it needs. */
  private void keep(ByteBuf in, List<Object> out) {
    int size = in.capacity();
    if (unfinished.change(kept, size)) {
      kept = size;
    } else {
      refuse(FramingFault.OVERLOADED, in, out);
    }
  }

  /**
   * Length of the head once all of it is there, else 0. Goes on where it stopped, so that a head
   * that comes byte by byte costs no more than one that comes at once.
   */
  private int findEnd(ByteBuf in, List<Object> out) {
    int base = in.readerIndex();
    while (true) {
      int lf = in.indexOf(base + scanned, in.writerIndex(), (byte) '\n');
      int seen = (lf < 0 ? in.writerIndex() : lf + 1) - base;
      boolean firstLine = lineStart == 0;
      if (firstLine && seen > maxRequestLine) {
        refuse(FramingFault.URI_TOO_LONG, in, out);
        return 0;
      }
      if (!firstLine && seen - firstLineEnd > maxHeader) {
        refuse(FramingFault.HEAD_TOO_LARGE, in, out);
        return 0;
      }
      if (lf < 0) {
        scanned = seen;
        return 0;
      }
      if (lf == base || in.getByte(lf - 1) != '\r') {
        // RFC 9112 §2.2 lets a reader take LF alone for a line's end; not all do.
        refuse(FramingFault.BARE_LF, in, out);
        return 0;
      }
      int length = lf - 1 - (base + lineStart);
      if (length == 0) {
        if (!firstLine) {
          return seen;
        }
        if (++emptyLines > MAX_LEADING_EMPTY_LINES) {
          refuse(FramingFault.REQUEST_LINE, in, out);
          return 0;
        }
        in.skipBytes(2);
        base = in.readerIndex();
        scanned = 0;
        continue;
      }
      firstLineEnd = firstLine ? seen : firstLineEnd;
      scanned = seen;
      lineStart = seen;
    }
  }

  private void refuse(FramingFault fault, ByteBuf in, List<Object> out) {
    kept = unfinished.giveBack(kept);
    state = State.REFUSED;
    in.skipBytes(in.readableBytes());
    out.add(fault);
  }
}
