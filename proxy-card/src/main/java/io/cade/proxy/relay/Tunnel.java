package io.cade.proxy.relay;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Two connections as one: what arrives on either leaves on the other, no faster than that takes it;
 * an end of data on one side is passed on while the other direction runs on; when one side is gone
 * the other is closed. Both channels are on the same event loop, which owns this.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Tunnel {
  private final Side first;
  private final Side second;
  private final Duration idle;
  private final Deadline deadline;

  private Tunnel(Channel a, Channel b, Duration idle, LongSupplier nanoTime) {
    this.first = new Side(a, b);
    this.second = new Side(b, a);
    this.idle = idle;
    this.deadline = new Deadline(a.eventLoop(), nanoTime, this::closeBoth);
  }

  /**
   * Joins two connections whose pipelines hold nothing any more that expects other than bytes (TLS
   * may stay). Starts reading on both.
   *
   * @param idle closes both when nothing came from either for this time
   */
  public static void join(Channel a, Channel b, Duration idle, LongSupplier nanoTime) {
    Tunnel tunnel = new Tunnel(a, b, idle, nanoTime);
    a.pipeline().addLast(tunnel.first);
    b.pipeline().addLast(tunnel.second);
    if (!a.isActive() || !b.isActive()) {
      tunnel.closeBoth();
      return;
    }
    a.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    b.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    tunnel.deadline.in(idle);
    a.config().setAutoRead(true);
    b.config().setAutoRead(true);
  }

  private void closeBoth() {
    deadline.close();
    first.own.close();
    second.own.close();
  }

  private final class Side extends ChannelInboundHandlerAdapter {
    private final Channel own;
    private final Channel peer;
    private boolean inputEnded;

    Side(Channel own, Channel peer) {
      this.own = own;
      this.peer = peer;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      if (!peer.isActive()) {
        ReferenceCountUtil.release(msg);
        return;
      }
      deadline.in(idle);
      peer.write(msg, peer.voidPromise());
      if (!peer.isWritable()) {
        peer.flush();
        if (!peer.isWritable()) {
          own.config().setAutoRead(false);
        }
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      peer.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      if (own.isWritable()) {
        peer.config().setAutoRead(true);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        inputEnded = true;
        passEndOn();
      }
      ctx.fireUserEventTriggered(event);
    }

    /** The end of data goes behind all data still to be written. */
    private void passEndOn() {
      Side other = this == first ? second : first;
      if (other.inputEnded
          || !(peer instanceof DuplexChannel duplex)
          || peer.pipeline().get(SslHandler.class) != null
          || own.pipeline().get(SslHandler.class) != null) {
        // TLS knows no half-closed connection that all its implementations would honour.
        flushAndClose(peer);
        if (other.inputEnded) {
          flushAndClose(own);
        }
        return;
      }
      peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> duplex.shutdownOutput());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      deadline.close();
      flushAndClose(peer);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      closeBoth();
    }
  }

  private static void flushAndClose(Channel channel) {
    if (channel.isActive()) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }
}
