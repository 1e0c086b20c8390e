package io.cade.engine.tftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.boottree.BootTree;
import io.cade.engine.boottree.DirectoryUploads;
import io.cade.engine.boottree.TreeFixture;
import io.cade.engine.boottree.UploadLimits;
import io.cade.engine.datagram.NettyDatagramLoop;
import io.cade.engine.datagram.NettyTransport;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The usual clients over loopback, on the platform's best transport. All come from 127.0.0.1. */
@Timeout(120)
class RealClientsTest {
  private static final Ipv4Address SERVER = Ipv4Address.of(127, 0, 0, 1);

  /** More blocks of 16 bytes than a block number can count. */
  private static final int MANY_BLOCKS_BYTES = 16 * 66_000 + 5;

  @TempDir private Path folder;
  private final byte[] image = new byte[4_000_001];
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NettyTransport.handlers());
  private final ExecutorService files = Executors.newVirtualThreadPerTaskExecutor();
  private TftpServer server;
  private Path uploads;
  private String port;

  @BeforeEach
  void start() throws Exception {
    new Random(7).nextBytes(image);
    uploads = folder.resolve("uploads");
    BootTree tree =
        TreeFixture.writable(
            "127.0.0.1",
            Map.of("1.3/image", image, "1.3/many", Arrays.copyOf(image, MANY_BLOCKS_BYTES)),
            DirectoryUploads.open(uploads, new UploadLimits(8 << 20, 16 << 20, 4, 0)));
    server =
        TftpServer.start(
                new NettyDatagramLoop(group.next()),
                tree,
                files,
                TftpConfig.of(SERVER.port(0)).withMtu(new InterfaceMtu()))
            .join();
    port = Integer.toString(server.local().getPort());
  }

  @AfterEach
  void stop() {
    server.close();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    files.close();
  }

  @Test
  void atftpReadsThousandsOfBlocksInWindows() throws Exception {
    atftpGet("image", "blksize 1428", "windowsize 32", "tsize 1");
    assertThat(got()).isEqualTo(image);
  }

  @Test
  void atftpReadsOnWhenBlockNumbersRollOver() throws Exception {
    atftpGet("many", "blksize 16", "windowsize 32");
    assertThat(got()).isEqualTo(Arrays.copyOf(image, MANY_BLOCKS_BYTES));
  }

  @Test
  void atftpReadsInLockStepWithLargeBlocks() throws Exception {
    atftpGet("image", "blksize 60000");
    assertThat(got()).isEqualTo(image);
  }

  @Test
  void curlReadsOnWhenBlockNumbersRollOver() throws Exception {
    TftpServerTest.need("curl", "package curl");
    run("curl", "-s", "--tftp-blksize", "16", "-o", "got", "tftp://127.0.0.1:" + port + "/many");
    assertThat(got()).isEqualTo(Arrays.copyOf(image, MANY_BLOCKS_BYTES));
  }

  @Test
  void curlReadsWithoutOptions() throws Exception {
    TftpServerTest.need("curl", "package curl");
    run("curl", "-s", "--tftp-no-options", "-o", "got", "tftp://127.0.0.1:" + port + "/image");
    assertThat(got()).isEqualTo(image);
  }

  @Test
  void tftpHpaReads() throws Exception {
    TftpServerTest.need("tftp", "package tftp-hpa");
    run("tftp", "-m", "binary", "127.0.0.1", port, "-c", "get", "image", "got");
    assertThat(got()).isEqualTo(image);
  }

  @Test
  void busyboxReads() throws Exception {
    TftpServerTest.need("busybox", "package busybox");
    run("busybox", "tftp", "-g", "-b", "1428", "-r", "image", "-l", "got", "127.0.0.1", port);
    assertThat(got()).isEqualTo(image);
  }

  @Test
  void atftpLeavesACrashDumpInWindows() throws Exception {
    TftpServerTest.need("atftp", "package atftp");
    Path core = Files.write(folder.resolve("core"), image);
    run(
        "atftp",
        "--option",
        "blksize 1024",
        "--option",
        "windowsize 8",
        "--option",
        "tsize 1",
        "--put",
        "-l",
        core.toString(),
        "-r",
        "crash/core.1",
        "127.0.0.1",
        port);
    assertThat(uploads.resolve("1.3/crash/core.1")).hasBinaryContent(image);
  }

  @Test
  void curlLeavesALogAndMayNotWriteAnythingElse() throws Exception {
    TftpServerTest.need("curl", "package curl");
    Path log = Files.writeString(folder.resolve("log"), "boot\n".repeat(1000));
    run("curl", "-s", "-T", log.toString(), "tftp://127.0.0.1:" + port + "/log/boot");
    assertThat(uploads.resolve("1.3/log/boot")).hasSameBinaryContentAs(log);
    assertThat(exit("curl", "-s", "-T", log.toString(), "tftp://127.0.0.1:" + port + "/image"))
        .as("CURLE_TFTP_PERM")
        .isEqualTo(69);
    assertThat(server.outcomes()).containsEntry(TftpOutcome.REFUSED_WRITE, 1L);
  }

  @Test
  void tftpHpaAndBusyboxWrite() throws Exception {
    TftpServerTest.need("tftp", "package tftp-hpa");
    TftpServerTest.need("busybox", "package busybox");
    Path core = Files.write(folder.resolve("core"), Arrays.copyOf(image, 512 * 100));
    run("tftp", "-m", "binary", "127.0.0.1", port, "-c", "put", "core", "crash/a");
    run("busybox", "tftp", "-p", "-l", "core", "-r", "crash/b", "127.0.0.1", port);
    assertThat(uploads.resolve("1.3/crash/a")).hasSameBinaryContentAs(core);
    assertThat(uploads.resolve("1.3/crash/b")).hasSameBinaryContentAs(core);
  }

  @Test
  void aFileOverItsLimitIsRefusedOnTheWay() throws Exception {
    TftpServerTest.need("atftp", "package atftp");
    Path big = Files.write(folder.resolve("big"), new byte[(8 << 20) + 1]);
    exit(
        "atftp",
        "--option",
        "blksize 8192",
        "--put",
        "-l",
        big.toString(),
        "-r",
        "crash/big",
        "127.0.0.1",
        port);
    settle();
    assertThat(server.outcomes()).containsEntry(TftpOutcome.WRITE_LIMIT, 1L);
    assertThat(uploads.resolve("1.3/crash/big")).doesNotExist();
  }

  /** The server handles packets in order: one that it has answered comes after all before it. */
  private void settle() throws IOException {
    byte[] request = "\0\2x\0octet\0".getBytes(StandardCharsets.US_ASCII);
    try (DatagramSocket other = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      other.setSoTimeout(10_000);
      other.send(
          new DatagramPacket(
              request, request.length, InetAddress.getLoopbackAddress(), Integer.parseInt(port)));
      other.receive(new DatagramPacket(new byte[600], 600));
    }
  }

  private void atftpGet(String file, String... options) throws Exception {
    TftpServerTest.need("atftp", "package atftp");
    List<String> command = new ArrayList<>(List.of("atftp"));
    for (String option : options) {
      command.addAll(List.of("--option", option));
    }
    command.addAll(List.of("--get", "-r", file, "-l", "got", "127.0.0.1", port));
    run(command.toArray(String[]::new));
  }

  private byte[] got() throws Exception {
    return Files.readAllBytes(folder.resolve("got"));
  }

  private void run(String... command) throws Exception {
    assertThat(exit(command))
        .as(() -> {
          try {
            return Files.readString(folder.resolve("output"), StandardCharsets.ISO_8859_1)
                + server.outcomes();
          } catch (IOException e) {
            return e.toString();
          }
        })
        .isZero();
  }

  private int exit(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command[0] + " has not ended within 60 s: " + server.outcomes());
    }
    return process.exitValue();
  }
}
