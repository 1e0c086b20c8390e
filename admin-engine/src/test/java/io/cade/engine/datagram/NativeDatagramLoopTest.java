package io.cade.engine.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Linux's own transport where its library can be loaded. */
class NativeDatagramLoopTest extends DatagramLoopContract {
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NettyTransport.handlers());
  private final DatagramLoop loop = new NettyDatagramLoop(group.next());

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @BeforeEach
  void isNative() {
    Assumptions.assumeTrue(Epoll.isAvailable(), "needs Linux on a processor with a native library");
  }

  @Override
  DatagramLoop loop() {
    return loop;
  }

  @Override
  <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  @Test
  void aReceiverThatThrowsCostsOneDatagramOnly() throws Exception {
    CompletableFuture<Integer> second = new CompletableFuture<>();
    DatagramPort to =
        open(
            4,
            (from, bytes) -> {
              if (bytes.length == 1) {
                throw new IllegalStateException("test: a receiver that fails");
              }
              second.complete(bytes.length);
            });
    DatagramPort from = open(4, (a, b) -> {});
    from.send(new byte[1], to.local());
    from.send(new byte[2], to.local());
    assertThat(await(second)).isEqualTo(2);
  }
}
