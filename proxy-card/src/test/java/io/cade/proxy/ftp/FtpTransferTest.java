package io.cade.proxy.ftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.line.LineLimits;
import io.cade.proxy.testing.FileCard;
import io.cade.proxy.testing.LineClient;
import io.cade.proxy.testing.LineRig;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Speed, silence and the end of the daemon, seen from a transfer. */
@Timeout(30)
class FtpTransferTest {
  private static final String CARD = "127.0.0.7";

  private static LineClient in(LineRig rig) throws IOException {
    LineClient client = new LineClient(rig.ftp);
    client.line();
    client.ask("USER ann@www.shop.example");
    assertThat(client.ask("PASS secret")).startsWith("230 ");
    return client;
  }

  private static Socket retrieve(LineClient client) throws IOException {
    int port = FtpAddress.portOfExtendedReply(client.ask("EPSV"));
    Socket data = new Socket(LineRig.LOOPBACK, port);
    data.setSoTimeout(10_000);
    assertThat(client.ask("RETR file")).startsWith("150 ");
    return data;
  }

  @Test
  void speedOfATransferIsLimited() throws Exception {
    LineLimits q = LineRig.quick();
    LineLimits slow =
        new LineLimits(
            q.maxVisitors(),
            q.maxPerVisitor(),
            q.maxLine(),
            q.maxReplyLine(),
            q.loginAttempts(),
            q.loginTimeout(),
            q.connectTimeout(),
            q.replyTimeout(),
            q.idleTimeout(),
            q.dataTimeout(),
            1_000_000,
            false);
    try (FileCard card = new FileCard(CARD, "x".repeat(600_000));
        LineRig rig = new LineRig(slow).shop("ftp", card.address());
        LineClient client = in(rig)) {
      long begun = System.nanoTime();
      try (Socket data = retrieve(client)) {
        assertThat(data.getInputStream().readAllBytes()).hasSize(600_000);
      }
      assertThat(System.nanoTime() - begun).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(250));
      assertThat(client.line()).startsWith("226 ");
    }
  }

  @Test
  void silentTransferIsResetAndTold() throws Exception {
    try (FileCard card = new FileCard(CARD, "");
        LineRig rig = new LineRig(LineRig.quick()).shop("ftp", card.address());
        LineClient client = in(rig)) {
      try (Socket data = retrieve(client)) {
        assertThat(client.line()).startsWith("426 ");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> data.getInputStream().read())
            .as("an orderly end would pass for the end of the file")
            .hasMessageContaining("reset");
      }
      assertThat(client.ask("STAT")).startsWith("211-");
    }
  }

  @Test
  void runningTransferEndsBeforeTheDaemonDoes() throws Exception {
    try (FileCard card = new FileCard(CARD, "");
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient idle = in(rig);
        LineClient client = in(rig)) {
      try (Socket data = retrieve(client)) {
        CompletableFuture<Void> drained =
            CompletableFuture.runAsync(() -> {
              try {
                rig.ftpServer.drain(Duration.ofSeconds(10));
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
        assertThat(idle.line()).startsWith("421 ");
        assertThat(drained).isNotDone();
        card.release();
        assertThat(data.getInputStream().read()).isEqualTo(-1);
        assertThat(client.line()).startsWith("226 ");
        // 421 when the drain reaches this session, on another event loop, only behind the transfer.
        assertThat(client.line()).matches("(221|421) .*");
        drained.get(10, TimeUnit.SECONDS);
      }
    }
  }
}
