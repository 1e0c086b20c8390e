package io.cade.proxy.pool;

import io.cade.proxy.balance.Backend;
import io.cade.proxy.message.RequestEncoder;
import io.cade.proxy.message.ResponseDecoder;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Connections of one event loop to back ends. A visitor's connection and the back end's are on the
 * same loop, so that no thread is changed on the way and nothing here is locked: all is owned by
 * the event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
public final class BackendPool {
  private static final long SWEEP_SECONDS = 1;

  private final EventLoop loop;
  private final PoolLimits limits;
  private final LongSupplier nanoTime;
  private final Bootstrap bootstrap;
  private final Map<Backend, ArrayDeque<BackendConnection>> resting = new HashMap<>();

  public BackendPool(EventLoop loop, PoolLimits limits, LongSupplier nanoTime) {
    this.loop = loop;
    this.limits = limits;
    this.nanoTime = nanoTime;
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(limits.connectTimeout().toMillis()))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel ch) {}
                });
    loop.scheduleWithFixedDelay(this::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * A resting connection to the back end, the one used last, or null.
   *
   * @param maxRestNanos longest rest that the caller accepts; a request that cannot be repeated
   *     wants a connection that has hardly had time to go stale
   */
  public @Nullable BackendConnection poll(Backend backend, long maxRestNanos) {
    ArrayDeque<BackendConnection> queue = resting.get(backend);
    while (queue != null) {
      BackendConnection connection = queue.peekLast();
      if (connection == null) {
        return null;
      }
      if (!connection.channel().isActive()) {
        queue.pollLast();
        continue;
      }
      if (nanoTime.getAsLong() - connection.restingSinceNanos > maxRestNanos) {
        return null;
      }
      queue.pollLast();
      return connection;
    }
    return null;
  }

  /** Opens a new connection; the listener hears of it on the event loop, not within this call. */
  public void connect(Backend backend, BackendListener listener) {
    connect(backend, null, listener);
  }

  /**
   * @param timeout to connect; null for the pool's own
   */
  public void connect(Backend backend, @Nullable Duration timeout, BackendListener listener) {
    if (!backend.takeConnection()) {
      loop.execute(() -> listener.connectFailed(new ConnectionLimitException(backend)));
      return;
    }
    Bootstrap dialling =
        timeout == null
            ? bootstrap
            : bootstrap
                .clone()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(timeout.toMillis()));
    ChannelFuture connecting = dialling.connect(backend.socketAddress());
    connecting.channel().closeFuture().addListener(closed -> backend.giveConnectionBack());
    connecting.addListener(done -> {
      if (!done.isSuccess()) {
        listener.connectFailed(done.cause());
        return;
      }
      Channel channel = connecting.channel();
      ResponseDecoder decoder =
          new ResponseDecoder(limits.maxResponseLine(), limits.maxResponseHeader());
      BackendConnection connection = new BackendConnection(this, backend, channel, decoder);
      channel
          .pipeline()
          .addLast(connection.new Tap())
          .addLast(decoder)
          .addLast(new RequestEncoder())
          .addLast(connection);
      connection.serve(listener);
      listener.connected(connection);
    });
  }

  /** Lets a connection rest whose last exchange ended cleanly. */
  void admit(BackendConnection connection) {
    connection.rest(nanoTime.getAsLong());
    Channel channel = connection.channel();
    ArrayDeque<BackendConnection> queue =
        resting.computeIfAbsent(connection.backend(), b -> new ArrayDeque<>());
    if (!channel.isActive() || queue.size() >= limits.maxIdlePerBackend()) {
      channel.close();
      return;
    }
    if (!channel.config().isAutoRead()) {
      // A resting connection must read, or its end is not noticed.
      channel.config().setAutoRead(true);
    }
    queue.addLast(connection);
  }

  /** Closes what rested too long, what died, and what rests for back ends no longer permitted. */
  private void sweep() {
    long oldest = nanoTime.getAsLong() - limits.maxIdleTime().toNanos();
    for (Iterator<Map.Entry<Backend, ArrayDeque<BackendConnection>>> entries =
            resting.entrySet().iterator();
        entries.hasNext(); ) {
      Map.Entry<Backend, ArrayDeque<BackendConnection>> entry = entries.next();
      boolean permitted = entry.getKey().health().permits();
      entry
          .getValue()
          .removeIf(connection -> {
            if (permitted
                && connection.channel().isActive()
                && connection.restingSinceNanos - oldest > 0) {
              return false;
            }
            connection.channel().close();
            return true;
          });
      if (entry.getValue().isEmpty()) {
        entries.remove();
      }
    }
  }

  /** All connections allowed to a back end are in use. */
  public static final class ConnectionLimitException extends IOException {
    private static final long serialVersionUID = 1L;

    ConnectionLimitException(Backend backend) {
      super("all connections allowed to " + backend + " are in use");
    }
  }
}
