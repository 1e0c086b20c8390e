package io.cade.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.ProxyRig;
import io.cade.proxy.testing.Visitor;
import io.cade.proxy.testing.Visitor.Answer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What visitors may not do, over real sockets. */
// Lines of HTTP end with CRLF, which a text block would only hide.
@SuppressWarnings("StringConcatToTextBlock")
@Timeout(30)
class VisitorGuardTest {
  private static final String HOST = "Host: www.shop.example\r\n";

  @Test
  void smuggledRequestsReachNoCardAndEndTheConnection() throws Exception {
    String smuggled = "GET /smuggled HTTP/1.1\r\n" + HOST + "\r\n";
    String post = "POST / HTTP/1.1\r\n" + HOST;
    String[] attempts = {
      // CL.TE and TE.CL
      post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
      post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n" + smuggled,
      // TE.TE
      post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n" + smuggled,
      post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled,
      post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled,
      post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + smuggled,
      // lengths
      post + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + smuggled,
      post + "Content-Length: +0\r\n\r\n" + smuggled,
      post + "Content-Length: 0, 44\r\n\r\n" + smuggled,
      // line ends
      "GET / HTTP/1.1\n" + HOST + "\r\n" + smuggled,
      post + "X: a\nContent-Length: 44\r\n\r\n" + smuggled,
      post + "X: a\rContent-Length: 44\r\n\r\n" + smuggled,
      "GET / HTTP/1.1\r\n" + HOST + "X: a\0\r\n\r\n" + smuggled,
      "\r\n\r\n\r\n\r\n" + smuggled,
      // hosts
      "GET / HTTP/1.1\r\n" + HOST + HOST + "\r\n" + smuggled,
      "GET http://other.example/ HTTP/1.1\r\n" + HOST + "\r\n" + smuggled,
      // bodies
      post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + smuggled,
      post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n" + smuggled,
      post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n" + smuggled,
      post + "Transfer-Encoding: chunked\r\n\r\n0\n\n" + smuggled,
      post + "Transfer-Encoding: chunked\r\n\r\n1\r\naXX0\r\n\r\n" + smuggled,
    };
    for (String attempt : attempts) {
      try (Card card = Card.named("hello");
          ProxyRig rig = new ProxyRig(ProxyRig.SHORT).shop(card);
          Visitor visitor = rig.visitor()) {
        Answer answer = visitor.send(attempt).answer();
        assertThat(answer.status()).as(attempt).isIn(400, 501);
        assertThat(answer.body()).doesNotContain("127.");
        assertThat(visitor.isClosedByProxy()).as(attempt).isTrue();
        assertThat(card.requests)
            .as(attempt)
            .noneMatch(request -> request.head().contains("smuggled"));
      }
    }
  }

  @Test
  void sameBytesAreJudgedAlikeHoweverTheyArriveCut() throws Exception {
    String requests =
        "POST /a HTTP/1.1\r\n"
            + HOST
            + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            + "\r\nGET /b HTTP/1.1\r\n"
            + HOST
            + "\r\nGET /c HTTP/1.1\r\n"
            + HOST
            + "X : 1\r\n\r\n";
    try (Card card =
            new Card(
                (request, in, out) -> Card.reply(out, 200, request.target() + request.text()));
        ProxyRig rig = new ProxyRig().shop(card)) {
      for (int cut = 1; cut < 40; cut += 3) {
        try (Visitor visitor = rig.visitor()) {
          for (int at = 0; at < requests.length(); at += cut) {
            visitor.send(requests.substring(at, Math.min(requests.length(), at + cut)));
          }
          assertThat(visitor.answer().body()).isEqualTo("/aabc");
          assertThat(visitor.answer().body()).isEqualTo("/b");
          assertThat(visitor.answer().status()).isEqualTo(400);
        }
      }
    }
  }

  @Test
  void tooLongTargetsAndTooLargeHeadsAreNamed() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig(ProxyRig.SHORT).shop(card)) {
      try (Visitor visitor = rig.visitor()) {
        visitor.send("GET /" + "a".repeat(2000) + " HTTP/1.1\r\n" + HOST + "\r\n");
        assertThat(visitor.answer().status()).isEqualTo(414);
      }
      try (Visitor visitor = rig.visitor()) {
        visitor.send("GET / HTTP/1.1\r\n" + HOST + "X: " + "a".repeat(8000) + "\r\n\r\n");
        assertThat(visitor.answer().status()).isEqualTo(431);
      }
      assertThat(rig.statistics.refusals("URI_TOO_LONG")).isEqualTo(1);
    }
  }

  @Test
  void slowHeadIsCutAfterItsTime() throws Exception {
    try (ProxyRig rig = new ProxyRig(ProxyRig.SHORT).shop();
        Visitor visitor = rig.visitor()) {
      visitor.send("GET / HTTP/1.1\r\nHost: www");
      assertThat(visitor.answer().status()).isEqualTo(408);
      assertThat(visitor.isClosedByProxy()).isTrue();
    }
  }

  @Test
  void silentVisitorIsDisconnectedWithoutAWord() throws Exception {
    try (ProxyRig rig = new ProxyRig(ProxyRig.SHORT).shop();
        Visitor visitor = rig.visitor()) {
      assertThat(visitor.isClosedByProxy()).isTrue();
    }
  }

  @Test
  void bodyThatStopsArrivingIsCutAfterItsTime() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig(ProxyRig.SHORT).shop(card);
        Visitor visitor = rig.visitor()) {
      visitor.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 10\r\n\r\nabc");
      assertThat(visitor.answer().status()).isEqualTo(408);
    }
  }

  @Test
  void moreVisitorsThanAllowedAreTurnedAway() throws Exception {
    Visitor[] all = new Visitor[101];
    try (ProxyRig rig = new ProxyRig(ProxyRig.SHORT).shop()) {
      for (int i = 0; i < 100; i++) {
        all[i] = rig.visitor();
      }
      all[100] = rig.visitor();
      assertThat(all[100].isClosedByProxy()).isTrue();
      assertThat(rig.statistics.visitorsTurnedAway()).isEqualTo(1);
    } finally {
      for (Visitor visitor : all) {
        if (visitor != null) {
          visitor.close();
        }
      }
    }
  }

  @Test
  void runningRequestIsFinishedWhileDraining() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    try (Card card =
            new Card((request, in, out) -> {
              asked.countDown();
              await(answer);
              return Card.reply(out, 200, "done");
            });
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor idle = rig.visitor();
        Visitor visitor = rig.visitor()) {
      visitor.send("GET / HTTP/1.1\r\n" + HOST + "\r\n");
      asked.await();
      Thread draining =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  rig.proxy.drain(Duration.ofSeconds(5));
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      assertThat(idle.isClosedByProxy()).isTrue();
      answer.countDown();
      Answer last = visitor.answer();
      assertThat(last.body()).isEqualTo("done");
      // The answer may overtake the draining of its own connection, which ends all the same.
      assertThat(last.header("Connection")).isIn("close", "");
      assertThat(visitor.isClosedByProxy()).isTrue();
      draining.join();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** PROXY v2, TCP over IPv4, from 203.0.113.7:1234 to 127.0.0.1:80. */
  private static final byte[] PROXY_HEADER =
      HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000ccb0071077f00000104d20050");

  @Test
  void addressToldByATrustedBalancerIsTheVisitors() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig =
            new ProxyRig(io.cade.proxy.http.VisitorLimits.standard(), Set.of("127.0.0.1"))
                .shop(card);
        Socket socket = new Socket(rig.http.getAddress(), rig.http.getPort());
        Visitor visitor = new Visitor(socket)) {
      String request = "GET / HTTP/1.1\r\n" + HOST + "\r\n";
      for (byte b : PROXY_HEADER) {
        socket.getOutputStream().write(b); // one by one: it may come cut anywhere
      }
      visitor.send(request);
      assertThat(visitor.answer().status()).isEqualTo(200);
      assertThat(card.requests.getFirst().header("X-Forwarded-For")).isEqualTo("203.0.113.7");
      try (Visitor direct = rig.visitor()) {
        assertThat(direct.send(request).answer().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void addressToldByAnybodyElseIsRefused() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      visitor.send(new String(PROXY_HEADER, StandardCharsets.ISO_8859_1));
      visitor.send("GET / HTTP/1.1\r\n" + HOST + "\r\n");
      assertThat(visitor.answer().status()).isEqualTo(400);
      assertThat(visitor.isClosedByProxy()).isTrue();
      assertThat(card.requests).isEmpty();
    }
  }

  @Test
  void thousandsOfUnfinishedHeadsTakeNoMoreMemoryThanIsMeantForThemAndOthersAreServed()
      throws Exception {
    String begun = "GET / HTTP/1.1\r\n" + HOST + "X-Long: " + "x".repeat(20_000);
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig().shop(card)) {
      List<Visitor> flood = new ArrayList<>();
      try {
        Visitor refused = null;
        for (int i = 0; i < 2_000 && refused == null; i++) {
          Visitor next = rig.visitor().send(begun);
          flood.add(next);
          if (rig.statistics.refusals("OVERLOADED") > 0) {
            refused = next;
          }
        }
        assertThat(refused).as("of 40 MB some are too many").isNotNull();
        try (Visitor other = rig.visitor()) {
          assertThat(other.get("www.shop.example", "/").body()).isEqualTo("hello");
        }
      } finally {
        for (Visitor each : flood) {
          each.close();
        }
      }
      // What they took becomes free again, as soon as the proxy has seen them leave.
      String answered = "";
      while (!answered.equals("hello")) {
        try (Visitor late = rig.visitor()) {
          answered = late.send(begun).send("\r\n\r\n").answer().body();
        } catch (IOException e) {
          answered = ""; // refused before it could end its head
        }
      }
    }
  }

  @Test
  void headersMayBeAsLongAsTheirOwnLimitWhateverTheRequestLine() throws Exception {
    int limit = VisitorLimits.standard().maxHeader();
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig().shop(card)) {
      for (int more : new int[] {-200, 1}) {
        try (Visitor visitor = rig.visitor()) {
          String head = HOST + "X: " + "x".repeat(limit + more - HOST.length() - 5) + "\r\n";
          int status = visitor.send("GET / HTTP/1.1\r\n" + head + "\r\n").answer().status();
          assertThat(status).isEqualTo(more > 0 ? 431 : 200);
        }
      }
    }
  }
}
