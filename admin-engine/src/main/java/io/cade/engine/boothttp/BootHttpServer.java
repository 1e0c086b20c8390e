package io.cade.engine.boothttp;

import io.cade.engine.boottree.BootTree;
import io.cade.engine.datagram.NettyTransport;
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
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;

/**
 * Serves boot trees by HTTP/1.1: GET and HEAD, Content-Length, ETag, single ranges. The tree is the
 * one of the connection's source address. Thread-safe.
 *
 * <p>Limits: {@value #MAX_CONNECTIONS} connections, more are closed at once; {@value #IDLE_SECONDS}
 * s without a byte; request line 1 KiB, headers 8 KiB; no request bodies.
 */
public final class BootHttpServer implements AutoCloseable {
  static final int MAX_CONNECTIONS = 1024;
  static final int IDLE_SECONDS = 30;

  private final Channel listening;
  private final ChannelGroup connections;

  private BootHttpServer(Channel listening, ChannelGroup connections) {
    this.listening = listening;
    this.connections = connections;
  }

  /**
   * Listens. Waits for the port, so not to be called on an event loop.
   *
   * @param group event loops, all of one kind, owned by the caller
   * @param files opens files
   * @throws BindException naming the address, when it cannot be had
   */
  public static BootHttpServer start(
      EventLoopGroup group, InetSocketAddress listen, BootTree tree, Executor files)
      throws BindException {
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
                    if (connections.size() >= MAX_CONNECTIONS) {
                      channel.close();
                      return;
                    }
                    connections.add(channel);
                    channel
                        .pipeline()
                        .addLast(new IdleStateHandler(0, 0, IDLE_SECONDS))
                        .addLast(
                            new HttpServerCodec(
                                new HttpDecoderConfig()
                                    .setMaxInitialLineLength(1024)
                                    .setMaxHeaderSize(8192)))
                        .addLast(new FlowControlHandler())
                        .addLast(new ChunkedWriteHandler())
                        .addLast(new BootHttpHandler(tree, files));
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
    return new BootHttpServer(bound.channel(), connections);
  }

  /** Its address with the real port. */
  public InetSocketAddress local() {
    return (InetSocketAddress) listening.localAddress();
  }

  /** Stops listening and ends all connections. */
  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
  }
}
