package io.cade.proxy.line;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what arrives into lines: passes on each as a {@link String} (one character a byte, without
 * its end) or a {@link LineFault}, after which it passes on nothing more. Holds one line and what
 * was read with it. Can be paused, told to throw away what it holds, and taken out, when it passes
 * on the rest as bytes.
 *
 * <p>As long as the other side does not take its replies, no further line is passed on and nothing
 * more is read: the longest reply to the shortest command, asked for again and again and never
 * read, would otherwise fill the memory that all visitors share. Owned by the channel's event loop.
 */
public final class LineReader extends ChannelInboundHandlerAdapter {
  private static final int IAC = 0xff;
  private static final int DATA_MARK = 0xf2;
  private static final int FIRST_TELNET_COMMAND = 0xf0;
  private static final int WILL = 0xfb;
  private static final int DONT = 0xfe;

  private final int maxLine;
  private final boolean telnet;
  private @Nullable ChannelHandlerContext context;
  private ByteBuf gathered = Unpooled.EMPTY_BUFFER;
  private int scanned;
  private boolean paused;
  private boolean clogged;
  private boolean ended;
  private boolean draining;

  /**
   * @param maxLine bytes of a line with its end
   * @param telnet whether Telnet commands are taken out (RFC 959 §4: the control connection is one
   *     of Telnet)
   */
  public LineReader(int maxLine, boolean telnet) {
    this.maxLine = maxLine;
    this.telnet = telnet;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  /** Passes on no line until {@link #resume}; the channel goes on reading unless told otherwise. */
  public void pause() {
    paused = true;
  }

  /** Passes on what has gathered, and what comes. */
  public void resume() {
    paused = false;
    if (!draining && context != null) {
      drain(context);
    }
  }

  /**
   * Throws away what was read and not yet passed on.
   *
   * @return bytes thrown away
   */
  public int discard() {
    int bytes = gathered.readableBytes();
    gathered.release();
    gathered = Unpooled.EMPTY_BUFFER;
    scanned = 0;
    return bytes;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (!(msg instanceof ByteBuf bytes)) {
      ctx.fireChannelRead(msg);
      return;
    }
    if (ended) {
      bytes.release();
      return;
    }
    gathered = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), gathered, bytes);
    if (!draining) {
      drain(ctx);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (clogged && ctx.channel().isWritable()) {
      clogged = false;
      if (!paused) { // else who resumes it reads on
        ctx.channel().config().setAutoRead(true);
      }
      if (!draining) {
        drain(ctx);
      }
    }
    ctx.fireChannelWritabilityChanged();
  }

  private void drain(ChannelHandlerContext ctx) {
    draining = true;
    try {
      while (!paused && !ended && !ctx.isRemoved() && ctx.channel().isWritable()) {
        int begin = gathered.readerIndex();
        int end = gathered.indexOf(begin + scanned, gathered.writerIndex(), (byte) '\n');
        int length = end < 0 ? gathered.readableBytes() : end - begin + 1;
        if (length > maxLine) {
          fault(ctx, LineFault.TOO_LONG);
          return;
        }
        if (end < 0) {
          scanned = length;
          return;
        }
        scanned = 0;
        Object line = line(gathered.readSlice(length));
        if (!gathered.isReadable()) {
          discard();
        }
        if (line instanceof LineFault found) {
          fault(ctx, found);
        } else {
          ctx.fireChannelRead(line);
        }
      }
    } finally {
      draining = false;
      if (!ended && !ctx.isRemoved() && !ctx.channel().isWritable()) {
        clogged = true;
        ctx.channel().config().setAutoRead(false);
      }
    }
  }

  private void fault(ChannelHandlerContext ctx, LineFault found) {
    ended = true;
    discard();
    ctx.fireChannelRead(found);
  }

  /** The text of a line, or what is wrong with it. */
  private Object line(ByteBuf bytes) {
    int length = bytes.readableBytes() - 1;
    if (length == 0 || bytes.getByte(bytes.readerIndex() + length - 1) != '\r') {
      return LineFault.BARE_LF;
    }
    StringBuilder text = new StringBuilder(length);
    for (int left = length - 1; left > 0; left--) {
      int b = bytes.readUnsignedByte();
      if (telnet && b == IAC) {
        if (--left == 0) {
          return LineFault.TELNET;
        }
        int command = bytes.readUnsignedByte();
        if (command == IAC) {
          text.append((char) IAC); // itself, doubled
        } else if (command >= WILL && command <= DONT) {
          // An option is offered or asked for. RFC 1123 §4.1.2.12: none need be known.
          if (--left == 0) {
            return LineFault.TELNET;
          }
          bytes.skipBytes(1);
        } else if (command < FIRST_TELNET_COMMAND) {
          return LineFault.TELNET;
        }
      } else if (b == '\r') {
        return LineFault.BARE_CR;
      } else if ((b < ' ' && b != '\t') || b == 0x7f) {
        return LineFault.CONTROL_CHARACTER;
      } else if (!telnet || b != DATA_MARK || !text.isEmpty()) {
        // A data mark alone: the IAC before it was urgent data, which the socket has taken out.
        text.append((char) b);
      }
    }
    return text.toString();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    ByteBuf rest = gathered;
    gathered = Unpooled.EMPTY_BUFFER;
    context = null;
    if (rest.isReadable() && !ended) {
      ctx.fireChannelRead(rest);
      ctx.fireChannelReadComplete();
    } else {
      rest.release();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ended = true;
    discard();
    ctx.fireChannelInactive();
  }
}
