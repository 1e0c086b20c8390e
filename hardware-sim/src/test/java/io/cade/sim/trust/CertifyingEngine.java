package io.cade.sim.trust;

import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.WireJson;
import io.cade.engine.change.Decision;
import io.cade.engine.gateway.EngineGateway;
import io.cade.engine.gateway.GatewayServer;
import io.cade.engine.gateway.RevokedConnections;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.observe.Observations;
import io.cade.engine.pki.EnrolmentSecrets;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.store.EngineState;
import io.cade.engine.web.WebRuntime;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * As much of the engine as a management card's certificate needs: the real authority, gateway, log
 * and store, by a clock that the test sets.
 */
final class CertifyingEngine implements AutoCloseable {
  private final Path directory;
  private final ModuleAuthority authority;
  private final EnrolmentSecrets secrets;
  private final EngineState state;
  private final EngineGateway gateway;
  private final GatewayServer server;
  private final Vertx vertx = WebRuntime.start();
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final AtomicReference<RouteSnapshot> routes =
      new AtomicReference<>(RouteSnapshot.empty());

  CertifyingEngine(Path directory, InstantSource clock) throws Exception {
    this.directory = directory;
    authority = ModuleAuthority.open(directory.resolve("pki"), clock, new SecureRandom());
    secrets = new EnrolmentSecrets(clock, new SecureRandom());
    state = EngineState.open(Files.createDirectories(directory.resolve("state")), clock);
    gateway =
        new EngineGateway(
            state.writer(),
            new Observations(),
            authority,
            secrets,
            "package key",
            _ -> Optional.empty(),
            routes::get,
            scheduler,
            clock,
            Duration.ofSeconds(1));
    server =
        GatewayServer.start(
                vertx,
                "127.0.0.1",
                0,
                authority.server("gateway", List.of("127.0.0.1")),
                authority.certificatePem(),
                gateway)
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    state.writer().listen(new RevokedConnections(server::disconnect));
  }

  static MacAddress mac(CardPosition at) {
    return new MacAddress("02:00:00:00:%02x:00".formatted(at.slot()));
  }

  /** Seats a management card and writes its boot configuration, as the engine does at its start. */
  void seat(CardPosition at, CardRole role) throws Exception {
    given(new Change.CardSeated(at, role, mac(at)));
    writeBootConfig(at);
  }

  Path bootConfig(CardPosition at) {
    return directory.resolve("agent-" + at + ".json");
  }

  /** With a fresh secret, as the engine does every few minutes. */
  void writeBootConfig(CardPosition at) throws Exception {
    Path fresh = directory.resolve("fresh");
    Files.write(
        fresh,
        new WireJson()
            .encode(
                new CardBootConfig(
                    at,
                    "127.0.0.1",
                    server.port(),
                    authority.certificatePem(),
                    secrets.issue(at),
                    "127.0.0.1",
                    1070,
                    8000,
                    Duration.ofMillis(200))));
    Files.move(fresh, bootConfig(at), StandardCopyOption.ATOMIC_MOVE);
  }

  void given(Change... changes) {
    state.writer().submit((_, _) -> Decision.of(true, changes)).join();
  }

  Card card(CardPosition at) {
    return state.writer().current().card(at).orElseThrow();
  }

  boolean knows(CardPosition at) {
    return card(at).state() == CardState.ASSIGNED;
  }

  void announce(RouteSnapshot next) {
    routes.set(next);
    gateway.routesChanged();
  }

  @Override
  public void close() throws Exception {
    server.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    scheduler.shutdownNow();
    state.close();
  }
}
