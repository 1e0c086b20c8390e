package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ThresholdBook;
import io.cade.engine.observe.Observations;
import io.cade.engine.pki.EnrolmentSecrets;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.PeerIdentity;
import io.cade.engine.web.WebRuntime;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A gateway over a small model, with a clock that stands until it is moved. */
final class GatewayBench implements AutoCloseable {
  static final Duration INTERVAL = Duration.ofSeconds(10);
  static final String DIGEST = "sha256:" + "ab".repeat(32);
  static final String OTHER_DIGEST = "sha256:" + "cd".repeat(32);

  final AtomicReference<Instant> now = new AtomicReference<>(InstantSource.system().instant());
  final InstantSource clock = now::get;
  final TestWriter writer = new TestWriter(clock);
  final Observations observations = new Observations();
  final EnrolmentSecrets secrets = new EnrolmentSecrets(clock, new SecureRandom());
  final AtomicReference<RouteSnapshot> routes = new AtomicReference<>(RouteSnapshot.empty());
  final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

  /** Where a card is expected to speak from; empty: it does not matter. */
  final AtomicReference<String> address = new AtomicReference<>("");

  final ModuleAuthority authority;
  final EngineGateway gateway;
  final Vertx vertx = WebRuntime.start();
  final GatewayServer server;

  GatewayBench(Path dir) throws Exception {
    authority = ModuleAuthority.open(dir.resolve("pki"), clock, new SecureRandom());
    Path packages = Files.createDirectories(dir.resolve("packages"));
    Files.write(packages.resolve(DIGEST.substring(7)), new byte[100_000]);
    Files.write(packages.resolve(OTHER_DIGEST.substring(7)), new byte[10]);
    gateway =
        new EngineGateway(
            writer,
            observations,
            authority,
            secrets,
            "package key",
            d -> Optional.of(packages.resolve(d.substring(7))).filter(Files::exists),
            routes::get,
            scheduler,
            clock,
            INTERVAL,
            new SensorWatches(ThresholdBook.standard()),
            _ -> address.get());
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
    writer.listen(new RevokedConnections(server::disconnect));
  }

  static MacAddress mac(CardPosition at) {
    return MacAddress.of(new byte[] {2, 0, 0, (byte) at.chassis(), (byte) at.slot(), 0});
  }

  void seat(CardPosition at, CardRole role) {
    writer.given(
        new Change.CardSeated(at, role, mac(at)),
        new Change.CardStateChanged(at, CardState.BOOTING, "asked for its address"));
  }

  /** A seated card with its certificate on record. */
  TestPeer enrolled(CardPosition at, CardRole role) throws Exception {
    seat(at, role);
    TestPeer.Enrolled e = TestPeer.enrolled(authority, server.port(), at);
    writer.given(new Change.CardEnrolled(at, mac(at), PeerIdentity.serialOf(e.certificate())));
    return e.peer();
  }

  /** An enrolled card that has introduced itself. */
  TestPeer introduced(CardPosition at, CardRole role) throws Exception {
    TestPeer peer = enrolled(at, role);
    var response = peer.post("/v1/introduce", introduction(at, role, "boot"));
    if (response.statusCode() != 200) {
      throw new AssertionError(new String(response.body(), StandardCharsets.UTF_8));
    }
    return peer;
  }

  void service(String name, String digest, CardPosition... on) {
    writer.given(
        new Change.ServiceCreated(
            writer.current().nextServiceIndex(),
            new ServiceDefinition(
                name, "static-site", List.of(name + ".example"), on.length, digest)),
        new Change.CardsBound(name, List.of(on)),
        new Change.PackageGenerated(name, digest, 100_000));
  }

  static Introduction introduction(CardPosition at, CardRole role, String boot) {
    return introduction(at, role, boot, mac(at));
  }

  static Introduction introduction(CardPosition at, CardRole role, String boot, MacAddress mac) {
    return new Introduction(
        at,
        role,
        boot,
        new HardwareDescriptor("Cade", "blade", "S1", mac, 2, 1L << 30, List.of("sda 80 GB")),
        new SoftwareDescriptor("0.1", "card", "1", "Linux"));
  }

  static Report report(CardPosition at) {
    return new Report(at, "boot", List.of(), List.of(), null);
  }

  @Override
  public void close() throws Exception {
    server.close();
    scheduler.shutdownNow();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
