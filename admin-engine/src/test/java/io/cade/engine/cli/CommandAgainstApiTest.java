package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.engine.api.ApiServer;
import io.cade.engine.api.UserFile;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.images.ImageCatalogue;
import io.cade.engine.images.ImageOperations;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Change;
import io.cade.engine.observe.BootCounters;
import io.cade.engine.observe.Observations;
import io.cade.engine.operate.AnyContent;
import io.cade.engine.operate.ContentStore;
import io.cade.engine.operate.Inspection;
import io.cade.engine.operate.Operations;
import io.cade.engine.operate.Role;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.web.WebRuntime;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command against the engine's real API server, so that paths and fields cannot drift. */
@Timeout(120)
class CommandAgainstApiTest {
  @TempDir Path dir;
  private final InstantSource clock = InstantSource.fixed(Desk.NOW);
  private final TestWriter writer = new TestWriter(clock);
  private final ExecutorService blocking = Executors.newFixedThreadPool(2);
  private final Vertx vertx = WebRuntime.start();
  private final Desk desk = new Desk();
  private ModuleAuthority authority;
  private ApiServer server;
  private Path site;

  @BeforeEach
  void start() throws Exception {
    SecureRandom random = new SecureRandom();
    authority = ModuleAuthority.open(dir.resolve("pki"), InstantSource.system(), random);
    Path users = dir.resolve("users");
    UserFile.put(users, PeerEngine.USER, Role.OPERATOR, PeerEngine.PASSWORD.toCharArray(), random);
    Observations observations = new Observations();
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
                        RouteSnapshot::empty,
                        new BootCounters(),
                        _ -> List.of(),
                        clock),
                    new Operations(
                        writer,
                        ContentStore.open(dir.resolve("contents")),
                        new AnyContent(),
                        280,
                        blocking),
                    new ImageOperations(
                        writer,
                        ImageCatalogue.open(
                            dir.resolve("images"),
                            writer::current,
                            authority.certificate(),
                            InstantSource.system()),
                        blocking),
                    users,
                    () -> true,
                    blocking,
                    System::nanoTime,
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
    site = Files.createDirectories(dir.resolve("site"));
    Files.writeString(site.resolve("index.html"), "hello");
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    blocking.shutdown();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private Desk.Outcome create(String name) {
    return desk.run(
        "service",
        "create",
        "--no-wait",
        name,
        "--host",
        name + ".example",
        "--cards",
        "1",
        "--content",
        site.toString());
  }

  private void given() {
    AlarmKey key = new AlarmKey(AlarmType.CARD_LOST, "card 1.7");
    writer.given(
        new Change.CardSeated(
            new CardPosition(1, 7), CardRole.SERVER, new MacAddress("02:00:00:00:01:07")),
        new Change.AlarmRaised(key, key.type().severity(), "no report for 9 s"));
  }

  @Test
  void everyShowIsAnswered() {
    given();
    for (String what :
        List.of("cards", "services", "sensors", "alarms", "proxies", "cabinet", "swaps")) {
      for (String format : List.of("--json", "--state=" + dir.resolve("state"))) {
        Desk.Outcome outcome = desk.run("show", what, format);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isNotEmpty();
        assertThat(outcome.code()).isZero();
      }
    }
    assertThat(desk.run("show", "cards").out()).contains("1.7", "SERVER", "0 s ago");
    assertThat(desk.run("card", "show", "1.7").out()).contains("02:00:00:00:01:07");
    assertThat(desk.run("card", "show", "1.8").code()).isEqualTo(1);
    assertThat(desk.run("alarm", "history").out()).isEqualTo("no alarms in the history\n");
  }

  @Test
  void anAlarmIsAcknowledgedInTheOperatorsName() {
    given();
    long sequence = writer.current().alarms().values().iterator().next().sequence();
    assertThat(desk.run("alarm", "list").out()).contains("card 1.7", "no report for 9 s");
    assertThat(desk.run("alarm", "ack", Long.toString(sequence)).err()).isEmpty();
    assertThat(desk.run("alarm", "list").out()).contains(PeerEngine.USER);
    assertThat(desk.run("alarm", "ack", "4711").code()).isEqualTo(1);
  }

  @Test
  void aServiceLivesFromCreateToDelete() {
    Desk.Outcome created = create("shop");
    assertThat(created.err()).isEmpty();
    assertThat(created.out()).contains("shop", "PARAMETERS", "shop.example");
    assertThat(desk.run("service", "list").out()).contains("shop", "0/1");
    assertThat(create("shop").code()).isEqualTo(ExitCode.CONFLICT.code());
    assertThat(desk.run("service", "delete", "shop", "--no-wait").out()).contains("REMOVING");
    assertThat(desk.run("service", "delete", "nothing").code()).isEqualTo(1);
  }

  @Test
  void aRefusalInTheMiddleOfALongUploadIsHeard() throws Exception {
    assertThat(create("shop").code()).isZero();
    byte[] noise = new byte[24 << 20];
    new Random(1).nextBytes(noise);
    Files.write(site.resolve("noise"), noise);
    Desk.Outcome outcome = create("shop");
    assertThat(outcome.err()).contains("shop").hasLineCount(1);
    assertThat(outcome.code()).isEqualTo(ExitCode.CONFLICT.code());
  }
}
