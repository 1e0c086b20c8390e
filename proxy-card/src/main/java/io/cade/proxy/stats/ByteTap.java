package io.cade.proxy.stats;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * Counts what crosses a connection to a card as it crosses, for connections that live long:
 * sessions of POP3, tunnels. One a connection, owned by its event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
public final class ByteTap extends ChannelDuplexHandler {
  private final CardCounters counters;

  public ByteTap(CardCounters counters) {
    this.counters = counters;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (msg instanceof ByteBuf bytes) {
      counters.bytes(0, bytes.readableBytes());
    }
    ctx.fireChannelRead(msg);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (msg instanceof ByteBuf bytes) {
      counters.bytes(bytes.readableBytes(), 0);
    }
    ctx.write(msg, promise);
  }
}
