package io.cade.proxy.http;

import io.cade.proxy.relay.ProxyHeaderReader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the visitor's address from a PROXY protocol header when the connection begins with one.
 * Stands only in connections from trusted load balancers: from anybody else the header's first
 * bytes are no HTTP and no TLS, and are refused as such. A balancer's own health checks come
 * without it. One instance a connection.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class ProxyProtocolHandler extends ByteToMessageDecoder {
  /** The visitor's address as the balancer told it. */
  static final AttributeKey<InetSocketAddress> VISITOR = AttributeKey.valueOf("cade.visitor");

  private static final Logger log = LoggerFactory.getLogger(ProxyProtocolHandler.class);

  private final ProxyServices services;
  private boolean refused;

  ProxyProtocolHandler(ProxyServices services) {
    this.services = services;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (refused) {
      in.skipBytes(in.readableBytes());
      return;
    }
    switch (ProxyHeaderReader.read(in)) {
      case ProxyHeaderReader.Incomplete _ -> {}
      case ProxyHeaderReader.None _ -> ctx.pipeline().remove(this); // passes on what it has
      case ProxyHeaderReader.Header header -> {
        if (header.visitor() != null) {
          ctx.channel().attr(VISITOR).set(header.visitor());
          if (!Gate.enter(services, ctx.channel(), header.visitor())) {
            refused = true;
            in.skipBytes(in.readableBytes());
            ctx.close();
            return;
          }
        }
        ctx.pipeline().remove(this);
      }
      case ProxyHeaderReader.Malformed malformed -> {
        // Nothing behind it can be trusted to be a request.
        refused = true;
        services.statistics().refused("PROXY_HEADER");
        log.debug("PROXY header refused: {}", malformed.cause());
        in.skipBytes(in.readableBytes());
        ctx.close();
      }
    }
  }
}
