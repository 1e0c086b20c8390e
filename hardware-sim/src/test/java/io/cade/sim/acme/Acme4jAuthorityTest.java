package io.cade.sim.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.cade.agent.wire.RouteSnapshot.Challenge;
import io.cade.engine.acme.Acme4jAuthority;
import io.cade.engine.acme.AcmeAuthority;
import io.cade.engine.acme.AcmeFailure;
import io.cade.engine.acme.AcmeSettings;
import io.cade.engine.pki.AcmeFiles;
import io.cade.engine.pki.Identity;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client, against a real authority over real sockets. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class Acme4jAuthorityTest {
  private static final List<String> HOSTS = List.of("www.shop.example", "shop.example");

  @TempDir private Path dir;
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private HttpServer web;
  private AcmeFiles files;

  @BeforeEach
  void aSiteAndItsFiles() throws Exception {
    Pebble.require();
    web = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    web.createContext(
        "/",
        exchange -> {
          String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
          String path = host.replaceAll(":.*", "") + exchange.getRequestURI().getPath();
          byte[] body =
              answers.getOrDefault(path, "nothing here").getBytes(StandardCharsets.US_ASCII);
          exchange.sendResponseHeaders(200, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    web.start();
    files = AcmeFiles.open(dir.resolve("acme"), InstantSource.system(), new SecureRandom());
  }

  @AfterEach
  void stop() {
    if (web != null) {
      web.stop(0);
    }
  }

  private Pebble pebble(Map<String, String> environment) throws Exception {
    return Pebble.start(dir, web.getAddress().getPort(), environment);
  }

  private Acme4jAuthority client(AcmeSettings settings) throws IOException {
    return new Acme4jAuthority(
        settings,
        () -> files.account(settings.directory()),
        InstantSource.system(),
        time -> Thread.sleep(time));
  }

  private void answer(AcmeAuthority.Order order) {
    for (Challenge each : order.challenges()) {
      answers.put(
          each.host() + "/.well-known/acme-challenge/" + each.token(), each.keyAuthorization());
    }
  }

  @Test
  void anOrderEndsWithAChainForAllItsNamesAndOurKey() throws Exception {
    // Nearly every third nonce is refused, as real authorities now and then do.
    try (Pebble pebble =
            pebble(Map.of("PEBBLE_AUTHZREUSE", "100", "PEBBLE_WFE_NONCEREJECT", "30"));
        Acme4jAuthority client = client(pebble.settings())) {
      AcmeAuthority.Order order = client.open(HOSTS);
      assertThat(order.challenges())
          .extracting(Challenge::host)
          .containsExactlyInAnyOrderElementsOf(HOSTS);
      answer(order);
      order.validate();
      KeyPair key = files.newKey();
      List<X509Certificate> chain = order.finish(key);
      assertThat(chain).hasSizeGreaterThan(1);
      assertThat(chain.getFirst().getPublicKey()).isEqualTo(key.getPublic());
      files.check(HOSTS, new Identity(key.getPrivate(), chain));
      assertThat(client.collect(order.location())).as("fetched again").hasValue(chain);

      AcmeAuthority.Order next = client.open(HOSTS);
      assertThat(next.challenges()).as("believed from before").isEmpty();
      assertThat(next.finish(files.newKey()).getFirst().getSerialNumber())
          .isNotEqualTo(chain.getFirst().getSerialNumber());
    }
  }

  @Test
  void aChallengeThatNobodyAnswersFailsWithTheAuthoritysReason() throws Exception {
    try (Pebble pebble = pebble(Map.of());
        Acme4jAuthority client = client(pebble.settings())) {
      AcmeAuthority.Order order = client.open(List.of("www.shop.example"));
      assertThatThrownBy(order::validate)
          .isInstanceOf(AcmeFailure.class)
          .hasMessageContaining("does not believe that www.shop.example is ours")
          .hasMessageContaining("nothing here");
      assertThat(client.collect(order.location())).isEmpty();
    }
  }

  @Test
  void anOrderThatTheAuthorityNeverHadIsNothingToCollect() throws Exception {
    try (Pebble pebble = pebble(Map.of());
        Acme4jAuthority client = client(pebble.settings())) {
      URI strange = pebble.settings().directory().resolve("/my-order/nothing");
      assertThat(client.collect(strange)).isEmpty();
    }
  }

  @Test
  void anAuthorityThatKnowsItsCustomersIsShownTheAccountThatOneHas() throws Exception {
    String secret = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    Path keyFile = Files.writeString(dir.resolve("mac"), secret + "\n");
    String wanted =
        ", \"externalAccountBindingRequired\": true, \"externalAccountMACKeys\": {\"kid-1\": \""
            + secret
            + "\"}";
    try (Pebble pebble = Pebble.start(dir, web.getAddress().getPort(), wanted, Map.of())) {
      AcmeSettings nobody = pebble.settings();
      try (Acme4jAuthority client = client(nobody)) {
        assertThatThrownBy(() -> client.open(HOSTS)).isInstanceOf(AcmeFailure.class);
      }
      AcmeSettings customer =
          new AcmeSettings(
              nobody.directory(),
              nobody.contacts(),
              nobody.caFile(),
              nobody.renewBefore(),
              new AcmeSettings.ExternalAccount("kid-1", keyFile));
      try (Acme4jAuthority client = client(customer)) {
        assertThat(client.open(HOSTS).challenges()).hasSize(2);
      }
    }
  }

  @Test
  void anAuthorityThatIsNotTrustedOrNotThereIsNamedWithTheReason() throws Exception {
    try (Pebble pebble = pebble(Map.of())) {
      AcmeSettings known = pebble.settings();
      AcmeSettings stranger =
          new AcmeSettings(known.directory(), known.contacts(), null, AcmeSettings.RENEW_BEFORE);
      try (Acme4jAuthority client = client(stranger)) {
        assertThatThrownBy(() -> client.open(HOSTS))
            .isInstanceOf(AcmeFailure.class)
            .hasMessageContaining("cannot order at " + known.directory())
            .hasMessageContaining("certification path");
      }
      AcmeSettings nowhere =
          new AcmeSettings(
              URI.create("https://127.0.0.1:1/dir"),
              known.contacts(),
              known.caFile(),
              AcmeSettings.RENEW_BEFORE);
      try (Acme4jAuthority client = client(nowhere)) {
        assertThatThrownBy(() -> client.open(HOSTS))
            .isInstanceOf(AcmeFailure.class)
            .hasMessageContaining("it cannot be reached");
      }
    }
  }
}
