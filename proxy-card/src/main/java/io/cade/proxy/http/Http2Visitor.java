package io.cade.proxy.http;

import io.cade.proxy.relay.Deadline;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2PriorityFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsAckFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannelOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A visitor's connection of HTTP/2 as a whole: what it may cost, how long it may rest, and how it
 * ends. Its streams are {@link Http2Stream}s. Stands behind the frame codec; owned by its event
 * loop.
 *
 * <p>Limits, each with its outcome:
 *
 * <ul>
 *   <li>{@value #MAX_STREAMS} streams at a time; a further one is refused (RFC 9113 §5.1.2)
 *   <li>the header list as large as HTTP/1.1's headers may be: 431, or, when it is so large that it
 *       is not even decoded or comes in too many pieces, the end of the connection (CVE-2024-27316)
 *   <li>{@value #MAX_RESETS} streams reset by either side in {@value #WINDOW_SECONDS} s: end of the
 *       connection with ENHANCE_YOUR_CALM (CVE-2023-44487, CVE-2025-8671)
 *   <li>{@value #MAX_CONTROL_FRAMES} frames PING, SETTINGS and PRIORITY in that time: likewise
 *       (CVE-2019-9512, CVE-2019-9515)
 *   <li>{@value #STREAM_WINDOW} bytes of a body that no card takes, {@value #CONNECTION_WINDOW} of
 *       all of them: flow control, the visitor waits
 * </ul>
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http2Visitor extends ChannelInboundHandlerAdapter {
  static final int MAX_STREAMS = 100;
  static final int MAX_RESETS = 200;
  static final int MAX_CONTROL_FRAMES = 500;
  static final int WINDOW_SECONDS = 30;
  static final int STREAM_WINDOW = 256 * 1024;
  static final int CONNECTION_WINDOW = 1024 * 1024;
  private static final int MAX_EMPTY_DATA_FRAMES = 10;
  private static final int MAX_SMALL_CONTINUATIONS = 16;
  private static final int DEFAULT_WINDOW = 65_535;

  /** How long a visitor may take to hear that no further stream shall be opened. */
  private static final Duration GOAWAY_NOTICE = Duration.ofMillis(500);

  private static final long DRAIN_PING = 0x6361646564726e00L;

  private final ProxyServices services;
  private final LoopResources loop;
  private final boolean secure;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Deadline deadline;
  private @Nullable VisitorInfo visitor;
  private int streams;
  private int controlFrames;
  private long windowBeganNanos;
  private boolean draining;
  private boolean lastNamed;

  Http2Visitor(ProxyServices services, LoopResources loop, boolean secure) {
    this.services = services;
    this.loop = loop;
    this.secure = secure;
  }

  /** The codec for one connection, with the limits above. */
  static Http2FrameCodec newCodec(ProxyServices services) {
    return Http2FrameCodecBuilder.forServer()
        .initialSettings(
            new Http2Settings()
                .maxConcurrentStreams(MAX_STREAMS)
                .maxHeaderListSize(services.limits().maxHeader())
                .initialWindowSize(STREAM_WINDOW))
        .validateHeaders(true)
        .encoderEnforceMaxConcurrentStreams(false)
        .decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, WINDOW_SECONDS)
        .encoderEnforceMaxRstFramesPerWindow(MAX_RESETS, WINDOW_SECONDS)
        .decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA_FRAMES)
        .decoderEnforceMaxSmallContinuationFrames(MAX_SMALL_CONTINUATIONS)
        .gracefulShutdownTimeoutMillis(services.limits().responseTimeout().toMillis())
        .frameLogger(new Http2FaultCounter(services.statistics()))
        .build();
  }

  Http2MultiplexHandler newMultiplexer() {
    return new Http2MultiplexHandler(
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel stream) {
            // The stream gives the window back itself, when a card has taken what came.
            stream.config().setOption(Http2StreamChannelOption.AUTO_STREAM_FLOW_CONTROL, false);
            stream.pipeline().addLast(new Http2Stream(services, loop, Http2Visitor.this));
          }
        });
  }

  // ---- what the streams may use

  VisitorInfo visitor() {
    VisitorInfo known = visitor;
    if (known == null) {
      known = VisitorInfo.of(context().channel(), secure);
      visitor = known;
    }
    return known;
  }

  boolean isDraining() {
    return draining;
  }

  void streamOpened() {
    streams++;
    deadline().clear();
  }

  void streamClosed() {
    if (--streams == 0 && context().channel().isActive()) {
      deadline().in(services.limits().keepAliveTimeout());
    }
  }

  // ---- the connection

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    windowBeganNanos = services.nanoTime().getAsLong();
    deadline = new Deadline(ctx.executor(), services.nanoTime(), this::expired);
    deadline.in(services.limits().headTimeout());
    ctx.write(
        new DefaultHttp2WindowUpdateFrame(CONNECTION_WINDOW - DEFAULT_WINDOW), ctx.voidPromise());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline().close();
    ctx.fireChannelInactive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    switch (msg) {
      case Http2PingFrame ping -> {
        if (ping.ack() && ping.content() == DRAIN_PING && draining) {
          lastGoaway(ctx);
        } else {
          countControlFrame(ctx);
        }
      }
      case Http2SettingsFrame settings -> {
        countControlFrame(ctx);
        ctx.fireChannelRead(settings); // the multiplexer wants to know of the windows
      }
      case Http2SettingsAckFrame ack -> {}
      case Http2PriorityFrame priority -> countControlFrame(ctx);
      default -> ctx.fireChannelRead(msg);
    }
  }

  private void countControlFrame(ChannelHandlerContext ctx) {
    long now = services.nanoTime().getAsLong();
    if (now - windowBeganNanos > TimeUnit.SECONDS.toNanos(WINDOW_SECONDS)) {
      windowBeganNanos = now;
      controlFrames = 0;
    }
    if (++controlFrames == MAX_CONTROL_FRAMES + 1) {
      ctx.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.ENHANCE_YOUR_CALM))
          .addListener(done -> cut());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == DrainEvent.DRAIN) {
      drain(ctx);
    } else if (event == DrainEvent.CUT) {
      cut();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  /**
   * RFC 9113 §6.8: first all streams are still accepted, because some may be on their way; when the
   * visitor must have heard of it, the last one is named, and the connection ends behind it.
   */
  private void drain(ChannelHandlerContext ctx) {
    if (draining) {
      return;
    }
    draining = true;
    DefaultHttp2GoAwayFrame notice = new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR);
    notice.setExtraStreamIds(Integer.MAX_VALUE);
    ctx.write(notice);
    ctx.writeAndFlush(new DefaultHttp2PingFrame(DRAIN_PING));
    ctx.executor().schedule(() -> lastGoaway(ctx), GOAWAY_NOTICE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The visitor has read the notice, or had his time: now the last stream is known to both. */
  private void lastGoaway(ChannelHandlerContext ctx) {
    if (!lastNamed && ctx.channel().isActive()) {
      lastNamed = true;
      ctx.write(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
      ctx.close(); // the codec waits for the streams
    }
  }

  /** Nothing runs, and nothing has come for its time. */
  private void expired() {
    ChannelHandlerContext ctx = context();
    if (streams == 0) {
      ctx.close(); // the codec says GOAWAY
    }
  }

  /** Closes without waiting for streams: the codec, which would, is passed over. */
  private void cut() {
    ChannelHandlerContext codec = context().pipeline().context(Http2FrameCodec.class);
    if (codec != null) {
      codec.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof Http2FrameStreamException) {
      ctx.fireExceptionCaught(cause); // for its stream
    }
    // Otherwise a fault of the connection: the codec has said GOAWAY and counts it. Or a reset.
  }

  private Deadline deadline() {
    Deadline present = deadline;
    if (present == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return present;
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext present = context;
    if (present == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return present;
  }
}
