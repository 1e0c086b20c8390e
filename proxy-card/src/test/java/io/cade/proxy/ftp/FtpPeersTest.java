package io.cade.proxy.ftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cade.proxy.line.LineRefusal;
import io.cade.proxy.testing.Certificates;
import io.cade.proxy.testing.LineRig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPClient;
import org.apache.commons.net.ftp.FTPReply;
import org.apache.commons.net.ftp.FTPSClient;
import org.apache.commons.net.util.TrustManagerUtils;
import org.apache.ftpserver.FtpServer;
import org.apache.ftpserver.FtpServerFactory;
import org.apache.ftpserver.listener.ListenerFactory;
import org.apache.ftpserver.usermanager.impl.BaseUser;
import org.apache.ftpserver.usermanager.impl.WritePermission;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients and servers that others have written: curl, Commons Net, Apache FtpServer, vsftpd. */
@Timeout(120)
class FtpPeersTest {
  private static final String USER = "ann@www.shop.example";
  private static final String PASSWORD = "s e c@ret";

  @TempDir Path files;
  private FtpServer server;
  private InetSocketAddress card;
  private byte[] big;

  @BeforeEach
  void startServer() throws Exception {
    big = new byte[5_000_000];
    new Random(7).nextBytes(big);
    Files.write(files.resolve("big.bin"), big);
    Files.writeString(files.resolve("hello.txt"), "hello\r\n");
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.7"))) {
      port = free.getLocalPort();
    }
    card = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.7"), port);
    ListenerFactory listener = new ListenerFactory();
    listener.setServerAddress("127.0.0.7");
    listener.setPort(port);
    FtpServerFactory factory = new FtpServerFactory();
    factory.addListener("default", listener.createListener());
    BaseUser ann = new BaseUser();
    ann.setName("ann");
    ann.setPassword(PASSWORD);
    ann.setHomeDirectory(files.toString());
    ann.setAuthorities(List.of(new WritePermission()));
    factory.getUserManager().save(ann);
    server = factory.createServer();
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop();
  }

  private static FTPClient logIn(LineRig rig, FTPClient client) throws IOException {
    client.setConnectTimeout(5000);
    client.connect(rig.ftp.getAddress(), rig.ftp.getPort());
    client.setSoTimeout(20_000);
    assertThat(FTPReply.isPositiveCompletion(client.getReplyCode())).isTrue();
    assertThat(client.login(USER, PASSWORD)).as(client.getReplyString()).isTrue();
    client.setFileType(FTP.BINARY_FILE_TYPE);
    return client;
  }

  private void useEverything(FTPClient client) throws IOException {
    assertThat(client.listNames()).contains("big.bin", "hello.txt");
    assertThat(Arrays.stream(client.listFiles()).map(f -> f.getName() + " " + f.getSize()))
        .contains("big.bin 5000000");
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    assertThat(client.retrieveFile("big.bin", got)).as(client.getReplyString()).isTrue();
    assertThat(got.toByteArray()).isEqualTo(big);
    assertThat(client.storeFile("up.bin", new ByteArrayInputStream(big))).isTrue();
    assertThat(files.resolve("up.bin")).hasBinaryContent(big);
    client.setRestartOffset(4_999_990);
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    assertThat(client.retrieveFile("big.bin", rest)).isTrue();
    assertThat(rest.size()).isEqualTo(10);
    assertThat(client.retrieveFile("absent", new ByteArrayOutputStream())).isFalse();
    assertThat(client.getReplyCode()).isEqualTo(550);
    assertThat(client.makeDirectory("a dir")).isTrue();
    assertThat(client.rename("up.bin", "a dir/down.bin")).isTrue();
    assertThat(client.changeWorkingDirectory("a dir")).isTrue();
    assertThat(client.printWorkingDirectory()).isEqualTo("/a dir");
    assertThat(client.deleteFile("down.bin")).isTrue();
    assertThat(client.storeFile("empty", new ByteArrayInputStream(new byte[0]))).isTrue();
    assertThat(files.resolve("a dir/empty")).isEmptyFile();
    assertThat(client.logout()).isTrue();
    client.disconnect();
  }

  @Test
  void commonsNetTransfersEitherWayInPassiveMode() throws Exception {
    try (LineRig rig = new LineRig().shop("ftp", card)) {
      FTPClient client = logIn(rig, new FTPClient());
      client.enterLocalPassiveMode();
      client.setUseEPSVwithIPv4(false);
      useEverything(client);
      var counters = rig.statistics.site("shop").cards().values().iterator().next();
      assertThat(counters.responseBytes()).isGreaterThan(5_000_000);
      assertThat(counters.requestBytes()).isEqualTo(5_000_000);
    }
  }

  @Test
  void commonsNetTransfersEitherWayInActiveMode() throws Exception {
    try (LineRig rig = new LineRig().shop("ftp", card)) {
      FTPClient client = logIn(rig, new FTPClient());
      client.enterLocalActiveMode();
      useEverything(client);
    }
  }

  @Test
  void commonsNetTransfersInTlsOnBothConnections() throws Exception {
    try (LineRig rig = new LineRig().secureShop("ftp", card)) {
      FTPSClient client = new FTPSClient(false, Certificates.trustingAll());
      client.setTrustManager(TrustManagerUtils.getAcceptAllTrustManager());
      logIn(rig, client);
      client.execPBSZ(0);
      client.execPROT("P");
      client.setFileType(FTP.BINARY_FILE_TYPE);
      client.enterLocalPassiveMode();
      client.setUseEPSVwithIPv4(true);
      useEverything(client);
    }
  }

  @Test
  void commonsNetTransfersInTlsInActiveMode() throws Exception {
    try (LineRig rig = new LineRig().secureShop("ftp", card)) {
      FTPSClient client = new FTPSClient(false, Certificates.trustingAll());
      client.setTrustManager(TrustManagerUtils.getAcceptAllTrustManager());
      logIn(rig, client);
      client.execPBSZ(0);
      client.execPROT("P");
      client.setFileType(FTP.BINARY_FILE_TYPE);
      client.enterLocalActiveMode();
      useEverything(client);
    }
  }

  @Test
  void wrongPasswordIsRefusedByTheRealServer() throws Exception {
    try (LineRig rig = new LineRig().shop("ftp", card)) {
      FTPClient client = new FTPClient();
      client.connect(rig.ftp.getAddress(), rig.ftp.getPort());
      assertThat(client.login(USER, "wrong")).isFalse();
      assertThat(client.getReplyStrings()).containsExactly("530 Login incorrect.");
      assertThat(client.login(USER, PASSWORD)).isTrue();
      assertThat(rig.refusals(LineRefusal.LOGIN_FAILED)).isEqualTo(1);
      client.disconnect();
    }
  }

  @Test
  void interruptedDownloadLeavesTheSessionUsable() throws Exception {
    Files.write(files.resolve("huge.bin"), new byte[60_000_000]);
    try (LineRig rig = new LineRig().shop("ftp", card)) {
      FTPClient client = logIn(rig, new FTPClient());
      client.enterLocalPassiveMode();
      try (var in = client.retrieveFileStream("huge.bin")) {
        assertThat(in.readNBytes(100_000)).hasSize(100_000);
      }
      assertThat(client.completePendingCommand()).isFalse();
      assertThat(client.getReplyCode()).isEqualTo(426);
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      assertThat(client.retrieveFile("hello.txt", got)).isTrue();
      assertThat(got.toString(StandardCharsets.US_ASCII)).isEqualTo("hello\r\n");
      client.disconnect();
    }
  }

  // curl

  private static byte[] curl(String... arguments) throws Exception {
    assumeTrue(there("curl"), "needs curl (package curl)");
    List<String> command = new java.util.ArrayList<>(List.of("curl", "-sS", "--max-time", "30"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.PIPE).start();
    byte[] out = process.getInputStream().readAllBytes();
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(errors).isZero();
    return out;
  }

  private static boolean there(String program) {
    return List.of("/usr/bin/", "/usr/sbin/").stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder + program)));
  }

  private static String url(LineRig rig, String path) {
    return "ftp://127.0.0.1:" + rig.ftp.getPort() + path;
  }

  @Test
  void curlDownloadsListsAndUploadsInEveryMode() throws Exception {
    Path upload = Files.write(files.resolve("upload.src"), big);
    try (LineRig rig = new LineRig().secureShop("ftp", card)) {
      String user = USER + ":" + PASSWORD;
      for (String[] mode :
          new String[][] {
            {"--ftp-pasv"},
            {"--disable-epsv"},
            {"--ftp-port", "127.0.0.1"},
            {"--ftp-port", "127.0.0.1", "--disable-eprt"},
            {"--ssl-reqd", "--insecure"},
            {"--ssl-reqd", "--insecure", "--disable-epsv", "--tls-max", "1.2"}
          }) {
        List<String> with = new java.util.ArrayList<>(List.of("--user", user));
        with.addAll(List.of(mode));
        List<String> get = new java.util.ArrayList<>(with);
        get.add(url(rig, "/big.bin"));
        assertThat(curl(get.toArray(String[]::new))).as("%s", get).isEqualTo(big);
        List<String> list = new java.util.ArrayList<>(with);
        list.add(url(rig, "/"));
        assertThat(new String(curl(list.toArray(String[]::new)), StandardCharsets.UTF_8))
            .contains("hello.txt");
        List<String> put = new java.util.ArrayList<>(with);
        put.addAll(List.of("-T", upload.toString(), url(rig, "/put.bin")));
        curl(put.toArray(String[]::new));
        assertThat(files.resolve("put.bin")).hasBinaryContent(big);
        Files.delete(files.resolve("put.bin"));
      }
    }
  }

  // vsftpd

  @Test
  void vsftpdIsRelayedEitherWay() throws Exception {
    assumeTrue(there("vsftpd"), "needs vsftpd (package vsftpd)");
    assumeTrue(ProcessHandle.current().info().user().orElse("").equals("root"), "needs root");
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.8"))) {
      port = free.getLocalPort();
    }
    Path root = Files.createTempDirectory("cade-vsftpd");
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.write(root.resolve("big.bin"), big);
    Path empty = Files.createDirectory(root.resolve("empty"));
    Path config = files.resolve("vsftpd.conf");
    Files.writeString(
        config,
        """
        listen=YES
        listen_address=127.0.0.8
        listen_port=%d
        anonymous_enable=YES
        no_anon_password=YES
        anon_root=%s
        secure_chroot_dir=%s
        background=NO
        seccomp_sandbox=NO
        vsftpd_log_file=%s
        """
            .formatted(port, root, empty, files.resolve("vsftpd.log")));
    Process vsftpd = new ProcessBuilder(tool("vsftpd"), config.toString()).inheritIO().start();
    try (LineRig rig =
        new LineRig()
            .shop("ftp", new InetSocketAddress(InetAddress.ofLiteral("127.0.0.8"), port))) {
      awaitPort(vsftpd, port);
      FTPClient client = new FTPClient();
      client.connect(rig.ftp.getAddress(), rig.ftp.getPort());
      assertThat(client.login("anonymous@www.shop.example", "me@example")).isTrue();
      client.setFileType(FTP.BINARY_FILE_TYPE);
      client.enterLocalPassiveMode();
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      assertThat(client.retrieveFile("big.bin", got)).as(client.getReplyString()).isTrue();
      assertThat(got.toByteArray()).isEqualTo(big);
      assertThat(client.listNames()).contains("big.bin");
      assertThat(client.sendCommand("STAT", "/")).isBetween(200, 299);
      assertThat(client.getReplyString()).doesNotContain("127.0.0.8");
      assertThat(client.sendCommand("FEAT")).isEqualTo(211);
      assertThat(client.getReplyString()).contains(" MDTM").contains(" AUTH TLS");
      client.enterLocalActiveMode();
      assertThat(client.listNames()).contains("big.bin");
      client.logout();
      client.disconnect();
    } finally {
      vsftpd.destroy();
      vsftpd.waitFor(5, TimeUnit.SECONDS);
      try (var left = Files.walk(root)) {
        left.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  private static String tool(String name) {
    return Files.isExecutable(Path.of("/usr/sbin/" + name)) ? "/usr/sbin/" + name : name;
  }

  private static void awaitPort(Process process, int port) throws Exception {
    while (process.isAlive()) {
      try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.8"), port)) {
        return;
      } catch (IOException e) {
        process.waitFor(20, TimeUnit.MILLISECONDS);
      }
    }
    throw new AssertionError("vsftpd ended with " + process.exitValue());
  }
}
