package io.cade.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.ProxyRig;
import io.cade.proxy.testing.Visitor;
import io.cade.proxy.testing.Visitor.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

// Lines of HTTP end with CRLF, which a text block would only hide.
@SuppressWarnings("StringConcatToTextBlock")
@Timeout(60)
class ResilienceTest {
  private static final String HOST = "www.shop.example";

  @Test
  void requestsGoToTheCardsInTurn() throws Exception {
    try (Card a = Card.named("a");
        Card b = Card.named("b");
        ProxyRig rig = new ProxyRig().shop(a, b);
        Visitor visitor = rig.visitor()) {
      List<String> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        answers.add(visitor.get(HOST, "/").body());
      }
      assertThat(answers).containsExactly("a", "b", "a", "b");
    }
  }

  @Test
  void requestThatNoticesADeadCardIsAnsweredByAnother() throws Exception {
    try (Card a = Card.named("a");
        Card b = Card.named("b");
        ProxyRig rig = new ProxyRig().shop(a, b);
        Visitor visitor = rig.visitor()) {
      a.pull();
      for (int i = 0; i < 4; i++) {
        assertThat(
                visitor
                    .send(
                        "POST / HTTP/1.1\r\nHost: www.shop.example\r\nContent-Length: 3\r\n\r\nabc")
                    .answer()
                    .body())
            .isEqualTo("b");
      }
      assertThat(rig.backend(a).health().permits()).isFalse();
      assertThat(rig.statistics.site("shop").card(new CardPosition(1, 1)).failures()).isEqualTo(1);
    }
  }

  @Test
  void cardThatResetsBeforeAnsweringIsLeftAndTheRequestRepeated() throws Exception {
    try (Card b = Card.named("b")) {
      CountDownLatch asked = new CountDownLatch(1);
      Card[] self = new Card[1];
      try (Card reset =
              new Card((request, in, out) -> {
                asked.countDown();
                self[0].pull();
                return false;
              });
          ProxyRig rig = new ProxyRig().shop(reset, b);
          Visitor visitor = rig.visitor()) {
        self[0] = reset;
        assertThat(visitor.get(HOST, "/").body()).isEqualTo("b");
        assertThat(asked.getCount()).isZero();
        assertThat(rig.backend(reset).health().permits()).isFalse();
      }
    }
  }

  @Test
  void requestThatACardMayHaveActedOnIsNotRepeated() throws Exception {
    AtomicInteger posts = new AtomicInteger();
    Card.Script dropping =
        (request, in, out) -> {
          posts.incrementAndGet();
          return false;
        };
    try (Card a = new Card(dropping);
        Card b = new Card(dropping);
        ProxyRig rig = new ProxyRig().shop(a, b);
        Visitor visitor = rig.visitor()) {
      visitor.send("POST / HTTP/1.1\r\nHost: www.shop.example\r\nContent-Length: 3\r\n\r\nabc");
      assertThat(visitor.answer().status()).isEqualTo(502);
      assertThat(posts).hasValue(1);
    }
  }

  @Test
  void connectionThatWentStaleWhileRestingCostsNothing() throws Exception {
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      for (int i = 0; i < 20; i++) {
        assertThat(visitor.get(HOST, "/").status()).isEqualTo(200);
        card.closeConnections();
      }
      assertThat(rig.backend(card).health().permits()).isTrue();
    }
  }

  @Test
  void siteWithoutCardsAsksToTryAgain() throws Exception {
    try (ProxyRig rig = new ProxyRig().shop();
        Visitor visitor = rig.visitor()) {
      Answer answer = visitor.get(HOST, "/");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("Retry-After")).isEqualTo("5");
      assertThat(answer.body()).contains(HOST);
    }
  }

  @Test
  void siteWhoseOnlyCardIsDeadAsksToTryAgainAndComesBack() throws Exception {
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig().shop(card).withHealthChecks();
        Visitor visitor = rig.visitor()) {
      card.pull();
      Answer answer = visitor.get(HOST, "/");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.body()).doesNotContain("127.0.0.1", String.valueOf(card.port()));
      card.insert();
      int status = 503;
      for (int i = 0; i < 100_000 && status == 503; i++) {
        status = visitor.get(HOST, "/").status();
      }
      assertThat(status).isEqualTo(200);
    }
  }

  @Test
  void garbageFromACardIsABadGateway() throws Exception {
    for (String garbage :
        new String[] {
          "SSH-2.0-OpenSSH\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nX: " + "a".repeat(20_000) + "\r\n\r\n"
        }) {
      try (Card card = new Card((request, in, out) -> Card.raw(out, garbage));
          ProxyRig rig = new ProxyRig().shop(card);
          Visitor visitor = rig.visitor()) {
        assertThat(visitor.get(HOST, "/").status()).as(garbage).isEqualTo(502);
        assertThat(visitor.get("other.example", "/").status()).isEqualTo(404);
      }
    }
  }

  @Test
  void bytesBehindAnAnswerDoNotBecomeTheNextAnswer() throws Exception {
    try (Card card =
            new Card((request, in, out) ->
                Card.raw(
                    out,
                    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"));
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      visitor.send("GET / HTTP/1.1\r\nHost: www.shop.example\r\n\r\n".repeat(5));
      for (int i = 0; i < 5; i++) {
        assertThat(visitor.answer().body()).isEqualTo("a");
      }
    }
  }

  @Test
  void truncatedAnswerIsNotPassedOffAsWhole() throws Exception {
    try (Card card =
            new Card((request, in, out) -> {
              Card.raw(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc");
              return false;
            });
        ProxyRig rig = new ProxyRig().shop(card);
        Visitor visitor = rig.visitor()) {
      visitor.send("GET / HTTP/1.1\r\nHost: www.shop.example\r\n\r\n");
      org.assertj.core.api.Assertions.assertThatThrownBy(visitor::answer)
          .isInstanceOf(java.io.IOException.class);
      assertThat(rig.statistics.site("shop").card(new CardPosition(1, 1)).failures()).isEqualTo(1);
    }
  }

  @Test
  void silentCardIsAGatewayTimeout() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (Card card =
            new Card((request, in, out) -> {
              in.read();
              end.countDown();
              return false;
            });
        ProxyRig rig = new ProxyRig(ProxyRig.SHORT).shop(card);
        Visitor visitor = rig.visitor()) {
      Answer answer = visitor.get(HOST, "/");
      assertThat(answer.status()).isEqualTo(504);
      assertThat(end.await(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void pulledCardUnderLoadFailsNoRequest() throws Exception {
    try (Card a = Card.named("a");
        Card b = Card.named("b");
        ProxyRig rig = new ProxyRig().shop(a, b).withHealthChecks()) {
      AtomicBoolean stop = new AtomicBoolean();
      CountDownLatch warm = new CountDownLatch(400);
      AtomicInteger afterwards = new AtomicInteger();
      AtomicBoolean pulled = new AtomicBoolean();
      try (ExecutorService visitors = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Integer>> loops = new ArrayList<>();
        for (int v = 0; v < 16; v++) {
          loops.add(
              visitors.submit(() -> {
                int done = 0;
                try (Visitor visitor = rig.visitor()) {
                  while (!stop.get() && done < 100_000) {
                    Answer answer = visitor.get(HOST, "/" + done);
                    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
                    done++;
                    warm.countDown();
                    if (pulled.get()) {
                      afterwards.incrementAndGet();
                    }
                  }
                }
                return done;
              }));
        }
        assertThat(warm.await(20, TimeUnit.SECONDS)).isTrue();
        a.pull();
        pulled.set(true);
        while (afterwards.get() < 2000) {
          Thread.onSpinWait();
          if (loops.stream().anyMatch(Future::isDone)) {
            break;
          }
        }
        stop.set(true);
        for (Future<Integer> loop : loops) {
          assertThat(loop.get()).isPositive();
        }
      }
      assertThat(rig.backend(a).health().permits()).isFalse();
    }
  }

  @Test
  void routeChangesUnderLoadDropAndMisrouteNothing() throws Exception {
    try (Card a = Card.named("a");
        Card b = Card.named("b");
        Card c = Card.named("c");
        ProxyRig rig = new ProxyRig()) {
      rig.route(ProxyRig.site("one", "one.example", a), ProxyRig.site("two", "two.example", b));
      AtomicBoolean stop = new AtomicBoolean();
      AtomicInteger done = new AtomicInteger();
      try (ExecutorService visitors = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> loops = new ArrayList<>();
        for (int v = 0; v < 8; v++) {
          boolean first = v % 2 == 0;
          loops.add(
              visitors.submit(() -> {
                try (Visitor visitor = rig.visitor()) {
                  for (int i = 0; i < 100_000 && !stop.get(); i++) {
                    Answer answer = visitor.get(first ? "one.example" : "two.example", "/");
                    assertThat(answer.status()).isEqualTo(200);
                    if (first) {
                      assertThat(answer.body()).isIn("a", "c");
                    } else {
                      assertThat(answer.body()).isEqualTo("b");
                    }
                    done.incrementAndGet();
                  }
                  return null;
                }
              }));
        }
        for (int swap = 0; done.get() < 3000 && loops.stream().noneMatch(Future::isDone); swap++) {
          rig.route(
              ProxyRig.site("one", "one.example", swap % 2 == 0 ? c : a),
              ProxyRig.site("two", "two.example", b),
              ProxyRig.site("three", "three.example", a, b, c));
        }
        stop.set(true);
        for (Future<?> loop : loops) {
          loop.get();
        }
      }
      assertThat(done.get()).isGreaterThanOrEqualTo(3000);
    }
  }
}
