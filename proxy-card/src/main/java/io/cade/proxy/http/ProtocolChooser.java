package io.cade.proxy.http;

import io.cade.proxy.message.ResponseEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;

/**
 * Puts HTTP/2 in the place of HTTP/1.1 when the visitor speaks it: over TLS when both have agreed
 * on it by ALPN (RFC 9113 §3.2), in plain when he begins with its preface (§3.3). The Upgrade from
 * HTTP/1.1 to h2c is not offered: RFC 9113 has dropped it. Leaves the pipeline as soon as the first
 * byte that is no preface has been seen. One instance a connection.
 */
final class ProtocolChooser extends ByteToMessageDecoder {
  private static final byte[] PREFACE = ByteBufUtil.getBytes(Http2CodecUtil.connectionPrefaceBuf());

  private final ProxyServices services;
  private final LoopResources loop;
  private final boolean secure;

  ProtocolChooser(ProxyServices services, LoopResources loop, boolean secure) {
    this.services = services;
    this.loop = loop;
    this.secure = secure;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
      services.statistics().refused("TLS_HANDSHAKE");
    } else if (event instanceof SslHandshakeCompletionEvent) {
      SslHandler tls = ctx.pipeline().get(SslHandler.class);
      if (tls != null && "h2".equals(tls.applicationProtocol())) {
        speakHttp2(ctx);
      }
      ctx.pipeline().remove(this);
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    int compared = Math.min(in.readableBytes(), PREFACE.length);
    for (int i = 0; i < compared; i++) {
      if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
        ctx.pipeline().remove(this); // passes on what it has gathered
        return;
      }
    }
    if (compared == PREFACE.length) {
      speakHttp2(ctx);
      ctx.pipeline().remove(this);
    }
  }

  private void speakHttp2(ChannelHandlerContext ctx) {
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.remove(VisitorHandler.class);
    pipeline.remove(ResponseEncoder.class);
    pipeline.remove(RequestDecoder.class);
    Http2FrameCodec codec = Http2Visitor.newCodec(services);
    Http2Visitor visitor = new Http2Visitor(services, loop, secure);
    pipeline.addLast(codec).addLast(visitor).addLast(visitor.newMultiplexer());
  }
}
