package io.cade.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Takes the visitor's address from a PROXY protocol header, version 2, when the connection begins
 * with one (HAProxy, "The PROXY protocol", §2.2). Stands only in connections from trusted load
 * balancers: from anybody else the header's first bytes are no HTTP and no TLS, and are refused as
 * such. A balancer's own health checks come without it. One instance a connection.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class ProxyProtocolHandler extends ByteToMessageDecoder {
  /** The visitor's address as the balancer told it. */
  static final AttributeKey<InetSocketAddress> VISITOR = AttributeKey.valueOf("cade.visitor");

  private static final byte[] SIGNATURE = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };

  private final ProxyServices services;

  ProxyProtocolHandler(ProxyServices services) {
    this.services = services;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    int compared = Math.min(in.readableBytes(), SIGNATURE.length);
    for (int i = 0; i < compared; i++) {
      if (in.getByte(in.readerIndex() + i) != SIGNATURE[i]) {
        ctx.pipeline().remove(this); // passes on what it has gathered
        return;
      }
    }
    if (compared == SIGNATURE.length) {
      ctx.pipeline().addAfter(ctx.name(), null, new Header(services));
      ctx.pipeline().addAfter(ctx.name(), null, new HAProxyMessageDecoder(true));
      ctx.pipeline().remove(this);
    }
  }

  /** Takes the one message of Netty's decoder, which then leaves the pipeline by itself. */
  private static final class Header extends ChannelInboundHandlerAdapter {
    private final ProxyServices services;

    Header(ProxyServices services) {
      this.services = services;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      if (!(msg instanceof HAProxyMessage header)) {
        ctx.fireChannelRead(msg);
        return;
      }
      try {
        // LOCAL, or a family without addresses: the balancer speaks for itself.
        if (header.command() == HAProxyCommand.PROXY && header.sourceAddress() != null) {
          InetAddress address = InetAddress.ofLiteral(header.sourceAddress());
          InetSocketAddress visitor = new InetSocketAddress(address, header.sourcePort());
          ctx.channel().attr(VISITOR).set(visitor);
          if (!Gate.enter(services, ctx.channel(), visitor)) {
            ctx.close();
            return;
          }
        }
      } finally {
        header.release();
      }
      ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close(); // a malformed header: nothing behind it can be trusted to be a request
    }
  }
}
