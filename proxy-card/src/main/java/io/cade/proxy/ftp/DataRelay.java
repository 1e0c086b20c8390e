package io.cade.proxy.ftp;

import io.cade.proxy.line.LineServices;
import io.cade.proxy.relay.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * The data of one transfer, from its source to its sink, no faster than the sink takes it and the
 * limit allows. In stream mode the end of the connection is the end of the file (RFC 959 §3.4.1): a
 * source that breaks makes the sink's connection break too, by a reset, since a plain end would
 * pass for the end of the file. Both channels are on one event loop, which owns this.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class DataRelay {
  private static final long NANOS = 1_000_000_000L;

  private final Channel source;
  private final Channel sink;
  private final LineServices services;
  private final Runnable onEnd;
  private final Deadline deadline;
  private long bytes;
  private long paidUntil;
  private boolean sourceEnded;
  private boolean ended;
  private boolean complete;

  /**
   * @param onEnd told once; {@link #complete} then says how it went
   */
  DataRelay(Channel source, Channel sink, LineServices services, Runnable onEnd) {
    this.source = source;
    this.sink = sink;
    this.services = services;
    this.onEnd = onEnd;
    this.deadline = new Deadline(source.eventLoop(), services.nanoTime(), this::broken);
  }

  /** Both channels are ready, TLS included. */
  void start() {
    paidUntil = services.nanoTime().getAsLong();
    deadline.in(services.limits().dataTimeout());
    source.config().setAutoRead(false);
    source.pipeline().addLast(new Pump());
    sink.pipeline().addLast(new Drain());
    if (!sink.isActive()) {
      broken();
      return;
    }
    sink.config().setAutoRead(true); // to see its end
    Hold.release(sink);
    if (!source.isActive()) {
      finish();
      return;
    }
    Hold.release(source);
    source.read();
  }

  /** Bytes that the sink was given. */
  long bytes() {
    return bytes;
  }

  /** Whether the sink has got everything until the source's end. */
  boolean complete() {
    return complete;
  }

  /** Breaks it off. */
  void abort() {
    broken();
  }

  private void more() {
    if (sourceEnded || ended || !sink.isWritable()) {
      return;
    }
    long wait = paidUntil - services.nanoTime().getAsLong();
    if (wait <= 0) {
      source.read();
    } else {
      deadline.in(services.limits().dataTimeout().plusNanos(wait));
      source.eventLoop().schedule(this::more, wait, TimeUnit.NANOSECONDS);
    }
  }

  private void pay(int part) {
    bytes += part;
    int rate = services.limits().transferBytesPerSecond();
    if (rate > 0) {
      long now = services.nanoTime().getAsLong();
      paidUntil = Math.max(paidUntil, now) + part * NANOS / rate;
    }
  }

  /** The source has come to its end: what is still to be written goes first. */
  private void finish() {
    if (sourceEnded || ended) {
      return;
    }
    sourceEnded = true;
    sink.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> {
          if (written.isSuccess()) {
            sink.close().addListener(closed -> end(true));
          } else {
            broken();
          }
        });
  }

  private void broken() {
    if (ended) {
      return;
    }
    reset(sink);
    reset(source);
    end(false);
  }

  /** Closes so that the other side sees an error, not an end. */
  static void reset(Channel channel) {
    if (channel.isActive()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      if (channel.pipeline().get(SslHandler.class) != null) {
        // Its orderly farewell would be the very end that must not be seen.
        channel.pipeline().remove(SslHandler.class);
      }
      channel.close();
    }
  }

  private void end(boolean wholly) {
    if (!ended) {
      ended = true;
      complete = wholly;
      deadline.close();
      source.close();
      onEnd.run();
    }
  }

  private final class Pump extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      if (ended || !(msg instanceof ByteBuf part)) {
        ReferenceCountUtil.release(msg);
        return;
      }
      pay(part.readableBytes());
      deadline.in(services.limits().dataTimeout());
      sink.write(part, sink.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      sink.flush();
      more();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      finish();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      broken();
    }
  }

  /** The sink's side: sends nothing that anybody waits for. */
  private final class Drain extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      ReferenceCountUtil.release(msg);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      deadline.in(services.limits().dataTimeout());
      more();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (!sourceEnded) {
        broken();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      broken();
    }
  }
}
