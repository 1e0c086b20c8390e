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
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Checks back ends over connections of its own (SPEC P3). Each is checked every interval of its
 * policy, with some jitter, and never by two checks at once. All state is owned by one event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
public final class HealthChecker implements AutoCloseable {
  private static final int STATUS_LINE_PREFIX = "HTTP/1.1 200".length();
  private static final int MAX_HEAD = 4_096;
  private static final Duration LONGEST_TICK = Duration.ofMillis(100);

  private final EventLoop loop;
  private final Supplier<Collection<Backend>> targets;
  private final Bootstrap bootstrap;
  private final CheckSchedule schedule;
  private final LongSupplier nanoTime;
  private final Duration tick;
  private final Set<Backend> underCheck = new HashSet<>();
  private @Nullable ScheduledFuture<?> rounds;

  /**
   * @param tick how often is looked whose turn it is; checks are late by this at most
   * @param targets what to check, each as its own policy says, asked for in each round; safe to be
   *     called on the event loop
   * @param random spreads the checks
   * @param nanoTime ticker, as {@link System#nanoTime}
   */
  public HealthChecker(
      EventLoop loop,
      Duration tick,
      Supplier<Collection<Backend>> targets,
      RandomGenerator random,
      LongSupplier nanoTime) {
    this.loop = loop;
    this.tick = tick;
    this.targets = targets;
    this.nanoTime = nanoTime;
    this.schedule = new CheckSchedule(random);
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel ch) {}
                });
  }

  /** Looks often enough for checks in the given policy's interval. */
  public HealthChecker(EventLoop loop, HealthPolicy policy, Supplier<Collection<Backend>> targets) {
    this(
        loop,
        policy.interval().compareTo(LONGEST_TICK) < 0 ? policy.interval() : LONGEST_TICK,
        targets,
        new SplittableRandom(),
        System::nanoTime);
  }

  /** Begins the rounds. */
  public void start() {
    loop.execute(() ->
        rounds = loop.scheduleAtFixedRate(this::round, 0, tick.toMillis(), TimeUnit.MILLISECONDS));
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
    schedule.due(targets.get(), nanoTime.getAsLong(), this::check);
  }

  private void check(Backend backend) {
    if (!underCheck.add(backend)) {
      return;
    }
    HealthPolicy policy = backend.health().policy();
    int timeout = Math.toIntExact(policy.timeout().toMillis());
    ChannelFuture connecting =
        bootstrap
            .clone()
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeout)
            .connect(backend.socketAddress());
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
    HealthPolicy policy = backend.health().policy();
    channel.pipeline().addLast(new Answer(backend));
    String request =
        "GET "
            + policy.path()
            + " HTTP/1.1\r\nHost: "
            + policy.hostHeader()
            + "\r\nUser-Agent: cade-health\r\nConnection: close\r\n\r\n";
    channel.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
  }

  /** Reads no more than the head of one answer, of which the status line decides. */
  private final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
    private final Backend backend;
    private final StringBuilder head = new StringBuilder(256);
    private boolean decided;
    private @Nullable ScheduledFuture<?> timeout;

    Answer(Backend backend) {
      this.backend = backend;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      timeout =
          loop.schedule(
              () -> end(ctx, "check: no answer in time"),
              backend.health().policy().timeout().toMillis(),
              TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
      int part = Math.min(bytes.readableBytes(), MAX_HEAD - head.length());
      head.append(bytes.readCharSequence(part, StandardCharsets.ISO_8859_1));
      if (head.length() == MAX_HEAD || head.indexOf("\r\n\r\n") >= 0) {
        end(ctx, "");
      }
    }

    /** Whatever came of the answer so far decides, once its status line is there. */
    private void end(ChannelHandlerContext ctx, String otherwise) {
      if (head.length() < STATUS_LINE_PREFIX) {
        decide(ctx, otherwise);
        return;
      }
      String line = head.substring(0, STATUS_LINE_PREFIX);
      char first = line.charAt(9);
      if (!line.startsWith("HTTP/1.") || first < '1' || first > '5') {
        decide(ctx, "check: the answer is not HTTP");
      } else {
        if (first != '5') {
          backend.health().loadReported(CardLoad.of(head));
        }
        decide(ctx, first == '5' ? "check: answered with status " + line.substring(9) : null);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      end(ctx, "check: closed without an answer");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      end(ctx, "check: connection broken");
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
