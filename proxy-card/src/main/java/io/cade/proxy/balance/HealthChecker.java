package io.cade.proxy.balance;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks back ends over connections of its own (SPEC P3). Each is checked every interval, and never
 * by two checks at once. All state is owned by one event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
public final class HealthChecker implements AutoCloseable {
  private static final int STATUS_LINE_PREFIX = "HTTP/1.1 200".length();

  private final EventLoop loop;
  private final HealthPolicy policy;
  private final Supplier<Collection<Backend>> targets;
  private final Bootstrap bootstrap;
  private final Set<Backend> underCheck = new HashSet<>();
  private @Nullable ScheduledFuture<?> rounds;

  /**
   * @param targets what to check, asked for in each round; safe to be called on the event loop
   */
  public HealthChecker(EventLoop loop, HealthPolicy policy, Supplier<Collection<Backend>> targets) {
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
                  protected void initChannel(Channel ch) {}
                });
  }

  /** Begins the rounds. */
  public void start() {
    loop.execute(() ->
        rounds =
            loop.scheduleAtFixedRate(
                this::round, 0, policy.interval().toMillis(), TimeUnit.MILLISECONDS));
  }

  /** Checks one back end now, because a request met something odd there. */
  public void checkSoon(Backend backend) {
    loop.execute(() -> check(backend));
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

  private void round() {
    for (Backend backend : targets.get()) {
      check(backend);
    }
  }

  private void check(Backend backend) {
    if (!underCheck.add(backend)) {
      return;
    }
    ChannelFuture connecting = bootstrap.connect(backend.socketAddress());
    connecting.addListener(done -> {
      if (!done.isSuccess()) {
        underCheck.remove(backend);
        backend.health().checkFailed("check: cannot connect");
      } else if (policy.kind() == HealthPolicy.Kind.TCP) {
        connecting.channel().close();
        underCheck.remove(backend);
        backend.health().checkPassed();
      } else {
        ask(connecting.channel(), backend);
      }
    });
  }

  private void ask(Channel channel, Backend backend) {
    channel.pipeline().addLast(new Answer(backend));
    String request =
        "GET "
            + policy.path()
            + " HTTP/1.1\r\nHost: "
            + policy.hostHeader()
            + "\r\nUser-Agent: cade-health\r\nConnection: close\r\n\r\n";
    channel.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
  }

  /** Reads no more than the status line of one answer. */
  private final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
    private final Backend backend;
    private final byte[] prefix = new byte[STATUS_LINE_PREFIX];
    private int filled;
    private boolean decided;
    private @Nullable ScheduledFuture<?> timeout;

    Answer(Backend backend) {
      this.backend = backend;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      timeout =
          loop.schedule(
              () -> decide(ctx, "check: no answer in time"),
              policy.timeout().toMillis(),
              TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
      int part = Math.min(bytes.readableBytes(), STATUS_LINE_PREFIX - filled);
      bytes.readBytes(prefix, filled, part);
      filled += part;
      if (filled == STATUS_LINE_PREFIX) {
        String line = new String(prefix, StandardCharsets.ISO_8859_1);
        char first = line.charAt(9);
        if (!line.startsWith("HTTP/1.") || first < '1' || first > '5') {
          decide(ctx, "check: the answer is not HTTP");
        } else {
          decide(ctx, first == '5' ? "check: answered with status " + line.substring(9) : null);
        }
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      decide(ctx, "check: closed without an answer");
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
