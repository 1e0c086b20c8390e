package io.cade.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.AccessRules;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.RouteSnapshot.Challenge;
import io.cade.agent.wire.SiteProtection;
import io.cade.agent.wire.TrafficLimits;
import io.cade.agent.wire.WireJson;
import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.ProxyRig;
import io.cade.proxy.testing.Visitor;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Certificate authorities that ask whether a host is the module's (http-01, RFC 8555 §8.3). */
@Timeout(60)
class ChallengeTest {
  private static final String HOST = "www.shop.example";
  private static final String PATH = "/.well-known/acme-challenge/";
  private static final Challenge OPEN = new Challenge(HOST, "to_ken-1", "to_ken-1.thumb-print");

  private static RouteSnapshot routes(
      long version, Card card, AccessRules access, Challenge... open) {
    return new RouteSnapshot(
        version,
        List.of(ProxyRig.site("shop", HOST, card)),
        List.of(new SiteProtection("shop", access, TrafficLimits.none())),
        List.of(open));
  }

  @Test
  void theAuthorityGetsTheAnswerAndTheCardNothing() throws Exception {
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(routes(1, card, AccessRules.none(), OPEN));
      Visitor.Answer answer = visitor.get(HOST, PATH + "to_ken-1");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("to_ken-1.thumb-print");
      assertThat(answer.header("Content-Type")).isEqualTo("application/octet-stream");
      assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
      Visitor.Answer head =
          visitor
              .send("HEAD " + PATH + "to_ken-1 HTTP/1.1\r\nHost: " + HOST + ":80\r\n\r\n")
              .answer(true);
      assertThat(head.header("Content-Length")).isEqualTo("20");
      assertThat(card.requests).isEmpty();
      assertThat(visitor.get(HOST, "/").body()).as("on the same connection").isEqualTo("a");
    }
  }

  @Test
  void whateverElseIsAskedForBelowThePathIsTheSites() throws Exception {
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(routes(1, card, AccessRules.none(), OPEN));
      for (String target :
          List.of(
              PATH, PATH + "other", PATH + "to_ken-1/", PATH + "to_ken-1?x", PATH + "TO_KEN-1")) {
        assertThat(visitor.get(HOST, target).body()).as(target).isEqualTo("a");
      }
      assertThat(
              visitor
                  .send(
                      "POST "
                          + PATH
                          + "to_ken-1 HTTP/1.1\r\nHost: "
                          + HOST
                          + "\r\nContent-Length: 0\r\n\r\n")
                  .answer()
                  .body())
          .isEqualTo("a");
      assertThat(visitor.get("other.example", PATH + "to_ken-1").status())
          .as("another host's")
          .isEqualTo(404);
      rig.routes.apply(routes(2, card, AccessRules.none()));
      assertThat(visitor.get(HOST, PATH + "to_ken-1").body()).as("withdrawn").isEqualTo("a");
    }
  }

  @Test
  void accessRulesAreNotInTheAuthoritysWayButInEverybodyElses() throws Exception {
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(routes(1, card, new AccessRules(List.of(), List.of("127.0.0.0/8")), OPEN));
      assertThat(visitor.get(HOST, PATH + "to_ken-1").status()).isEqualTo(200);
      assertThat(visitor.get(HOST, PATH + "other").status()).isEqualTo(403);
    }
  }

  @Test
  void aSiteThatIsNotThereYetIsAnsweredFor() throws Exception {
    try (ProxyRig rig = new ProxyRig();
        Visitor visitor = rig.visitor()) {
      rig.routes.apply(new RouteSnapshot(1, List.of(), List.of(), List.of(OPEN)));
      assertThat(visitor.get(HOST, PATH + "to_ken-1").status()).isEqualTo(200);
      assertThat(visitor.get(HOST, "/").status()).isEqualTo(404);
    }
  }

  @Test
  void aClientOfHttp2IsAnsweredLikeOneOfHttp1() throws Exception {
    Challenge local = new Challenge("127.0.0.1", "t", "t.d");
    try (ProxyRig rig = new ProxyRig();
        HttpClient client = HttpClient.newHttpClient()) {
      rig.routes.apply(new RouteSnapshot(1, List.of(), List.of(), List.of(local)));
      for (HttpClient.Version version : HttpClient.Version.values()) {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + rig.http.getPort() + PATH + "t"))
                    .version(version)
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("t.d");
      }
    }
  }

  @Test
  void onlyWhatCanBeNoOtherPathAndNoOtherAnswerTravels() throws Exception {
    assertThatThrownBy(() -> new Challenge(HOST, "../../admin", "x.y"))
        .hasMessageContaining("token");
    assertThatThrownBy(() -> new Challenge(HOST, "t", "<script>")).hasMessageContaining("digest");
    WireJson json = new WireJson();
    RouteSnapshot sent = new RouteSnapshot(1, List.of(), List.of(), List.of(OPEN));
    assertThat(json.decode(json.encode(sent), RouteSnapshot.class)).isEqualTo(sent);
    byte[] former = "{\"version\":1,\"sites\":[]}".getBytes(StandardCharsets.UTF_8);
    assertThat(json.decode(former, RouteSnapshot.class).challenges()).isEmpty();
  }
}
