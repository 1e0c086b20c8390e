package io.cade.proxy.pool;

import io.cade.proxy.balance.Backend;
import io.cade.proxy.message.ResponseDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a back end, as the last handler of its pipeline. It serves one exchange at a
 * time and rests in the pool between them. Owned by its event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
public final class BackendConnection extends ChannelInboundHandlerAdapter {
  private final BackendPool pool;
  private final Backend backend;
  private final Channel channel;
  private final ResponseDecoder decoder;
  private @Nullable BackendListener listener;
  private @Nullable Throwable failure;
  private long responseBytes;
  private boolean reused;
  private boolean returning;
  long restingSinceNanos;

  BackendConnection(BackendPool pool, Backend backend, Channel channel, ResponseDecoder decoder) {
    this.decoder = decoder;
    this.pool = pool;
    this.backend = backend;
    this.channel = channel;
  }

  public Backend backend() {
    return backend;
  }

  public Channel channel() {
    return channel;
  }

  /** Whether an earlier exchange has used it: then it may have gone stale while resting. */
  public boolean isReused() {
    return reused;
  }

  /** Bytes received for the present exchange. */
  public long responseBytes() {
    return responseBytes;
  }

  /** Lets a listener have all that comes from now on. */
  public void serve(BackendListener newListener) {
    this.listener = newListener;
    this.responseBytes = 0;
  }

  /**
   * Lets one response come. Has to be said before the request is sent.
   *
   * @param toHead the request is HEAD
   */
  public void expectResponse(boolean toHead) {
    decoder.expect(toHead);
  }

  /** Closes it; the listener, no longer interested, is not told. */
  public void abandon() {
    listener = null;
    channel.close();
  }

  /** The listener wants to hear no more; the channel lives on (as a tunnel). */
  public void detach() {
    listener = null;
  }

  /**
   * The exchange has ended cleanly. The connection goes to rest only when all that was read with
   * the end of the response has been looked at: bytes behind it are no answer to anything, and must
   * not become the answer to the next request.
   */
  public void endExchange() {
    listener = null;
    returning = true;
  }

  /** Was opened but not used. */
  public void giveBack() {
    listener = null;
    pool.admit(this);
  }

  void rest(long nowNanos) {
    reused = true;
    restingSinceNanos = nowNanos;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    BackendListener to = listener;
    if (to != null && msg instanceof HttpObject part) {
      to.received(part);
      return;
    }
    ReferenceCountUtil.release(msg);
    returning = false;
    // Bytes that nobody asked for: whatever they are, they must not become the next answer.
    channel.close();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (returning) {
      returning = false;
      pool.admit(this);
      return;
    }
    BackendListener to = listener;
    if (to != null) {
      to.receivedAllForNow();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    BackendListener to = listener;
    if (to != null) {
      to.writabilityChanged();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    BackendListener to = listener;
    if (to != null) {
      listener = null;
      to.closed(failure);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
    channel.close();
  }

  /** Counts bytes before they are decoded: a retry is safe only while there was none. */
  public final class Tap extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      if (msg instanceof ByteBuf bytes) {
        responseBytes += bytes.readableBytes();
      }
      ctx.fireChannelRead(msg);
    }
  }
}
