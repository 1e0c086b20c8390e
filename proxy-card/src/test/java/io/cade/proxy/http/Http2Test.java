package io.cade.proxy.http;

import static io.cade.proxy.testing.FrameVisitor.CONTINUATION;
import static io.cade.proxy.testing.FrameVisitor.DATA;
import static io.cade.proxy.testing.FrameVisitor.END_HEADERS;
import static io.cade.proxy.testing.FrameVisitor.END_STREAM;
import static io.cade.proxy.testing.FrameVisitor.GOAWAY;
import static io.cade.proxy.testing.FrameVisitor.HEADERS;
import static io.cade.proxy.testing.FrameVisitor.RST_STREAM;
import static io.cade.proxy.testing.FrameVisitor.SETTINGS;
import static io.cade.proxy.testing.FrameVisitor.WINDOW_UPDATE;
import static io.cade.proxy.testing.FrameVisitor.block;
import static io.cade.proxy.testing.FrameVisitor.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.FrameVisitor;
import io.cade.proxy.testing.FrameVisitor.Answer;
import io.cade.proxy.testing.FrameVisitor.Frame;
import io.cade.proxy.testing.ProxyRig;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests by HTTP/2 and their way through, over real sockets with prior knowledge. */
@Timeout(30)
class Http2Test {
  @Test
  void requestCrossesToTheCardAsHttp11AndItsAnswerComesBack() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig().shop(card);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.headers(
          1,
          true,
          request(
              "GET",
              "/index?a=b%20c",
              "cookie",
              "a=1",
              "cookie",
              "b=2",
              "te",
              "trailers",
              "x-one",
              "1",
              "x-forwarded-for",
              "6.6.6.6"));
      Answer answer = visitor.answer(1);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("hello");
      assertThat(answer.headers()).contains("via: 1.1 cade", "content-length: 5");
      Card.Received seen = card.requests.getFirst();
      assertThat(seen.line()).isEqualTo("GET /index?a=b%20c HTTP/1.1");
      assertThat(seen.header("Host")).isEqualTo("www.shop.example");
      assertThat(seen.header("Cookie")).isEqualTo("a=1; b=2");
      assertThat(seen.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
      assertThat(seen.header("Via")).isEqualTo("2.0 cade");
      assertThat(seen.header("X-Request-ID")).hasSize(16);
      assertThat(seen.head()).doesNotContain("te:").contains("x-one: 1");
    }
  }

  @Test
  void manyStreamsOfOneConnectionAreServedAtTheSameTime() throws Exception {
    CountDownLatch allHere = new CountDownLatch(20);
    try (Card card =
            new Card((request, in, out) -> {
              allHere.countDown();
              await(allHere);
              return Card.reply(out, 200, request.target());
            });
        ProxyRig rig = new ProxyRig().shop(card);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      for (int i = 0; i < 20; i++) {
        visitor.get(1 + 2 * i, "/" + i);
      }
      int answered = 0;
      StringBuilder bodies = new StringBuilder();
      while (answered < 20) {
        Frame frame = visitor.next();
        if (frame.type() == DATA) {
          bodies.append(frame.text()).append(' ');
        }
        answered += frame.endsStream() ? 1 : 0;
      }
      assertThat(bodies.toString().split(" ", -1)).contains("/0", "/19").hasSize(21);
    }
  }

  @Test
  void bodiesCrossBothWaysWithTheirTrailers() throws Exception {
    try (Card card =
            new Card((request, in, out) ->
                Card.raw(
                    out,
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(request.text().length())
                        + "\r\n"
                        + request.text()
                        + "\r\n0\r\nX-Answer: 42\r\n\r\n"));
        ProxyRig rig = new ProxyRig().shop(card);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.headers(1, false, request("POST", "/")).data(1, false, "abc");
      visitor.data(1, false, "de");
      visitor.headers(1, true, "x-sum", "7", "x-forwarded-for", "6.6.6.6", "host", "other");
      Answer answer = visitor.answer(1);
      assertThat(answer.body()).isEqualTo("abcde|x-sum: 7");
      assertThat(answer.headers()).doesNotContain("transfer-encoding");
      assertThat(answer.trailers()).isEqualTo("x-answer: 42\n");
      assertThat(card.requests.getFirst().header("Transfer-Encoding")).isEqualTo("chunked");
      visitor.headers(3, false, request("POST", "/", "content-length", "5"));
      visitor.data(3, true, "hello");
      assertThat(visitor.answer(3).body()).isEqualTo("hello");
      assertThat(card.requests.get(1).header("Content-Length")).isEqualTo("5");
    }
  }

  @Test
  void answerToHeadAndAnswersWithoutContentEndWithTheirHead() throws Exception {
    try (Card card =
            new Card((request, in, out) ->
                Card.raw(
                    out,
                    switch (request.target()) {
                      case "/204" -> "HTTP/1.1 204 No Content\r\n\r\n";
                      case "/304" -> "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n";
                      default -> "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
                    }));
        ProxyRig rig = new ProxyRig().shop(card);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.headers(1, true, request("HEAD", "/"));
      Answer toHead = visitor.answer(1);
      assertThat(toHead.headers()).contains(":status: 200", "content-length: 5");
      assertThat(toHead.body()).isEmpty();
      assertThat(visitor.get(3, "/204").answer(3).status()).isEqualTo(204);
      assertThat(visitor.get(5, "/304").answer(5).headers()).contains("content-length: 9");
      visitor.headers(7, true, "garbage", "x");
      assertThat(visitor.answer(7).error()).isEqualTo(1);
      visitor.headers(
          9,
          true,
          ":method",
          "HEAD",
          ":scheme",
          "http",
          ":path",
          "/",
          ":authority",
          "none.example");
      Answer unknown = visitor.answer(9);
      assertThat(unknown.status()).isEqualTo(404);
      assertThat(unknown.body()).isEmpty();
    }
  }

  @Test
  void interimAnswersComeBeforeTheFinalOne() throws Exception {
    try (Card card =
            new Card((request, in, out) -> {
              Card.raw(out, "HTTP/1.1 100 Continue\r\n\r\n");
              Card.raw(out, "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
              byte[] body = Card.readBody(request, in);
              return Card.reply(
                  out, 200, new String(body, java.nio.charset.StandardCharsets.UTF_8));
            });
        ProxyRig rig = new ProxyRig().shop(card);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.headers(
          1, false, request("POST", "/", "expect", "100-continue", "content-length", "4"));
      assertThat(visitor.await(HEADERS).fields()).contains(":status: 100");
      assertThat(visitor.await(HEADERS).fields()).contains(":status: 103", "link: </a.css>");
      Answer answer = visitor.data(1, true, "body").answer(1);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("body");
    }
  }

  @Test
  void resetOfAStreamEndsTheCardsWorkAndNothingElse() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch gone = new CountDownLatch(1);
    try (Card card =
            new Card((request, in, out) -> {
              if (request.target().equals("/slow")) {
                asked.countDown();
                if (in.read() < 0) {
                  gone.countDown();
                }
                return false;
              }
              return Card.reply(out, 200, "quick");
            });
        ProxyRig rig = new ProxyRig().shop(card);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.get(1, "/slow");
      asked.await();
      visitor.frame(RST_STREAM, 0, 1, (byte) 0, (byte) 0, (byte) 0, (byte) 8);
      assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(visitor.get(3, "/quick").answer(3).body()).isEqualTo("quick");
    }
  }

  @Test
  void answerThatBreaksOffResetsItsStreamOnly() throws Exception {
    try (Card card =
            new Card((request, in, out) -> {
              if (request.target().equals("/broken")) {
                Card.raw(out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                return false;
              }
              return Card.reply(out, 200, "whole");
            });
        ProxyRig rig = new ProxyRig().shop(card);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      Answer broken = visitor.get(1, "/broken").answer(1);
      assertThat(broken.body()).isEqualTo("half");
      assertThat(broken.error()).isEqualTo(2); // INTERNAL_ERROR
      assertThat(visitor.get(3, "/").answer(3).body()).isEqualTo("whole");
    }
  }

  @Test
  void earlyAnswerIsFollowedByAResetThatIsNoError() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig().shop(card);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.headers(
          1, false, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "no.example");
      assertThat(visitor.answer(1).status()).isEqualTo(404);
      Frame reset = visitor.await(RST_STREAM);
      assertThat(reset.error()).isZero();
      visitor.data(1, true, "still on its way");
      assertThat(visitor.get(3, "/").answer(3).status()).isEqualTo(200);
    }
  }

  @Test
  void visitorWhoDoesNotReadStopsTheCardAndNoOtherStream() throws Exception {
    int size = 8 * 1024 * 1024;
    CountDownLatch written = new CountDownLatch(1);
    try (Card card =
            new Card((request, in, out) -> {
              if (request.target().equals("/large")) {
                Card.raw(out, "HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
                out.write(new byte[size]);
                written.countDown();
                return true;
              }
              return Card.reply(out, 200, "small");
            });
        ProxyRig rig = new ProxyRig().shop(card);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      // Room for the connection, but not for the stream.
      visitor.frame(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(1 << 24).array());
      visitor.get(1, "/large");
      int got = 0;
      while (got < 65_535) {
        got += visitor.await(DATA).payload().length;
      }
      assertThat(got).isEqualTo(65_535);
      assertThat(visitor.get(3, "/").answer(3).body()).isEqualTo("small");
      assertThat(written.getCount()).isEqualTo(1); // most of it waits at the card
      visitor.frame(WINDOW_UPDATE, 0, 1, ByteBuffer.allocate(4).putInt(size).array());
      Frame frame = visitor.await(DATA);
      while (!frame.endsStream()) {
        got += frame.payload().length;
        frame = visitor.await(DATA);
      }
      assertThat(got + frame.payload().length).isEqualTo(size);
    }
  }

  @Test
  void bodyThatNoCardTakesWaitsAtTheVisitor() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    try (Card card =
            new Card((request, in, out) -> {
              await(read);
              return Card.reply(out, 200, "" + Card.readBody(request, in).length);
            });
        ProxyRig rig = new ProxyRig().shop(card);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      int size = 16 * 1024 * 1024;
      // With Expect the card's script, not its reader, takes the body.
      visitor.headers(
          1, false, request("POST", "/", "expect", "x", "content-length", String.valueOf(size)));
      long stream = 65_535;
      long connection = 65_535;
      int sent = 0;
      byte[] chunk = new byte[16_384];
      boolean stopped = false;
      visitor.socket().setSoTimeout(500);
      while (sent < size) {
        if (stream >= chunk.length && connection >= chunk.length) {
          visitor.frame(DATA, 0, 1, chunk);
          sent += chunk.length;
          stream -= chunk.length;
          connection -= chunk.length;
          continue;
        }
        Frame frame;
        try {
          frame = visitor.next();
        } catch (java.net.SocketTimeoutException e) {
          stopped = true;
          break;
        }
        int value = frame.payload().length >= 4 ? ByteBuffer.wrap(frame.payload()).getInt() : 0;
        if (frame.type() == WINDOW_UPDATE && frame.stream() == 0) {
          connection += value;
        } else if (frame.type() == WINDOW_UPDATE) {
          stream += value;
        } else if (frame.type() == SETTINGS && (frame.flags() & 1) == 0) {
          stream += Http2Visitor.STREAM_WINDOW - 65_535;
          visitor.frame(SETTINGS, 1, 0);
        }
      }
      assertThat(stopped).isTrue();
      assertThat(sent).isLessThan(size);
      visitor.socket().setSoTimeout(10_000);
      read.countDown();
      // Now windows open again.
      assertThat(visitor.await(WINDOW_UPDATE).payload()).hasSize(4);
    }
  }

  @Test
  void drainingSaysGoawayTwiceAndLetsStreamsEnd() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    try (Card card =
            new Card((request, in, out) -> {
              asked.countDown();
              await(answer);
              return Card.reply(out, 200, "done");
            });
        ProxyRig rig = new ProxyRig().shop(card);
        FrameVisitor idle = FrameVisitor.at(rig.http);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      idle.await(SETTINGS);
      visitor.get(1, "/");
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
      Frame notice = visitor.await(GOAWAY);
      assertThat(ByteBuffer.wrap(notice.payload()).getInt()).isEqualTo(Integer.MAX_VALUE);
      assertThat(notice.error()).isZero();
      Frame last = visitor.await(GOAWAY);
      assertThat(ByteBuffer.wrap(last.payload()).getInt()).isEqualTo(1);
      answer.countDown();
      assertThat(visitor.answer(1).body()).isEqualTo("done");
      assertThat(visitor.ends()).isTrue();
      idle.await(GOAWAY);
      assertThat(idle.ends()).isTrue();
      draining.join();
    }
  }

  @Test
  void connectionWithoutStreamsIsClosedAfterItsTime() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig(ProxyRig.SHORT).shop(card);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      assertThat(visitor.get(1, "/").answer(1).status()).isEqualTo(200);
      assertThat(visitor.await(GOAWAY).error()).isZero();
      assertThat(visitor.ends()).isTrue();
    }
  }

  @Test
  void bodyThatStopsArrivingAndCardThatDoesNotAnswerEndTheirStreamOnly() throws Exception {
    try (Card card =
            new Card((request, in, out) -> {
              in.read();
              return false;
            });
        ProxyRig rig = new ProxyRig(ProxyRig.SHORT).shop(card);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      visitor.headers(1, false, request("POST", "/", "content-length", "10")).data(1, false, "abc");
      assertThat(visitor.answer(1).status()).isEqualTo(408);
      assertThat(visitor.get(3, "/").answer(3).status()).isEqualTo(504);
    }
  }

  @Test
  void headOfManyPiecesArrivesWhole() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig rig = new ProxyRig().shop(card);
        FrameVisitor visitor = FrameVisitor.at(rig.http)) {
      byte[] head = block(request("GET", "/pieces", "x-long", "a".repeat(300)));
      visitor.frame(HEADERS, END_STREAM, 1, Arrays.copyOf(head, 50));
      visitor.frame(CONTINUATION, 0, 1, Arrays.copyOfRange(head, 50, 200));
      visitor.frame(CONTINUATION, END_HEADERS, 1, Arrays.copyOfRange(head, 200, head.length));
      assertThat(visitor.answer(1).status()).isEqualTo(200);
      assertThat(card.requests.getFirst().header("x-long")).hasSize(300);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
