package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.cade.agent.wire.BootsFrom;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.change.Decision;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.ImageUpdate.Stage;
import io.cade.engine.model.SlotImage;
import io.cade.engine.model.StoredImage;
import io.cade.engine.operate.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An update from the operations centre to its start, by commands and over a real web server. */
@Timeout(120)
class UpdateCommandTest {
  @TempDir private Path dir;
  private final InstantSource clock = InstantSource.system();
  private final TestWriter writer = new TestWriter(clock);
  private ServedDesk served;
  private Desk desk;
  private Path key;
  private Path authority;
  private Path web;
  private HttpServer server;

  /** So many bytes of a body are sent, then the connection is cut; -1 for all. */
  private final AtomicLong cutAfter = new AtomicLong(-1);

  private final ConcurrentLinkedQueue<String> ranges = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void start() throws Exception {
    served = new ServedDesk(dir, ServedDesk.Wishes.of(writer, clock).with(Role.ADMINISTRATOR));
    key = served.authority.imageSigner();
    authority = Files.writeString(dir.resolve("ca.pem"), served.authority.certificatePem());
    desk = served.desk;
    desk.clock = clock;
    desk.properties.put("os.arch", "amd64");
    web = dir.resolve("web");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          Path file = web.resolve(exchange.getRequestURI().getPath().substring(1));
          String range = exchange.getRequestHeaders().getFirst("Range");
          if (!Files.isRegularFile(file)) {
            exchange.sendResponseHeaders(404, -1);
          } else {
            byte[] bytes = Files.readAllBytes(file);
            int from = 0;
            if (range != null) {
              ranges.add(range);
              from = Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1"));
              exchange
                  .getResponseHeaders()
                  .set(
                      "Content-Range",
                      "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
            }
            exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length - from);
            boolean whole = cutAfter.get() < 0 || !file.startsWith(web.resolve("targets"));
            long limit = whole ? bytes.length - from : cutAfter.get();
            exchange
                .getResponseBody()
                .write(bytes, from, (int) Math.min(limit, bytes.length - from));
            exchange.getResponseBody().flush();
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.stop(0);
    served.close();
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private Desk.Outcome good(String... words) {
    Desk.Outcome outcome = desk.run(words);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome;
  }

  private Path bundle(String version) throws IOException {
    Path kernel = Files.writeString(dir.resolve("vmlinuz"), "kernel " + version);
    Path image = dir.resolve("blade-" + version + ".img");
    Path bundle = dir.resolve("blade-" + version + ".cade");
    good(
        "image",
        "build",
        "--kernel",
        kernel.toString(),
        "--name",
        "blade",
        "--version",
        version,
        "--created",
        "2026-01-01T00:00:00Z",
        "--architecture",
        "x86_64",
        "--key",
        key.toString(),
        "--out",
        image.toString());
    good(
        "update",
        "build",
        "--image",
        image.toString(),
        "--from",
        "1.*",
        "--key",
        key.toString(),
        "--out",
        bundle.toString());
    return bundle;
  }

  private void published(Path bundle, String... more) {
    good("update", "keys", dir.resolve("keys").toString(), "--repository", web.toString());
    List<String> words =
        new java.util.ArrayList<>(
            List.of(
                "update",
                "publish",
                bundle.toString(),
                "--repository",
                web.toString(),
                "--keys",
                dir.resolve("keys").toString()));
    words.addAll(List.of(more));
    good(words.toArray(String[]::new));
  }

  private void card(String version) throws Exception {
    card(new SoftwareDescriptor("1", "blade", version, "Linux"));
  }

  private void card(SoftwareDescriptor software) throws Exception {
    CardPosition at = new CardPosition(1, 3);
    MacAddress mac = new MacAddress("02:00:00:00:01:03");
    writer
        .submit((_, _) ->
            Decision.of(
                true,
                new Change.CardSeated(at, CardRole.SERVER, mac),
                new Change.CardStateChanged(at, CardState.BOOTING, "asked"),
                new Change.CardIntroduced(
                    at,
                    CardRole.SERVER,
                    "b1",
                    new HardwareDescriptor("Cade", "Blade", "S1", mac, 1, 1, List.of()),
                    software),
                new Change.CardStateChanged(at, CardState.AVAILABLE, "introduced itself")))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private ImageUpdate update() {
    return Objects.requireNonNull(writer.current().updates().get("blade"));
  }

  @Test
  void aBundleIsBuiltShownAndVerifiedWithoutAnEngine() throws Exception {
    Path bundle = bundle("1.4");
    assertThat(good("update", "show", bundle.toString()).out())
        .contains("blade:1.4")
        .contains("not checked")
        .contains("install image payload/blade.img");
    assertThat(good("update", "verify", bundle.toString(), "--ca", authority.toString()).out())
        .contains("good");
    byte[] bytes = Files.readAllBytes(bundle);
    bytes[bytes.length / 2] ^= 1;
    Files.write(bundle, bytes);
    Desk.Outcome refused =
        desk.run("update", "verify", bundle.toString(), "--ca", authority.toString());
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("must not be used");
  }

  @Test
  void anUpdateGoesFromTheCentreToItsStart() throws Exception {
    Path bundle = bundle("1.4");
    published(bundle, "--severity", "security", "--window", "00:00-23:59", "--text", "fixes");
    assertThat(desk.run("update", "check", url()).err()).contains("update trust");
    good("update", "trust", web.resolve("1.root.json").toString());
    assertThat(good("update", "check", url()).out())
        .contains("blade:1.4", "security", "fixes", "yes");
    good("update", "fetch", url(), "blade:1.4");
    assertThat(good("update", "list").out()).contains("blade:1.4", "security");
    Desk.Outcome nobody = desk.run("update", "start", "blade:1.4");
    assertThat(nobody.code()).isEqualTo(5);
    assertThat(nobody.err()).contains("no card runs an image named blade");
    card("1.3");
    for (List<String> wrong :
        List.of(
            List.of("--gate", "-5s"),
            List.of("--gate", "2h"),
            List.of("--canary", "0"),
            List.of("--window", "25:00-26:00"))) {
      Desk.Outcome refused = desk.run("update", "start", "blade:1.4", wrong.get(0), wrong.get(1));
      assertThat(refused.code()).as("%s", refused).isEqualTo(ExitCode.USAGE.code());
    }
    assertThat(writer.current().updates()).isEmpty();
    assertThat(good("update", "start", "blade:1.4", "--parallel", "8").out())
        .contains("blade:1.4 running", "canary 1, 8 at once", "window 00:00-23:59");
    assertThat(update().image().version()).isEqualTo("1.4");
    assertThat(desk.run("update", "start", "blade:1.4").err()).contains("is under way");
    assertThat(desk.run("update", "remove", "blade:1.4").code()).isEqualTo(5);
    assertThat(good("update", "cancel", "blade").out()).contains("returning");
    assertThat(update().stage()).isEqualTo(Stage.RETURNING);
    assertThat(good("update", "status").out()).contains("cancelled by");
  }

  @Test
  void anUpdateThatACardCannotTakeIsRefusedAtItsStart() throws Exception {
    good("update", "import", bundle("1.4").toString());
    card(new SoftwareDescriptor("1", "blade", "1.3", "Linux", "riscv64", BootsFrom.OWN_SLOTS));
    Desk.Outcome foreign = desk.run("update", "start", "blade:1.4");
    assertThat(foreign.code()).isEqualTo(5);
    assertThat(foreign.err()).containsPattern("is for [a-z0-9_]+; the cards .*not: 1.3 riscv64");
    card(new SoftwareDescriptor("1", "blade", "1.3", "Linux", "", BootsFrom.NETWORK));
    Desk.Outcome oneWay = desk.run("update", "start", "blade:1.4");
    assertThat(oneWay.code()).isEqualTo(5);
    assertThat(oneWay.err()).contains("runs blade 1.3, which is not among the engine's images");
    assertThat(writer.current().updates()).isEmpty();
    String digest = "sha256:" + "0a".repeat(32);
    StoredImage had =
        new StoredImage(
            digest,
            "blade",
            "1.3",
            1,
            "x86_64",
            Instant.EPOCH,
            0,
            1,
            "signer",
            List.of(),
            Instant.EPOCH,
            "ann",
            false);
    writer.given(new Change.ImageImported(had));
    assertThat(good("update", "start", "blade:1.4").out()).contains("blade:1.4 running");
    writer.given(
        new Change.ImageUsed(digest),
        new Change.SlotImageChanged(SlotImage.onTrial(new CardPosition(1, 3), digest, digest)));
    assertThat(good("card", "show", "1.3").out())
        .contains("blade:1.3 (on trial, this one boot), may go back to blade:1.3");
    assertThat(good("image", "list").out()).containsPattern("blade:1.3 .* yes +1.3 ");
    assertThat(good("card", "show", "1.3", "--json").out()).contains("\"attemptsLeft\" : 1");
    writer.given(new Change.SlotImageForgotten(new CardPosition(1, 3)));
    assertThat(good("card", "show", "1.3").out()).contains("blade:1.3 (the image in use)");
  }

  @Test
  void aFetchGoesOnWhereItEnded() throws Exception {
    Path bundle = bundle("1.4");
    published(bundle);
    good("update", "trust", web.resolve("1.root.json").toString());
    good("update", "check", url());
    cutAfter.set(700);
    Desk.Outcome cut = desk.run("update", "fetch", url(), "blade:1.4");
    assertThat(cut.code()).isNotZero();
    assertThat(cut.err())
        .containsPattern("the connection ended after 700 of [0-9]+ bytes of .*fetch it again");
    assertThat(ranges).isEmpty();
    cutAfter.set(-1);
    good("update", "fetch", url(), "blade:1.4");
    assertThat(ranges).containsExactly("bytes=700-");
    assertThat(good("update", "list").out()).contains("blade:1.4");
  }

  @Test
  void whatTheWebServerChangedIsRefusedAndNotKept() throws Exception {
    Path bundle = bundle("1.4");
    published(bundle);
    good("update", "trust", web.resolve("1.root.json").toString());
    try (var targets = Files.list(web.resolve("targets"))) {
      Path target = targets.findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(target);
      bytes[100] ^= 1;
      Files.write(target, bytes);
    }
    Desk.Outcome refused = desk.run("update", "fetch", url(), "blade:1.4");
    assertThat(refused.code()).isNotZero();
    assertThat(refused.err()).contains("not what the repository's signed list says");
    assertThat(good("update", "list").out()).contains("no bundles");
  }

  @Test
  void anUpdateForOthersIsShownButNotFetched() throws Exception {
    published(bundle("1.4"), "--scope", "hall-4-*");
    good("update", "trust", web.resolve("1.root.json").toString(), "--profile", "edge");
    assertThat(good("update", "check", url()).out()).contains("hall-4-*", "no");
    Desk.Outcome refused = desk.run("update", "fetch", url(), "blade:1.4");
    assertThat(refused.code()).isEqualTo(5);
    assertThat(refused.err()).contains("is for profile any and modules [hall-4-*]");
  }

  @Test
  void aBundleThatIsHandedOverIsCheckedAndKept() throws Exception {
    Path bundle = bundle("1.4");
    good("update", "import", bundle.toString());
    assertThat(good("update", "list").out()).contains("blade:1.4");
    good("update", "remove", "blade:1.4");
    assertThat(good("update", "list").out()).contains("no bundles");
    Path other = Files.writeString(dir.resolve("other"), "no bundle");
    assertThat(desk.run("update", "import", other.toString()).err()).contains("refused");
  }

  @Test
  void onlyAdministratorsTrustARepository() throws Exception {
    published(bundle("1.4"));
    served.sitsDown("olga", Role.OPERATOR);
    Desk.Outcome refused = desk.run("update", "trust", web.resolve("1.root.json").toString());
    assertThat(refused.code()).isEqualTo(4);
  }

  @Test
  void aRootThatIsNotBelievedIsOnRecordAsRefused() throws Exception {
    Path root = Files.writeString(dir.resolve("root.json"), "{}");
    assertThat(desk.run("update", "trust", root.toString()).code()).isNotZero();
    assertThat(writer.changes(Change.Audited.class)).hasSize(2);
    assertThat(writer.changes(Change.Audited.class).getFirst().outcome()).isEqualTo("begun");
    assertThat(writer.changes(Change.Audited.class).getLast().outcome()).startsWith("refused: ");
  }

  @Test
  void usageIsExplained() {
    assertThat(desk.run("update").code()).isEqualTo(2);
    Desk.Outcome wrong =
        desk.run("update", "build", "--image", "x", "--from", "1..", "--out", dir + "/b");
    assertThat(wrong.code()).isNotZero();
  }

  @Test
  void anEngineThatNobodyGuardsIsNotUpdated() throws Exception {
    Path tree = dir.resolve("tree");
    Path lib = Files.createDirectories(tree.resolve("dist/lib"));
    Files.writeString(tree.resolve("cade"), "#!/bin/sh\n");
    Files.writeString(tree.resolve("dist/classpath"), "lib/admin-engine-1.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, "0.2");
    try (JarOutputStream jar =
        new JarOutputStream(Files.newOutputStream(lib.resolve("admin-engine-1.jar")), manifest)) {
      jar.finish();
    }
    Path file = dir.resolve("engine.cade");
    good(
        "update",
        "build",
        "--engine",
        tree.toString(),
        "--from",
        "any",
        "--out",
        file.toString(),
        "--key",
        key.toString());
    good("update", "import", file.toString());
    assertThat(good("update", "list").out()).contains("engine:0.2");
    Desk.Outcome refused = desk.run("update", "start", "engine:0.2");
    assertThat(refused.code()).isEqualTo(5);
    assertThat(refused.err())
        .contains("was not started by ./cade guard", "start it with ./cade guard --config FILE");
    Desk.Outcome both =
        desk.run(
            "update",
            "build",
            "--engine",
            tree.toString(),
            "--image",
            "x",
            "--from",
            "any",
            "--out",
            file.toString());
    assertThat(both.code()).isEqualTo(2);
    assertThat(both.err()).contains("--service NAME or --engine TREE");
  }
}
