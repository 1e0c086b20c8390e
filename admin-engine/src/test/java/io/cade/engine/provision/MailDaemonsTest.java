package io.cade.engine.provision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cade.agent.run.OsServiceProcesses;
import io.cade.agent.run.ServiceProcesses.ServiceProcess;
import io.cade.agent.run.ServiceProcesses.ServiceSpec;
import io.cade.agent.run.ServiceRuntimes;
import io.cade.agent.wire.FilesForm;
import io.cade.agent.wire.MailSite;
import io.cade.agent.wire.ServicePorts;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Debian's Dovecot and vsftpd under what is written for them, started as an agent starts them and
 * used over real sockets. As root too, where they step down to users of their own.
 */
@Timeout(120)
final class MailDaemonsTest {
  private static final InetAddress CARD = InetAddress.ofLiteral("127.1.20.5");

  /** Of the password "open sesame": openssl passwd -6 -salt cade. */
  private static final String HASH =
      "$6$cade$gtdAnhOYCa.Uskkow7qQ2sn3zVD1oSSlWBxUPWsLZJ"
          + "xxyyp17GUl2SGchdbuDAqmd520cOliJjd0X6VXD5rbp.";

  @TempDir Path dir;
  private Path content = Path.of("unset");
  private int port;
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final List<ServiceProcess> started = new ArrayList<>();

  @BeforeEach
  void content() throws IOException {
    // As a card's directory is: for its agent alone.
    Path card =
        Files.createDirectory(
            dir.resolve("card"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    content = Files.createDirectory(card.resolve("content"));
    try (ServerSocket free = new ServerSocket(0, 1, CARD)) {
      port = free.getLocalPort() - 2;
    }
  }

  @AfterEach
  void end() throws Exception {
    for (ServiceProcess process : started) {
      process.kill();
      process.exited().get(60, TimeUnit.SECONDS);
    }
  }

  private ServiceSpec spec(String kind) {
    return new ServiceSpec(
        "post",
        kind,
        content,
        content.resolveSibling("run"),
        null,
        new InetSocketAddress(CARD, port),
        said::add);
  }

  private ServiceProcess start(String kind) throws IOException {
    ServiceProcess process =
        new OsServiceProcesses(ServiceRuntimes.ofThisProcess()).start(spec(kind));
    started.add(process);
    return process;
  }

  private Dialogue connect(ServiceProcess process, int at) throws Exception {
    while (true) {
      try {
        return new Dialogue(at);
      } catch (ConnectException e) {
        assertThat(process.exited()).as("still there; said %s", said).isNotDone();
        Thread.sleep(20);
      }
    }
  }

  // Dovecot.

  private void mail() throws IOException {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/lib/dovecot/pop3-login")),
        "needs Dovecot (package dovecot-pop3d)");
    Files.writeString(content.resolve("users"), "ann:" + HASH + "\nbob:" + HASH + "\n");
    Path box = Files.createDirectories(content.resolve("mail/ann"));
    Files.writeString(box.resolve("1-hello.eml"), "Subject: hello\n\nfirst\n.dot\n");
    Files.writeString(box.resolve("2-again.eml"), "Subject: again\n\nsecond\n");
    Files.writeString(content.resolve(MailSite.DOVECOT), DovecotPlugin.configuration());
  }

  @Test
  void dovecotGivesAMailboxToWhoeverKnowsItsPassword() throws Exception {
    mail();
    ServiceProcess process = start(ServicePorts.DOVECOT);
    try (Dialogue pop3 = connect(process, ServicePorts.pop3(port))) {
      assertThat(pop3.line()).startsWith("+OK ");
      assertThat(pop3.ask("USER ann")).startsWith("+OK");
      assertThat(pop3.ask("PASS wrong")).startsWith("-ERR");
      assertThat(pop3.ask("USER ann")).startsWith("+OK");
      assertThat(pop3.ask("PASS open sesame")).startsWith("+OK");
      assertThat(pop3.ask("LIST")).isEqualTo("+OK 2 messages:");
      assertThat(pop3.untilDot()).hasSize(2);
      assertThat(pop3.ask("UIDL")).startsWith("+OK");
      // The same on every card and after every start.
      assertThat(pop3.untilDot()).containsExactly("1 1-hello.eml", "2 2-again.eml");
      assertThat(pop3.ask("RETR 1")).startsWith("+OK");
      assertThat(pop3.untilDot()).containsExactly("Subject: hello", "", "first", "..dot");
      assertThat(pop3.ask("DELE 2")).startsWith("+OK");
      assertThat(pop3.ask("QUIT")).startsWith("+OK");
    }
    try (Dialogue pop3 = connect(process, ServicePorts.pop3(port))) {
      pop3.line();
      pop3.ask("USER ann");
      pop3.ask("PASS open sesame");
      assertThat(pop3.ask("STAT")).startsWith("+OK 1 ");
      assertThat(pop3.ask("QUIT")).startsWith("+OK");
    }
    try (Dialogue pop3 = connect(process, ServicePorts.pop3(port))) {
      pop3.line();
      pop3.ask("USER bob");
      assertThat(pop3.ask("PASS open sesame")).startsWith("+OK");
      assertThat(pop3.ask("STAT")).isEqualTo("+OK 0 0");
    }
    process.stop();
    assertThat(process.exited().get(60, TimeUnit.SECONDS)).startsWith("exit code 0");
    assertThatThrownBy(() -> new Dialogue(ServicePorts.pop3(port)))
        .isInstanceOf(ConnectException.class);
    // What was signed is as it came.
    assertThat(content.resolve("mail/ann/2-again.eml")).exists();
    assertThat(said)
        .as("nothing to complain of but that it was told to end")
        .allSatisfy(line -> assertThat(line).contains("Killed with signal 15"));
  }

  @Test
  void manyFailedLoginsOfOneProxyDoNotKeepOthersWaiting() throws Exception {
    mail();
    ServiceProcess process = start(ServicePorts.DOVECOT);
    for (int i = 0; i < 4; i++) {
      try (Dialogue pop3 = connect(process, ServicePorts.pop3(port))) {
        pop3.line();
        pop3.ask("USER ann");
        assertThat(pop3.ask("PASS guess" + i)).startsWith("-ERR");
      }
    }
    // Each socket waits at most ten seconds; Dovecot's own penalty would be 15 s by now.
    try (Dialogue pop3 = connect(process, ServicePorts.pop3(port))) {
      pop3.line();
      pop3.ask("USER ann");
      assertThat(pop3.ask("PASS open sesame")).startsWith("+OK");
    }
  }

  @Test
  void dovecotSaysItselfWhatIsWrongWithAConfiguration() throws Exception {
    mail();
    Files.writeString(
        content.resolve(MailSite.DOVECOT), DovecotPlugin.configuration() + "no_such_setting = 1\n");
    assertThat(start(ServicePorts.DOVECOT).exited().get(60, TimeUnit.SECONDS))
        .startsWith("exit code 89: ")
        .contains("Unknown setting: no_such_setting");
  }

  @Test
  void aTakenPortEndsDovecotWithTheCause() throws Exception {
    mail();
    try (ServerSocket taken = new ServerSocket(ServicePorts.pop3(port), 1, CARD)) {
      assertThat(taken.isBound()).isTrue();
      assertThat(start(ServicePorts.DOVECOT).exited().get(60, TimeUnit.SECONDS))
          .startsWith("exit code 89: ")
          .contains("Failed to start listeners");
      assertThat(said).anyMatch(line -> line.contains("Address already in use"));
    }
  }

  // vsftpd.

  private void files(String form) throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/vsftpd")), "needs vsftpd (package vsftpd)");
    Path files = Files.createDirectories(content.resolve("ftp/docs"));
    Files.writeString(files.resolveSibling("readme.txt"), "for everybody");
    Files.writeString(files.resolve("deep.txt"), "deep");
    Files.writeString(content.resolve(FilesForm.FILE), form);
    Files.writeString(
        content.resolve(MailSite.VSFTPD), VsftpdPlugin.configuration(FilesForm.parse(form)));
  }

  private Dialogue logIn(ServiceProcess process) throws Exception {
    Dialogue ftp = connect(process, ServicePorts.ftp(port));
    assertThat(ftp.line()).isEqualTo("220 FTP");
    assertThat(ftp.ask("USER anonymous")).startsWith("331 ");
    assertThat(ftp.ask("PASS guest")).startsWith("230 ");
    return ftp;
  }

  @Test
  void vsftpdListsAndGivesFilesAndTakesSomeWhereItMay() throws Exception {
    files("upload = 1\npassive-ports = 41000-41099\n");
    ServiceProcess process = start(ServicePorts.VSFTPD);
    try (Dialogue ftp = logIn(process)) {
      assertThat(ftp.ask("PWD")).startsWith("257 \"/pub\"");
      assertThat(ftp.get("NLST").lines()).containsExactly("docs", "incoming", "readme.txt");
      assertThat(ftp.get("RETR readme.txt")).isEqualTo("for everybody");
      assertThat(ftp.get("RETR docs/deep.txt")).isEqualTo("deep");
      assertThat(ftp.put("STOR incoming/mine.txt", "from outside")).startsWith("226 ");
      assertThat(ftp.get("RETR incoming/mine.txt")).isEqualTo("from outside");
      // Nowhere else, nothing that is there, and not without end.
      assertThat(ftp.put("STOR docs/mine.txt", "x")).startsWith("553 ");
      assertThat(ftp.put("STOR readme.txt", "x")).startsWith("553 ");
      assertThat(ftp.put("STOR incoming/mine.txt", "x")).startsWith("553 ");
      assertThat(ftp.ask("DELE incoming/mine.txt")).startsWith("550 ");
      assertThat(ftp.put("STOR incoming/big", "x".repeat(3 << 20))).doesNotStartWith("226 ");
      assertThat(ftp.ask("QUIT")).startsWith("221 ");
    }
    process.stop();
    assertThat(process.exited().get(60, TimeUnit.SECONDS)).isEqualTo("exit code 0");
    assertThatThrownBy(() -> new Dialogue(ServicePorts.ftp(port)))
        .isInstanceOf(ConnectException.class);
    assertThat(content.resolve("ftp/incoming")).doesNotExist();
    assertThat(said).as("nothing to complain of").isEmpty();
  }

  @Test
  void nothingOfTheCardIsSeenBesideTheFiles() throws Exception {
    files("");
    Path secret = Files.writeString(content.resolveSibling("secret"), "key");
    ServiceProcess process = start(ServicePorts.VSFTPD);
    try (Dialogue ftp = logIn(process)) {
      for (String path :
          List.of(
              secret.toString(),
              "/etc/shadow",
              "/etc/hosts",
              "../../etc/hosts",
              "/etc/cade-vsftpd.conf",
              "../etc/cade-vsftpd.conf",
              "/proc/1/maps")) {
        assertThat(ftp.get("RETR " + path)).as(path).isEmpty();
      }
      assertThat(ftp.ask("CWD /etc")).startsWith("250 ");
      assertThat(ftp.get("RETR cade-vsftpd.conf")).isEmpty();
      assertThat(ftp.get("NLST /")).isEmpty();
      assertThat(ftp.get("NLST /etc")).isEmpty();
      // Without "upload" nothing is taken at all.
      assertThat(ftp.put("STOR incoming/mine.txt", "x")).startsWith("550 ");
    }
  }

  @Test
  void whoIsConnectedIsCutOffWhenTheServiceEnds() throws Exception {
    files("");
    ServiceProcess process = start(ServicePorts.VSFTPD);
    try (Dialogue ftp = logIn(process)) {
      process.stop();
      process.exited().get(60, TimeUnit.SECONDS);
      assertThat(ftp.line()).as("the end of the connection").isEmpty();
    }
  }

  @Test
  void vsftpdSaysItselfWhatIsWrongWithAConfiguration() throws Exception {
    files("");
    Files.writeString(
        content.resolve(MailSite.VSFTPD),
        VsftpdPlugin.configuration(FilesForm.standard()) + "no_such_setting=1\n");
    assertThat(start(ServicePorts.VSFTPD).exited().get(60, TimeUnit.SECONDS))
        .isEqualTo("exit code 2: 500 OOPS: unrecognised variable in config file: no_such_setting");
  }

  /** A client that says exactly what it is told. */
  private static final class Dialogue implements AutoCloseable {
    private final Socket socket = new Socket();

    Dialogue(int at) throws IOException {
      socket.setSoTimeout(10_000);
      socket.connect(new InetSocketAddress(CARD, at), 5_000);
    }

    /** The next line without its end; empty at the end of the connection. */
    String line() throws IOException {
      StringBuilder line = new StringBuilder();
      InputStream in = socket.getInputStream();
      for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
        if (c != '\r') {
          line.append((char) c);
        }
      }
      return line.toString();
    }

    String ask(String command) throws IOException {
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      return line();
    }

    List<String> untilDot() throws IOException {
      List<String> lines = new ArrayList<>();
      for (String line = line(); !line.equals("."); line = line()) {
        lines.add(line);
      }
      return lines;
    }

    private Socket data() throws IOException {
      String reply = ask("EPSV");
      assertThat(reply).startsWith("229 ");
      String[] parts = reply.split("\\|", -1);
      Socket data = new Socket(CARD, Integer.parseInt(parts[3]));
      data.setSoTimeout(10_000);
      return data;
    }

    /** What came over a data connection; empty when it was refused. */
    String get(String command) throws IOException {
      try (Socket data = data()) {
        if (!ask(command).startsWith("150 ")) {
          return "";
        }
        String text = new String(data.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        line();
        return text;
      }
    }

    /** The last reply to a transfer to the server. */
    String put(String command, String text) throws IOException {
      try (Socket data = data()) {
        String reply = ask(command);
        if (!reply.startsWith("150 ")) {
          return reply;
        }
        try {
          data.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
          data.shutdownOutput();
        } catch (IOException e) {
          // The server has had enough; its reply says so.
        }
        return line();
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
