package io.cade.engine.tftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.boottree.BootTree;
import io.cade.engine.boottree.DirectoryUploads;
import io.cade.engine.boottree.TreeFixture;
import io.cade.engine.boottree.UploadLimits;
import io.cade.engine.boottree.UploadStore;
import io.cade.engine.datagram.DatagramPort;
import io.cade.engine.datagram.VirtualNetwork;
import io.cade.engine.dhcp.wire.Ipv4Address;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole transfers in virtual time over a network that loses, copies and reorders. */
class LossyNetworkTest {
  private static final Ipv4Address SERVER = Ipv4Address.of(127, 0, 0, 1);
  private static final String CARD = "127.1.1.3";
  private static final Duration LIMIT = Duration.ofMinutes(30);

  private long carried;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyByteArrivesOnceInItsOrderWhateverTheNetworkDoes(long seed) {
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[] file = new byte[60_000 + random.nextInt(2000)];
    random.nextBytes(file);
    int window = List.of(1, 4, 16, 64).get((int) (seed % 4));
    VirtualNetwork network = new VirtualNetwork(Instant.EPOCH, faulty(random, 0.1, 0.1, 0.2));
    TftpServer server = serve(network, TreeFixture.forAddress(CARD, Map.of("1.3/f", file)));
    ModelClient client =
        ModelClient.reading(
            network,
            new InetSocketAddress(CARD, 2000),
            server.local(),
            "f",
            Map.of("blksize", "512", "windowsize", Integer.toString(window), "tsize", "0"));
    assertThat(network.runUntil(client::isOver, LIMIT)).isTrue();
    assertThat(client.content()).isEqualTo(file);
    // The last acknowledgement may be lost: then the server gives up, without harm.
    network.run(Duration.ofMinutes(2));
    Map<TftpOutcome, Long> outcomes = server.outcomes();
    assertThat(
            outcomes.getOrDefault(TftpOutcome.COMPLETED, 0L)
                + outcomes.getOrDefault(TftpOutcome.GAVE_UP, 0L))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void everyByteIsWrittenOnceInItsOrderWhateverTheNetworkDoes(long seed, @TempDir Path folder)
      throws Exception {
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[] file = new byte[40_000 + random.nextInt(2000)];
    random.nextBytes(file);
    UploadStore uploads =
        DirectoryUploads.open(folder.resolve("up"), new UploadLimits(1 << 20, 1 << 20, 4, 0));
    VirtualNetwork network = new VirtualNetwork(Instant.EPOCH, faulty(random, 0.1, 0.1, 0.2));
    TftpServer server = serve(network, TreeFixture.writable(CARD, Map.of(), uploads));
    ModelClient client =
        ModelClient.writing(
            network,
            new InetSocketAddress(CARD, 2000),
            server.local(),
            "crash/core",
            file,
            seed % 2 == 0 ? Map.of() : Map.of("windowsize", "8", "blksize", "1024"));
    assertThat(network.runUntil(client::isOver, LIMIT)).isTrue();
    assertThat(client.failure()).isEmpty();
    assertThat(Files.readAllBytes(folder.resolve("up/1.3/crash/core"))).isEqualTo(file);
    network.run(Duration.ofMinutes(2));
    assertThat(server.outcomes()).containsEntry(TftpOutcome.UPLOADED, 1L);
  }

  @Test
  void theSorcerersApprenticeStaysAsleep() {
    // Every datagram is delayed past the timeouts of both sides once, so that both repeat
    // themselves; copies must not breed copies.
    byte[] file = new byte[512 * 200];
    int[] number = {0};
    VirtualNetwork network =
        new VirtualNetwork(
            Instant.EPOCH,
            (from, to, payload) -> {
              carried++;
              number[0]++;
              return number[0] == 6
                  ? List.of(Duration.ofMillis(1), Duration.ofMillis(1))
                  : List.of(Duration.ofMillis(1));
            });
    TftpServer server = serve(network, TreeFixture.forAddress(CARD, Map.of("1.3/f", file)));
    ModelClient client =
        ModelClient.reading(
            network, new InetSocketAddress(CARD, 2000), server.local(), "f", Map.of());
    assertThat(network.runUntil(client::isOver, LIMIT)).isTrue();
    network.run(Duration.ofSeconds(1));
    assertThat(client.content()).isEqualTo(file);
    // Request, 201 blocks, 201 acknowledgements, and one more answer to the copy.
    assertThat(carried).isBetween(403L, 405L);
  }

  @Test
  void clientsThatStartTogetherEndTogether() {
    byte[] file = new byte[200_000];
    VirtualNetwork network = new VirtualNetwork(Instant.EPOCH, VirtualNetwork.perfect());
    TftpServer server = serve(network, TreeFixture.forAddress(CARD, Map.of("1.3/f", file)));
    List<ModelClient> clients = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      clients.add(
          ModelClient.reading(
              network,
              new InetSocketAddress(CARD, 2000 + i),
              server.local(),
              "f",
              Map.of("windowsize", "8")));
    }
    assertThat(network.runUntil(() -> clients.stream().allMatch(ModelClient::isOver), LIMIT))
        .isTrue();
    long first = clients.stream().mapToLong(ModelClient::endNanos).min().orElseThrow();
    long last = clients.stream().mapToLong(ModelClient::endNanos).max().orElseThrow();
    assertThat((double) last / first).isLessThan(1.01);
  }

  @Test
  void tenThousandRequestsOfOneClientGetItsShareAndNoMore() {
    VirtualNetwork network = new VirtualNetwork(Instant.EPOCH, VirtualNetwork.perfect());
    TftpServer server =
        serve(network, TreeFixture.forAddress(CARD, Map.of("1.3/f", new byte[100_000])));
    for (int i = 0; i < 10_000; i++) {
      network
          .open(new InetSocketAddress(CARD, 10_000 + i), 65_507, (from, bytes) -> {})
          .join()
          .send(
              TftpCodec.encode(new TftpPacket.ReadRequest("f", "octet", Map.of())), server.local());
    }
    network.run(Duration.ofSeconds(1));
    assertThat(server.outcomes()).containsEntry(TftpOutcome.REFUSED_CLIENT_LIMIT, 9_992L);
    network.run(Duration.ofMinutes(5));
    assertThat(server.outcomes()).containsEntry(TftpOutcome.GAVE_UP, 8L);
    ModelClient later =
        ModelClient.reading(
            network, new InetSocketAddress(CARD, 2000), server.local(), "f", Map.of());
    assertThat(network.runUntil(later::isOver, LIMIT)).as("the places are free again").isTrue();
    assertThat(later.content()).hasSize(100_000);
  }

  @Test
  void aForgedSourceDoesNotKeepACardFromItsFiles() {
    VirtualNetwork network = new VirtualNetwork(Instant.EPOCH, VirtualNetwork.perfect());
    TftpServer server =
        serve(network, TreeFixture.forAddress(CARD, Map.of("1.3/f", new byte[100_000])));
    for (int i = 0; i < 8; i++) {
      ask(network, server, 10_000 + i, false);
    }
    network.run(Duration.ofMillis(60));
    ModelClient card =
        ModelClient.reading(
            network, new InetSocketAddress(CARD, 2000), server.local(), "f", Map.of());
    assertThat(network.runUntil(card::isOver, Duration.ofMillis(500))).isTrue();
    assertThat(card.content()).hasSize(100_000);
    assertThat(server.outcomes())
        .containsEntry(TftpOutcome.GAVE_WAY, 1L)
        .containsEntry(TftpOutcome.REFUSED_CLIENT_LIMIT, 0L);
    network.run(Duration.ofMinutes(2));
    assertThat(server.outcomes())
        .containsEntry(TftpOutcome.COMPLETED, 1L)
        .containsEntry(TftpOutcome.GAVE_UP, 7L);
  }

  @Test
  void aTransferThatWasAnsweredGivesWayToNobody() {
    VirtualNetwork network = new VirtualNetwork(Instant.EPOCH, VirtualNetwork.perfect());
    TftpServer server =
        serve(network, TreeFixture.forAddress(CARD, Map.of("1.3/f", new byte[100_000])));
    for (int i = 0; i < 8; i++) {
      ask(network, server, 10_000 + i, true);
    }
    network.run(Duration.ofSeconds(10));
    ask(network, server, 2000, false);
    network.run(Duration.ofMillis(10));
    assertThat(server.outcomes())
        .containsEntry(TftpOutcome.GAVE_WAY, 0L)
        .containsEntry(TftpOutcome.REFUSED_CLIENT_LIMIT, 1L);
  }

  @Test
  void wherePlacesOfAllAreFullTheUnansweredGoAfterASecond() {
    VirtualNetwork network = new VirtualNetwork(Instant.EPOCH, VirtualNetwork.perfect());
    TftpServer server =
        TftpServer.start(
                network,
                TreeFixture.forAddress(CARD, Map.of("1.3/f", new byte[100_000])),
                Runnable::run,
                TftpConfig.of(SERVER.port(69)).withTransfers(2, 8))
            .join();
    ask(network, server, 10_000, true);
    ask(network, server, 10_001, false);
    network.run(Duration.ofMillis(500));
    ask(network, server, 10_002, false);
    network.run(Duration.ofMillis(10));
    assertThat(server.outcomes())
        .containsEntry(TftpOutcome.GAVE_WAY, 0L)
        .containsEntry(TftpOutcome.REFUSED_LIMIT, 1L);
    network.run(Duration.ofMillis(600));
    ask(network, server, 10_003, false);
    network.run(Duration.ofMillis(10));
    assertThat(server.outcomes())
        .containsEntry(TftpOutcome.GAVE_WAY, 1L)
        .containsEntry(TftpOutcome.REFUSED_LIMIT, 1L);
  }

  /** A request from one of the card's ports, and, if asked for, an answer to the first block. */
  private static void ask(VirtualNetwork network, TftpServer server, int port, boolean answers) {
    AtomicReference<@Nullable DatagramPort> own = new AtomicReference<>();
    DatagramPort client =
        network
            .open(
                new InetSocketAddress(CARD, port),
                65_507,
                (from, bytes) -> {
                  if (answers && TftpCodec.decode(bytes) instanceof TftpPacket.Data d) {
                    if (d.block() == 1) {
                      Objects.requireNonNull(own.get())
                          .send(TftpCodec.encode(new TftpPacket.Ack(1)), from);
                    }
                  }
                })
            .join();
    own.set(client);
    client.send(
        TftpCodec.encode(new TftpPacket.ReadRequest("f", "octet", Map.of())), server.local());
  }

  private static TftpServer serve(VirtualNetwork network, BootTree tree) {
    return TftpServer.start(network, tree, Runnable::run, TftpConfig.of(SERVER.port(69))).join();
  }

  private VirtualNetwork.Link faulty(Random random, double lost, double copied, double late) {
    return (from, to, payload) -> {
      carried++;
      List<Duration> copies = new ArrayList<>();
      if (random.nextDouble() >= lost) {
        copies.add(delay(random, late));
      }
      if (random.nextDouble() < copied) {
        copies.add(delay(random, late));
      }
      return copies;
    };
  }

  private static Duration delay(Random random, double late) {
    return Duration.ofNanos(
        (random.nextDouble() < late ? 3_000_000 : 100_000) + random.nextInt(50_000));
  }
}
