package io.cade.proxy.line;

import io.cade.proxy.guard.Verdict;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Listens for visitors of one protocol, finds out who they are, and gives each to a session of his
 * own; a session stays on one event loop with all its connections. Thread-safe.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
public final class LineServer {
  /** What a protocol brings along. */
  public interface Protocol {
    /** Its name in {@code Site.speaking}. */
    String name();

    /** Whether lines may hold commands of Telnet. */
    boolean telnet();

    /** The line for a visitor who is one too many, with CR LF. */
    String busy();

    /**
     * A handler for one visitor: gets lines and faults of a {@link LineReader}; begins when told.
     */
    Session session(LineVisitor visitor);
  }

  /** One visitor's dialogue. */
  public interface Session extends ChannelHandler {
    /** The visitor is there, with TLS where the port implies it: greet him. */
    void begin();
  }

  /** Tells a session to end as soon as nothing runs. */
  public enum Drain {
    /** The one event. */
    DRAIN
  }

  private final EventLoopGroup group;
  private final LineServices services;
  private final Protocol protocol;
  private final ChannelGroup visitors = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Map<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();
  private final List<Channel> listeners = new ArrayList<>();

  /**
   * @param group runs everything; the caller shuts it down
   */
  public LineServer(EventLoopGroup group, LineServices services, Protocol protocol) {
    this.group = group;
    this.services = services;
    this.protocol = protocol;
  }

  /**
   * Starts to listen.
   *
   * @param implicitTls TLS from the first byte (RFC 8314 §3)
   * @return the address bound, with the port that the system chose if 0 was asked for
   * @throws Exception when the address cannot be bound
   */
  public InetSocketAddress listen(InetSocketAddress address, boolean implicitTls) throws Exception {
    Channel listener =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 256)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    admit(channel, implicitTls);
                  }
                })
            .bind(address)
            .sync()
            .channel();
    synchronized (listeners) {
      listeners.add(listener);
    }
    return (InetSocketAddress) listener.localAddress();
  }

  private void admit(Channel channel, boolean implicitTls) {
    if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
      channel.close(); // gone already
      return;
    }
    if (visitors.size() >= services.limits().maxVisitors()) {
      services.statistics().turnedAway();
      turnAway(channel, implicitTls);
      return;
    }
    visitors.add(channel);
    if (services.trustedBalancers().contains(remote.getAddress().getHostAddress())) {
      channel.pipeline().addLast(new HAProxyMessageDecoder(true));
      channel.pipeline().addLast(new Header(implicitTls));
      channel
          .eventLoop()
          .schedule(
              () -> {
                if (channel.pipeline().get(Header.class) != null) {
                  channel.close();
                }
              },
              services.limits().loginTimeout().toMillis(),
              TimeUnit.MILLISECONDS);
    } else {
      // Not before the initializer has left: the session may write at once.
      channel.eventLoop().execute(() -> enter(channel, remote, false, implicitTls));
    }
  }

  private void turnAway(Channel channel, boolean implicitTls) {
    if (implicitTls) {
      channel.close();
    } else {
      channel
          .writeAndFlush(LineVisitor.bytes(channel, protocol.busy()))
          .addListener(ChannelFutureListener.CLOSE);
    }
  }

  private void enter(
      Channel channel, InetSocketAddress visitor, boolean relayed, boolean implicitTls) {
    if (!channel.isActive()) {
      return;
    }
    InetAddress who = visitor.getAddress();
    var entrance = services.routes().guard().enter(who, services.routes().current().guard());
    channel.closeFuture().addListener(closed -> entrance.visitor().close());
    Verdict verdict =
        entrance.visitor().isDenied(services.routes().current().guard())
            ? Verdict.NETWORK_DENIED
            : entrance.verdict();
    if (verdict != Verdict.PASS) {
      services.refused(verdict);
      turnAway(channel, implicitTls);
      return;
    }
    if (perAddress.merge(who, 1, Integer::sum) > services.limits().maxPerVisitor()) {
      leave(who);
      services.refused(LineRefusal.TOO_MANY_OF_VISITOR);
      turnAway(channel, implicitTls);
      return;
    }
    channel.closeFuture().addListener(closed -> leave(who));
    LineReader reader = new LineReader(services.limits().maxLine(), protocol.telnet());
    LineVisitor entered =
        new LineVisitor(
            channel, visitor, relayed, protocol.name(), services, reader, entrance.visitor());
    Session session = protocol.session(entered);
    channel.pipeline().addLast(reader).addLast(session);
    if (implicitTls) {
      entered.beginTls();
    } else {
      session.begin();
    }
  }

  private void leave(InetAddress who) {
    perAddress.computeIfPresent(who, (address, count) -> count == 1 ? null : count - 1);
  }

  /** Addresses with visitors now. */
  int addresses() {
    return perAddress.size();
  }

  /** Visitors connected now. */
  public int visitors() {
    return visitors.size();
  }

  /** Takes no more visitors, lets what runs end, and closes what is left after the given time. */
  public void drain(Duration atMost) throws InterruptedException {
    synchronized (listeners) {
      for (Channel listener : listeners) {
        listener.close().sync();
      }
      listeners.clear();
    }
    for (Channel visitor : visitors) {
      visitor.eventLoop().execute(() -> visitor.pipeline().fireUserEventTriggered(Drain.DRAIN));
    }
    if (!visitors.newCloseFuture().await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      visitors.close().await(1, TimeUnit.SECONDS);
    }
  }

  /** Takes the visitor's address from the balancer's header; nothing is said before it is there. */
  private final class Header extends ChannelInboundHandlerAdapter {
    private final boolean implicitTls;

    Header(boolean implicitTls) {
      this.implicitTls = implicitTls;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      if (!(msg instanceof HAProxyMessage header)) {
        ctx.fireChannelRead(msg);
        return;
      }
      InetSocketAddress visitor = source(header);
      if (visitor == null) {
        ctx.close();
        return;
      }
      ctx.pipeline().remove(this);
      enter(ctx.channel(), visitor, true, implicitTls);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close(); // a malformed header
    }
  }

  /** Whom a header names; null when nobody. Releases it. */
  public static @Nullable InetSocketAddress source(HAProxyMessage header) {
    try {
      return header.command() == HAProxyCommand.PROXY && header.sourceAddress() != null
          ? new InetSocketAddress(
              InetAddress.ofLiteral(header.sourceAddress()), header.sourcePort())
          : null;
    } finally {
      header.release();
    }
  }
}
