package io.cade.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.AccessRules;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProbeToken;
import io.cade.agent.wire.ProbeToken.By;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.ServiceSettings;
import io.cade.agent.wire.SiteProtection;
import io.cade.agent.wire.TrafficLimits;
import io.cade.proxy.stats.SiteCounters;
import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.ProxyRig;
import io.cade.proxy.testing.Visitor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that the engine aims at one card, over real sockets. */
@Timeout(60)
class AimedRequestTest {
  private static final String HOST = "www.shop.example";
  private static final String KEY = "0123456789abcdef0123456789abcdef";
  private static final CardPosition FIRST = new CardPosition(1, 1);
  private static final CardPosition SECOND = new CardPosition(1, 2);
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private int nonces;

  private String token(String key, String service, CardPosition card, Instant now) {
    return ProbeToken.make(key, service, card, now, LIMIT, "nonce%08d".formatted(++nonces));
  }

  private String token(CardPosition card) {
    return token(KEY, "shop", card, Instant.now());
  }

  /** Two cards; the second one is drained and its time is over. */
  private static RouteSnapshot routes(
      long version, Card first, Card second, ServiceSettings settings, SiteProtection... guards) {
    return new RouteSnapshot(
        version,
        List.of(
            new RouteSnapshot.SiteRoute(
                "shop",
                List.of(HOST),
                List.of(
                    new RouteSnapshot.Backend(FIRST, first.host(), first.port()),
                    new RouteSnapshot.Backend(
                        SECOND, second.host(), second.port(), Map.of(), Instant.EPOCH)),
                "",
                "",
                settings,
                "affinity")),
        List.of(guards),
        List.of(),
        List.of(),
        KEY);
  }

  private static Visitor.Answer get(Visitor visitor, String token) throws Exception {
    return visitor
        .send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nCade-Probe: " + token + "\r\n\r\n")
        .answer();
  }

  private static @Nullable By by(String token, Visitor.Answer answer) {
    return ProbeToken.answeredBy(KEY, token, List.of(answer.header("Cade-Probe")));
  }

  @Test
  void anAimedRequestReachesTheDrainedCardAndVisitorsDoNot() throws Exception {
    try (Card first = Card.named("one");
        Card second = Card.named("two");
        ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(routes(1, first, second, ServiceSettings.none()));
      for (int i = 0; i < 10; i++) {
        String token = token(SECOND);
        Visitor.Answer answer = get(visitor, token);
        assertThat(answer.body()).isEqualTo("two");
        assertThat(by(token, answer)).isEqualTo(By.CARD);
        assertThat(visitor.get(HOST, "/").body()).isEqualTo("one");
      }
      assertThat(second.requests).hasSize(10);
    }
  }

  @Test
  void whatAimsIsNeverSeenByACard() throws Exception {
    try (Card first = Card.named("one");
        Card second = Card.named("two");
        ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(routes(1, first, second, ServiceSettings.none()));
      get(visitor, token(SECOND));
      get(visitor, "forged");
      visitor
          .send(
              "GET / HTTP/1.1\r\nHost: "
                  + HOST
                  + "\r\ncade_probe: x\r\nCADE-PROBE: y\r\nCade-Probe-More: z\r\n\r\n")
          .answer();
      visitor
          .send(
              "POST / HTTP/1.1\r\nHost: "
                  + HOST
                  + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nCade-Probe: t\r\n\r\n")
          .answer();
      List<Card.Received> all = new ArrayList<>(first.requests);
      all.addAll(second.requests);
      assertThat(all).hasSize(4);
      assertThat(all)
          .allSatisfy(r -> assertThat(r.head() + r.text()).doesNotContainIgnoringCase("probe"));
    }
  }

  @Test
  void whatIsNoTokenIsAVisitorsRequestAndNothingIsSaidOfIt() throws Exception {
    try (Card first = Card.named("one");
        Card second = Card.named("two");
        ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(routes(1, first, second, ServiceSettings.none()));
      String good = token(SECOND);
      Instant now = Instant.now();
      List<String> bad =
          List.of(
              "",
              "x",
              "a".repeat(500),
              good.substring(0, good.length() - 1) + (good.endsWith("A") ? "B" : "A"),
              good.replace(":1.2:", ":1.1:"),
              token("another key", "shop", SECOND, now),
              token(KEY, "other", SECOND, now),
              token(KEY, "shop", SECOND, now.minusSeconds(31)),
              token(KEY, "shop", SECOND, now.plusSeconds(3600)));
      Visitor.Answer plain = visitor.get(HOST, "/");
      for (String token : bad) {
        Visitor.Answer answer = get(visitor, token);
        assertThat(answer.body()).as(token).isEqualTo("one");
        assertThat(answer.header("Cade-Probe")).as(token).isEmpty();
        assertThat(names(answer)).as(token).isEqualTo(names(plain));
      }
      assertThat(second.requests).isEmpty();
      assertThat(rig.statistics.site("shop").requests()).isEqualTo(bad.size() + 1);
      rig.routes.apply(new RouteSnapshot(2, List.of(ProxyRig.site("shop", HOST, first, second))));
      assertThat(get(visitor, good).header("Cade-Probe")).as("without a key").isEmpty();
    }
  }

  private static List<String> names(Visitor.Answer answer) {
    return answer.headers().lines().map(line -> line.split(":", 2)[0]).toList();
  }

  @Test
  void aimedRequestsAreNobodysVisits() throws Exception {
    try (Card first = Card.named("one");
        Card second = new Card((request, in, out) -> Card.reply(out, 500, "broken"));
        ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(
          routes(
              1,
              first,
              second,
              ServiceSettings.none().with(Map.of("affinity", "cookie", "outlier-errors", "1")),
              new SiteProtection(
                  "shop",
                  new AccessRules(List.of(), List.of("127.0.0.0/8")),
                  new TrafficLimits(1, 1, 1, 1, 0, 0, 0, 0, 32, 56))));
      for (int i = 0; i < 30; i++) {
        String token = token(SECOND);
        Visitor.Answer answer = get(visitor, token);
        assertThat(answer.status()).as("neither rate nor network").isEqualTo(500);
        assertThat(by(token, answer)).isEqualTo(By.CARD);
        assertThat(answer.header("Set-Cookie")).as("bound to no card").isEmpty();
      }
      SiteCounters shop = rig.statistics.site("shop");
      assertThat(shop.requests()).isZero();
      assertThat(shop.answeredWithClass(5)).isZero();
      assertThat(shop.refusals()).isZero();
      assertThat(shop.responseBytes()).isZero();
      assertThat(shop.card(SECOND).requests()).isZero();
      assertThat(rig.statistics.refusals()).isEmpty();
      assertThat(rig.statistics.sites()).containsOnlyKeys("shop");
      var site = Objects.requireNonNull(rig.routes.current().find(HOST));
      var member = site.group().entries().get(1).member();
      assertThat(site.group().cause(member)).as("nothing was learnt").isEqualTo("drained");
      assertThat(member.running()).isZero();
      assertThat(visitor.get(HOST, "/").status()).as("a visitor is kept out").isEqualTo(403);
    }
  }

  @Test
  void theAnswerSaysWhoGaveIt() throws Exception {
    try (Card first = Card.named("one");
        Card second = Card.named("two");
        ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(routes(1, first, second, ServiceSettings.none()));
      String nowhere = token(new CardPosition(1, 9));
      Visitor.Answer unrouted = get(visitor, nowhere);
      assertThat(unrouted.status()).isEqualTo(503);
      assertThat(by(nowhere, unrouted)).isEqualTo(By.UNROUTED);
      second.pull();
      String dead = token(SECOND);
      Visitor.Answer refused = get(visitor, dead);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(by(dead, refused)).isEqualTo(By.PROXY);
      assertThat(first.requests).as("no other card has it").isEmpty();
    }
  }

  @Test
  void aCardThatIsTooSlowIsTheProxysToTellAfterTheTimeOfTheToken() throws Exception {
    try (Card first = Card.named("one");
        Card second =
            new Card((request, in, out) -> {
              in.read(); // until the proxy gives up
              return false;
            });
        ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(routes(1, first, second, ServiceSettings.none()));
      String token =
          ProbeToken.make(KEY, "shop", SECOND, Instant.now(), Duration.ofMillis(200), "slow-one");
      Visitor.Answer answer = get(visitor, token);
      assertThat(answer.status()).isEqualTo(504);
      assertThat(by(token, answer)).isEqualTo(By.PROXY);
      assertThat(rig.statistics.refusals()).isEmpty();
    }
  }

  @Test
  void aCardCannotPretendThatItWasAimedAt() throws Exception {
    List<String> seen = new ArrayList<>();
    try (Card first =
            new Card((request, in, out) ->
                Card.raw(
                    out,
                    "HTTP/1.1 200 OK\r\nCade-Probe: card:"
                        + "A".repeat(32)
                        + "\r\nContent-Length: 3\r\n\r\none"));
        Card second = Card.named("two");
        ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(routes(1, first, second, ServiceSettings.none()));
      String expired = token(KEY, "shop", SECOND, Instant.now().minusSeconds(60));
      Visitor.Answer answer = get(visitor, expired);
      seen.add(answer.body());
      assertThat(by(expired, answer)).isNull();
      assertThat(seen).containsExactly("one");
    }
  }

  @Test
  void aimedRequestsDoNotStandInTheQueueOfAFullCard() throws Exception {
    try (Card first = Card.named("one");
        Card second =
            new Card((request, in, out) -> {
              in.read();
              return false;
            });
        ProxyRig rig = new ProxyRig();
        Visitor occupying = rig.visitor();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(
          routes(1, first, second, ServiceSettings.none().with(Map.of("card-limit", "1"))));
      occupying.send(
          "GET / HTTP/1.1\r\nHost: " + HOST + "\r\nCade-Probe: " + token(SECOND) + "\r\n\r\n");
      while (second.requests.isEmpty()) {
        Thread.onSpinWait();
      }
      String token = token(SECOND);
      Visitor.Answer answer = get(visitor, token);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(by(token, answer)).isEqualTo(By.BUSY);
    }
  }

  @Test
  void theKeyIsNeverPartOfWhatIsLogged() throws Exception {
    try (Card first = Card.named("one");
        Card second = Card.named("two")) {
      RouteSnapshot snapshot = routes(1, first, second, ServiceSettings.none());
      assertThat(snapshot.toString()).doesNotContain(KEY);
      assertThat(snapshot.withoutTicketKeys().probeKey()).isEqualTo(KEY);
    }
  }
}
