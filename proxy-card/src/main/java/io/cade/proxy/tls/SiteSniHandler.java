package io.cade.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the certificate by the name that the visitor asks for (RFC 6066 §3). An unknown or absent
 * name is refused with the alert unrecognized_name: any certificate that could be shown instead
 * would be another site's. One instance a connection.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
public final class SiteSniHandler extends AbstractSniHandler<SslContext> {
  /** The name under which the visitor came in, lower case, without a trailing dot. */
  public static final AttributeKey<String> SERVER_NAME = AttributeKey.valueOf("cade.serverName");

  /** TLS record of a fatal alert 112, unrecognized_name (RFC 8446 §6, §5.1). */
  private static final byte[] UNRECOGNIZED_NAME = {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x70};

  /** Content type of the first record of TLS (RFC 8446 §5.1). */
  private static final int HANDSHAKE = 0x16;

  /**
   * Bytes of a ClientHello; those of today's browsers, with a post-quantum key share, have 2,000.
   * Larger ones are only there to take memory.
   */
  private static final int MAX_CLIENT_HELLO = 16 * 1024;

  private final Function<String, @Nullable SslContext> contexts;
  private final Consumer<String> onRefused;
  private boolean begun;
  private boolean refused;

  /**
   * @param contexts the context for a host name in lower case, null for an unknown one
   * @param onRefused told once a connection why it was refused, in one word
   */
  public SiteSniHandler(
      long handshakeTimeoutMillis,
      Function<String, @Nullable SslContext> contexts,
      Consumer<String> onRefused) {
    super(MAX_CLIENT_HELLO, handshakeTimeoutMillis);
    this.contexts = contexts;
    this.onRefused = onRefused;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (!refused && !begun && in.isReadable()) {
      begun = true;
      if (in.getByte(in.readerIndex()) != HANDSHAKE) {
        refused = true; // somebody speaks HTTP here, or nothing known
        onRefused.accept("NO_TLS");
        ctx.close();
      }
    }
    if (refused) {
      in.skipBytes(in.readableBytes()); // would be looked up, and counted, once more
    } else {
      super.decode(ctx, in, out);
    }
  }

  @Override
  protected Future<SslContext> lookup(ChannelHandlerContext ctx, @Nullable String hostname) {
    if (hostname != null) {
      String name = hostname.toLowerCase(Locale.ROOT);
      if (name.endsWith(".")) {
        name = name.substring(0, name.length() - 1);
      }
      SslContext context = contexts.apply(name);
      if (context != null) {
        ctx.channel().attr(SERVER_NAME).set(name);
        return ctx.executor().newSucceededFuture(context);
      }
    }
    return ctx.executor().newFailedFuture(new IllegalArgumentException("unknown server name"));
  }

  @Override
  protected void onLookupComplete(
      ChannelHandlerContext ctx, @Nullable String hostname, Future<SslContext> future) {
    if (!future.isSuccess()) {
      refused = true;
      onRefused.accept(hostname == null ? "NO_SERVER_NAME" : "UNKNOWN_SERVER_NAME");
      ctx.writeAndFlush(Unpooled.wrappedBuffer(UNRECOGNIZED_NAME))
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    SslHandler handler = future.getNow().newHandler(ctx.alloc());
    handler.setHandshakeTimeoutMillis(handshakeTimeoutMillis);
    ctx.pipeline().replace(this, "tls", handler);
  }
}
