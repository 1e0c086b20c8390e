package io.cade.engine.api;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.backup.BackupOperations;
import io.cade.engine.gateway.TestPeer;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.images.ImageCatalogue;
import io.cade.engine.images.ImageOperations;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.observe.BootCounters;
import io.cade.engine.observe.Observations;
import io.cade.engine.operate.AlarmHistory;
import io.cade.engine.operate.AnyContent;
import io.cade.engine.operate.Certificates;
import io.cade.engine.operate.ContentStore;
import io.cade.engine.operate.Inspection;
import io.cade.engine.operate.LeasePlaces;
import io.cade.engine.operate.LeaseTransfer;
import io.cade.engine.operate.Operations;
import io.cade.engine.operate.ProtectionOperations;
import io.cade.engine.operate.Role;
import io.cade.engine.operate.TrafficInspection;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.update.BundleDepot;
import io.cade.engine.update.EngineUpdates;
import io.cade.engine.update.UpdateOperations;
import io.cade.engine.web.WebRuntime;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** The API over a model in memory. */
final class ApiBench implements AutoCloseable {
  static final String PASSWORD = "correct horse battery";

  final InstantSource clock = InstantSource.system();
  final TestWriter writer = new TestWriter(clock);
  final Observations observations = new Observations();
  final AtomicBoolean ready = new AtomicBoolean(true);
  final AtomicLong skippedNanos = new AtomicLong();
  final ExecutorService blocking = Executors.newFixedThreadPool(2);
  final Vertx vertx = WebRuntime.start();
  final ModuleAuthority authority;
  final ContentStore contents;
  final Path users;
  final ApiServer server;
  final TestPeer peer;

  ApiBench(Path dir, int port) throws Exception {
    SecureRandom random = new SecureRandom();
    authority = ModuleAuthority.open(dir.resolve("pki"), clock, random);
    contents = ContentStore.open(dir.resolve("contents"));
    users = dir.resolve("users");
    for (Role role : List.of(Role.VIEWER, Role.OPERATOR, Role.ADMINISTRATOR)) {
      UserFile.put(users, role.word(), role, PASSWORD.toCharArray(), random, 1_000);
    }
    AlarmHistory history =
        query ->
            writer.current().alarms().values().stream()
                .limit(query.limit())
                .map(a ->
                    new AlarmHistory.Entry(
                        a.sequence(),
                        a.key(),
                        a.severity(),
                        a.text(),
                        a.raisedAt(),
                        null,
                        a.acknowledgedBy(),
                        a.acknowledgedAt()))
                .toList();
    server =
        ApiServer.start(
                vertx,
                "127.0.0.1",
                port,
                authority.server("admin", List.of("127.0.0.1")),
                new ApiServer.Backing(
                    new Inspection(
                        writer::current,
                        observations::snapshot,
                        RouteSnapshot::empty,
                        new BootCounters(),
                        history,
                        clock),
                    new Operations(writer, contents, new AnyContent(), 280, blocking),
                    new LeaseTransfer(writer, _ -> new LeasePlaces.Place.None()),
                    new ImageOperations(
                        writer,
                        ImageCatalogue.open(
                            dir.resolve("images"), writer::current, authority.certificate(), clock),
                        blocking),
                    new UpdateOperations(
                        writer,
                        BundleDepot.open(dir.resolve("updates"), authority.certificate(), clock),
                        EngineUpdates.unguarded(writer, authority.certificate(), clock, blocking),
                        new Operations(writer, contents, new AnyContent(), 280, blocking)
                            .releases(),
                        "hall-3",
                        clock,
                        blocking),
                    new BackupOperations(
                        writer,
                        () -> {
                          throw new IOException("there is no state to back up");
                        },
                        blocking),
                    Certificates.desk(writer, authority, dir, blocking),
                    new TrafficInspection(writer::current, observations.traffic(), clock),
                    new ProtectionOperations(writer),
                    new UserDesk(writer, users, blocking, random),
                    ready::get,
                    blocking,
                    () -> System.nanoTime() + skippedNanos.get(),
                    random))
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    peer = TestPeer.anonymous(authority.certificate(), server.port());
  }

  HttpRequest.Builder as(String user, String path) {
    return as(user, PASSWORD, path);
  }

  HttpRequest.Builder as(String user, String password, String path) {
    String credentials =
        Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    return HttpRequest.newBuilder(peer.uri(path)).header("Authorization", "Basic " + credentials);
  }

  HttpResponse<byte[]> get(String path) throws Exception {
    return peer.send(as("viewer", path));
  }

  /** Two chassis of cards in several states, a service, sensors and alarms. */
  void populate() {
    Instant now = clock.instant();
    for (int chassis = 0; chassis <= 2; chassis++) {
      for (int slot = 1; slot <= 14; slot++) {
        if (chassis == 0 && (slot < 3 || slot > 5)) {
          continue;
        }
        card(new CardPosition(chassis, slot), now);
      }
    }
    CardPosition a = new CardPosition(1, 1);
    CardPosition b = new CardPosition(2, 1);
    writer.given(
        new Change.ServiceCreated(
            1,
            new ServiceDefinition(
                "shop", "static-site", List.of("www.shop.example"), 2, "sha256:00")),
        new Change.CardsBound("shop", List.of(a, b)),
        new Change.PackageGenerated("shop", "sha256:" + "ab".repeat(32), 4_711),
        new Change.PlacementChanged("shop", new Placement(a, Placement.State.RUNNING, "", "boot")),
        new Change.PlacementChanged("shop", new Placement(b, Placement.State.ORDERED, "", "boot")),
        new Change.ServicePhaseChanged("shop", ServicePhase.SETUP, "card 2.1 ORDERED"),
        new Change.CardStateChanged(a, CardState.ASSIGNED, ""),
        new Change.CardStateChanged(a, CardState.RUNNING, ""),
        new Change.CardStateChanged(new CardPosition(1, 7), CardState.FAILED, "no report for 9 s"),
        new Change.CardStateChanged(new CardPosition(2, 9), CardState.ABSENT, "out of its slot"),
        new Change.CardStateChanged(new CardPosition(2, 3), CardState.QUARANTINED, "wrong MAC"));
    for (AlarmKey key :
        List.of(
            new AlarmKey(AlarmType.CARD_LOST, "card 1.7"),
            new AlarmKey(AlarmType.TEMPERATURE_HIGH, "card 1.3 inlet"))) {
      writer.given(new Change.AlarmRaised(key, key.type().severity(), key + " since a moment"));
    }
    writer.given(
        new Change.CardSeated(
            new CardPosition(2, 12), CardRole.SERVER, new MacAddress("02:00:00:99:99:99")));
    List<SensorReading> fans = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      fans.add(
          new SensorReading(
              "fan" + i,
              SensorReading.Kind.RPM,
              4_200 + 31 * i,
              SensorReading.Quality.OK,
              "",
              now));
    }
    fans.add(
        new SensorReading(
            "outlet",
            SensorReading.Kind.CELSIUS,
            0,
            SensorReading.Quality.UNAVAILABLE,
            "bus error",
            now));
    observations.heard(
        new Report(a, "boot", List.of(), List.of(), new ChassisStatus(1, List.of(1, 2), fans)),
        now);
    for (int slot = 1; slot <= 6; slot++) {
      observations.heard(
          new Report(
              new CardPosition(1, slot),
              "boot",
              List.of(),
              List.of(
                  new SensorReading(
                      "inlet",
                      SensorReading.Kind.CELSIUS,
                      31.25 + slot,
                      SensorReading.Quality.OK,
                      "",
                      now)),
              null),
          now);
    }
    CardPosition proxy = new CardPosition(0, 4);
    observations.heard(
        new ProxyReport(
            proxy,
            "boot",
            17,
            List.of(new ProxyReport.BackendReport("shop", a, true, "", 1_200, 3))),
        now);
  }

  private void card(CardPosition at, Instant now) {
    CardRole role =
        at.isManagement() ? at.slot() == 3 ? CardRole.BALANCER : CardRole.PROXY : CardRole.SERVER;
    MacAddress mac = MacAddress.of(new byte[] {2, 0, 0, (byte) at.chassis(), (byte) at.slot(), 0});
    writer.given(
        new Change.CardSeated(at, role, mac),
        new Change.CardStateChanged(at, CardState.BOOTING, ""),
        new Change.LeaseGranted(
            at, mac, "127.1." + at.chassis() + "." + at.slot(), now.plusSeconds(3600)),
        new Change.CardIntroduced(
            at,
            role,
            "boot",
            new HardwareDescriptor(
                "Cade", "CB-1", "SN" + at, mac, 4, 8L << 30, List.of("sda 80 GB", "sdb 80 GB")),
            new SoftwareDescriptor("0.1.0", "card", "1.0", "Linux 6.12")),
        new Change.CardStateChanged(
            at, role == CardRole.SERVER ? CardState.AVAILABLE : CardState.ASSIGNED, ""));
    if (role != CardRole.SERVER) {
      writer.given(new Change.CardStateChanged(at, CardState.RUNNING, ""));
    }
  }

  @Override
  public void close() throws Exception {
    peer.close();
    server.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    blocking.shutdownNow();
  }
}
