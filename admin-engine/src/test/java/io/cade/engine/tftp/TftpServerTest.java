package io.cade.engine.tftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.boottree.BootOutcome;
import io.cade.engine.boottree.BootTree;
import io.cade.engine.boottree.TreeFixture;
import io.cade.engine.datagram.NettyDatagramLoop;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real sockets, a hand-written client and the usual ones. */
@Timeout(60)
class TftpServerTest {
  private static final Ipv4Address SERVER = Ipv4Address.of(127, 0, 0, 1);
  private static final Ipv4Address CARD = Ipv4Address.of(127, 1, 1, 3);
  private static final Ipv4Address NEIGHBOUR = Ipv4Address.of(127, 1, 1, 4);

  private final byte[] image = new byte[3_000_001];
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final NettyDatagramLoop loop = new NettyDatagramLoop(group.next());
  private final ExecutorService files = Executors.newVirtualThreadPerTaskExecutor();
  private BootTree tree;
  private TftpServer server;
  private int port;

  @BeforeEach
  void start() throws Exception {
    new Random(7).nextBytes(image);
    tree =
        TreeFixture.with(
            Map.of(
                "1.3/image", image,
                "1.3/agent.json", "{\"mine\":1}".getBytes(StandardCharsets.US_ASCII),
                "1.3/lines", "a\nb\r".getBytes(StandardCharsets.US_ASCII)));
    try (DatagramSocket probe = new DatagramSocket(SERVER.port(0))) {
      port = probe.getLocalPort();
    }
    server = TftpServer.start(loop, tree, files, TftpConfig.of(SERVER.port(port))).join();
  }

  @AfterEach
  void stop() {
    server.close();
    files.close();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void theTransferComesFromTheServersAddressAndAPortOfItsOwn() throws Exception {
    try (DatagramSocket client = new DatagramSocket(CARD.port(0))) {
      send(client, read("agent.json", "octet"), SERVER.port(port));
      DatagramPacket data = receive(client);
      assertThat(data.getAddress()).isEqualTo(SERVER.toInetAddress());
      assertThat(data.getPort()).isNotEqualTo(port);
      assertThat(text(data)).isEqualTo("{\"mine\":1}");
      send(client, new TftpPacket.Ack(1), (InetSocketAddress) data.getSocketAddress());
      awaitOutcome(TftpOutcome.COMPLETED);
    }
  }

  @Test
  void anotherCardCannotReadATreeThatIsNotItsOwn() throws Exception {
    try (DatagramSocket client = new DatagramSocket(NEIGHBOUR.port(0))) {
      for (String name : List.of("agent.json", "../1.3/agent.json", "/1.3/agent.json")) {
        send(client, read(name, "octet"), SERVER.port(port));
        assertThat(decode(receive(client))).isInstanceOf(TftpPacket.Failure.class);
      }
    }
    assertThat(tree.outcomes())
        .containsEntry(BootOutcome.OPENED, 0L)
        .containsEntry(BootOutcome.NOT_FOUND, 1L)
        .containsEntry(BootOutcome.REFUSED_TRAVERSAL, 1L)
        .containsEntry(BootOutcome.REFUSED_ABSOLUTE, 1L);
  }

  @Test
  void anAddressWithoutALeaseIsRefused() throws Exception {
    try (DatagramSocket client = new DatagramSocket(SERVER.port(0))) {
      send(client, read("agent.json", "octet"), SERVER.port(port));
      assertThat(decode(receive(client)))
          .isEqualTo(new TftpPacket.Failure(TftpPacket.ERROR_ACCESS, "refused"));
    }
  }

  @Test
  void aStrangersPacketIsRefusedAndDoesNotDisturbTheTransfer() throws Exception {
    try (DatagramSocket client = new DatagramSocket(CARD.port(0));
        DatagramSocket stranger = new DatagramSocket(NEIGHBOUR.port(0))) {
      send(client, read("agent.json", "octet"), SERVER.port(port));
      InetSocketAddress transfer = (InetSocketAddress) receive(client).getSocketAddress();
      send(stranger, new TftpPacket.Ack(1), transfer);
      assertThat(decode(receive(stranger)))
          .isInstanceOfSatisfying(
              TftpPacket.Failure.class,
              f -> assertThat(f.code()).isEqualTo(TftpPacket.ERROR_UNKNOWN_TID));
      send(client, new TftpPacket.Ack(1), transfer);
      awaitOutcome(TftpOutcome.COMPLETED);
    }
  }

  @Test
  void aRepeatedRequestDoesNotBeginASecondTransfer() throws Exception {
    try (DatagramSocket client = new DatagramSocket(CARD.port(0))) {
      send(client, read("agent.json", "octet"), SERVER.port(port));
      send(client, read("agent.json", "octet"), SERVER.port(port));
      InetSocketAddress transfer = (InetSocketAddress) receive(client).getSocketAddress();
      send(client, new TftpPacket.Ack(1), transfer);
      awaitOutcome(TftpOutcome.COMPLETED);
      assertThat(server.outcomes()).containsEntry(TftpOutcome.DUPLICATE_REQUEST, 1L);
    }
  }

  @Test
  void writingIsRefused() throws Exception {
    try (DatagramSocket client = new DatagramSocket(CARD.port(0))) {
      send(client, new TftpPacket.WriteRequest("x", "octet", Map.of()), SERVER.port(port));
      assertThat(decode(receive(client)))
          .isEqualTo(new TftpPacket.Failure(TftpPacket.ERROR_ACCESS, "read only"));
    }
  }

  @Test
  void textIsSentWithTheNetworksLineEnds() throws Exception {
    try (DatagramSocket client = new DatagramSocket(CARD.port(0))) {
      send(client, read("lines", "NetASCII"), SERVER.port(port));
      assertThat(text(receive(client))).isEqualTo("a\r\nb\r\0");
    }
  }

  @Test
  void oneClientGetsOnlySoManyTransfersAtOnce() throws Exception {
    int limit = TftpConfig.of(SERVER.port(port)).maxTransfersPerClient();
    DatagramSocket[] sockets = new DatagramSocket[limit + 1];
    try {
      for (int i = 0; i <= limit; i++) {
        sockets[i] = new DatagramSocket(CARD.port(0));
        send(sockets[i], read("image", "octet"), SERVER.port(port));
        DatagramPacket first = receive(sockets[i]);
        TftpPacket answer = decode(first);
        if (i < limit) {
          assertThat(answer).isInstanceOf(TftpPacket.Data.class);
          // One that nobody answers would give way.
          send(sockets[i], new TftpPacket.Ack(1), (InetSocketAddress) first.getSocketAddress());
          assertThat(decode(receive(sockets[i]))).isInstanceOf(TftpPacket.Data.class);
        } else {
          assertThat(answer).isEqualTo(new TftpPacket.Failure(0, "too many transfers, try later"));
        }
      }
    } finally {
      for (DatagramSocket socket : sockets) {
        if (socket != null) {
          socket.close();
        }
      }
    }
  }

  @Test
  void aPortInUseIsNamed() {
    assertThatThrownBy(
            () -> TftpServer.start(loop, tree, files, TftpConfig.of(SERVER.port(port))).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(BindException.class)
        .hasMessageStartingWith("cannot listen on 127.0.0.1:" + port + "/udp: ");
  }

  @Test
  void curlFetchesAnImageWithLargeBlocks(@TempDir Path folder) throws Exception {
    need("curl", "package curl");
    run(
        folder,
        "curl",
        "-s",
        "--interface",
        CARD.toString(),
        "--tftp-blksize",
        "1468",
        "-o",
        "got",
        "tftp://127.0.0.1:" + port + "/image");
    assertThat(Files.readAllBytes(folder.resolve("got"))).isEqualTo(image);
  }

  @Test
  void atftpFetchesAnImageWithWindows(@TempDir Path folder) throws Exception {
    need("atftp", "package atftp");
    Path got = folder.resolve("got");
    // atftp cannot choose its source address: the tree has to know 127.0.0.1.
    TftpServer open =
        TftpServer.start(
                loop,
                TreeFixture.forAddress("127.0.0.1", Map.of("1.3/image", image)),
                files,
                TftpConfig.of(SERVER.port(0)))
            .join();
    try {
      run(
          folder,
          "atftp",
          "--option",
          "blksize 1428",
          "--option",
          "windowsize 16",
          "--get",
          "-r",
          "image",
          "-l",
          got.toString(),
          "127.0.0.1",
          Integer.toString(open.local().getPort()));
      assertThat(Files.readAllBytes(got)).isEqualTo(image);
    } finally {
      open.close();
    }
  }

  static void need(String program, String where) {
    boolean found =
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    Assumptions.assumeTrue(found, "needs " + program + " (" + where + ")");
  }

  static void run(Path folder, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue())
        .as(Files.readString(folder.resolve("output"), StandardCharsets.ISO_8859_1))
        .isZero();
  }

  private void awaitOutcome(TftpOutcome outcome) throws IOException {
    // The server's loop handles packets in order: once it has answered another request it has
    // handled those before.
    try (DatagramSocket other = new DatagramSocket(SERVER.port(0))) {
      for (int i = 0; i < 200 && server.outcomes().getOrDefault(outcome, 0L) == 0; i++) {
        send(other, new TftpPacket.WriteRequest("x", "octet", Map.of()), SERVER.port(port));
        receive(other);
      }
    }
    assertThat(server.outcomes()).containsEntry(outcome, 1L);
  }

  private static TftpPacket read(String file, String mode) {
    return new TftpPacket.ReadRequest(file, mode, Map.of());
  }

  private static void send(DatagramSocket from, TftpPacket packet, InetSocketAddress to)
      throws IOException {
    byte[] bytes = TftpCodec.encode(packet);
    from.send(new DatagramPacket(bytes, bytes.length, to));
  }

  private static DatagramPacket receive(DatagramSocket at) throws IOException {
    at.setSoTimeout(10_000);
    DatagramPacket packet = new DatagramPacket(new byte[65_507], 65_507);
    try {
      at.receive(packet);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("no answer within 10 s", e);
    }
    return packet;
  }

  private static TftpPacket decode(DatagramPacket packet) {
    return TftpCodec.decode(Arrays.copyOf(packet.getData(), packet.getLength()));
  }

  private static String text(DatagramPacket packet) {
    return new String(((TftpPacket.Data) decode(packet)).bytes(), StandardCharsets.US_ASCII);
  }
}
