package io.cade.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.ProxyRig;
import io.cade.proxy.testing.Visitor;
import io.cade.proxy.testing.Visitor.Answer;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

// Lines of HTTP end with CRLF, which a text block would only hide.
@SuppressWarnings("StringConcatToTextBlock")
@Timeout(30)
class RelayTest {
  private static final String HOST = "www.shop.example";

  @Test
  void requestCrossesToTheCardAndItsAnswerComesBack() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      Answer answer = visitor.get(HOST, "/index?a=b%20c");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("hello");
      assertThat(answer.header("Via")).isEqualTo("1.1 cade");
      assertThat(card.requests.getFirst().line()).isEqualTo("GET /index?a=b%20c HTTP/1.1");
      assertThat(card.requests.getFirst().header("Host")).isEqualTo(HOST);
    }
  }

  @Test
  void bothSidesKeepTheirConnectionForFurtherRequests() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      for (int i = 0; i < 20; i++) {
        assertThat(visitor.get(HOST, "/" + i).status()).isEqualTo(200);
      }
      assertThat(card.connections).hasValue(1);
    }
  }

  @Test
  void unknownHostGetsAPageThatNamesItAndNeverAnotherSite() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      Answer answer = visitor.get("www.other.example", "/");
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.body()).contains("www.other.example").doesNotContain("127.");
      assertThat(visitor.get(HOST, "/").status()).isEqualTo(200);
      assertThat(card.requests).hasSize(1);
    }
  }

  @Test
  void hopByHopHeadersEndAtTheProxyInBothDirections() throws Exception {
    try (Card card =
            new Card((request, in, out) ->
                Card.raw(
                    out,
                    "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"
                        + "Keep-Alive: timeout=5\r\nX-End: 2\r\nContent-Length: 0\r\n\r\n"));
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      Answer answer =
          visitor
              .send(
                  "GET / HTTP/1.1\r\nHost: www.shop.example\r\nConnection: keep-alive, x-mine,"
                      + " Host\r\nX-Mine: 1\r\nTE: trailers\r\nProxy-Connection: a\r\n"
                      + "Proxy: evil\r\nX-Keep: 2\r\n\r\n")
              .answer();
      String seen = card.requests.getFirst().head();
      assertThat(seen)
          .doesNotContain("X-Mine", "TE:", "Proxy", "Connection")
          .contains("X-Keep: 2", "Host: www.shop.example");
      assertThat(answer.headers()).doesNotContain("X-Hop", "Keep-Alive").contains("X-End: 2");
    }
  }

  @Test
  void cardLearnsWhoTheVisitorIsAndInventedHopsAreDropped() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      visitor
          .send(
              "GET / HTTP/1.1\r\nHost: www.shop.example:8080\r\nX-Forwarded-For: 6.6.6.6\r\n"
                  + "Forwarded: for=6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nx-forwarded_PROTO: x\r\n"
                  + "X-Forwarded-Port: 6\r\nX_Real-IP: 6.6.6.6\r\nX-Forward: stays\r\n"
                  + "X_Y: stays\r\nVia: 1.0 first\r\n\r\n")
          .answer();
      Card.Received seen = card.requests.getFirst();
      assertThat(seen.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
      assertThat(seen.head())
          .doesNotContain("6.6.6.6", "X_F", "-forwarded_", "X-Forwarded-Port")
          .contains("X-Forward: stays", "X_Y: stays");
      assertThat(seen.header("X-Forwarded-Proto")).isEqualTo("http");
      assertThat(seen.header("X-Forwarded-Host")).isEqualTo("www.shop.example:8080");
      assertThat(seen.header("Forwarded"))
          .isEqualTo("for=127.0.0.1;proto=http;host=\"www.shop.example:8080\"");
      assertThat(seen.header("Via")).isEqualTo("1.0 first, 1.1 cade");
    }
  }

  @Test
  void bodiesCrossWithLengthAndInChunksWithTrailers() throws Exception {
    try (Card card = new Card((request, in, out) -> Card.reply(out, 200, request.text()));
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      String post = "POST / HTTP/1.1\r\nHost: www.shop.example\r\n";
      assertThat(visitor.send(post + "Content-Length: 5\r\n\r\nhello").answer().body())
          .isEqualTo("hello");
      visitor.send(post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      visitor.send("2;ext=1\r\nde\r\n0\r\nX-Sum: 7\r\n\r\n");
      assertThat(visitor.answer().body()).isEqualTo("abcde|X-Sum: 7");
    }
  }

  @Test
  void chunkedAnswerKeepsItsTrailers() throws Exception {
    try (Card card =
            new Card((request, in, out) ->
                Card.raw(
                    out,
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "5\r\nhello\r\n0\r\nX-Sum: 7\r\n\r\n"));
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      assertThat(visitor.get(HOST, "/").body()).isEqualTo("hello|X-Sum: 7");
    }
  }

  @Test
  void answerThatEndsWithItsConnectionBecomesChunked() throws Exception {
    try (Card card =
            new Card((request, in, out) -> {
              Card.raw(out, "HTTP/1.0 200 OK\r\n\r\nuntil the end");
              return false;
            });
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      for (int i = 0; i < 2; i++) {
        Answer answer = visitor.get(HOST, "/");
        assertThat(answer.header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(answer.body()).isEqualTo("until the end");
      }
    }
  }

  @Test
  void visitorOfHttp10GetsAnAnswerWithoutChunks() throws Exception {
    try (Card card =
            new Card((request, in, out) ->
                Card.raw(
                    out,
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "5\r\nhello\r\n0\r\n\r\n"));
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      Answer answer = visitor.send("GET / HTTP/1.0\r\nHost: www.shop.example\r\n\r\n").answer();
      assertThat(answer.headers()).doesNotContain("Transfer-Encoding").contains("close");
      assertThat(answer.body()).isEqualTo("hello");
    }
  }

  @Test
  void headNoContentAndNotModifiedHaveNoBody() throws Exception {
    try (Card card =
            new Card((request, in, out) ->
                switch (request.target()) {
                  case "/none" -> Card.raw(out, "HTTP/1.1 204 No Content\r\n\r\n");
                  case "/same" ->
                      Card.raw(out, "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");
                  default -> Card.raw(out, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
                });
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      visitor.send("HEAD / HTTP/1.1\r\nHost: www.shop.example\r\n\r\n");
      assertThat(visitor.answer(true).header("Content-Length")).isEqualTo("5");
      assertThat(visitor.get(HOST, "/none").status()).isEqualTo(204);
      assertThat(visitor.get(HOST, "/same").header("Content-Length")).isEqualTo("9");
      visitor.send("HEAD /x HTTP/1.1\r\nHost: no.such.example\r\n\r\n");
      assertThat(visitor.answer(true).status()).isEqualTo(404);
      assertThat(visitor.get(HOST, "/none").status()).isEqualTo(204);
    }
  }

  @Test
  void visitorIsToldToContinueByTheCard() throws Exception {
    try (Card card =
            new Card((request, in, out) -> {
              Card.raw(out, "HTTP/1.1 100 Continue\r\n\r\n");
              byte[] body = Card.readBody(request, in);
              return Card.reply(out, 200, new String(body, StandardCharsets.ISO_8859_1));
            });
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      visitor.send(
          "PUT / HTTP/1.1\r\nHost: www.shop.example\r\nExpect: 100-continue\r\n"
              + "Content-Length: 5\r\n\r\n");
      assertThat(visitor.answer().status()).isEqualTo(100);
      Answer answer = visitor.send("hello").answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("hello");
    }
  }

  @Test
  void earlyHintsComeBeforeTheAnswer() throws Exception {
    try (Card card =
            new Card((request, in, out) -> {
              Card.raw(out, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
              return Card.reply(out, 200, "hello");
            });
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      Answer hints = visitor.get(HOST, "/");
      assertThat(hints.status()).isEqualTo(103);
      assertThat(hints.header("Link")).isEqualTo("</a>");
      assertThat(visitor.answer().body()).isEqualTo("hello");
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    try (Card card = new Card((request, in, out) -> Card.reply(out, 200, request.target()));
        ProxyRig rig = new ProxyRig().shop(card, card);
        Visitor visitor = rig.visitor()) {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 50; i++) {
        all.append("POST /").append(i).append(" HTTP/1.1\r\nHost: www.shop.example\r\n");
        all.append("Content-Length: 3\r\n\r\nabc");
        all.append("GET /g").append(i).append(" HTTP/1.1\r\nHost: www.shop.example\r\n\r\n");
      }
      visitor.send(all.toString());
      for (int i = 0; i < 50; i++) {
        assertThat(visitor.answer().body()).isEqualTo("/" + i);
        assertThat(visitor.answer().body()).isEqualTo("/g" + i);
      }
    }
  }

  @Test
  void upgradedConnectionIsATunnelInBothDirections() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    try (Card card =
            new Card((request, in, out) -> {
              // The first bytes of the new protocol leave with the answer.
              Card.raw(
                  out,
                  "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                      + "Upgrade: websocket\r\nSec-WebSocket-Accept: b\r\n\r\n>");
              for (int b = in.read(); b >= 0; b = in.read()) {
                out.write(b + 1);
              }
              ended.countDown();
              Card.raw(out, "end");
              return false;
            });
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      // Bytes for the new protocol come before the answer: they must not be read as a request.
      visitor.send(
          "GET /chat HTTP/1.1\r\nHost: www.shop.example\r\nConnection: Upgrade\r\n"
              + "Upgrade: websocket\r\nSec-WebSocket-Key: a\r\n\r\nHAL");
      Answer answer = visitor.answer();
      assertThat(answer.status()).isEqualTo(101);
      assertThat(answer.header("Upgrade")).isEqualTo("websocket");
      assertThat(card.requests.getFirst().header("Sec-WebSocket-Key")).isEqualTo("a");
      InputStream in = visitor.socket().getInputStream();
      assertThat(new String(in.readNBytes(4), StandardCharsets.ISO_8859_1)).isEqualTo(">IBM");
      visitor.send("abc");
      assertThat(new String(in.readNBytes(3), StandardCharsets.ISO_8859_1)).isEqualTo("bcd");
      visitor.socket().shutdownOutput();
      assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)).isEqualTo("end");
    }
  }

  @Test
  void upgradeToHttp2IsNotPassedOn() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      visitor.send(
          "GET / HTTP/1.1\r\nHost: www.shop.example\r\nConnection: Upgrade, HTTP2-Settings\r\n"
              + "Upgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n");
      assertThat(visitor.answer().status()).isEqualTo(200);
      assertThat(card.requests.getFirst().head()).doesNotContain("h2c", "HTTP2-Settings");
    }
  }

  @Test
  void switchThatNobodyAskedForIsABrokenAnswer() throws Exception {
    try (Card card =
            new Card((request, in, out) ->
                Card.raw(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"));
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      assertThat(visitor.get(HOST, "/").status()).isEqualTo(502);
    }
  }

  @Test
  void internalAddressesNeverLeave() throws Exception {
    Card[] self = new Card[1];
    try (Card card =
        new Card((request, in, out) -> {
          String own = self[0].host() + ":" + self[0].port();
          return Card.raw(
              out,
              "HTTP/1.1 302 Found\r\nLocation: http://"
                  + own
                  + "/login\r\nContent-Location: //"
                  + own
                  + "/a\r\nX-Served-By: "
                  + self[0].host()
                  + "\r\nSet-Cookie: a=1; Domain="
                  + self[0].host()
                  + "\r\nSet-Cookie: b=2\r\nLink: <http://127.9.9.9:8000/x>;"
                  + " rel=next\r\nX-Like: 127.0.0.10\r\nContent-Length: 0\r\n\r\n");
        })) {
      self[0] = card;
      try (Card other =
              new Card(
                  java.net.InetAddress.ofLiteral("127.9.9.9"),
                  0,
                  (request, in, out) -> Card.reply(out, 200, "x"));
          ProxyRig rig =
              new ProxyRig()
                  .route(
                      ProxyRig.site("shop", HOST, card),
                      ProxyRig.site("other", "b.example", other));
          Visitor visitor = rig.visitor()) {
        Answer answer = visitor.get(HOST + ":8080", "/");
        assertThat(answer.header("Location")).isEqualTo("http://www.shop.example:8080/login");
        assertThat(answer.header("Content-Location")).isEqualTo("//www.shop.example:8080/a");
        assertThat(answer.header("X-Served-By")).isEqualTo("www.shop.example");
        assertThat(answer.headers())
            .contains("Set-Cookie: a=1; Domain=www.shop.example\r\nSet-Cookie: b=2");
        assertThat(answer.header("Link")).isEqualTo("<http://www.shop.example:8080/x>; rel=next");
        assertThat(answer.header("X-Like")).isEqualTo("127.0.0.10");
      }
    }
  }

  @Test
  void bigBodiesCrossBothWaysWithoutBeingGathered() throws Exception {
    int size = 32 << 20;
    try (Card card =
            new Card((request, in, out) -> {
              Card.raw(out, "HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
              out.write(request.text().getBytes(StandardCharsets.ISO_8859_1));
              return true;
            });
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      byte[] body = new byte[size];
      for (int i = 0; i < size; i++) {
        body[i] = (byte) (i * 31 + (i >> 12));
      }
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  visitor.send(
                      "POST / HTTP/1.1\r\nHost: www.shop.example\r\nContent-Length: "
                          + size
                          + "\r\n\r\n");
                  visitor.socket().getOutputStream().write(body);
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      InputStream in = visitor.socket().getInputStream();
      assertThat(Card.readHead(in)).startsWith("HTTP/1.1 200");
      assertThat(in.readNBytes(size)).isEqualTo(body);
      sender.join();
    }
  }

  @Test
  void visitorWhoLeavesEndsTheWorkOnTheCard() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch noticed = new CountDownLatch(1);
    try (Card card =
            new Card((request, in, out) -> {
              asked.countDown();
              if (in.read() < 0) {
                noticed.countDown();
              }
              return false;
            });
        ProxyRig rig = new ProxyRig().shop(card)) {
      try (Visitor visitor = rig.visitor()) {
        visitor.send("GET / HTTP/1.1\r\nHost: www.shop.example\r\n\r\n");
        assertThat(asked.await(5, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(noticed.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(rig.backend(card).running()).isZero();
    }
  }

  @Test
  void earlyAnswerReachesAVisitorWhoIsStillSending() throws Exception {
    try (Card card =
            new Card(
                java.net.InetAddress.ofLiteral("127.0.0.1"),
                0,
                (request, in, out) -> {
                  Card.raw(out, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
                  in.read();
                  return false;
                });
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      // "Expect" makes the card answer without reading the body.
      visitor.send(
          "POST / HTTP/1.1\r\nHost: www.shop.example\r\nExpect: 100-continue\r\n"
              + "Content-Length: 1000000\r\n\r\n");
      Answer answer = visitor.answer();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.header("Connection")).isEqualTo("close");
      assertThat(answer.body()).isEqualTo("big");
      assertThat(visitor.isClosedByProxy()).isTrue();
    }
  }
}
