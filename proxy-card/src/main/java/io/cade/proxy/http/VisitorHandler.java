package io.cade.proxy.http;

import io.cade.proxy.message.ResponseEncoder;
import io.cade.proxy.pool.BackendConnection;
import io.cade.proxy.pool.BackendPool;
import io.cade.proxy.relay.Deadline;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One visitor's connection: finds the site for each request, lets an {@link Exchange} carry it, and
 * watches the time between. One exchange runs at a time. Owned by its event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class VisitorHandler extends ChannelInboundHandlerAdapter implements Front {
  /** How long a visitor may take to read a last answer before the connection is cut. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final ProxyServices services;
  private final LoopResources loop;
  private final RequestDecoder decoder;
  private final ResponseEncoder encoder;
  private final boolean secure;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Deadline deadline;
  private @Nullable VisitorInfo visitor;
  private @Nullable Exchange exchange;
  private boolean headBegun;
  private boolean closing;
  private boolean draining;

  VisitorHandler(
      ProxyServices services,
      LoopResources loop,
      RequestDecoder decoder,
      ResponseEncoder encoder,
      boolean secure) {
    this.services = services;
    this.loop = loop;
    this.decoder = decoder;
    this.encoder = encoder;
    this.secure = secure;
  }

  // ---- what the exchange may use

  @Override
  public BackendPool pool() {
    return loop.pool();
  }

  @Override
  public RequestIds requestIds() {
    return loop.requestIds();
  }

  @Override
  public void execute(Runnable task) {
    context().channel().eventLoop().execute(task);
  }

  @Override
  public Deadline deadline() {
    return present(deadline);
  }

  Channel channel() {
    return context().channel();
  }

  @Override
  public boolean isDraining() {
    return draining;
  }

  @Override
  public boolean isWritable() {
    return channel().isWritable();
  }

  @Override
  public void read(boolean wanted) {
    channel().config().setAutoRead(wanted);
  }

  @Override
  public void releaseBody() {
    decoder.release();
  }

  @Override
  public void holdBody() {
    decoder.hold();
  }

  @Override
  public void beginResponse(boolean toHead) {
    encoder.answersHead(toHead);
  }

  @Override
  public void tunnel(BackendConnection backend) {
    TunnelSwitch.join(this, backend, services);
  }

  @Override
  public void write(HttpObject part) {
    ChannelHandlerContext ctx = context();
    ctx.write(part, ctx.voidPromise());
  }

  @Override
  public void flush() {
    context().flush();
  }

  @Override
  public void exchangeEnded(boolean keepAlive) {
    exchange = null;
    flush();
    if (!keepAlive || draining) {
      closeGently();
      return;
    }
    headBegun = false;
    deadline().in(services.limits().keepAliveTimeout());
    channel().config().setAutoRead(true);
    decoder.release();
  }

  @Override
  public void abort() {
    exchange = null;
    if (channel().pipeline().get(SslHandler.class) == null) {
      // A reset: an orderly end would look like the end of an answer that has no length.
      channel().config().setOption(ChannelOption.SO_LINGER, 0);
    }
    channel().close();
  }

  @Override
  public void respond(FullHttpResponse page, boolean toHead, boolean keepAlive) {
    encoder.answersHead(toHead);
    write(page);
    exchangeEnded(keepAlive);
  }

  /** The connection is a tunnel now and this handler leaves the pipeline. */
  void leave() {
    deadline().close();
    exchange = null;
    channel().pipeline().remove(this);
  }

  // ---- what comes from the visitor

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    deadline = new Deadline(ctx.executor(), services.nanoTime(), this::expired);
    deadline.in(services.limits().headTimeout());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    deadline().close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (closing) {
      ReferenceCountUtil.release(msg);
      return;
    }
    switch (msg) {
      case HttpRequest request -> begin(request);
      case HttpContent content -> body(content);
      case FramingFault fault -> refuse(fault);
      default -> ReferenceCountUtil.release(msg);
    }
  }

  private void body(HttpContent content) {
    Exchange running = exchange;
    if (running == null) {
      content.release();
      if (!(content instanceof LastHttpContent)) {
        closeGently();
      }
    } else if (content.decoderResult().isFailure()) {
      content.release();
      running.visitorGone();
      if (running.hasAnswered()) {
        abort();
      } else {
        refuse(FramingFault.BODY);
      }
    } else {
      running.requestPart(content);
    }
  }

  private void begin(HttpRequest request) {
    headBegun = true;
    Exchange next =
        Entrance.admit(
            services, this, visitor(), request, decoder.facts(), HttpUtil.isKeepAlive(request));
    if (next != null) {
      exchange = next;
      next.start();
    }
  }

  private VisitorInfo visitor() {
    VisitorInfo known = visitor;
    if (known == null) {
      known = VisitorInfo.of(channel(), secure);
      visitor = known;
    }
    return known;
  }

  private void refuse(FramingFault fault) {
    services.statistics().refused(fault.name());
    if (fault == FramingFault.HEAD_TIMEOUT) {
      Gate.slowHead(channel());
    }
    Exchange running = exchange;
    if (running != null) {
      running.visitorGone();
    }
    respond(ErrorPage.of(fault), false, false);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    Exchange running = exchange;
    if (running != null) {
      running.flushRequest();
    } else if (!closing && !headBegun && decoder.hasBegunHead()) {
      headBegun = true;
      deadline().in(services.limits().headTimeout());
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Exchange running = exchange;
    if (running != null && ctx.channel().isWritable()) {
      running.visitorWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline().close();
    Exchange running = exchange;
    exchange = null;
    if (running != null) {
      running.visitorGone();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Resets and TLS errors of visitors: theirs to notice. The exchange ends in channelInactive.
    ctx.close();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == DrainEvent.DRAIN) {
      draining = true;
      if (exchange == null && !closing) {
        channel().close();
      }
    } else if (event == DrainEvent.CUT) {
      channel().close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void expired() {
    Exchange running = exchange;
    if (running != null) {
      running.expired();
    } else if (!closing && decoder.hasBegunHead()) {
      refuse(FramingFault.HEAD_TIMEOUT);
    } else {
      channel().close();
    }
  }

  /**
   * Closes so that the last answer arrives: closing with unread bytes resets the connection, and a
   * reset may overtake the answer (RFC 9112 §9.6). So only our direction is ended, and what still
   * comes is dropped until the visitor ends his, for a limited time.
   */
  private void closeGently() {
    if (closing) {
      return;
    }
    closing = true;
    decoder.dropAll();
    deadline().in(LINGER);
    Channel channel = channel();
    channel.config().setAutoRead(true);
    boolean half =
        channel instanceof DuplexChannel && channel.pipeline().get(SslHandler.class) == null;
    context()
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            half
                ? done -> ((DuplexChannel) channel).shutdownOutput()
                : ChannelFutureListener.CLOSE);
  }

  private ChannelHandlerContext context() {
    return present(context);
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return value;
  }
}
