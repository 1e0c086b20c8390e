package io.cade.proxy.ftp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The visitor listens, and the proxy connects to him. Owned by the session's event loop. */
// Closing reports through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class ActivePort implements DataPort {
  private final EventLoop loop;
  private final InetSocketAddress visitor;
  private final InetAddress source;
  private final Duration timeout;
  private @Nullable Channel channel;

  /**
   * @param visitor checked to be the visitor's own
   * @param source from where to connect
   */
  ActivePort(EventLoop loop, InetSocketAddress visitor, InetAddress source, Duration timeout) {
    this.loop = loop;
    this.visitor = visitor;
    this.source = source;
    this.timeout = timeout;
  }

  @Override
  public void open(Consumer<@Nullable Channel> then) {
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(timeout.toMillis()))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel made) {}
                })
            .connect(visitor, new InetSocketAddress(source, 0));
    channel = connecting.channel();
    connecting.addListener(done -> then.accept(done.isSuccess() ? connecting.channel() : null));
  }

  @Override
  public void close() {
    if (channel != null) {
      channel.close();
    }
  }
}
