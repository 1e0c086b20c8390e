package io.cade.proxy.line;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first message of TLS and takes the certificate that fits its server name (RFC 6066
 * §3). Many clients of FTP and POP3 send none: that is for the chooser to decide. One instance a
 * connection.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class StartTls extends AbstractSniHandler<SslContext> {
  /** TLS record of a fatal alert 112, unrecognized_name (RFC 8446 §6, §5.1). */
  private static final byte[] UNRECOGNIZED_NAME = {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x70};

  /** Finds the certificate for a server name. */
  interface Chooser {
    /**
     * @param serverName lower case, without a trailing dot; null when the client sent none
     * @return null to refuse
     */
    @Nullable SslContext choose(@Nullable String serverName);
  }

  private final Chooser chooser;
  private boolean refused;

  StartTls(long handshakeTimeoutMillis, Chooser chooser) {
    super(handshakeTimeoutMillis);
    this.chooser = chooser;
  }

  @Override
  protected Future<SslContext> lookup(ChannelHandlerContext ctx, @Nullable String hostname) {
    // After a refusal it is asked again for what comes behind it.
    SslContext context =
        refused ? null : chooser.choose(hostname == null ? null : canonical(hostname));
    return context == null
        ? ctx.executor().newFailedFuture(new IllegalArgumentException("unknown server name"))
        : ctx.executor().newSucceededFuture(context);
  }

  @Override
  protected void onLookupComplete(
      ChannelHandlerContext ctx, @Nullable String hostname, Future<SslContext> future) {
    if (refused) {
      return;
    }
    if (!future.isSuccess()) {
      refused = true;
      ctx.writeAndFlush(Unpooled.wrappedBuffer(UNRECOGNIZED_NAME))
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    SslHandler handler = future.getNow().newHandler(ctx.alloc());
    handler.setHandshakeTimeoutMillis(handshakeTimeoutMillis);
    ctx.pipeline().replace(this, "tls", handler);
  }

  /** A host name as the routes have it. */
  static String canonical(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
