package io.cade.proxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.AccessRules;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.LatencyBuckets;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.SiteProtection;
import io.cade.agent.wire.TrafficLimits;
import io.cade.agent.wire.TrafficReport;
import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.ProxyRig;
import io.cade.proxy.testing.Visitor;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpGuardTest {
  private static final String HOST = "www.shop.example";

  private static RouteSnapshot protect(
      long version, Card card, AccessRules access, TrafficLimits limits) {
    return new RouteSnapshot(
        version,
        List.of(ProxyRig.site("shop", HOST, card)),
        List.of(new SiteProtection("shop", access, limits)));
  }

  private static TrafficLimits body(long bytes, int uri) {
    return new TrafficLimits(0, 0, 0, 0, 0, 0, bytes, uri, 32, 56);
  }

  @Test
  void aDeniedNetworkGetsAPageAndTheCardNothingAndIsLetInByTheNextSnapshot() throws Exception {
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(
          protect(
              1, card, new AccessRules(List.of(), List.of("127.0.0.0/8")), TrafficLimits.none()));
      Visitor.Answer answer = visitor.get(HOST, "/");
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.body()).contains("may not be visited from your network");
      assertThat(card.requests).isEmpty();
      rig.routes.apply(protect(2, card, AccessRules.none(), TrafficLimits.none()));
      assertThat(visitor.get(HOST, "/").body()).as("on the same connection").isEqualTo("a");
      rig.routes.apply(
          protect(3, card, new AccessRules(List.of("10.0.0.0/8"), List.of()), body(0, 0)));
      assertThat(visitor.get(HOST, "/").status()).isEqualTo(403);
      assertThat(rig.statistics.refusals("NETWORK_DENIED")).isEqualTo(2);
    }
  }

  @Test
  void beyondTheRateVisitorsAreToldWhenToComeBack() throws Exception {
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(
          protect(1, card, AccessRules.none(), new TrafficLimits(0, 0, 1, 2, 0, 0, 0, 0, 32, 56)));
      assertThat(visitor.get(HOST, "/").status()).isEqualTo(200);
      assertThat(visitor.get(HOST, "/").status()).isEqualTo(200);
      Visitor.Answer answer = visitor.get(HOST, "/");
      assertThat(answer.status()).isEqualTo(429);
      assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 2);
      assertThat(card.requests).hasSize(2);
      assertThat(rig.statistics.site("shop").refusals()).isEqualTo(1);
    }
  }

  @Test
  void aConnectionTooManyOfOneNetworkIsClosedUnansweredAndCounted() throws Exception {
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig()) {
      rig.routes.apply(
          new RouteSnapshot(
              1,
              List.of(ProxyRig.site("shop", HOST, card)),
              List.of(
                  new SiteProtection(
                      SiteProtection.EVERYWHERE,
                      AccessRules.none(),
                      new TrafficLimits(0, 0, 0, 0, 0, 2, 0, 0, 32, 56)))));
      try (Visitor first = rig.visitor();
          Visitor second = rig.visitor()) {
        assertThat(first.get(HOST, "/").status()).isEqualTo(200);
        assertThat(second.get(HOST, "/").status()).isEqualTo(200);
        try (Visitor third = rig.visitor()) {
          assertThat(third.isClosedByProxy()).isTrue();
        }
        assertThat(first.get(HOST, "/").status()).as("the others stay").isEqualTo(200);
      }
      assertThat(rig.statistics.refusals("VISITOR_CONNECTIONS")).isEqualTo(1);
    }
  }

  @Test
  void aBodyTooLargeIsRefusedByItsAnnouncedLengthAndByItsBytes() throws Exception {
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig()) {
      rig.routes.apply(protect(1, card, AccessRules.none(), body(10, 20)));
      try (Visitor visitor = rig.visitor()) {
        visitor.send(
            "POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 10\r\n\r\n0123456789");
        assertThat(visitor.answer().status()).isEqualTo(200);
        visitor.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 11\r\n\r\n");
        assertThat(visitor.answer().status()).isEqualTo(413);
        assertThat(visitor.isClosedByProxy()).isTrue();
      }
      try (Visitor visitor = rig.visitor()) {
        visitor.send(
            "POST / HTTP/1.1\r\nHost: "
                + HOST
                + "\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nghijkl\r\n");
        assertThat(visitor.answer().status()).isEqualTo(413);
      }
      try (Visitor visitor = rig.visitor()) {
        assertThat(visitor.get(HOST, "/" + "x".repeat(20)).status()).isEqualTo(414);
      }
      assertThat(card.requests).hasSize(1);
    }
  }

  @Test
  void whatCrossesIsCountedBySiteCardClassAndTime() throws Exception {
    try (Card card =
            new Card(
                (r, in, out) -> Card.reply(out, r.target().equals("/no") ? 404 : 200, "12345"));
        ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.shop(card);
      visitor.get(HOST, "/");
      visitor.get(HOST, "/no");
      visitor
          .send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 3\r\n\r\nabc")
          .answer();
      TrafficReport report = rig.statistics.site("shop").report("shop");
      assertThat(report.count().requests()).isEqualTo(3);
      assertThat(report.count().classes()).containsExactly(0L, 2L, 0L, 1L, 0L);
      assertThat(report.count().bytesIn()).isEqualTo(3);
      assertThat(report.count().bytesOut())
          .isEqualTo(3L * "HTTP/1.1 200 X\r\nContent-Length: 5\r\n\r\n12345".length());
      assertThat(report.cards())
          .singleElement()
          .satisfies(c -> {
            assertThat(c.position()).isEqualTo(new CardPosition(1, 1));
            assertThat(c.count().requests()).isEqualTo(3);
          });
      long timed = 0;
      for (int i = 1; i < report.count().latency().size(); i += 2) {
        timed += report.count().latency().get(i);
      }
      assertThat(timed).isEqualTo(3);
    }
  }

  @Test
  void bucketsHoldWhatTheyShould() {
    for (long micros = 0; micros < 70_000_000L; micros += 1 + micros / 37) {
      int bucket = LatencyBuckets.of(micros);
      assertThat(LatencyBuckets.lowest(bucket)).isLessThanOrEqualTo(micros);
      if (bucket + 1 < LatencyBuckets.COUNT) {
        assertThat(LatencyBuckets.lowest(bucket + 1)).isGreaterThan(micros);
      }
    }
    long[] counts = new long[LatencyBuckets.COUNT];
    assertThat(LatencyBuckets.quantile(counts, 0.5)).isZero();
    for (int i = 1; i <= 1000; i++) {
      counts[LatencyBuckets.of(i * 100L)]++;
    }
    assertThat(LatencyBuckets.quantile(counts, 0.5)).isBetween(47_000L, 53_000L);
    assertThat(LatencyBuckets.quantile(counts, 0.99)).isBetween(93_000L, 105_000L);
    assertThat(String.format(Locale.ROOT, "%d", LatencyBuckets.of(Long.MAX_VALUE)))
        .isEqualTo(String.valueOf(LatencyBuckets.COUNT - 1));
  }
}
