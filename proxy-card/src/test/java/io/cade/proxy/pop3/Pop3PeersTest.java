package io.cade.proxy.pop3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import io.cade.proxy.testing.Certificates;
import io.cade.proxy.testing.LineRig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.net.pop3.POP3Client;
import org.apache.commons.net.pop3.POP3MessageInfo;
import org.apache.commons.net.pop3.POP3SClient;
import org.apache.commons.net.util.TrustManagerUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients and servers that others have written: curl, Commons Net, GreenMail. */
@Timeout(60)
class Pop3PeersTest {
  private static final String CARD = "127.0.0.7";
  private GreenMail mail;
  private InetSocketAddress card;

  @BeforeEach
  void startServer() throws Exception {
    mail = new GreenMail(new ServerSetup(0, CARD, ServerSetup.PROTOCOL_POP3));
    mail.start();
    card = new InetSocketAddress(InetAddress.ofLiteral(CARD), mail.getPop3().getPort());
    var ann = mail.setUser("ann@localhost", "ann", "secret");
    for (int i = 0; i < 3; i++) {
      ann.deliver(
          GreenMailUtil.createTextEmail(
              "ann@localhost",
              "bob@localhost",
              "subject " + i,
              "body " + i,
              mail.getPop3().getServerSetup()));
    }
  }

  @AfterEach
  void stopServer() {
    mail.stop();
  }

  private static void read(POP3Client client) throws Exception {
    assertThat(client.login("ann@www.shop.example", "secret")).isTrue();
    POP3MessageInfo[] messages = client.listMessages();
    assertThat(messages).hasSize(3);
    try (var message = client.retrieveMessage(2)) {
      StringBuilder text = new StringBuilder();
      for (int c = message.read(); c >= 0; c = message.read()) {
        text.append((char) c);
      }
      assertThat(text).contains("subject 1");
    }
    assertThat(client.deleteMessage(1)).isTrue();
    assertThat(client.logout()).isTrue();
    client.disconnect();
  }

  @Test
  void commonsNetReadsAndDeletesInPlain() throws Exception {
    try (LineRig rig = new LineRig().shop("pop3", card)) {
      POP3Client client = new POP3Client();
      client.connect(rig.pop3.getAddress(), rig.pop3.getPort());
      read(client);
      assertThat(mail.getReceivedMessages()).hasSize(2);
    }
  }

  @Test
  void commonsNetReadsAfterStls() throws Exception {
    try (LineRig rig = new LineRig().secureShop("pop3", card)) {
      POP3SClient client = new POP3SClient(false, Certificates.trustingAll());
      client.setTrustManager(TrustManagerUtils.getAcceptAllTrustManager());
      client.connect(rig.pop3.getAddress(), rig.pop3.getPort());
      assertThat(client.execTLS()).isTrue();
      read(client);
    }
  }

  @Test
  void commonsNetReadsInTlsFromTheFirstByte() throws Exception {
    try (LineRig rig = new LineRig().secureShop("pop3", card)) {
      POP3SClient client = new POP3SClient(true, Certificates.trustingAll());
      client.setTrustManager(TrustManagerUtils.getAcceptAllTrustManager());
      client.connect(rig.pop3s.getAddress(), rig.pop3s.getPort());
      read(client);
    }
  }

  @Test
  void wrongPasswordIsRefusedByTheRealServer() throws Exception {
    try (LineRig rig = new LineRig().shop("pop3", card)) {
      POP3Client client = new POP3Client();
      client.connect(rig.pop3.getAddress(), rig.pop3.getPort());
      assertThat(client.login("ann@www.shop.example", "wrong")).isFalse();
      assertThat(client.login("ann@www.shop.example", "secret")).isTrue();
      client.disconnect();
    }
  }

  @Test
  void curlReadsInPlainByStlsAndInTlsFromTheFirstByte() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "needs curl (package curl)");
    try (LineRig rig = new LineRig().secureShop("pop3", card)) {
      String plain = "pop3://127.0.0.1:" + rig.pop3.getPort() + "/1";
      assertThat(curl(plain)).contains("subject 0");
      assertThat(curl("--ssl-reqd", "--insecure", plain)).contains("subject 0");
      assertThat(curl("--login-options", "AUTH=PLAIN", plain)).contains("subject 0");
      assertThat(curl("--insecure", "pop3s://127.0.0.1:" + rig.pop3s.getPort() + "/1"))
          .contains("subject 0");
    }
  }

  private static String curl(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("curl", "-sS", "--max-time", "20", "--user", "ann@www.shop.example:secret"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(errors).isZero();
    return out;
  }
}
