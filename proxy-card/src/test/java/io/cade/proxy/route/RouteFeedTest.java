package io.cade.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.Backends;
import io.cade.proxy.balance.RoundRobin;
import io.cade.proxy.stats.ProxyStatistics;
import io.cade.proxy.testing.Engine;
import io.cade.proxy.testing.ProxyRig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RouteFeedTest {
  private static final CardPosition SELF = new CardPosition(0, 4);
  private static final CardPosition CARD = new CardPosition(1, 3);

  @TempDir Path state;
  private final Engine engine = new Engine();
  private final List<Thread> threads = new ArrayList<>();
  private final Semaphore changes = new Semaphore(0);
  private final BlockingQueue<Duration> pauses = new LinkedBlockingQueue<>();

  /** Time passes at once, but each pause is seen. */
  private final Pause pause =
      time -> {
        pauses.add(time);
        TimeUnit.MILLISECONDS.sleep(1);
      };

  @AfterEach
  void stop() throws Exception {
    for (Thread thread : threads) {
      thread.interrupt();
      thread.join();
    }
  }

  private static RouteSnapshot snapshot(long version, String host) {
    return new RouteSnapshot(
        version,
        List.of(
            new RouteSnapshot.SiteRoute(
                "shop",
                List.of(host),
                List.of(new RouteSnapshot.Backend(CARD, "127.1.1.3", 8000)),
                "",
                "")));
  }

  private Routes newRoutes() {
    return new Routes(
        new Backends(ProxyRig.QUICK, 10, changes::release),
        new ProxyStatistics(),
        RoundRobin::new,
        InstantSource.system());
  }

  private static Introduction introduction() {
    return new Introduction(
        SELF,
        CardRole.PROXY,
        "boot",
        new HardwareDescriptor("m", "m", "s", new MacAddress("02:00:00:00:04:00"), 1, 1, List.of()),
        new SoftwareDescriptor("1", "i", "1", "os"));
  }

  private EngineLink link() {
    EngineLink link =
        new EngineLink(engine, introduction(), Duration.ofSeconds(1), pause, new Random(1));
    run(link);
    return link;
  }

  private void run(Runnable body) {
    Thread thread = Thread.ofPlatform().start(body);
    threads.add(thread);
  }

  private RouteFeed feed(Routes routes, Semaphore applied) {
    return new RouteFeed(
        link(), routes, new SnapshotFile(state), applied::release, pause, new Random(1));
  }

  @Test
  void announcedRoutesAreUsedAtOnceAndSavedForTheirOwnerOnly() throws Exception {
    Routes routes = newRoutes();
    Semaphore applied = new Semaphore(0);
    run(feed(routes, applied));
    assertThat(engine.introductions.poll(5, TimeUnit.SECONDS)).isEqualTo(introduction());
    engine.announce(snapshot(1, "a.example"));
    applied.acquire();
    assertThat(routes.current().find("a.example")).isNotNull();
    engine.announce(snapshot(2, "b.example"));
    applied.acquire();
    assertThat(routes.current().find("a.example")).isNull();
    assertThat(routes.current().find("b.example")).isNotNull();
    Path saved = state.resolve("routes.json");
    while (new SnapshotFile(state).load().map(RouteSnapshot::version).orElse(0L) < 2) {
      Thread.onSpinWait();
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(saved)))
        .isEqualTo("rw-------");
  }

  @Test
  void restartedProxyServesFromTheSavedRoutesWhileTheEngineIsAway() throws Exception {
    new SnapshotFile(state).save(snapshot(7, "a.example"));
    engine.setAway(true);
    Routes routes = newRoutes();
    Semaphore applied = new Semaphore(0);
    RouteFeed feed = feed(routes, applied);
    feed.restore();
    assertThat(routes.current().version()).isEqualTo(7);
    assertThat(routes.current().find("a.example")).isNotNull();
    run(feed);
    engine.setAway(false);
    engine.announce(snapshot(8, "b.example"));
    applied.acquire();
    assertThat(routes.current().version()).isEqualTo(8);
  }

  @Test
  void awayEngineIsAskedEverMoreSeldomAndRoutesStay() throws Exception {
    Routes routes = newRoutes();
    Semaphore applied = new Semaphore(0);
    run(feed(routes, applied));
    engine.announce(snapshot(1, "a.example"));
    applied.acquire();
    engine.setAway(true);
    Duration longest = Duration.ZERO;
    while (longest.compareTo(Duration.ofMillis(2500)) < 0) {
      Duration next = pauses.take();
      longest = next.compareTo(longest) > 0 ? next : longest;
      assertThat(next).isLessThanOrEqualTo(Duration.ofSeconds(5));
    }
    assertThat(routes.current().find("a.example")).isNotNull();
    engine.setAway(false);
    engine.announce(snapshot(2, "b.example"));
    applied.acquire();
    assertThat(routes.current().version()).isEqualTo(2);
  }

  @Test
  void olderRoutesAreIgnored() {
    Routes routes = newRoutes();
    assertThat(routes.apply(snapshot(5, "a.example"))).isTrue();
    assertThat(routes.apply(snapshot(4, "b.example"))).isFalse();
    assertThat(routes.current().find("a.example")).isNotNull();
  }

  @Test
  void brokenFileIsNoRoutes() throws Exception {
    Files.writeString(state.resolve("routes.json"), "{\"version\":");
    assertThat(new SnapshotFile(state).load()).isEmpty();
  }

  @Test
  void healthSurvivesAChangeOfRoutesForTheSamePlace() {
    Backends backends = new Backends(ProxyRig.QUICK, 10, () -> {});
    Routes routes =
        new Routes(backends, new ProxyStatistics(), RoundRobin::new, InstantSource.system());
    routes.apply(snapshot(1, "a.example"));
    backends.at("127.1.1.3", 8000).health().connectionFailed("refused");
    routes.apply(snapshot(2, "b.example"));
    Site site = Objects.requireNonNull(routes.current().find("b.example"));
    assertThat(site.backends().getFirst().health().permits()).isFalse();
    routes.apply(new RouteSnapshot(3, List.of()));
    assertThat(backends.all()).isEmpty();
  }

  @Test
  void engineHearsOfADeadCardAtOnce() throws Exception {
    Backends backends = new Backends(ProxyRig.QUICK, 10, changes::release);
    ProxyStatistics statistics = new ProxyStatistics();
    Routes routes = new Routes(backends, statistics, RoundRobin::new, InstantSource.system());
    routes.apply(snapshot(9, "a.example"));
    run(
        new ProxyReporter(
            link(),
            routes,
            new VisitorsReport(statistics, routes.guard().watch(), Duration.ZERO, System::nanoTime),
            () -> List.of(new ProxyReport.Entrance("127.1.0.4", 8080, false)),
            changes,
            SELF,
            "boot",
            Duration.ofMinutes(10),
            pause,
            new Random(1)));
    ProxyReport first = engine.proxyReports.poll(5, TimeUnit.SECONDS);
    assertThat(first).isNotNull();
    assertThat(first.routesVersion()).isEqualTo(9);
    assertThat(first.entrances())
        .containsExactly(new ProxyReport.Entrance("127.1.0.4", 8080, false));
    assertThat(first.backends().getFirst().usable()).isTrue();
    Backend card = backends.at("127.1.1.3", 8000);
    card.health().connectionFailed("refused");
    ProxyReport second = engine.proxyReports.poll(5, TimeUnit.SECONDS);
    assertThat(second).isNotNull();
    assertThat(second.backends().getFirst())
        .isEqualTo(new ProxyReport.BackendReport("shop", CARD, false, "refused", 0, 0, 0));
    assertThat(pauses).contains(Duration.ofMillis(200)); // not more than five times a second
  }

  @Test
  void cardThatTheEngineForgotIntroducesItselfAgain() throws Exception {
    link();
    assertThat(engine.introductions.poll(5, TimeUnit.SECONDS)).isNotNull();
    engine.forgetCard();
    assertThat(engine.introductions.poll(5, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void furtherProtocolsOfACardAreBackEndsOfTheirOwnAndEarlierSnapshotsHaveNone() throws Exception {
    String earlier =
        """
        {"version": 7, "sites": [{"service": "shop", "hosts": ["a.example"],
         "backends": [{"position": "1.3", "address": "127.1.1.3", "port": 8000}],
         "certificateChainPem": "", "privateKeyPem": ""}]}
        """;
    RouteSnapshot read =
        new io.cade.agent.wire.WireJson()
            .decode(earlier.getBytes(java.nio.charset.StandardCharsets.UTF_8), RouteSnapshot.class);
    Backends http = new Backends(ProxyRig.QUICK, 10, () -> {});
    Backends further = new Backends(ProxyRig.QUICK, 10, () -> {});
    Routes routes =
        new Routes(http, further, new ProxyStatistics(), RoundRobin::new, InstantSource.system());
    routes.apply(read);
    assertThat(java.util.Objects.requireNonNull(routes.current().find("a.example")).speaking("ftp"))
        .isEmpty();
    RouteSnapshot.SiteRoute site = read.sites().getFirst();
    routes.apply(
        new RouteSnapshot(
            8,
            List.of(
                new RouteSnapshot.SiteRoute(
                    "shop",
                    site.hosts(),
                    List.of(
                        new RouteSnapshot.Backend(
                            CARD, "127.1.1.3", 8000, java.util.Map.of("ftp", 8001))),
                    "",
                    ""))));
    Site now = java.util.Objects.requireNonNull(routes.current().find("a.example"));
    assertThat(now.backends()).containsExactlyElementsOf(http.all());
    assertThat(now.speaking("ftp")).containsExactlyElementsOf(further.all());
    assertThat(now.cards().get(now.speaking("ftp").getFirst())).isNotNull();
    routes.apply(new RouteSnapshot(9, List.of()));
    assertThat(further.all()).isEmpty();
  }
}
