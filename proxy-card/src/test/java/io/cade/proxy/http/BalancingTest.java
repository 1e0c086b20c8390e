package io.cade.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.RouteSnapshot.SiteRoute;
import io.cade.agent.wire.ServiceSettings;
import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.ProxyRig;
import io.cade.proxy.testing.Visitor;
import io.cade.proxy.testing.Visitor.Answer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service's settings at work, with real connections. */
@Timeout(60)
class BalancingTest {
  private static final String HOST = "www.shop.example";
  private static final String KEY = "0123456789abcdef";

  private static SiteRoute shop(Map<String, String> settings, Card... cards) {
    return shop(settings, null, cards);
  }

  /**
   * @param firstDrained the first card's drain, if any
   */
  private static SiteRoute shop(
      Map<String, String> settings, @Nullable Instant firstDrained, Card... cards) {
    SiteRoute plain = ProxyRig.site("shop", HOST, cards);
    List<RouteSnapshot.Backend> backends = new ArrayList<>(plain.backends());
    RouteSnapshot.Backend first = backends.getFirst();
    backends.set(
        0,
        new RouteSnapshot.Backend(
            first.position(), first.address(), first.port(), first.further(), firstDrained));
    return new SiteRoute(
        "shop", plain.hosts(), backends, "", "", ServiceSettings.none().with(settings), KEY);
  }

  private static Answer get(Visitor visitor, String headers) throws Exception {
    return visitor.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n" + headers + "\r\n").answer();
  }

  @Test
  void visitorWithTheCookieStaysWithHisCardEvenWhileItIsDrained() throws Exception {
    try (Card a = Card.named("a");
        Card b = Card.named("b");
        ProxyRig rig = new ProxyRig().route(shop(Map.of("affinity", "cookie"), a, b));
        Visitor visitor = rig.visitor()) {
      Answer first = get(visitor, "");
      assertThat(first.body()).isEqualTo("a");
      String set = first.header("Set-Cookie");
      assertThat(set).startsWith("cade-card=").contains("; Path=/; HttpOnly; SameSite=Lax");
      assertThat(set).doesNotContain("127.0.0.1", "1.1", String.valueOf(a.port()), "Secure");
      String cookie = set.substring(0, set.indexOf(';'));
      for (int i = 0; i < 6; i++) {
        Answer answer = get(visitor, "Cookie: x=1; " + cookie + "\r\n");
        assertThat(answer.body()).isEqualTo("a");
        assertThat(answer.header("Set-Cookie")).isEmpty();
      }
      assertThat(a.requests.getLast().header("Cookie")).isEqualTo("x=1");

      rig.route(shop(Map.of("affinity", "cookie"), Instant.now().plusSeconds(600), a, b));
      assertThat(get(visitor, "").body()).isEqualTo("b");
      assertThat(get(visitor, "").body()).isEqualTo("b");
      assertThat(get(visitor, "Cookie: " + cookie + "\r\n").body()).isEqualTo("a");

      rig.route(shop(Map.of("affinity", "cookie"), Instant.now().minusSeconds(1), a, b));
      Answer moved = get(visitor, "Cookie: " + cookie + "\r\n");
      assertThat(moved.body()).isEqualTo("b");
      assertThat(moved.header("Set-Cookie")).startsWith("cade-card=");
      assertThat(moved.header("Set-Cookie")).isNotEqualTo(set);
    }
  }

  @Test
  void inventedCookieIsReplaced() throws Exception {
    try (Card a = Card.named("a");
        ProxyRig rig = new ProxyRig().route(shop(Map.of("affinity", "cookie"), a));
        Visitor visitor = rig.visitor()) {
      Answer answer = get(visitor, "Cookie: cade-card=1.1\r\n");
      assertThat(answer.header("Set-Cookie")).startsWith("cade-card=").doesNotContain("=1.1");
      assertThat(a.requests.getFirst().header("Cookie")).isEmpty();
    }
  }

  @Test
  void headerDecidesWhenHashedOnIt() throws Exception {
    Map<String, String> settings = Map.of("balancing", "hash", "hash-on", "header:X-User");
    try (Card a = Card.named("a");
        Card b = Card.named("b");
        Card c = Card.named("c");
        ProxyRig rig = new ProxyRig().route(shop(settings, a, b, c));
        Visitor visitor = rig.visitor()) {
      Map<String, String> cards = new TreeMap<>();
      for (int round = 0; round < 3; round++) {
        for (int user = 0; user < 20; user++) {
          String card = get(visitor, "X-User: user" + user + "\r\n").body();
          String before = cards.put("user" + user, card);
          assertThat(before == null || before.equals(card)).isTrue();
        }
      }
      assertThat(cards.values()).contains("a", "b", "c");
    }
  }

  @Test
  void cardThatAnswersWithErrorsIsLeftAloneAndCountedSo() throws Exception {
    Map<String, String> settings = Map.of("outlier-errors", "3");
    try (Card bad = new Card((request, in, out) -> Card.reply(out, 500, "bad"));
        Card good = Card.named("good");
        ProxyRig rig = new ProxyRig().route(shop(settings, bad, good));
        Visitor visitor = rig.visitor()) {
      List<String> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answers.add(get(visitor, "").body());
      }
      assertThat(answers.stream().filter("bad"::equals)).hasSize(3);
      assertThat(answers.subList(6, 20)).containsOnly("good");
    }
  }

  @Test
  void requestsBeyondTheCardsLimitWaitInOrderAndThenAreServed() throws Exception {
    Map<String, String> settings = Map.of("card-limit", "1", "queue", "2");
    Semaphore answer = new Semaphore(0);
    CountDownLatch asked = new CountDownLatch(1);
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (Card card =
            new Card((request, in, out) -> {
              asked.countDown();
              most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
              answer.acquireUninterruptibly();
              atOnce.decrementAndGet();
              return Card.reply(out, 200, "done");
            });
        ProxyRig rig = new ProxyRig().route(shop(settings, card));
        Visitor one = rig.visitor();
        Visitor two = rig.visitor();
        Visitor three = rig.visitor();
        Visitor four = rig.visitor()) {
      String request = "GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";
      one.send(request);
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      var group = Objects.requireNonNull(rig.routes.current().find(HOST)).group();
      two.send(request);
      awaitSize(group.waiting()::size, 1);
      three.send(request);
      awaitSize(group.waiting()::size, 2);
      // The queue is full: told at once, not after a time.
      Answer refused = four.send(request).answer();
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isNotEmpty();
      answer.release(3);
      for (Visitor each : List.of(one, two, three)) {
        assertThat(each.answer().body()).isEqualTo("done");
      }
      assertThat(most).hasValue(1);
      assertThat(group.waiting().size()).isZero();
    }
  }

  @Test
  void requestThatWaitsTooLongIsAskedToTryAgain() throws Exception {
    Map<String, String> settings = Map.of("card-limit", "1", "queue-timeout", "50ms");
    CountDownLatch answer = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    try (Card card =
            new Card((request, in, out) -> {
              asked.countDown();
              try {
                answer.await();
              } catch (InterruptedException e) {
                return false;
              }
              return Card.reply(out, 200, "done");
            });
        ProxyRig rig = new ProxyRig().route(shop(settings, card));
        Visitor one = rig.visitor();
        Visitor two = rig.visitor()) {
      one.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      Answer refused = get(two, "");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isNotEmpty();
      answer.countDown();
      assertThat(one.answer().body()).isEqualTo("done");
      assertThat(get(two, "").body()).isEqualTo("done");
    }
  }

  @Test
  void eachServiceHasItsOwnTimeLimits() throws Exception {
    try (Card silent =
            new Card((request, in, out) -> {
              in.read();
              return false;
            });
        ProxyRig rig = new ProxyRig()) {
      rig.route(shop(Map.of("response-timeout", "50ms"), silent));
      try (Visitor visitor = rig.visitor()) {
        assertThat(get(visitor, "").status()).isEqualTo(504);
      }
      rig.route(shop(Map.of("request-timeout", "50ms"), silent));
      try (Visitor visitor = rig.visitor()) {
        assertThat(get(visitor, "").status()).isEqualTo(504);
      }
    }
  }

  @Test
  void answerThatDripsOnBeyondTheWholeTimeIsCutOff() throws Exception {
    try (Card dripping =
            new Card((request, in, out) -> {
              Card.raw(out, "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n");
              while (true) {
                Card.raw(out, "1\r\nx\r\n");
                LockSupport.parkNanos(5_000_000);
              }
            });
        ProxyRig rig = new ProxyRig().route(shop(Map.of("request-timeout", "200ms"), dripping));
        Visitor visitor = rig.visitor()) {
      visitor.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
      org.assertj.core.api.Assertions.assertThatThrownBy(visitor::answer)
          .isInstanceOf(java.io.IOException.class);
    }
  }

  @Test
  void aThousandRouteChangesASecondUnderLoadFailNoRequest() throws Exception {
    try (Card a = Card.named("a");
        Card b = Card.named("b");
        Card c = Card.named("c");
        ProxyRig rig = new ProxyRig().route(shop(Map.of(), a, b))) {
      AtomicBoolean stop = new AtomicBoolean();
      AtomicInteger done = new AtomicInteger();
      int changes = 0;
      long began = System.nanoTime();
      try (ExecutorService visitors = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> loops = new ArrayList<>();
        for (int v = 0; v < 8; v++) {
          loops.add(
              visitors.submit(() -> {
                try (Visitor visitor = rig.visitor()) {
                  while (!stop.get()) {
                    Answer answer = get(visitor, "");
                    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
                    done.incrementAndGet();
                  }
                  return null;
                }
              }));
        }
        String[] ways = {"round-robin", "weighted", "least-connections", "latency", "hash", "cost"};
        while (changes < 1_500 && loops.stream().noneMatch(Future::isDone)) {
          Map<String, String> settings =
              Map.of(
                  "balancing",
                  ways[changes % ways.length],
                  "weight@1.2",
                  String.valueOf(1 + changes % 7),
                  "affinity",
                  changes % 3 == 0 ? "cookie" : "none");
          Instant drain = changes % 5 == 0 ? Instant.EPOCH : null;
          rig.route(
              changes % 2 == 0 ? shop(settings, drain, a, b, c) : shop(settings, drain, c, b));
          changes++;
          long due = began + changes * 1_000_000L;
          LockSupport.parkNanos(due - System.nanoTime());
        }
        stop.set(true);
        for (Future<?> loop : loops) {
          loop.get();
        }
      }
      assertThat(changes).isEqualTo(1_500);
      assertThat(done).hasPositiveValue();
      var group = Objects.requireNonNull(rig.routes.current().find(HOST)).group();
      for (var entry : group.entries()) {
        assertThat(entry.member().running()).isZero();
      }
    }
  }

  private static void awaitSize(java.util.function.IntSupplier size, int wanted) {
    while (size.getAsInt() != wanted) {
      Thread.onSpinWait();
    }
  }
}
