package io.cade.proxy.http;

import io.cade.proxy.message.ResponseEncoder;
import io.cade.proxy.pool.BackendPool;
import io.cade.proxy.pool.PoolLimits;
import io.cade.proxy.route.Site;
import io.cade.proxy.tls.SiteSniHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The listeners of a proxy card (SPEC P1, P2). A visitor's connection stays on one event loop, and
 * so do the connections to cards that it uses. Thread-safe.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
public final class HttpProxy {
  private static final long TLS_HANDSHAKE_MILLIS = 10_000;

  /** A sixth of the memory for buffers that the launcher gives a proxy. */
  private static final long UNFINISHED_HEADS = 16L << 20;

  private final EventLoopGroup group;
  private final ProxyServices services;
  private final Set<String> trustedBalancers;
  private final Map<EventLoop, LoopResources> resources = new HashMap<>();
  private final ChannelGroup visitors = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final List<Channel> listeners = new ArrayList<>();

  /**
   * @param group runs everything; the caller shuts it down
   * @param trustedBalancers numeric addresses from which PROXY protocol headers are believed
   */
  public HttpProxy(
      EventLoopGroup group,
      ProxyServices services,
      PoolLimits poolLimits,
      Set<String> trustedBalancers) {
    this.group = group;
    this.services = services;
    this.trustedBalancers = Set.copyOf(trustedBalancers);
    List<EventLoop> loops = new ArrayList<>();
    for (EventExecutor executor : group) {
      if (executor instanceof EventLoop loop) {
        loops.add(loop);
      }
    }
    for (EventLoop loop : loops) {
      resources.put(
          loop,
          new LoopResources(
              new BackendPool(loop, poolLimits, services.nanoTime()),
              new byte[RequestDecoder.largestHead(services.limits())],
              new RequestIds(services.random().nextLong()),
              new UnfinishedHeads(UNFINISHED_HEADS / loops.size())));
    }
  }

  /**
   * Starts to listen.
   *
   * @param secure HTTPS, with the certificates of the sites
   * @return the address bound, with the port that the system chose if 0 was asked for
   * @throws Exception when the address cannot be bound
   */
  public InetSocketAddress listen(InetSocketAddress address, boolean secure) throws Exception {
    Channel listener =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    admit(channel, secure);
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

  private void admit(Channel channel, boolean secure) {
    LoopResources loop = resources.get(channel.eventLoop());
    if (loop == null || visitors.size() >= services.limits().maxVisitors()) {
      services.statistics().turnedAway();
      channel.close();
      return;
    }
    visitors.add(channel);
    ChannelPipeline pipeline = channel.pipeline();
    if (channel.remoteAddress() instanceof InetSocketAddress remote
        && trustedBalancers.contains(remote.getAddress().getHostAddress())) {
      pipeline.addLast(new ProxyProtocolHandler(services));
    } else if (channel.remoteAddress() instanceof InetSocketAddress remote
        && !Gate.enter(services, channel, remote)) {
      channel.close();
      return;
    }
    if (secure) {
      pipeline.addLast(
          new SiteSniHandler(
              TLS_HANDSHAKE_MILLIS,
              host -> {
                Site site = services.routes().current().find(host);
                return site == null ? null : site.tls();
              },
              services.statistics()::refused));
    }
    RequestDecoder decoder =
        new RequestDecoder(services.limits(), loop.scratch(), loop.unfinished());
    ResponseEncoder encoder = new ResponseEncoder();
    pipeline
        .addLast(new ProtocolChooser(services, loop, secure))
        .addLast(decoder)
        .addLast(encoder)
        .addLast(new VisitorHandler(services, loop, decoder, encoder, secure));
  }

  /** Visitors connected now. */
  public int visitors() {
    return visitors.size();
  }

  /**
   * Stops: takes no more connections, closes those at rest, lets running requests end, and closes
   * what is left after the given time. Returns when all is closed.
   */
  public void drain(Duration atMost) throws InterruptedException {
    synchronized (listeners) {
      for (Channel listener : listeners) {
        listener.close().sync();
      }
      listeners.clear();
    }
    tellVisitors(DrainEvent.DRAIN);
    if (!visitors.newCloseFuture().await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      tellVisitors(DrainEvent.CUT);
      visitors.newCloseFuture().await(1, TimeUnit.SECONDS);
    }
  }

  private void tellVisitors(DrainEvent event) {
    for (Channel visitor : visitors) {
      visitor.eventLoop().execute(() -> visitor.pipeline().fireUserEventTriggered(event));
    }
  }
}
