package io.cade.proxy.balancer;

import io.cade.proxy.relay.Deadline;
import io.cade.proxy.relay.Tunnel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A visitor's connection until the proxy card's first byte. What the visitor has sent so far is
 * kept beside being passed on, so that a proxy that dies meanwhile can be replaced without his
 * noticing: when he has sent nothing, the beginning of a TLS handshake (before the server's part of
 * it nothing of his can have been acted on, as early data is not offered), or one request that may
 * be repeated (RFC 9110 §9.2.2). Then both connections become a {@link Tunnel}. Owned by the event
 * loop of both connections.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class FirstFlight {
  /** Longer beginnings are passed on, but not kept. */
  private static final int MOST_KEPT = 16 * 1024;

  /** Beyond it a proxy that dies is noticed by the visitors that came last. */
  private static final long MOST_KEPT_BY_ALL = 16L << 20;

  private static final int TLS_HANDSHAKE = 22;
  private static final String[] REPEATABLE = {"GET ", "HEAD ", "OPTIONS "};

  private final Channel visitor;
  private final Duration idle;
  private final LongSupplier nanoTime;
  private final Runnable redial;
  private final AtomicLong keptByAll;
  private final FromVisitor fromVisitor = new FromVisitor();
  private final Deadline deadline;
  private ByteBuf kept = Unpooled.EMPTY_BUFFER;
  private boolean keeping = true;
  private boolean joined;
  private @Nullable Channel proxy;

  /**
   * @param redial asks for another proxy, given by {@link #connected} or not at all ({@link #fail})
   * @param keptByAll bytes that all beginnings take together, any thread's
   */
  FirstFlight(
      Channel visitor,
      Duration idle,
      LongSupplier nanoTime,
      Runnable redial,
      AtomicLong keptByAll) {
    this.keptByAll = keptByAll;
    this.visitor = visitor;
    this.idle = idle;
    this.nanoTime = nanoTime;
    this.redial = redial;
    this.deadline = new Deadline(visitor.eventLoop(), nanoTime, visitor::close);
    visitor.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    visitor.pipeline().addLast(fromVisitor);
  }

  /** A proxy to talk to; the header that names the visitor has been written to it. */
  void connected(Channel toProxy) {
    if (!visitor.isActive()) {
      toProxy.close();
      return;
    }
    proxy = toProxy;
    toProxy.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    toProxy.pipeline().addLast(new FromProxy());
    if (kept.isReadable()) {
      toProxy.write(kept.retainedDuplicate(), toProxy.voidPromise());
    }
    toProxy.flush();
    deadline.in(idle);
    toProxy.config().setAutoRead(true);
    visitor.config().setAutoRead(true);
  }

  /** There is no proxy left. */
  void fail() {
    visitor.close();
  }

  private void join(Channel toProxy) {
    joined = true;
    forget();
    deadline.close();
    visitor.pipeline().remove(fromVisitor);
    toProxy.pipeline().remove(FromProxy.class);
    Tunnel.join(visitor, toProxy, idle, nanoTime);
  }

  private void keep(ByteBuf bytes) {
    if (!keeping) {
      return;
    }
    int more = bytes.readableBytes();
    if (kept.readableBytes() + more > MOST_KEPT || keptByAll.get() + more > MOST_KEPT_BY_ALL) {
      keeping = false;
      forget();
      return;
    }
    if (kept.capacity() == 0) {
      kept = visitor.alloc().buffer(bytes.readableBytes());
    }
    keptByAll.addAndGet(more);
    kept.writeBytes(bytes, bytes.readerIndex(), more);
  }

  private void forget() {
    keptByAll.addAndGet(-kept.writerIndex());
    kept.release();
    kept = Unpooled.EMPTY_BUFFER;
  }

  /** Whether another proxy may get all of it again. */
  private boolean isRepeatable() {
    if (!keeping) {
      return false;
    }
    if (!kept.isReadable() || kept.getByte(kept.readerIndex()) == TLS_HANDSHAKE) {
      return true;
    }
    String text = kept.toString(StandardCharsets.ISO_8859_1);
    // One whole request without a body: what follows it may be one that must not be repeated.
    boolean one = text.indexOf("\r\n\r\n") == text.length() - 4;
    for (String method : REPEATABLE) {
      if (one && text.startsWith(method)) {
        return true;
      }
    }
    return false;
  }

  private final class FromVisitor extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      Channel to = proxy;
      if (to == null || !(msg instanceof ByteBuf bytes)) {
        ReferenceCountUtil.release(msg);
        return;
      }
      keep(bytes);
      deadline.in(idle);
      to.write(bytes, to.voidPromise());
      if (!to.isWritable()) {
        to.flush();
        visitor.config().setAutoRead(to.isWritable());
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      Channel to = proxy;
      if (to != null) {
        to.flush();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      Channel to = proxy;
      if (event instanceof ChannelInputShutdownEvent && to != null) {
        // The end of what the visitor sends is the tunnel's to pass on.
        join(to);
        visitor.pipeline().fireUserEventTriggered(event);
      } else {
        ctx.fireUserEventTriggered(event);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      forget();
      keeping = false;
      deadline.close();
      Channel to = proxy;
      if (to != null) {
        to.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  private final class FromProxy extends ChannelInboundHandlerAdapter {
    private boolean ended;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      Channel from = ctx.channel();
      join(from);
      from.pipeline().fireChannelRead(msg);
      from.pipeline().fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      visitor.config().setAutoRead(ctx.channel().isWritable());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        lost(ctx);
      } else {
        ctx.fireUserEventTriggered(event);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      lost(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      lost(ctx);
    }

    /** Gone without a byte. */
    private void lost(ChannelHandlerContext ctx) {
      if (ended || joined) {
        return;
      }
      ended = true;
      proxy = null;
      visitor.config().setAutoRead(false);
      ctx.close();
      if (!visitor.isActive()) {
        return;
      }
      if (isRepeatable()) {
        redial.run();
      } else {
        fail();
      }
    }
  }
}
