package io.cade.engine.datagram;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/**
 * Which of Netty's transports is used: Linux's own where its library can be loaded, because it
 * sends a window of datagrams by one system call, else Java's NIO. Stateless.
 */
public final class NettyTransport {
  private NettyTransport() {}

  /** For new event loops. */
  public static IoHandlerFactory handlers() {
    return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  /** The kind of server socket that the loop can drive. */
  public static Class<? extends ServerSocketChannel> serverSockets(EventLoop loop) {
    return isEpoll(loop) ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  static Class<? extends DatagramChannel> datagrams(EventLoop loop) {
    return isEpoll(loop) ? EpollDatagramChannel.class : NioDatagramChannel.class;
  }

  static boolean isEpoll(EventLoop loop) {
    return loop instanceof IoEventLoop io && io.isIoType(EpollIoHandler.class);
  }
}
