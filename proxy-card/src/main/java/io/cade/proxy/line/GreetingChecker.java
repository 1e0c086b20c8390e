package io.cade.proxy.line;

import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.HealthPolicy;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks ports at which the card speaks first (SPEC P3): connects and waits for a greeting, {@code
 * 2…} of FTP or {@code +…} of POP3. A port that only takes connections is not alive. Owned by one
 * event loop.
 */
// Closing reports through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
public final class GreetingChecker implements AutoCloseable {
  private final EventLoop loop;
  private final HealthPolicy policy;
  private final Supplier<Collection<Backend>> targets;
  private final Set<Backend> underCheck = new HashSet<>();
  private final Bootstrap bootstrap;
  private @Nullable ScheduledFuture<?> rounds;

  /**
   * @param policy its kind and path mean nothing here
   * @param targets what to check, asked for in each round
   */
  public GreetingChecker(
      EventLoop loop, HealthPolicy policy, Supplier<Collection<Backend>> targets) {
    this.loop = loop;
    this.policy = policy;
    this.targets = targets;
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(policy.timeout().toMillis()))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {}
                });
  }

  /** Begins the rounds. */
  public void start() {
    loop.execute(() ->
        rounds =
            loop.scheduleAtFixedRate(
                () -> targets.get().forEach(this::check),
                0,
                policy.interval().toMillis(),
                TimeUnit.MILLISECONDS));
  }

  @Override
  public void close() {
    if (!loop.isShuttingDown()) {
      loop.execute(() -> {
        if (rounds != null) {
          rounds.cancel(false);
        }
      });
    }
  }

  private void check(Backend backend) {
    if (!underCheck.add(backend)) {
      return;
    }
    ChannelFuture connecting = bootstrap.connect(backend.socketAddress());
    connecting.addListener(done -> {
      if (done.isSuccess()) {
        connecting.channel().pipeline().addLast(new Greeting(backend));
      } else {
        underCheck.remove(backend);
        backend.health().checkFailed("check: cannot connect");
      }
    });
  }

  private final class Greeting extends SimpleChannelInboundHandler<ByteBuf> {
    private final Backend backend;
    private @Nullable ScheduledFuture<?> timeout;
    private boolean decided;

    Greeting(Backend backend) {
      this.backend = backend;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      timeout =
          loop.schedule(
              () -> decide(ctx, "check: no greeting in time"),
              policy.timeout().toMillis(),
              TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
      if (bytes.isReadable()) {
        byte first = bytes.readByte();
        decide(ctx, first == '2' || first == '+' ? null : "check: greeted with a refusal");
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      decide(ctx, "check: closed without a greeting");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      decide(ctx, "check: connection broken");
    }

    private void decide(ChannelHandlerContext ctx, @Nullable String failure) {
      if (decided) {
        return;
      }
      decided = true;
      if (timeout != null) {
        timeout.cancel(false);
      }
      underCheck.remove(backend);
      ctx.close();
      if (failure == null) {
        backend.health().checkPassed();
      } else {
        backend.health().checkFailed(failure);
      }
    }
  }
}
