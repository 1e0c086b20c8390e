package io.cade.proxy.pop3;

import io.cade.proxy.stats.CardCounters;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** Counts what crosses a connection to a card, and tells it at the end. One a connection. */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class ByteCount extends ChannelDuplexHandler {
  private final CardCounters counters;
  private long toCard;
  private long fromCard;

  ByteCount(CardCounters counters) {
    this.counters = counters;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (msg instanceof ByteBuf bytes) {
      fromCard += bytes.readableBytes();
    }
    ctx.fireChannelRead(msg);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (msg instanceof ByteBuf bytes) {
      toCard += bytes.readableBytes();
    }
    ctx.write(msg, promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    counters.bytes(toCard, fromCard);
    ctx.fireChannelInactive();
  }
}
