package io.cade.engine.probe;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProbeToken;
import io.cade.agent.wire.ProxyReport.Entrance;
import io.cade.engine.conduct.GateCheck;
import io.cade.engine.conduct.WantedProbes.Probe;
import io.cade.engine.observe.ProbeOutcome;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for a page as a visitor does: over a connection of its own to where visitors come in at the
 * proxy, with the site's host name, and with the token that aims it at the card ({@link
 * ProbeToken}). Plain HTTP where the proxy listens for it, else HTTPS; the certificate is not
 * looked at there, since the card is what is judged. Thread-safe.
 */
public final class HttpProber implements Prober, AutoCloseable {
  /** Beyond the time that the proxy gives the card: then the proxy itself has not answered. */
  static final Duration OF_PROXY = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(HttpProber.class);
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final int NONCE_BYTES = 12;
  private static final long CLOSE_SECONDS = 2;

  private final Vertx vertx;
  private final HttpClient client;
  private final String key;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Function<CardPosition, String> addresses;

  /**
   * @param key of the route snapshots; never logged
   * @param random unpredictable
   * @param addresses of a proxy card, for one that listens on all that it has
   */
  public HttpProber(
      Vertx vertx,
      String key,
      InstantSource clock,
      RandomGenerator random,
      Function<CardPosition, String> addresses) {
    this.vertx = vertx;
    this.key = key;
    this.clock = clock;
    this.random = random;
    this.addresses = addresses;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                // One that has rested may just be closed: that would look as if nobody were there.
                .setKeepAlive(false)
                .setConnectTimeout((int) CONNECT.toMillis())
                .setTrustAll(true)
                .setVerifyHost(false)
                .setForceSni(true)
                .setDecompressionSupported(false),
            new PoolOptions().setHttp1MaxSize(64));
  }

  @Override
  public CompletionStage<ProbeOutcome> ask(Probe probe) {
    CompletableFuture<ProbeOutcome> result = new CompletableFuture<>();
    vertx.getOrCreateContext().runOnContext(_ -> begin(probe, result));
    return result;
  }

  private void begin(Probe probe, CompletableFuture<ProbeOutcome> result) {
    GateCheck check = probe.check();
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    String token =
        ProbeToken.make(
            key,
            probe.target().service(),
            probe.target().card(),
            clock.instant(),
            check.limit(),
            Base64.getUrlEncoder().encodeToString(nonce));
    Reading reading = new Reading(probe, key, token, result);
    long timer = vertx.setTimer(check.limit().plus(OF_PROXY).toMillis(), _ -> reading.late());
    var _ = result.whenComplete((_, _) -> vertx.cancelTimer(timer));
    Entrance entrance = entrance(probe);
    String address = address(probe, entrance);
    var _ =
        client
            .request(
                new RequestOptions()
                    .setMethod(HttpMethod.GET)
                    .setServer(SocketAddress.inetSocketAddress(entrance.port(), address))
                    .setSsl(entrance.secure())
                    .setHost(check.host())
                    .setPort(entrance.secure() ? 443 : 80)
                    .setURI(probe.target().path())
                    .putHeader(ProbeToken.HEADER, token)
                    .putHeader("Accept", "*/*")
                    .putHeader("Accept-Encoding", "identity")
                    .putHeader("User-Agent", "Cade-Gate/1"))
            .compose(request -> {
              reading.asks(request);
              return request.send();
            })
            .onComplete(reading::begins, reading::unreached);
  }

  private static Entrance entrance(Probe probe) {
    return probe.entrances().stream()
        .filter(e -> !e.secure())
        .findFirst()
        .orElseGet(probe.entrances()::getFirst);
  }

  private String address(Probe probe, Entrance entrance) {
    boolean any = entrance.address().equals("0.0.0.0") || isAnyOfIpv6(entrance.address());
    return any ? addresses.apply(probe.target().proxy()) : entrance.address();
  }

  private static boolean isAnyOfIpv6(String address) {
    return address.equals("::") || address.equals("0:0:0:0:0:0:0:0");
  }

  @Override
  public void close() {
    try {
      client.close().await(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | RuntimeException e) {
      LOG.debug("connections to proxies did not close in order: {}", e.toString());
    }
  }
}
