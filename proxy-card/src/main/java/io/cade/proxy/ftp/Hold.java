package io.cade.proxy.ftp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;

/**
 * Keeps what arrived with a balancer's header until somebody takes it: one read at most, since the
 * channel does not read by itself. Owned by the channel's event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class Hold extends ChannelInboundHandlerAdapter {
  private final ArrayDeque<Object> held = new ArrayDeque<>(1);

  /** Passes on what was held, from the pipeline's head, and leaves. */
  static void release(Channel channel) {
    Hold hold = channel.pipeline().get(Hold.class);
    if (hold != null) {
      ChannelPipeline pipeline = channel.pipeline();
      ArrayDeque<Object> messages = new ArrayDeque<>(hold.held);
      hold.held.clear();
      pipeline.remove(hold);
      messages.forEach(pipeline::fireChannelRead);
      if (!messages.isEmpty()) {
        pipeline.fireChannelReadComplete();
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    held.add(msg);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    held.forEach(ReferenceCountUtil::release);
    held.clear();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
