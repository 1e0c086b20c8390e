package io.cade.engine.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProbeToken;
import io.cade.agent.wire.ProbeToken.By;
import io.cade.agent.wire.ProxyReport.Entrance;
import io.cade.agent.wire.StatusRanges;
import io.cade.engine.conduct.GateCheck;
import io.cade.engine.conduct.WantedProbes.Probe;
import io.cade.engine.observe.ProbeOutcome;
import io.cade.engine.observe.ProbeOutcome.Kind;
import io.cade.engine.observe.ProbeTarget;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.web.TlsOptions;
import io.cade.engine.web.WebRuntime;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine's requests over real sockets, with something in a proxy's place that may misbehave.
 */
@Timeout(30)
final class HttpProberTest {
  private static final String KEY = "fedcba9876543210fedcba9876543210";
  private static final String HOST = "www.shop.example";
  private static final CardPosition PROXY = CardPosition.parse("0.4");
  private static final CardPosition CARD = CardPosition.parse("1.3");

  @TempDir static @Nullable Path temp;

  private final Vertx vertx = WebRuntime.start();
  private final HttpProber prober =
      new HttpProber(
          vertx, KEY, InstantSource.system(), new SecureRandom(), position -> "127.0.0.1");
  private final List<String> hosts = new CopyOnWriteArrayList<>();

  @AfterEach
  void end() throws Exception {
    prober.close();
    vertx.close().await(5, TimeUnit.SECONDS);
  }

  /** Something that listens in a proxy's place and marks its answers if it is told to. */
  private int proxy(BiConsumer<HttpServerRequest, HttpServerResponse> answers) throws Exception {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              hosts.add(request.authority().toString());
              answers.accept(request, request.response());
            });
    return server.listen(0, "127.0.0.1").await(5, TimeUnit.SECONDS).actualPort();
  }

  @Test
  void whereAProxyListensForHttpsAloneTheNameOfTheSiteIsIndicated() throws Exception {
    Identity other =
        ModuleAuthority.open(folder(), InstantSource.system(), new SecureRandom())
            .server("other", List.of("another.example"));
    List<String> indicated = new CopyOnWriteArrayList<>();
    HttpServer server =
        vertx
            .createHttpServer(
                TlsOptions.server("127.0.0.1", 0, other, Set.of("TLSv1.3"), Duration.ofSeconds(10))
                    .setSni(true))
            .requestHandler(request -> {
              indicated.add(request.connection().indicatedServerName());
              hosts.add(request.authority().toString());
              mark(request, request.response(), By.CARD).end("secure");
            });
    int port = server.listen().await(5, TimeUnit.SECONDS).actualPort();
    assertThat(ask(new Entrance("127.0.0.1", port, true), "secure")).isEqualTo(ProbeOutcome.good());
    assertThat(indicated).containsOnly(HOST);
    assertThat(hosts).containsOnly(HOST);
  }

  private static Path folder() {
    Path folder = temp;
    if (folder == null) {
      throw new AssertionError("no temporary folder");
    }
    return folder;
  }

  private static HttpServerResponse mark(
      HttpServerRequest request, HttpServerResponse response, By by) {
    String token = request.getHeader(ProbeToken.HEADER);
    assertThat(ProbeToken.read(KEY, "shop", token, Instant.now()))
        .hasValueSatisfying(aim -> assertThat(aim.card()).isEqualTo(CARD));
    return response.putHeader(ProbeToken.HEADER, ProbeToken.answer(KEY, token, by));
  }

  private ProbeOutcome ask(String address, int port, String text) throws Exception {
    return ask(new Entrance(address, port, false), text);
  }

  private ProbeOutcome ask(Entrance entrance, String text) throws Exception {
    return prober
        .ask(
            new Probe(
                new ProbeTarget(PROXY, "shop", CARD, "/cart?x=1"),
                Instant.EPOCH,
                List.of(entrance),
                new GateCheck(
                    HOST,
                    List.of("/cart?x=1"),
                    StatusRanges.parse("200-399"),
                    text,
                    Duration.ofMillis(300),
                    5)))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  @Test
  void aGoodAnswerOfTheCardIsGood() throws Exception {
    int port =
        proxy((request, response) -> mark(request, response, By.CARD).end("Willkommen, Bär"));
    assertThat(ask("127.0.0.1", port, "Bär")).isEqualTo(ProbeOutcome.good());
    assertThat(ask("0.0.0.0", port, "")).as("all addresses").isEqualTo(ProbeOutcome.good());
    assertThat(hosts).containsOnly(HOST);
  }

  @Test
  void theTextThatIsMissingAndTheStatusThatIsNotWantedAreNamed() throws Exception {
    int port = proxy((request, response) -> mark(request, response, By.CARD).end("nothing"));
    assertThat(ask("127.0.0.1", port, "Welcome").words())
        .isEqualTo(
            "proxy 0.4: GET /cart?x=1 of www.shop.example on card 1.3 answered 200 without the"
                + " text 'Welcome'");
    int broken =
        proxy((request, response) -> mark(request, response, By.CARD).setStatusCode(503).end());
    assertThat(ask("127.0.0.1", broken, ""))
        .isEqualTo(
            ProbeOutcome.bad(
                "proxy 0.4: GET /cart?x=1 of www.shop.example on card 1.3 answered 503 in place of"
                    + " 2xx/3xx"));
    int moved =
        proxy((request, response) ->
            mark(request, response, By.CARD)
                .setStatusCode(302)
                .putHeader("Location", "http://127.0.0.1:1/")
                .end());
    assertThat(ask("127.0.0.1", moved, "").kind()).as("not followed").isEqualTo(Kind.GOOD);
  }

  @Test
  void whatTheProxySaysForTheCardIsTheCardsFault() throws Exception {
    int dead =
        proxy((request, response) -> mark(request, response, By.PROXY).setStatusCode(502).end());
    assertThat(ask("127.0.0.1", dead, ""))
        .isEqualTo(
            ProbeOutcome.bad(
                "proxy 0.4: GET /cart?x=1 of www.shop.example on card 1.3 was not answered: the"
                    + " proxy says 502"));
    int slow =
        proxy((request, response) -> mark(request, response, By.PROXY).setStatusCode(504).end());
    assertThat(ask("127.0.0.1", slow, "").words()).endsWith("was not answered within 300 ms");
  }

  @Test
  void whateverHappensOnTheWayIsNoFaultOfTheCard() throws Exception {
    int unmarked = proxy((request, response) -> response.setStatusCode(500).end());
    assertThat(ask("127.0.0.1", unmarked, ""))
        .isEqualTo(
            ProbeOutcome.unreached(
                "proxy 0.4 takes no aimed requests: its clock or its routes are behind"));
    int forged =
        proxy((request, response) ->
            response.putHeader(ProbeToken.HEADER, "card:" + "A".repeat(32)).end("a good page"));
    assertThat(ask("127.0.0.1", forged, "").kind()).isEqualTo(Kind.UNREACHED);
    int unrouted =
        proxy((request, response) -> mark(request, response, By.UNROUTED).setStatusCode(503).end());
    assertThat(ask("127.0.0.1", unrouted, "").kind()).isEqualTo(Kind.UNREACHED);
    int full =
        proxy((request, response) -> mark(request, response, By.BUSY).setStatusCode(503).end());
    assertThat(ask("127.0.0.1", full, "").kind()).isEqualTo(Kind.UNREACHED);
    int resets = proxy((request, response) -> request.connection().close());
    assertThat(ask("127.0.0.1", resets, "").kind()).isEqualTo(Kind.UNREACHED);
    int hangs = proxy((request, response) -> {});
    assertThat(ask("127.0.0.1", hangs, ""))
        .isEqualTo(ProbeOutcome.unreached("proxy 0.4 does not answer within 2300 ms"));
    int closed;
    try (ServerSocket socket = new ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    ProbeOutcome refused = ask("127.0.0.1", closed, "");
    assertThat(refused.kind()).isEqualTo(Kind.UNREACHED);
    assertThat(refused.words()).startsWith("proxy 0.4 is not reached: ");
  }

  @Test
  void anAnswerThatBreaksOffOrDoesNotEndIsTheCards() throws Exception {
    int breaks =
        proxy((request, response) -> {
          var _ =
              mark(request, response, By.CARD)
                  .putHeader("Content-Length", "100")
                  .write("half")
                  .onComplete(_ -> request.connection().close());
        });
    assertThat(ask("127.0.0.1", breaks, ""))
        .isEqualTo(
            ProbeOutcome.bad(
                "proxy 0.4: GET /cart?x=1 of www.shop.example on card 1.3 answered 200 and broke"
                    + " off"));
    int endless =
        proxy((request, response) -> {
          var _ = mark(request, response, By.CARD).setChunked(true).write("and so on");
        });
    assertThat(ask("127.0.0.1", endless, "").words()).endsWith("and did not end within 300 ms");
  }

  @Test
  void ofAnEndlessAnswerOnlyTheFirstMebibyteIsRead() throws Exception {
    int port =
        proxy((request, response) -> {
          mark(request, response, By.CARD).setChunked(true);
          var _ = response.write("x".repeat(Reading.MOST_BYTES));
        });
    assertThat(ask("127.0.0.1", port, "")).isEqualTo(ProbeOutcome.good());
    assertThat(ask("127.0.0.1", port, "y").kind()).isEqualTo(Kind.BAD);
  }
}
