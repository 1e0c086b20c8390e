package io.cade.engine.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.dhcp.wire.Ipv4Address;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every loop has to do; run for the real one and the simulated one. */
@Timeout(30)
abstract class DatagramLoopContract {
  /** The loop under test. */
  abstract DatagramLoop loop();

  /** Lets the loop work until the future is done. */
  abstract <T> T await(CompletableFuture<T> future) throws Exception;

  @Test
  void aDatagramArrivesUnchangedWithItsSendersAddress() throws Exception {
    CompletableFuture<InetSocketAddress> sender = new CompletableFuture<>();
    CompletableFuture<byte[]> payload = new CompletableFuture<>();
    DatagramPort to =
        open(
            100,
            (from, bytes) -> {
              sender.complete(from);
              payload.complete(bytes);
            });
    DatagramPort from = open(100, (a, b) -> {});
    assertThat(from.send(new byte[] {1, 2, 3}, to.local())).isTrue();
    assertThat(await(payload)).containsExactly(1, 2, 3);
    assertThat(await(sender)).isEqualTo(from.local());
  }

  @Test
  void aDatagramOverTheLimitIsDropped() throws Exception {
    CompletableFuture<Integer> first = new CompletableFuture<>();
    DatagramPort to = open(4, (from, bytes) -> first.complete(bytes.length));
    DatagramPort from = open(4, (a, b) -> {});
    from.send(new byte[5], to.local());
    from.send(new byte[4], to.local());
    assertThat(await(first)).isEqualTo(4);
  }

  @Test
  void segmentsArriveAsDatagramsInTheirOrder() throws Exception {
    List<Integer> lengths = new ArrayList<>();
    List<Byte> firsts = new ArrayList<>();
    CompletableFuture<Boolean> all = new CompletableFuture<>();
    DatagramPort to =
        open(
            2000,
            (from, bytes) -> {
              lengths.add(bytes.length);
              firsts.add(bytes[0]);
              if (lengths.size() == 100) {
                all.complete(true);
              }
            });
    DatagramPort from = open(100, (a, b) -> {});
    // More than the kernel cuts by one call, and a shorter last one.
    int bytes = 99 * 1000 + 7;
    loop()
        .execute(() -> {
          try {
            from.sendSegments(
                bytes,
                1000,
                into -> {
                  for (int i = 0; i < bytes; i++) {
                    into.put((byte) (i / 1000));
                  }
                },
                to.local());
          } catch (IOException e) {
            all.completeExceptionally(e);
          }
        });
    assertThat(await(all)).isTrue();
    for (int i = 0; i < 100; i++) {
      assertThat(lengths.get(i)).isEqualTo(i < 99 ? 1000 : 7);
      assertThat(firsts.get(i)).isEqualTo((byte) i);
    }
  }

  @Test
  void segmentsThatCannotBeFilledAreNotSent() throws Exception {
    CompletableFuture<Integer> first = new CompletableFuture<>();
    DatagramPort to = open(100, (from, bytes) -> first.complete(bytes.length));
    DatagramPort from = open(100, (a, b) -> {});
    assertThatThrownBy(() ->
            from.sendSegments(
                20,
                10,
                into -> {
                  throw new IOException("test: no content");
                },
                to.local()))
        .isInstanceOf(IOException.class);
    from.send(new byte[3], to.local());
    assertThat(await(first)).isEqualTo(3);
  }

  @Test
  void anAddressInUseIsNamed() throws Exception {
    DatagramPort port = open(4, (a, b) -> {});
    CompletableFuture<DatagramPort> second = loop().open(port.local(), 4, (a, b) -> {});
    assertThatThrownBy(() -> await(second))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(BindException.class)
        .hasMessageStartingWith("cannot listen on 127.0.0.1:" + port.local().getPort() + "/udp: ");
  }

  @Test
  void aClosedPortSendsNothingAndGivesItsAddressBack() throws Exception {
    DatagramPort port = open(4, (a, b) -> {});
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    loop()
        .execute(() -> {
          port.close();
          port.close();
          closed.complete(port.send(new byte[1], port.local()));
        });
    assertThat(await(closed)).isFalse();
    assertThat(await(loop().open(port.local(), 4, (a, b) -> {})).local()).isEqualTo(port.local());
  }

  @Test
  void timersRunInTheirOrderAndNotWhenCancelled() throws Exception {
    List<String> ran = new ArrayList<>();
    CompletableFuture<List<String>> all = new CompletableFuture<>();
    loop()
        .execute(() -> {
          loop().schedule(Duration.ofMillis(40), () -> all.complete(List.copyOf(ran)));
          loop().schedule(Duration.ofMillis(20), () -> ran.add("second"));
          loop().schedule(Duration.ofMillis(1), () -> ran.add("first"));
          loop().schedule(Duration.ofMillis(10), () -> ran.add("never")).cancel();
        });
    assertThat(await(all)).containsExactly("first", "second");
  }

  final DatagramPort open(int maxBytes, DatagramReceiver receiver) throws Exception {
    return await(loop().open(Ipv4Address.of(127, 0, 0, 1).port(0), maxBytes, receiver));
  }
}
