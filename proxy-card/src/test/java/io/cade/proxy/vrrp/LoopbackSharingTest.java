package io.cade.proxy.vrrp;

import static io.cade.proxy.vrrp.VrrpMachineTest.address;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Balancers of one machine: the address is a listening socket, which only one can have. */
@Timeout(60)
class LoopbackSharingTest {
  private static final Inet4Address VIRTUAL = address("127.0.0.77");

  private final InetSocketAddress at1 = free("127.0.0.71");
  private final InetSocketAddress at2 = free("127.0.0.72");
  private final InetSocketAddress visitors = freeTcp();

  private static InetSocketAddress free(String host) {
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(address(host), 0))) {
      return new InetSocketAddress(address(host), socket.getLocalPort());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static InetSocketAddress freeTcp() {
    try (ServerSocket socket = new ServerSocket(0, 1, VIRTUAL)) {
      return new InetSocketAddress(VIRTUAL, socket.getLocalPort());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private final class Balancer implements VirtualAddress.Holder, AutoCloseable {
    final AtomicBoolean usable = new AtomicBoolean(true);
    final AtomicInteger taken = new AtomicInteger();
    final VirtualAddress shared;
    private volatile @Nullable ServerSocket listener;

    Balancer(InetSocketAddress own, InetSocketAddress peer, int priority, boolean preempt)
        throws IOException {
      shared =
          VirtualAddress.onLoopback(
              new VrrpSettings(7, List.of(VIRTUAL), priority, preempt, Duration.ofMillis(100)),
              own,
              Set.of(peer),
              this,
              usable::get,
              () -> {},
              System::nanoTime);
      shared.start();
    }

    @Override
    public void taken() throws IOException {
      ServerSocket opened = new ServerSocket();
      try {
        opened.bind(visitors);
      } catch (IOException e) {
        opened.close();
        throw e;
      }
      listener = opened;
      taken.incrementAndGet();
    }

    @Override
    public void released() {
      ServerSocket open = listener;
      listener = null;
      if (open != null) {
        try {
          open.close();
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      }
    }

    void can(boolean serve) {
      usable.set(serve);
      shared.wake();
    }

    boolean holds() {
      return shared.status().holds();
    }

    @Override
    public void close() {
      shared.close();
    }
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void higherPriorityHoldsAndTheOtherFollowsWhenItEnds() throws Exception {
    try (Balancer low = new Balancer(at1, at2, 100, true)) {
      await(low::holds);
      assertThat(low.shared.status().holder()).isEqualTo(at1.getAddress());
      try (Balancer high = new Balancer(at2, at1, 200, true)) {
        await(high::holds);
        await(() -> low.shared.status().state().equals("backup"));
        assertThat(low.holds()).isFalse();
        assertThat(low.shared.status().holder()).isEqualTo(at2.getAddress());
      }
      await(low::holds);
      assertThat(low.taken.get()).isEqualTo(2);
      assertThat(low.shared.heard()).isPositive();
      assertThat(low.shared.faults()).isEmpty();
    }
    try (ServerSocket again = new ServerSocket()) {
      again.bind(visitors); // nobody has it any more
    }
  }

  @Test
  void withoutPreemptionItStaysWhereItIs() throws Exception {
    try (Balancer low = new Balancer(at1, at2, 100, false)) {
      await(low::holds);
      try (Balancer high = new Balancer(at2, at1, 200, false)) {
        await(() -> high.shared.heard() >= 10);
        assertThat(low.holds()).isTrue();
        assertThat(high.taken.get()).isZero();
        low.can(false);
        await(high::holds);
        assertThat(low.holds()).isFalse();
        assertThat(low.shared.status().priority()).isEqualTo(1);
      }
    }
  }

  @Test
  void balancerWithoutAProxyLeavesTheAddressToOneThatHasSome() throws Exception {
    try (Balancer low = new Balancer(at1, at2, 100, true);
        Balancer high = new Balancer(at2, at1, 200, true)) {
      await(high::holds);
      high.can(false);
      await(low::holds);
      high.can(true);
      await(high::holds);
      await(() -> !low.holds());
    }
  }

  @Test
  void strangersAndDamageAreCountedAndChangeNothing() throws Exception {
    try (Balancer one = new Balancer(at1, at2, 100, true);
        DatagramSocket stranger = new DatagramSocket(new InetSocketAddress(at2.getAddress(), 0));
        DatagramSocket peer = new DatagramSocket(at2)) {
      await(one::holds);
      byte[] higher =
          new VrrpPacket(7, 255, 10, List.of(VIRTUAL))
              .encode(address("127.0.0.72"), address("127.0.0.71"));
      stranger.send(new DatagramPacket(higher, higher.length, at1));
      await(() -> one.shared.faults().getOrDefault(VrrpFault.STRANGER, 0L) == 1);
      byte[] damaged = higher.clone();
      damaged[2]--;
      peer.send(new DatagramPacket(damaged, damaged.length, at1));
      await(() -> one.shared.faults().getOrDefault(VrrpFault.CHECKSUM, 0L) == 1);
      assertThat(one.holds()).isTrue();
      peer.send(new DatagramPacket(higher, higher.length, at1));
      await(() -> !one.holds());
    }
  }

  @Test
  void addressThatSomethingElseHasIsTakenWhenItIsFree() throws Exception {
    ServerSocket other = new ServerSocket();
    other.bind(visitors);
    try (Balancer one = new Balancer(at1, at2, 100, true)) {
      await(() -> one.shared.status().state().equals("active"));
      assertThat(one.holds()).isFalse();
      other.close();
      await(one::holds);
    }
  }
}
