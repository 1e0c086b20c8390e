package io.cade.proxy.ftp;

import io.cade.proxy.line.LineRefusal;
import io.cade.proxy.line.LineServer;
import io.cade.proxy.line.LineServices;
import io.cade.proxy.line.LineVisitor;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The proxy listens, on a port chosen at random of those configured, for one connection from the
 * visitor's own address. One from anywhere else is closed and counted, and the visitor is waited
 * for on; RFC 2577 §5 tells of what can be stolen otherwise. Owned by the session's event loop.
 */
// Closing reports through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class PassivePort implements DataPort {
  private static final int BIND_ATTEMPTS = 64;
  private static final int MAX_STRANGERS = 16;

  private final LineVisitor visitor;
  private final LineServices services;
  private final PassivePorts ports;
  private final EventLoop loop;
  private @Nullable Channel listener;
  private @Nullable Channel accepted;
  private @Nullable Consumer<@Nullable Channel> waiting;
  private @Nullable ScheduledFuture<?> timeout;
  private int strangers;
  private boolean closed;

  private PassivePort(LineVisitor visitor, PassivePorts ports) {
    this.visitor = visitor;
    this.services = visitor.services();
    this.ports = ports;
    this.loop = visitor.channel().eventLoop();
  }

  /** Told of the port that was found. */
  interface Bound {
    /**
     * @param port null when none was free
     */
    void bound(@Nullable PassivePort port, int number);
  }

  /**
   * Begins to listen at the address by which the visitor has come.
   *
   * @param ports of which the visitor has taken one; given back when nobody listens there any more
   */
  static void bind(LineVisitor visitor, PassivePorts ports, Bound then) {
    new PassivePort(visitor, ports).attempt(ports.anywhere(), 0, then);
  }

  /** Goes on listening for another command, at the same port; 0 when that is over. */
  int renew() {
    if (closed || accepted != null || listener == null) {
      return 0;
    }
    expireLater();
    return listener.localAddress() instanceof InetSocketAddress local ? local.getPort() : 0;
  }

  private void attempt(int start, int attempt, Bound then) {
    InetAddress holder = visitor.address().getAddress();
    if (attempt == Math.min(ports.size(), BIND_ATTEMPTS)
        || !(visitor.channel().localAddress() instanceof InetSocketAddress local)) {
      ports.giveBack(holder);
      then.bound(null, 0);
      return;
    }
    ChannelFuture binding =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 4)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    loop.execute(() -> arrived(channel)); // it may be read from only then
                  }
                })
            .bind(local.getAddress(), ports.at(start + attempt));
    binding.addListener(done -> {
      if (!done.isSuccess()) {
        attempt(start, attempt + 1, then);
        return;
      }
      binding.channel().closeFuture().addListener(closed -> ports.giveBack(holder));
      if (!visitor.channel().isActive()) {
        binding.channel().close();
      } else {
        listener = binding.channel();
        // Or sessions at rest would hold all ports.
        expireLater();
        then.bound(this, ((InetSocketAddress) binding.channel().localAddress()).getPort());
      }
    });
  }

  private void arrived(Channel channel) {
    if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
      channel.close();
    } else if (visitor.relayed()
        && services.trustedBalancers().contains(remote.getAddress().getHostAddress())) {
      channel.pipeline().addLast(new HAProxyMessageDecoder(true));
      channel.pipeline().addLast(new Header());
      channel.pipeline().addLast(new Hold());
      channel.read();
    } else {
      channel.pipeline().addLast(new Hold());
      admit(channel, remote.getAddress());
    }
  }

  private void admit(Channel channel, InetAddress from) {
    if (!from.equals(visitor.address().getAddress())) {
      services.refused(LineRefusal.FTP_DATA_THEFT);
      channel.close();
      if (++strangers == MAX_STRANGERS) {
        close();
      }
      return;
    }
    if (closed || accepted != null) {
      channel.close();
      return;
    }
    accepted = channel;
    stopListening();
    hand();
  }

  private void hand() {
    Consumer<@Nullable Channel> then = waiting;
    if (then != null && accepted != null) {
      waiting = null;
      stopWaiting();
      then.accept(accepted);
    }
  }

  @Override
  public void open(Consumer<@Nullable Channel> then) {
    if (closed) {
      then.accept(null);
      return;
    }
    waiting = then;
    expireLater();
    hand();
  }

  private void expireLater() {
    stopWaiting();
    timeout =
        loop.schedule(
            this::expired, services.limits().dataTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  private void expired() {
    if (accepted == null || waiting != null) {
      Consumer<@Nullable Channel> then = waiting;
      close();
      if (then != null) {
        then.accept(null);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    waiting = null;
    stopWaiting();
    stopListening();
    if (accepted != null) {
      accepted.close();
    }
  }

  private void stopListening() {
    if (listener != null) {
      listener.close();
      listener = null;
    }
  }

  private void stopWaiting() {
    if (timeout != null) {
      timeout.cancel(false);
      timeout = null;
    }
  }

  /** Takes the visitor's address from the balancer's header. */
  private final class Header extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      if (msg instanceof HAProxyMessage header) {
        InetSocketAddress from = LineServer.source(header);
        ctx.pipeline().remove(this);
        if (from == null) {
          ctx.close();
        } else {
          admit(ctx.channel(), from.getAddress());
        }
      } else {
        ctx.fireChannelRead(msg);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.read(); // the header has not come whole
      ctx.fireChannelReadComplete();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
