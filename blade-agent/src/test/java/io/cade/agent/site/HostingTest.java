package io.cade.agent.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.ServicePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class HostingTest {
  private static final InetAddress CARD = InetAddress.ofLiteral("127.1.20.14");

  @TempDir Path folder;
  private Path content;
  private InetSocketAddress http;
  private Hosting hosting;

  @BeforeEach
  void open() throws Exception {
    content = Files.createDirectories(folder.resolve("content"));
    Files.createDirectories(content.resolve("www"));
    Files.createDirectories(content.resolve("ftp/sub"));
    Files.createDirectories(content.resolve("mail/ann"));
    Files.writeString(content.resolve("www/index.html"), "page");
    Files.writeString(content.resolve("ftp/a.txt"), "0123456789");
    Files.writeString(content.resolve("ftp/sub/b.txt"), "b");
    Files.writeString(folder.resolve("outside"), "secret");
    Files.createSymbolicLink(content.resolve("ftp/link"), folder.resolve("outside"));
    Files.writeString(content.resolve("mail/ann/1.eml"), "Subject: one\n\n.dot\nlast\n");
    Files.writeString(content.resolve("mail/ann/2.eml"), "Subject: two\r\n\r\nbody\r\n");
    Files.writeString(
        content.resolve("users"),
        Users.line("ann", "s e:cret", 10, new byte[16]) + "\nanonymous\n");
    int port;
    do {
      try (ServerSocket probe = new ServerSocket(0, 1, CARD)) {
        port = probe.getLocalPort();
      }
    } while (port > 65000);
    http = new InetSocketAddress(CARD, port);
    hosting = Hosting.open(ServicePorts.HOSTING, http, content);
  }

  @AfterEach
  void close() {
    hosting.close();
  }

  private static final class Client implements AutoCloseable {
    final Socket socket;
    final LineService.Line line;

    Client(int port) throws IOException {
      socket = new Socket(CARD, port);
      socket.setSoTimeout(5000);
      line = new LineService.Line(socket);
      line.next();
    }

    String ask(String command) throws IOException {
      line.say(command);
      return String.valueOf(line.next());
    }

    List<String> until(String end) throws IOException {
      List<String> lines = new ArrayList<>();
      String next;
      do {
        next = String.valueOf(line.next());
        lines.add(next);
      } while (!next.equals(end) && !next.equals("null"));
      return lines;
    }

    String fetch(String command) throws IOException {
      String port = ask("EPSV").replaceAll(".*\\|(\\d+)\\|.*", "$1");
      try (Socket data = new Socket(CARD, Integer.parseInt(port))) {
        assertThat(ask(command)).startsWith("150 ");
        String text = new String(data.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(line.next()).startsWith("226 ");
        return text;
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private Client ftp() throws IOException {
    Client client = new Client(ServicePorts.ftp(http.getPort()));
    client.ask("USER ann");
    assertThat(client.ask("PASS s e:cret")).startsWith("230 ");
    return client;
  }

  private Client pop3() throws IOException {
    Client client = new Client(ServicePorts.pop3(http.getPort()));
    client.ask("USER ann");
    assertThat(client.ask("PASS s e:cret")).startsWith("+OK");
    return client;
  }

  @Test
  void filesAreListedAndFetchedAlsoFromTheMiddle() throws Exception {
    try (Client client = ftp()) {
      assertThat(client.fetch("NLST")).isEqualTo("a.txt\r\nlink\r\nsub\r\n");
      assertThat(client.fetch("LIST sub")).contains(" b.txt");
      assertThat(client.fetch("MLSD")).contains("type=file;size=10;");
      assertThat(client.fetch("RETR /a.txt")).isEqualTo("0123456789");
      assertThat(client.ask("REST 7")).startsWith("350 ");
      // A port may be asked for in between; the position is for the next transfer.
      assertThat(client.fetch("RETR a.txt")).isEqualTo("789");
      assertThat(client.ask("SIZE a.txt")).isEqualTo("213 10");
      assertThat(client.ask("CWD sub")).startsWith("250 ");
      assertThat(client.ask("PWD")).isEqualTo("257 \"/sub\"");
      assertThat(client.fetch("RETR b.txt")).isEqualTo("b");
      assertThat(client.ask("CDUP")).startsWith("250 ");
    }
  }

  @Test
  void nothingOutsideIsFoundAndNothingCanBeChanged() throws Exception {
    try (Client client = ftp()) {
      assertThat(client.ask("RETR link")).startsWith("550 ");
      assertThat(client.ask("RETR ../users")).startsWith("550 ");
      assertThat(client.ask("SIZE /../../outside")).startsWith("550 ");
      assertThat(client.ask("DELE a.txt")).startsWith("550 ");
      assertThat(client.ask("STOR new")).startsWith("550 ");
      assertThat(client.ask("PORT 127,0,0,1,4,5")).startsWith("502 ");
    }
  }

  @Test
  void anonymousMayFetchAndAWrongPasswordMayNot() throws Exception {
    try (Client client = new Client(ServicePorts.ftp(http.getPort()))) {
      assertThat(client.ask("LIST")).startsWith("530 ");
      client.ask("USER anonymous");
      assertThat(client.ask("PASS x@y")).startsWith("230 ");
      assertThat(client.fetch("RETR a.txt")).hasSize(10);
    }
    try (Client client = new Client(ServicePorts.ftp(http.getPort()))) {
      for (int i = 0; i < 3; i++) {
        client.ask("USER ann");
        assertThat(client.ask("PASS wrong")).startsWith("530 ");
      }
      assertThat(client.line.next()).isNull();
    }
  }

  @Test
  void mailIsReadWithDotsDoubledAndCannotBeDeleted() throws Exception {
    try (Client client = pop3()) {
      assertThat(client.ask("STAT")).isEqualTo("+OK 2 " + (14 + 2 + 6 + 6 + 14 + 2 + 6));
      assertThat(client.ask("RETR 1")).isEqualTo("+OK");
      assertThat(client.until(".")).containsExactly("Subject: one", "", "..dot", "last", ".");
      assertThat(client.ask("TOP 1 1")).isEqualTo("+OK");
      assertThat(client.until(".")).containsExactly("Subject: one", "", "..dot", ".");
      assertThat(client.ask("LIST 2")).isEqualTo("+OK 2 22");
      assertThat(client.ask("RETR 3")).startsWith("-ERR");
      assertThat(client.ask("DELE 1")).startsWith("-ERR [SYS/PERM]");
      assertThat(client.ask("UIDL")).isEqualTo("+OK");
      assertThat(client.until(".")).hasSize(3).doesNotHaveDuplicates();
      assertThat(client.ask("QUIT")).startsWith("+OK");
    }
  }

  @Test
  void anonymousHasNoMailbox() throws Exception {
    try (Client client = new Client(ServicePorts.pop3(http.getPort()))) {
      client.ask("USER anonymous");
      assertThat(client.ask("PASS x")).startsWith("-ERR");
    }
  }

  @Test
  void aUsersFileThatCannotBeReadIsNamedByItsLine() throws Exception {
    Files.writeString(content.resolve("users"), "anonymous\nann:secret\n");
    assertThatThrownBy(() -> Users.read(content.resolve("users")))
        .isInstanceOf(IOException.class)
        .hasMessage("line 2 of users is not NAME:ITERATIONS:SALT:HASH");
    assertThat(Users.read(content.resolve("absent")).admits("ann", "")).isFalse();
  }
}
