package io.cade.engine.cli;

import io.cade.agent.wire.RouteSnapshot;
import io.cade.engine.acme.AcmeSettings;
import io.cade.engine.api.ApiServer;
import io.cade.engine.api.UserDesk;
import io.cade.engine.api.UserFile;
import io.cade.engine.backup.BackupOperations;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.images.ImageCatalogue;
import io.cade.engine.images.ImageOperations;
import io.cade.engine.model.ThresholdBook;
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
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The engine's real API server, over TLS and a writer of the test's, and a desk whose commands go
 * there.
 */
final class ServedDesk implements AutoCloseable {
  /**
   * What a test may want otherwise.
   *
   * @param role of the desk's user
   */
  record Wishes(
      ChangeWriter writer,
      InstantSource clock,
      Role role,
      AlarmHistory history,
      LeasePlaces places) {
    static Wishes of(ChangeWriter writer, InstantSource clock) {
      return new Wishes(
          writer, clock, Role.OPERATOR, _ -> List.of(), _ -> new LeasePlaces.Place.None());
    }

    Wishes with(Role other) {
      return new Wishes(writer, clock, other, history, places);
    }

    Wishes withHistory(AlarmHistory other) {
      return new Wishes(writer, clock, role, other, places);
    }

    Wishes withPlaces(LeasePlaces other) {
      return new Wishes(writer, clock, role, history, other);
    }
  }

  final Desk desk = new Desk();
  final Observations observations = new Observations();
  final ModuleAuthority authority;
  final ImageCatalogue images;
  final Operations operations;

  /** What a backup is taken of; nothing at first. */
  volatile BackupOperations.Source backups =
      () -> {
        throw new IOException("there is no state to back up");
      };

  /** What the proxies are to use. */
  volatile RouteSnapshot routes = RouteSnapshot.empty();

  /** What the server's clock is ahead: it looks at the users' file once a second. */
  private final AtomicLong ahead = new AtomicLong();

  private final SecureRandom random = new SecureRandom();
  private final ExecutorService blocking = Executors.newFixedThreadPool(2);
  private final Vertx vertx = WebRuntime.start();
  private final Path dir;
  private final Path users;
  private final ApiServer server;

  ServedDesk(Path dir, Wishes wishes) throws Exception {
    this.dir = dir;
    ChangeWriter writer = wishes.writer();
    authority = ModuleAuthority.open(dir.resolve("pki"), InstantSource.system(), random);
    users = dir.resolve("users");
    user(PeerEngine.USER, wishes.role());
    images =
        ImageCatalogue.open(
            dir.resolve("images"),
            writer::current,
            authority.certificate(),
            InstantSource.system());
    operations =
        new Operations(
            writer,
            ContentStore.open(dir.resolve("contents")),
            new AnyContent(),
            280,
            blocking,
            observations::snapshot,
            ThresholdBook.standard());
    server =
        ApiServer.start(
                vertx,
                "127.0.0.1",
                0,
                authority.server("admin", List.of("127.0.0.1")),
                new ApiServer.Backing(
                    new Inspection(
                        writer::current,
                        observations::snapshot,
                        () -> routes,
                        new BootCounters(),
                        wishes.history(),
                        wishes.clock()),
                    operations,
                    new LeaseTransfer(writer, wishes.places()),
                    new ImageOperations(writer, images, blocking),
                    new UpdateOperations(
                        writer,
                        BundleDepot.open(
                            dir.resolve("updates"), authority.certificate(), wishes.clock()),
                        EngineUpdates.unguarded(
                            writer, authority.certificate(), wishes.clock(), blocking),
                        operations.releases(),
                        "hall-3",
                        wishes.clock(),
                        blocking),
                    new BackupOperations(writer, () -> backups.hold(), blocking),
                    Certificates.desk(
                        writer,
                        authority,
                        new AcmeSettings(
                            URI.create("https://ca.example/directory"),
                            List.of(),
                            dir.resolve("ca.pem"),
                            AcmeSettings.RENEW_BEFORE),
                        dir,
                        blocking),
                    new TrafficInspection(writer::current, observations.traffic(), wishes.clock()),
                    new ProtectionOperations(writer),
                    new UserDesk(writer, users, blocking, random),
                    () -> true,
                    blocking,
                    () -> System.nanoTime() + ahead.get(),
                    random))
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    Path state =
        Desk.state(
            dir.resolve("state"),
            "127.0.0.1:" + server.port(),
            PeerEngine.PASSWORD,
            authority.certificatePem());
    desk.environment.put("CADE_STATE", state.toString());
  }

  /** One more user, with the same password; the server knows it from the next request on. */
  void user(String name, Role role) throws IOException {
    UserFile.put(users, name, role, PeerEngine.PASSWORD.toCharArray(), random);
    ahead.addAndGet(TimeUnit.SECONDS.toNanos(2));
  }

  /** From now on the desk's commands are another user's. */
  void sitsDown(String name, Role role) throws IOException {
    user(name, role);
    Path file = dir.resolve("state/endpoints.json");
    Files.writeString(
        file,
        Files.readString(file).replaceFirst("\"user\": \"[^\"]*\"", "\"user\": \"" + name + "\""));
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() throws Exception {
    server.close();
    blocking.shutdown();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
