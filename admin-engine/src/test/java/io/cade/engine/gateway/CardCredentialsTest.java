package io.cade.engine.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.gateway.CardCredentials;
import io.cade.agent.gateway.CardIdentityStore;
import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.gateway.EngineChannels;
import io.cade.agent.gateway.GatewayRefusal;
import io.cade.agent.gateway.HttpEngineChannels;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.pki.PeerIdentity;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Certificates of proxies (and of agents: it is the same code) renewed over real mutual TLS with
 * the engine's gateway, with cuts between any two steps.
 */
@Timeout(60)
final class CardCredentialsTest {
  private static final CardPosition PROXY = new CardPosition(0, 4);

  @TempDir Path dir;
  private GatewayBench bench;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private EngineChannels channels;

  /** Calls to the engine and their answers, in their order. */
  private final List<String> steps = new ArrayList<>();

  /** At this step, counted from 1, the card dies or the network fails; 0 for never. */
  private int failAt;

  private boolean dies;

  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  @BeforeEach
  void start() throws Exception {
    bench = new GatewayBench(dir);
    EngineChannels real = new HttpEngineChannels(executor, HttpEngineChannels.Timeouts.standard());
    channels =
        (gateway, identity) -> {
          EngineChannel channel = real.open(gateway, identity);
          return (EngineChannel)
              Proxy.newProxyInstance(
                  getClass().getClassLoader(),
                  new Class<?>[] {EngineChannel.class},
                  (_, method, args) -> call(channel, method, args));
        };
  }

  @AfterEach
  void stop() throws Exception {
    bench.close();
    executor.shutdownNow();
  }

  private Object call(EngineChannel channel, Method method, Object[] args) throws Throwable {
    boolean isRenewal = List.of("renew", "introduce").contains(method.getName());
    try {
      if (isRenewal) {
        step(method.getName());
      }
      Object answer = method.invoke(channel, args);
      if (isRenewal) {
        step("answer to " + method.getName());
      }
      return answer;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void step(String what) throws IOException {
    steps.add(what);
    if (steps.size() == failAt) {
      if (dies) {
        throw new Death();
      }
      throw new ConnectException("the engine is away");
    }
  }

  private void failAt(int step, boolean death) {
    steps.clear();
    failAt = step;
    dies = death;
  }

  private CardBootConfig boot(String secret) {
    return new CardBootConfig(
        PROXY,
        "127.0.0.1",
        bench.server.port(),
        bench.authority.certificatePem(),
        secret,
        "127.0.0.1",
        1070,
        8000,
        Duration.ofSeconds(1));
  }

  private CardCredentials credentials() throws IOException {
    Path own = Files.createDirectories(dir.resolve("card"));
    return new CardCredentials(
        channels, new CardIdentityStore(own, new SecureRandom()), bench.clock, boot(""));
  }

  private static Introduction introduction() {
    return GatewayBench.introduction(PROXY, CardRole.PROXY, "boot");
  }

  /** A proxy that has enrolled and introduced itself. */
  private CardCredentials enrolled() throws Exception {
    bench.seat(PROXY, CardRole.PROXY);
    CardCredentials made = credentials();
    made.reload(boot(bench.secrets.issue(PROXY)));
    made.enrol(GatewayBench.mac(PROXY));
    made.channel().introduce(introduction());
    return made;
  }

  private Card card() {
    return bench.writer.current().card(PROXY).orElseThrow();
  }

  private static String serial(CardCredentials of) {
    X509Certificate certificate = of.identity().certificate();
    return PeerIdentity.serialOf(Objects.requireNonNull(certificate));
  }

  @Test
  void renewedCertificateHasAnotherKeyAndTheOldOneCountsNoMore() throws Exception {
    try (CardCredentials proxy = enrolled();
        EngineChannel withTheOldOne = proxy.open()) {
      String before = serial(proxy);
      var key = proxy.identity().key();
      proxy.renew(introduction());
      assertThat(serial(proxy)).isNotEqualTo(before).isEqualTo(card().certificateSerial());
      assertThat(proxy.identity().key()).isNotEqualTo(key);
      assertThat(proxy.channel().report(GatewayBench.report(PROXY)).introduceAgain()).isFalse();
      assertThatThrownBy(() -> withTheOldOne.report(GatewayBench.report(PROXY)))
          .isInstanceOf(GatewayRefusal.class);
      try (CardCredentials restarted = credentials()) {
        assertThat(serial(restarted)).isEqualTo(card().certificateSerial());
      }
    }
  }

  @Test
  void callsUnderWayAreAnsweredWhileTheCertificateIsRenewed() throws Exception {
    try (CardCredentials proxy = enrolled()) {
      EngineChannel old = proxy.channel();
      CompletableFuture<Optional<RouteSnapshot>> waits =
          CompletableFuture.supplyAsync(() -> {
            try {
              return old.routes(0, Duration.ofSeconds(20));
            } catch (IOException | InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
      while (bench.observations.snapshot().routesInUse().isEmpty()) {
        Thread.onSpinWait();
      }
      proxy.renew(introduction());
      assertThat(proxy.channel()).isNotSameAs(old);
      assertThat(waits).isNotDone();
      bench.routes.set(new RouteSnapshot(3, List.of()));
      bench.gateway.routesChanged();
      assertThat(waits.get(10, TimeUnit.SECONDS)).hasValue(bench.routes.get());
      assertThatThrownBy(() -> old.routes(3, Duration.ZERO))
          .as("the old channel takes no more calls")
          .isInstanceOf(IOException.class);
      assertThat(proxy.channel().routes(3, Duration.ZERO)).isEmpty();
    }
  }

  /** 1 asked, 2 answered, 3 proved, 4 answered. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void proxyKilledBetweenAnyTwoStepsGoesOnWithoutEnrolling(int step) throws Exception {
    try (CardCredentials proxy = enrolled()) {
      failAt(step, true);
      assertThatThrownBy(() -> proxy.renew(introduction())).isInstanceOf(Death.class);
      assertThat(steps).hasSize(step);
    }
    failAt(0, false);
    try (CardCredentials restarted = credentials()) {
      restarted.channel().introduce(introduction());
      assertThat(restarted.channel().report(GatewayBench.report(PROXY)).introduceAgain()).isFalse();
      assertThat(serial(restarted)).isEqualTo(card().certificateSerial());
      restarted.renew(introduction());
      assertThat(serial(restarted)).isEqualTo(card().certificateSerial());
    }
    assertThat(bench.writer.changes(Change.CardEnrolled.class)).hasSize(1);
  }

  @Test
  void proxyKilledBetweenTheTwoFilesGoesOnWithoutEnrolling() throws Exception {
    Path own = dir.resolve("card");
    try (CardCredentials proxy = enrolled()) {
      failAt(4, true);
      assertThatThrownBy(() -> proxy.renew(introduction())).isInstanceOf(Death.class);
    }
    failAt(0, false);
    Files.move(
        own.resolve("card.next.key"), own.resolve("card.key"), StandardCopyOption.REPLACE_EXISTING);
    try (CardCredentials restarted = credentials()) {
      restarted.channel().introduce(introduction());
      assertThat(serial(restarted)).isEqualTo(card().certificateSerial());
    }
  }

  /** The same process goes on: a try that was cut off is what the next one begins with. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void engineThatGoesAwayAtAnyStepIsOnlyAnotherTry(int step) throws Exception {
    try (CardCredentials proxy = enrolled()) {
      failAt(step, false);
      assertThatThrownBy(() -> proxy.renew(introduction())).isInstanceOf(ConnectException.class);
      failAt(0, false);
      proxy.renew(introduction());
      assertThat(serial(proxy)).isEqualTo(card().certificateSerial());
      assertThat(proxy.channel().report(GatewayBench.report(PROXY)).introduceAgain()).isFalse();
      assertThat(bench.writer.changes(Change.CertificateChange.Renewed.class))
          .as("one that was issued and may have been seen is not thrown away")
          .hasSize(step <= 2 ? step : 1);
    }
    assertThat(bench.writer.changes(Change.CardEnrolled.class)).hasSize(1);
  }

  @Test
  void refusedCertificateIsDroppedAndThePresentOneStays() throws Exception {
    try (CardCredentials proxy = enrolled()) {
      String before = serial(proxy);
      Introduction ofABalancer = GatewayBench.introduction(PROXY, CardRole.BALANCER, "boot");
      failAt(3, false);
      assertThatThrownBy(() -> proxy.renew(introduction())).isInstanceOf(ConnectException.class);
      failAt(0, false);
      // Meanwhile another was issued: the one that is kept counts no more.
      bench.writer.given(
          new Change.CertificateChange.Renewed(
              PROXY, "abc", bench.clock.instant().plus(Duration.ofDays(9))));
      proxy.renew(introduction());
      assertThat(serial(proxy)).isNotEqualTo(before).isEqualTo(card().certificateSerial());
      assertThatThrownBy(() -> proxy.renew(ofABalancer)).isInstanceOf(GatewayRefusal.class);
      assertThat(dir.resolve("card/card.next.crt")).doesNotExist();
    }
  }

  @Test
  void certificateThatTheEngineWithdrewLeadsToAnotherByTheSecretOnly() throws Exception {
    try (CardCredentials proxy = enrolled()) {
      bench.writer.given(new Change.CertificateChange.Revoked(PROXY, "test"));
      assertThatThrownBy(() -> proxy.renew(introduction())).isInstanceOf(GatewayRefusal.class);
      proxy.reload(boot("a guess"));
      assertThatThrownBy(() -> proxy.enrol(GatewayBench.mac(PROXY)))
          .isInstanceOf(GatewayRefusal.class);
      var key = proxy.identity().key();
      proxy.reload(boot(bench.secrets.issue(PROXY)));
      assertThat(proxy.identity().key()).isEqualTo(key);
      proxy.enrol(GatewayBench.mac(PROXY));
      proxy.channel().introduce(introduction());
      assertThat(serial(proxy)).isEqualTo(card().certificateSerial());
      assertThat(proxy.identity().key())
          .as("a copy of the old key is worth nothing")
          .isNotEqualTo(key);
      try (CardCredentials restarted = credentials()) {
        assertThat(restarted.identity()).isEqualTo(proxy.identity());
      }
    }
  }
}
