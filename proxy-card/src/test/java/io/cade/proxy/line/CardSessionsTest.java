package io.cade.proxy.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.FileCard;
import io.cade.proxy.testing.LineClient;
import io.cade.proxy.testing.LineRig;
import io.cade.proxy.testing.ScriptedServer;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions of FTP and POP3 at a card that is drained. */
@Timeout(30)
class CardSessionsTest {
  private static final String CARD = "127.0.0.7";

  private static LineClient ftp(LineRig rig) throws IOException {
    LineClient client = new LineClient(rig.ftp);
    client.line();
    client.ask("USER ann@www.shop.example");
    assertThat(client.ask("PASS secret")).startsWith("230 ");
    return client;
  }

  private static LineClient pop3(LineRig rig) throws IOException {
    LineClient client = new LineClient(rig.pop3);
    client.line();
    client.ask("USER ann@www.shop.example");
    assertThat(client.ask("PASS right")).isEqualTo("+OK PASS");
    return client;
  }

  private static ScriptedServer files() throws IOException {
    return ScriptedServer.ftp(CARD, line -> "200 " + line + "\r\n");
  }

  @Test
  void ftpSessionAtADrainedCardGoesOnUntilTheDeadlineAndIsToldToEndThen() throws Exception {
    try (ScriptedServer card = files();
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient client = ftp(rig)) {
      Instant deadline = rig.now.plusSeconds(60);
      rig.drain(deadline);
      rig.now = deadline.minusMillis(1);
      rig.sessions.endDrained();
      assertThat(client.ask("CWD a")).isEqualTo("200 CWD a");
      rig.now = deadline;
      rig.sessions.endDrained();
      assertThat(client.line()).startsWith("421 ");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void transferThatRunsAtTheDeadlineIsFinishedFirst() throws Exception {
    try (FileCard card = new FileCard(CARD, "");
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient client = ftp(rig)) {
      Matcher port = Pattern.compile("\\|\\|\\|(\\d+)\\|").matcher(client.ask("EPSV"));
      assertThat(port.find()).isTrue();
      try (Socket data = new Socket(LineRig.LOOPBACK, Integer.parseInt(port.group(1)))) {
        assertThat(client.ask("RETR file")).startsWith("150 ");
        rig.drain(rig.now);
        rig.sessions.endDrained();
        // The order to end has been heard when the answer to what was said later is there.
        assertThat(client.ask("STAT")).startsWith("211-");
        client.until("211 ");
        card.release();
        assertThat(data.getInputStream().readAllBytes()).isEmpty();
        assertThat(client.line()).startsWith("226 ");
        assertThat(client.line()).startsWith("421 ");
        assertThat(client.rest()).isEmpty();
      }
    }
  }

  @Test
  void pop3SessionAtADrainedCardIsClosedAtTheDeadline() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3(CARD);
        LineRig rig = new LineRig().shop("pop3", card.address());
        LineClient client = pop3(rig)) {
      rig.drain(rig.now.plusSeconds(60));
      rig.sessions.endDrained();
      assertThat(client.ask("STAT")).isEqualTo("+OK STAT");
      rig.now = rig.now.plus(Duration.ofMinutes(2));
      rig.sessions.endDrained();
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void drainThatWasCalledOffEndsNoSession() throws Exception {
    try (ScriptedServer card = files();
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient client = ftp(rig)) {
      rig.drain(rig.now.plusSeconds(60));
      rig.drain(null);
      rig.now = rig.now.plusSeconds(120);
      rig.sessions.endDrained();
      assertThat(client.ask("CWD a")).isEqualTo("200 CWD a");
    }
  }

  @Test
  void sessionsOfOtherCardsAndBeforeTheLoginGoOn() throws Exception {
    try (ScriptedServer card = files();
        ScriptedServer other = ScriptedServer.pop3("127.0.0.8");
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient newcomer = new LineClient(rig.ftp)) {
      newcomer.line();
      rig.drain(rig.now);
      rig.site(
          "mail",
          "mail.example",
          new io.cade.proxy.testing.Certificates.Pem("", ""),
          "pop3",
          other.address());
      try (LineClient client = new LineClient(rig.pop3)) {
        client.line();
        client.ask("USER ann@mail.example");
        assertThat(client.ask("PASS right")).isEqualTo("+OK PASS");
        rig.sessions.endDrained();
        assertThat(client.ask("STAT")).isEqualTo("+OK STAT");
        assertThat(newcomer.ask("NOOP")).startsWith("200 ");
      }
    }
  }

  @Test
  void whoHasLeftIsForgotten() throws Exception {
    try (ScriptedServer card = files();
        LineRig rig = new LineRig().shop("ftp", card.address())) {
      try (LineClient client = ftp(rig)) {
        assertThat(rig.sessions.cards()).isEqualTo(1);
        assertThat(client.ask("QUIT")).startsWith("221 ");
        assertThat(client.rest()).isEmpty();
      }
      long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      while (rig.sessions.cards() > 0 && System.nanoTime() - end < 0) {
        Thread.onSpinWait();
      }
      assertThat(rig.sessions.cards()).isZero();
    }
  }
}
