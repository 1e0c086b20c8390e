package io.cade.engine.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Linux's own transport where its library can be loaded. */
class NativeDatagramLoopTest extends DatagramLoopContract {
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NettyTransport.handlers());
  private final DatagramLoop loop = new NettyDatagramLoop(group.next());

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
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

  /** Some rounds, because other threads of the machine open files as well. */
  @RepeatedTest(10)
  void aPortThatItsReceiverClosesTakesNothingFromTheNextOwnerOfItsDescriptor() throws Exception {
    new DatagramSocket(0, InetAddress.getLoopbackAddress()).close(); // its classes are loaded now
    CompletableFuture<DatagramPort> own = new CompletableFuture<>();
    CompletableFuture<DatagramSocket> next = new CompletableFuture<>();
    DatagramPort to =
        open(
            10,
            (from, bytes) -> {
              own.join().close();
              try {
                // The kernel gives the lowest free number: that of the port, were it free by now.
                next.complete(new DatagramSocket(0, InetAddress.getLoopbackAddress()));
              } catch (IOException e) {
                next.completeExceptionally(e);
              }
            });
    own.complete(to);
    DatagramPort from = open(10, (a, b) -> {});
    from.send(new byte[1], to.local());
    try (DatagramSocket other = await(next);
        DatagramSocket third = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      byte[] text = {'m', 'i', 'n', 'e'};
      third.send(new DatagramPacket(text, text.length, other.getLocalSocketAddress()));
      CompletableFuture<Boolean> loopGoesOn = new CompletableFuture<>();
      loop.execute(() -> loopGoesOn.complete(true));
      assertThat(await(loopGoesOn)).isTrue();
      DatagramPacket heard = new DatagramPacket(new byte[10], 10);
      other.setSoTimeout(3_000);
      other.receive(heard);
      assertThat(heard.getLength()).isEqualTo(text.length);
    }
  }
}
