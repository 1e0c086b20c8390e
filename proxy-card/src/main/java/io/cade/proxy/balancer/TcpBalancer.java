package io.cade.proxy.balancer;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProxyReport.BackendReport;
import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.BackendGroup;
import io.cade.proxy.balance.BalancingAlgorithm;
import io.cade.proxy.balance.Hash;
import io.cade.proxy.balance.Member;
import io.cade.proxy.balance.Outcome;
import io.cade.proxy.balance.Question;
import io.cade.proxy.stats.CardCounters;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The load-balancing card's relay (SPEC P5): a visitor's connection goes to a proxy card as it is,
 * TLS unopened, behind a header that tells the visitor's address. When a proxy cannot be reached,
 * or dies before its first byte, the next one is tried ({@link FirstFlight}). Thread-safe.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
public final class TcpBalancer {
  private final EventLoopGroup group;
  private final BalancingAlgorithm algorithm;
  private final BalancerLimits limits;
  private final @Nullable InetSocketAddress source;
  private final LongSupplier nanoTime;
  private final AtomicLong keptByAll = new AtomicLong();
  private final ChannelGroup visitors = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final List<Channel> listeners = new ArrayList<>();
  private final LongAdder refused = new LongAdder();
  private final Map<String, BackendGroup> groups = new ConcurrentHashMap<>();
  private final Map<Backend, CardCounters> counters = new ConcurrentHashMap<>();

  /**
   * @param sourceAddress from which the proxies are connected to, the one that they trust; null for
   *     the system's choice
   * @param nanoTime ticker, as {@link System#nanoTime}
   */
  public TcpBalancer(
      EventLoopGroup group,
      BalancingAlgorithm algorithm,
      BalancerLimits limits,
      @Nullable String sourceAddress,
      LongSupplier nanoTime) {
    this.group = group;
    this.algorithm = algorithm;
    this.limits = limits;
    this.source = sourceAddress == null ? null : new InetSocketAddress(sourceAddress, 0);
    this.nanoTime = nanoTime;
  }

  /**
   * Starts to listen.
   *
   * @param proxies where its connections go
   * @return the address bound, with the port that the system chose if 0 was asked for
   * @throws Exception when the address cannot be bound
   */
  public InetSocketAddress listen(InetSocketAddress address, List<Backend> proxies)
      throws Exception {
    return listen(address, proxies, "");
  }

  /**
   * @param protocol under which the proxies are reported; empty for not at all
   */
  public InetSocketAddress listen(InetSocketAddress address, List<Backend> proxies, String protocol)
      throws Exception {
    BackendGroup targets = know(proxies, protocol);
    Channel listener =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel visitor) {
                    if (visitors.size() >= limits.maxConnections()) {
                      refused.increment();
                      visitor.close();
                      return;
                    }
                    visitors.add(visitor);
                    new Attempt(visitor, targets).next();
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

  /**
   * Proxies that may be listened for later: they are reported, and count for {@link
   * #reachesAProxy}, from now on.
   *
   * @param protocol under which they are reported; empty for not at all
   */
  public BackendGroup know(List<Backend> proxies, String protocol) {
    for (Backend proxy : proxies) {
      counters.computeIfAbsent(proxy, p -> new CardCounters());
    }
    return protocol.isEmpty()
        ? BackendGroup.of(proxies, algorithm)
        : groups.computeIfAbsent(protocol, p -> BackendGroup.of(proxies, algorithm));
  }

  /** Whether for any protocol a proxy can be used. */
  public boolean reachesAProxy() {
    return groups.values().stream()
        .flatMap(group -> group.entries().stream())
        .anyMatch(entry -> entry.member().backend().health().permits());
  }

  /**
   * Listens no more at an address and ends its visitors' connections: it is about to be somewhere
   * else, where nobody knows them.
   */
  public void leave(InetAddress address) {
    List<ChannelFuture> closing = new ArrayList<>();
    synchronized (listeners) {
      listeners.removeIf(listener -> {
        boolean there = isAt(listener, address);
        if (there) {
          closing.add(listener.close());
        }
        return there;
      });
    }
    // The next holder may have the address only when nobody listens here any more.
    closing.forEach(ChannelFuture::awaitUninterruptibly);
    visitors.close(visitor -> isAt(visitor, address));
  }

  private static boolean isAt(Channel channel, InetAddress address) {
    return channel.localAddress() instanceof InetSocketAddress at
        && address.equals(at.getAddress());
  }

  /** One visitor's way to a proxy; owned by the event loop of his connection. */
  private final class Attempt implements Question {
    private final Channel visitor;
    private final BackendGroup proxies;
    private final List<Member> tried = new ArrayList<>(2);
    private final FirstFlight flight;

    Attempt(Channel visitor, BackendGroup proxies) {
      this.visitor = visitor;
      this.proxies = proxies;
      this.flight = new FirstFlight(visitor, limits.idleTimeout(), nanoTime, this::next, keptByAll);
    }

    @Override
    public boolean permits(Member member) {
      return !tried.contains(member);
    }

    @Override
    public long hash() {
      return visitor.remoteAddress() instanceof InetSocketAddress from
          ? Hash.of(from.getAddress().getHostAddress())
          : 0;
    }

    @Override
    public long nowNanos() {
      return nanoTime.getAsLong();
    }

    void next() {
      Member chosen = proxies.begin(this);
      if (chosen == null) {
        // All are marked down: trying one all the same costs a refused connection at most, and
        // finds a proxy that came back before its checks did.
        chosen = firstNotTried();
      }
      if (chosen == null) {
        refused.increment();
        flight.fail();
        return;
      }
      tried.add(chosen);
      if (chosen.backend().takeConnection()) {
        connect(chosen);
      } else {
        proxies.ended(chosen, Outcome.NONE, -1, nowNanos());
        next();
      }
    }

    private @Nullable Member firstNotTried() {
      for (BackendGroup.Entry entry : proxies.entries()) {
        if (permits(entry.member()) && proxies.begin(entry.member())) {
          return entry.member();
        }
      }
      return null;
    }

    private void connect(Member chosen) {
      Backend proxy = chosen.backend();
      CardCounters counted = counters.computeIfAbsent(proxy, p -> new CardCounters());
      counted.request();
      ChannelFuture connecting =
          new Bootstrap()
              .group(visitor.eventLoop())
              .channel(NioSocketChannel.class)
              .option(ChannelOption.TCP_NODELAY, true)
              .option(ChannelOption.AUTO_READ, false)
              .option(
                  ChannelOption.CONNECT_TIMEOUT_MILLIS,
                  Math.toIntExact(limits.connectTimeout().toMillis()))
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {}
                  })
              .connect(proxy.socketAddress(), source);
      Channel toProxy = connecting.channel();
      toProxy
          .closeFuture()
          .addListener(closed -> {
            proxy.giveConnectionBack();
            proxies.ended(chosen, Outcome.NONE, -1, nowNanos());
          });
      connecting.addListener(done -> {
        if (!done.isSuccess()) {
          counted.failure();
          proxy.health().connectionFailed("cannot connect");
          next();
        } else {
          introduce(toProxy);
        }
      });
    }

    private void introduce(Channel toProxy) {
      if (!(visitor.remoteAddress() instanceof InetSocketAddress from)
          || !(visitor.localAddress() instanceof InetSocketAddress to)) {
        visitor.close(); // gone meanwhile
        toProxy.close();
        return;
      }
      toProxy.write(ProxyHeader.encode(toProxy.alloc(), from, to), toProxy.voidPromise());
      flight.connected(toProxy);
    }
  }

  /** Visitors connected now. */
  public int visitors() {
    return visitors.size();
  }

  /** Connections closed because no proxy took them, or because there were too many. */
  public long refused() {
    return refused.sum();
  }

  /**
   * How the proxies look from here.
   *
   * @param cards which proxy card has an address; others are left out
   */
  public List<BackendReport> report(Map<String, CardPosition> cards) {
    List<BackendReport> reports = new ArrayList<>();
    new TreeMap<>(groups)
        .forEach((protocol, group) -> {
          for (BackendGroup.Entry entry : group.entries()) {
            Backend proxy = entry.member().backend();
            CardPosition card = cards.get(proxy.address());
            CardCounters counted = counters.get(proxy);
            if (card != null && counted != null) {
              String cause = group.cause(entry.member());
              reports.add(
                  new BackendReport(
                      protocol,
                      card,
                      cause.isEmpty(),
                      cause.length() <= 256 ? cause : cause.substring(0, 256),
                      counted.requests(),
                      counted.failures(),
                      entry.member().running()));
            }
          }
        });
    return reports;
  }

  /** Takes no more connections, lets those that stand end, and closes what is left after a time. */
  public void drain(Duration atMost) throws InterruptedException {
    synchronized (listeners) {
      for (Channel listener : listeners) {
        listener.close().sync();
      }
      listeners.clear();
    }
    if (!visitors.newCloseFuture().await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      visitors.close().await(1, TimeUnit.SECONDS);
    }
  }
}
