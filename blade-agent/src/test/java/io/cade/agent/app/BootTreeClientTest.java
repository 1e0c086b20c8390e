package io.cade.agent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootTreeClientTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir private Path folder;

  /** What a TFTP server does with one read request. */
  @FunctionalInterface
  private interface Script {
    void run(DatagramSocket listening, DatagramSocket transfer, DatagramPacket request)
        throws IOException;
  }

  private byte[] readFrom(Script script, int limit) throws Exception {
    try (DatagramSocket listening = new DatagramSocket(0, LOOPBACK);
        DatagramSocket transfer = new DatagramSocket(0, LOOPBACK)) {
      transfer.setSoTimeout(20_000);
      CompletableFuture<Void> served =
          CompletableFuture.runAsync(() -> {
            try {
              DatagramPacket request = receive(listening);
              script.run(listening, transfer, request);
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      byte[] read = new TftpRead(LOOPBACK, listening.getLocalPort(), limit).read("agent.json");
      served.join();
      return read;
    }
  }

  private static DatagramPacket receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    socket.receive(packet);
    return packet;
  }

  private static void data(DatagramSocket from, int to, int block, byte[] file) throws IOException {
    int offset = Math.min(file.length, (block - 1) * 512);
    int length = Math.min(512, file.length - offset);
    byte[] bytes = new byte[4 + length];
    bytes[1] = 3;
    bytes[2] = (byte) (block >> 8);
    bytes[3] = (byte) block;
    System.arraycopy(file, offset, bytes, 4, length);
    from.send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress(LOOPBACK, to)));
  }

  private static int acknowledged(DatagramSocket transfer) throws IOException {
    DatagramPacket ack = receive(transfer);
    assertThat(ack.getLength()).isEqualTo(4);
    assertThat(ack.getData()[1]).isEqualTo((byte) 4);
    return (ack.getData()[2] & 0xff) << 8 | (ack.getData()[3] & 0xff);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void filesOfAllLengthsArriveWhole() throws Exception {
    for (int length : new int[] {0, 1, 511, 512, 513, 1024, 2000}) {
      byte[] file = bytes(length);
      byte[] read =
          readFrom(
              (listening, transfer, request) -> {
                assertThat(
                        new String(
                            request.getData(), 2, 16, java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo("agent.json\0octet");
                for (int block = 1; block <= length / 512 + 1; block++) {
                  data(transfer, request.getPort(), block, file);
                  assertThat(acknowledged(transfer)).isEqualTo(block);
                }
              },
              65_536);
      assertThat(read).isEqualTo(file);
    }
  }

  @Test
  void aLostAcknowledgementAndADuplicateChangeNothing() throws Exception {
    byte[] file = bytes(600);
    byte[] read =
        readFrom(
            (listening, transfer, request) -> {
              // The first request is lost: it comes again.
              DatagramPacket again = receive(listening);
              data(transfer, again.getPort(), 1, file);
              assertThat(acknowledged(transfer)).isEqualTo(1);
              // A duplicate of block 1 is not acknowledged at once (sorcerer's apprentice).
              data(transfer, again.getPort(), 1, file);
              assertThat(acknowledged(transfer)).as("its own repetition").isEqualTo(1);
              data(transfer, again.getPort(), 2, file);
              assertThat(acknowledged(transfer)).isEqualTo(2);
            },
            65_536);
    assertThat(read).isEqualTo(file);
  }

  @Test
  void dataFromAnotherPortIsNotBelieved() throws Exception {
    byte[] file = bytes(600);
    byte[] read =
        readFrom(
            (listening, transfer, request) -> {
              data(transfer, request.getPort(), 1, file);
              assertThat(acknowledged(transfer)).isEqualTo(1);
              data(listening, request.getPort(), 2, bytes(900));
              DatagramPacket error = receive(listening);
              assertThat(error.getData()[1]).isEqualTo((byte) 5);
              data(transfer, request.getPort(), 2, file);
              assertThat(acknowledged(transfer)).isEqualTo(2);
            },
            65_536);
    assertThat(read).isEqualTo(file);
  }

  @Test
  void aRefusalIsSaidInTheServersWords() {
    assertThatThrownBy(() ->
            readFrom(
                (listening, transfer, request) -> {
                  byte[] error = {0, 5, 0, 2, 'n', 'o', 7, 0};
                  transfer.send(
                      new DatagramPacket(error, error.length, request.getSocketAddress()));
                },
                65_536))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("refuses, error 2 no");
  }

  @Test
  void aFileWithoutEndIsCutOff() {
    byte[] file = bytes(4096);
    assertThatThrownBy(() ->
            readFrom(
                (listening, transfer, request) -> {
                  data(transfer, request.getPort(), 1, file);
                  assertThat(acknowledged(transfer)).isEqualTo(1);
                  data(transfer, request.getPort(), 2, file);
                },
                1000))
        .hasMessageContaining("larger than 1000 bytes");
  }

  @Test
  void filesComeByHttpAndFromDiskToo() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body =
              exchange.getRequestURI().getPath().equals("/big") ? bytes(70_000) : bytes(9);
          boolean there = !exchange.getRequestURI().getPath().equals("/absent");
          exchange.sendResponseHeaders(there ? 200 : 403, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      String base = "http://127.0.0.1:" + server.getAddress().getPort();
      assertThat(BootTreeClient.read(BootTreeClient.address(base + "/agent.json")))
          .isEqualTo(bytes(9));
      assertThatThrownBy(() -> BootTreeClient.read(URI.create(base + "/absent")))
          .hasMessageContaining("answers 403");
      assertThatThrownBy(() -> BootTreeClient.read(URI.create(base + "/big")))
          .hasMessageContaining("larger than");
    } finally {
      server.stop(0);
    }
    Path file = Files.write(folder.resolve("x"), bytes(5));
    assertThat(BootTreeClient.read(file.toUri())).isEqualTo(bytes(5));
  }

  @Test
  void anAddressNeedsHostAndPath() {
    assertThat(BootTreeClient.isAddress("TFTP://10.0.0.1/agent.json")).isTrue();
    assertThat(BootTreeClient.isAddress("boot/agent.json")).isFalse();
    assertThatThrownBy(() -> BootTreeClient.address("http://10.0.0.1"))
        .hasMessageContaining("names no file");
    assertThatThrownBy(() -> BootTreeClient.address("tftp:///x"))
        .hasMessageContaining("names no file");
  }
}
