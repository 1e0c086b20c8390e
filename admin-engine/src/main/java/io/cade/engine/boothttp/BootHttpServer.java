package io.cade.engine.boothttp;

import io.cade.engine.boottree.BootTree;
import io.cade.engine.datagram.NettyTransport;
import io.cade.engine.datagram.Tally;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Serves boot trees by HTTP/1.1: GET and HEAD, Content-Length, ETag and dates, single ranges. The
 * tree is the one of the connection's source address. Thread-safe. Limits are in {@link
 * BootHttpConfig}; a request line has at most 1 KiB, headers 8 KiB, and there are no bodies.
 */
public final class BootHttpServer implements AutoCloseable {
  private final Channel listening;
  private final ChannelGroup connections;
  private final Tally<BootHttpOutcome> outcomes;

  private BootHttpServer(
      Channel listening, ChannelGroup connections, Tally<BootHttpOutcome> outcomes) {
    this.listening = listening;
    this.connections = connections;
    this.outcomes = outcomes;
  }

  /**
   * Listens. Waits for the port, so not to be called on an event loop.
   *
   * @param group event loops, all of one kind, owned by the caller
   * @param files opens files
   * @param clock for the Date header
   * @throws BindException naming the address, when it cannot be had
   */
  public static BootHttpServer start(
      EventLoopGroup group,
      BootHttpConfig config,
      BootTree tree,
      Executor files,
      InstantSource clock)
      throws BindException {
    InetSocketAddress listen = config.listen();
    Tally<BootHttpOutcome> outcomes = new Tally<>(BootHttpOutcome.class);
    ClientConnections clients = new ClientConnections(config, outcomes);
    ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(NettyTransport.serverSockets(group.next()))
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, 512)
            // The handler asks for every request: no request is read while one is being answered.
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  @SuppressWarnings("FutureReturnValueIgnored") // closed is closed
                  protected void initChannel(SocketChannel channel) {
                    InetAddress client = channel.remoteAddress().getAddress();
                    if (!clients.add(client)) {
                      channel.close();
                      return;
                    }
                    channel.closeFuture().addListener(closed -> clients.remove(client));
                    connections.add(channel);
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(
                                new HttpDecoderConfig()
                                    .setMaxInitialLineLength(BootHttpConfig.MAX_REQUEST_LINE_BYTES)
                                    .setMaxHeaderSize(BootHttpConfig.MAX_HEADER_BYTES)))
                        .addLast(new FlowControlHandler())
                        .addLast(new ChunkedWriteHandler())
                        .addLast(new BootHttpHandler(tree, files, config, clock, outcomes));
                  }
                })
            .bind(listen)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      BindException e =
          new BindException(
              "cannot listen on "
                  + listen.getAddress().getHostAddress()
                  + ":"
                  + listen.getPort()
                  + "/tcp (boot HTTP): "
                  + bound.cause().getMessage()
                  + "; stop the program that has this port or choose another one");
      e.initCause(bound.cause());
      throw e;
    }
    return new BootHttpServer(bound.channel(), connections, outcomes);
  }

  /** Its address with the real port. */
  public InetSocketAddress local() {
    return (InetSocketAddress) listening.localAddress();
  }

  /** How often each outcome came about. */
  public Map<BootHttpOutcome, Long> outcomes() {
    return outcomes.all();
  }

  /** Stops listening and ends all connections. */
  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
  }
}
