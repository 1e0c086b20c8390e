package io.cade.engine.datagram;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Real UDP sockets on one Netty event loop (see {@link NettyTransport}), which the caller owns and
 * shuts down. Thread-safe.
 */
public final class NettyDatagramLoop implements DatagramLoop {
  private static final Logger LOG = LoggerFactory.getLogger(NettyDatagramLoop.class);
  private static final int RECEIVE_BUFFER_BYTES = 1 << 20;
  private static final int SEND_QUEUE_BYTES = 1 << 20;

  /** Datagrams read by one system call (recvmmsg), as far as they are small. */
  private static final int READ_TOGETHER = 16;

  private static final int READ_TOGETHER_BYTES = 24 << 10;

  private static final int BIND_ATTEMPTS = 4;
  private static final Duration BIND_PAUSE = Duration.ofMillis(5);

  private final EventLoop loop;

  /**
   * @param loop its thread runs all receivers and tasks
   */
  public NettyDatagramLoop(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public CompletableFuture<DatagramPort> open(
      InetSocketAddress local, int maxBytes, DatagramReceiver receiver) {
    CompletableFuture<DatagramPort> opened = new CompletableFuture<>();
    // One byte more than allowed, so that a cut datagram is told from one that fits.
    int most = maxBytes + 1;
    int together = Math.clamp(READ_TOGETHER_BYTES / most, 1, READ_TOGETHER);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NettyTransport.datagrams(loop))
            .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(most * together).maxMessagesPerRead(64))
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(SEND_QUEUE_BYTES / 2, SEND_QUEUE_BYTES))
            .handler(
                new ChannelInitializer<DatagramChannel>() {
                  @Override
                  protected void initChannel(DatagramChannel channel) {
                    channel.pipeline().addLast(new Handler(maxBytes, receiver));
                  }
                });
    if (together > 1 && NettyTransport.isEpoll(loop)) {
      bootstrap.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, most);
    }
    if (local.getAddress().isAnyLocalAddress()) {
      bootstrap.option(ChannelOption.SO_BROADCAST, true);
    }
    bind(bootstrap, local, 1, opened);
    return opened;
  }

  /**
   * A channel that was closed on this loop keeps its address until the selector has run once more,
   * so that a card that is put back at once would find its own address in use: try again soon.
   */
  private void bind(
      Bootstrap bootstrap,
      InetSocketAddress local,
      int attempt,
      CompletableFuture<DatagramPort> opened) {
    var binding = bootstrap.bind(local);
    binding.addListener(done -> {
      if (done.isSuccess()) {
        opened.complete(new NettyPort(binding.channel()));
      } else if (attempt < BIND_ATTEMPTS && done.cause() instanceof BindException) {
        schedule(BIND_PAUSE, () -> bind(bootstrap, local, attempt + 1, opened));
      } else {
        opened.completeExceptionally(cannotListen(local, done.cause()));
      }
    });
  }

  private static BindException cannotListen(InetSocketAddress local, Throwable cause) {
    BindException e =
        new BindException(
            "cannot listen on "
                + local.getAddress().getHostAddress()
                + ":"
                + local.getPort()
                + "/udp: "
                + cause.getMessage()
                + "; stop the program that has this port or choose another one");
    e.initCause(cause);
    return e;
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public LoopTimer schedule(Duration delay, Runnable task) {
    Future<?> waiting = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> waiting.cancel(false);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  /** Hands datagrams on; a receiver that fails costs one datagram, not the socket. */
  private static final class Handler extends SimpleChannelInboundHandler<DatagramPacket> {
    private final int maxBytes;
    private final DatagramReceiver receiver;

    Handler(int maxBytes, DatagramReceiver receiver) {
      this.maxBytes = maxBytes;
      this.receiver = receiver;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      ByteBuf content = packet.content();
      // A port that was closed by its receiver ends a little later; what comes until then is lost.
      boolean open = context.channel().config().isAutoRead();
      if (open && content.readableBytes() <= maxBytes) {
        receiver.received(packet.sender(), ByteBufUtil.getBytes(content));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (cause instanceof ClosedChannelException) {
        // The receiver has closed the port while more was being read.
        return;
      }
      LOG.warn("datagram at {} was not handled", context.channel().localAddress(), cause);
    }
  }
}
