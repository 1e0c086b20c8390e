package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.BootsFrom;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.boottree.BootFile;
import io.cade.engine.boottree.BootImage;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.images.ImageCatalogue;
import io.cade.engine.images.ImageOperations;
import io.cade.engine.images.ImageStaging;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.SlotImage;
import io.cade.engine.model.StoredImage;
import io.cade.engine.operate.Role;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.image.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands about images: alone, and against the engine's real API server. */
@Timeout(120)
class ImageCommandTest {
  private static final CardPosition CARD = new CardPosition(1, 3);
  private static final String CREATED = "2026-01-01T00:00:00Z";

  @TempDir private Path dir;
  private final InstantSource clock = InstantSource.system();
  private final TestWriter writer = new TestWriter(clock);
  private ServedDesk served;
  private Desk desk;
  private ImageCatalogue catalogue;
  private Path key;

  @BeforeEach
  void start() throws Exception {
    served = new ServedDesk(dir, ServedDesk.Wishes.of(writer, clock).with(Role.ADMINISTRATOR));
    key = served.authority.imageSigner();
    served.user("olga", Role.OPERATOR);
    desk = served.desk;
    catalogue = served.images;
    desk.clock = clock;
    desk.properties.put("os.arch", "amd64");
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  private ImageCatalogue opened() throws IOException {
    return ImageCatalogue.open(
        dir.resolve("images"), writer::current, served.authority.certificate(), clock);
  }

  private Desk.Outcome build(String version, String build, String... more) throws IOException {
    Path kernel = Files.writeString(dir.resolve("vmlinuz"), "kernel " + version);
    Path initrd = Files.writeString(dir.resolve("initrd"), "initrd " + version);
    Path loader = Files.writeString(dir.resolve("undionly.kpxe"), "loader " + version);
    List<String> words =
        new ArrayList<>(
            List.of(
                "image",
                "build",
                "--kernel",
                kernel.toString(),
                "--initrd",
                initrd.toString(),
                "--loader",
                loader.toString(),
                "--cmdline",
                "quiet",
                "--name",
                "blade",
                "--version",
                version,
                "--build",
                build,
                "--created",
                CREATED,
                "--key",
                key.toString(),
                "--out",
                image(version).toString()));
    words.addAll(List.of(more));
    return desk.run(words.toArray(String[]::new));
  }

  private Path image(String version) {
    return dir.resolve("blade-" + version + ".img");
  }

  private Desk.Outcome succeeds(Desk.Outcome outcome) {
    assertThat(outcome.code()).as("%s", outcome).isZero();
    return outcome;
  }

  private String served(String name) throws IOException {
    try (BootFile file = catalogue.open(CARD, name).orElseThrow()) {
      java.nio.ByteBuffer content = java.nio.ByteBuffer.allocate((int) file.size());
      file.read(0, content);
      return new String(content.array(), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  @Test
  void anImageIsBuiltShownAndVerifiedWithoutAnEngine() throws Exception {
    desk.environment.remove("CADE_STATE");
    Desk.Outcome built = succeeds(build("1.0", "1"));
    assertThat(built.out()).contains("blade:1.0", "kernel", "good");
    byte[] bytes = Files.readAllBytes(image("1.0"));
    Desk.Outcome shown = succeeds(desk.run("image", "show", image("1.0").toString(), "--json"));
    assertThat(shown.out())
        .contains("\"verified\" : false", "\"role\" : \"initrd\"", Digests.of(image("1.0")));
    Path ca = Files.writeString(dir.resolve("ca.pem"), served.authority.certificatePem());
    Desk.Outcome verified =
        succeeds(
            desk.run("image", "verify", image("1.0").toString(), "--ca", ca.toString(), "--json"));
    assertThat(verified.out()).contains("\"verified\" : true");
    succeeds(build("1.0", "1"));
    assertThat(Files.readAllBytes(image("1.0"))).as("built again").isEqualTo(bytes);
  }

  @Test
  void mistakesAreSaidInOneLineWithTheirExitCode() throws Exception {
    desk.environment.put("CADE_STATE", dir.resolve("nowhere").toString());
    succeeds(build("1.0", "1"));
    String file = image("1.0").toString();
    Desk.Outcome noAuthority = desk.run("image", "verify", file);
    assertThat(noAuthority.code()).isEqualTo(1);
    assertThat(noAuthority.err()).contains("--ca FILE").hasLineCount(1);
    assertThat(desk.run("image", "show", dir.resolve("none").toString()).err())
        .contains("does not exist")
        .hasLineCount(1);
    assertThat(desk.run("image", "show", key.toString()).err()).contains("no boot image");
    Desk.Outcome nothing =
        desk.run("image", "build", "--name", "a", "--version", "1", "--out", file);
    assertThat(nothing.code()).isEqualTo(2);
    assertThat(nothing.err()).contains("--profile blade or --kernel FILE");
    assertThat(build("1 0", "1").err()).contains("letters, digits");
    assertThat(build("2", "1", "--created", "yesterday").code()).isEqualTo(2);
    assertThat(build("2", "1", "--key", file).code()).as("twice --key").isEqualTo(2);
    Files.writeString(image("1.0"), "x", java.nio.file.StandardOpenOption.APPEND);
    Path ca = Files.writeString(dir.resolve("ca.pem"), served.authority.certificatePem());
    Desk.Outcome spoiled = desk.run("image", "verify", file, "--ca", ca.toString());
    assertThat(spoiled.code()).isEqualTo(1);
    assertThat(spoiled.err()).contains("must not be used").hasLineCount(1);
    assertThat(desk.run("image", "list").code()).isEqualTo(3);
  }

  @Test
  void theFirstImportedImageIsWhatCardsBoot() throws Exception {
    succeeds(build("1.0", "1"));
    assertThat(desk.run("image", "list").out()).contains("no images");
    succeeds(desk.run("image", "import", image("1.0").toString()));
    assertThat(desk.run("image", "list").out()).contains("blade:1.0", "yes", PeerEngine.USER);
    BootImage image = catalogue.imageOf(CARD).orElseThrow();
    assertThat(image.commandLine())
        .isEqualTo("quiet BOOTIF=01-${netX/mac:hexhyp} cade.boot=${base}");
    assertThat(catalogue.part(image.kernel()).orElseThrow()).hasContent("kernel 1.0");
    assertThat(catalogue.part(image.initrds().getFirst()).orElseThrow()).hasContent("initrd 1.0");
    assertThat(served("undionly.kpxe")).isEqualTo("loader 1.0");
    assertThat(catalogue.open(CARD, "kernel")).isEmpty();
    assertThat(catalogue.part("0".repeat(64))).isEmpty();
    // Once more changes nothing.
    succeeds(desk.run("image", "import", image("1.0").toString()));
    assertThat(writer.current().images()).hasSize(1);
  }

  @Test
  void anOlderImageIsUsedOnlyByAnAdministratorWithAReason() throws Exception {
    for (String version : List.of("1", "2", "3")) {
      succeeds(build(version, version));
      succeeds(desk.run("image", "import", image(version).toString()));
    }
    succeeds(desk.run("image", "use", "blade:3"));
    assertThat(served("undionly.kpxe")).isEqualTo("loader 3");
    Desk.Outcome older = desk.run("image", "use", "blade:2");
    assertThat(older.code()).isEqualTo(5);
    assertThat(older.err()).contains("build 2 is older than build 3", "--allow-older");
    assertThat(desk.run("image", "use", "blade:2", "--allow-older", " ").code()).isEqualTo(2);
    Path other = Files.createDirectories(dir.resolve("state-of-olga"));
    Path state = dir.resolve("state");
    for (String name : List.of("password", "ca.pem")) {
      Files.copy(state.resolve(name), other.resolve(name));
    }
    Files.writeString(
        other.resolve("endpoints.json"),
        Files.readString(state.resolve("endpoints.json")).replace(PeerEngine.USER, "olga"));
    desk.environment.put("CADE_STATE", other.toString());
    assertThat(desk.run("image", "use", "blade:2", "--allow-older", "fans").code()).isEqualTo(4);
    assertThat(served("undionly.kpxe")).isEqualTo("loader 3");
    desk.environment.put("CADE_STATE", state.toString());
    succeeds(desk.run("image", "use", "blade:2", "--allow-older", "fans"));
    assertThat(served("undionly.kpxe")).isEqualTo("loader 2");
    assertThat(desk.run("image", "use", "blade:9").code()).isEqualTo(1);
  }

  @Test
  void anImageInUseIsNotRemovedAnotherIsFromTheDiskToo() throws Exception {
    for (String version : List.of("1", "2")) {
      succeeds(build(version, version));
      succeeds(desk.run("image", "import", image(version).toString()));
    }
    assertThat(desk.run("image", "remove", "blade:1").code()).isEqualTo(5);
    Path folder = dir.resolve("images").resolve(Digests.hex(Digests.of(image("2"))));
    assertThat(folder).isDirectory();
    succeeds(desk.run("image", "remove", "blade:2"));
    assertThat(writer.current().images()).hasSize(1);
    assertThat(dir.resolve("images").resolve(Digests.hex(Digests.of(image("1"))))).isDirectory();
  }

  @Test
  void whatIsNotOfThisModuleIsRefusedAndLeavesNothing() throws Exception {
    ModuleAuthority other = ModuleAuthority.open(dir.resolve("other"), clock, new SecureRandom());
    key = other.imageSigner();
    succeeds(build("1.0", "1"));
    Desk.Outcome refused = desk.run("image", "import", image("1.0").toString());
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("not certified by this module's authority").hasLineCount(1);
    assertThat(writer.current().images()).isEmpty();
    try (Stream<Path> left = Files.list(dir.resolve("images"))) {
      assertThat(left.filter(Files::isDirectory)).isEmpty();
    }
  }

  @Test
  void twoContentsDoNotShareAVersion() throws Exception {
    succeeds(build("1.0", "1"));
    succeeds(desk.run("image", "import", image("1.0").toString()));
    succeeds(build("1.0", "2"));
    Desk.Outcome second = desk.run("image", "import", image("1.0").toString());
    assertThat(second.code()).isEqualTo(5);
    assertThat(second.err()).contains("another image blade 1.0");
  }

  @Test
  void whatACrashLeftIsClearedAndWhatIsKnownStays() throws Exception {
    succeeds(build("1.0", "1"));
    succeeds(desk.run("image", "import", image("1.0").toString()));
    Path leftover = Files.createDirectories(dir.resolve("images/" + "ab".repeat(32) + "/content"));
    Files.writeString(leftover.resolve("kernel"), "half");
    Files.createFile(dir.resolve("images/.upload-17"));
    catalogue = opened();
    assertThat(leftover).doesNotExist();
    assertThat(dir.resolve("images/.upload-17")).doesNotExist();
    assertThat(served("undionly.kpxe")).isEqualTo("loader 1.0");
  }

  /**
   * An update brings its image into the engine's store, as for cards that boot from the network.
   */
  private void brings(String version) throws Exception {
    succeeds(build(version, version));
    ImageOperations images = new ImageOperations(writer, catalogue, Runnable::run);
    new ImageStaging(writer, images, _ -> Optional.of(image(version)), Runnable::run)
        .stage(Digests.of(image(version)));
    assertThat(writer.current().images()).containsKey(Digests.of(image(version)));
  }

  private List<String> versions() {
    return writer.current().images().values().stream().map(StoredImage::version).sorted().toList();
  }

  private void runs(CardPosition at, String version) {
    MacAddress mac = new MacAddress("02:00:00:00:01:0" + at.slot());
    writer.given(
        new Change.CardSeated(at, CardRole.SERVER, mac),
        new Change.CardStateChanged(at, CardState.BOOTING, ""),
        new Change.CardEnrolled(at, mac, "1f"),
        new Change.CardIntroduced(
            at,
            CardRole.SERVER,
            "boot",
            new HardwareDescriptor("Cade", "blade", "S", mac, 2, 1L << 30, List.of(), 60),
            new SoftwareDescriptor("1", "blade", version, "Linux", "x86_64", BootsFrom.NETWORK)));
  }

  @Test
  void imagesThatUpdatesLeaveBehindMakeRoomWhenNobodyNeedsThemAnyMore() throws Exception {
    succeeds(build("1", "1"));
    succeeds(desk.run("image", "import", image("1").toString()));
    succeeds(build("2", "2"));
    succeeds(desk.run("image", "import", image("2").toString()));
    for (int version = 3; version <= 5; version++) {
      brings(Integer.toString(version));
    }
    runs(CARD, "3");
    runs(new CardPosition(1, 4), "9");
    writer.given(
        new Change.SlotImageChanged(
            new SlotImage(
                new CardPosition(1, 5), Digests.of(image("4")), "", 0, Digests.of(image("5")))));
    for (int version = 6; version <= 9; version++) {
      brings(Integer.toString(version));
    }
    assertThat(versions())
        .as("four that nobody needs are kept: 6 7 8, and 9 as soon as it is newest")
        .containsExactly("1", "2", "3", "4", "5", "6", "7", "8", "9");
    Path sixth = dir.resolve("images").resolve(Digests.hex(Digests.of(image("6"))));
    assertThat(sixth).isDirectory();
    for (int version = 10; version <= 11; version++) {
      brings(Integer.toString(version));
    }
    assertThat(versions())
        .as("1 all boot, 2 is somebody's, 3 and 9 run, 4 and 5 a slot names")
        .containsExactly("1", "10", "11", "2", "3", "4", "5", "6", "7", "8", "9");
    brings("12");
    assertThat(versions()).doesNotContain("6").contains("7", "8", "10", "11", "12").hasSize(11);
    assertThat(sixth).as("on the disk, too").doesNotExist();
    assertThat(writer.changes(Change.Audited.class))
        .extracting(a -> a.user() + ": " + a.action())
        .contains("engine: remove image blade 6, which no card needs any more");
    assertThat(served("undionly.kpxe")).isEqualTo("loader 1");
  }

  @Test
  void aFullStoreNamesAnImageThatNobodyNeeds() throws Exception {
    succeeds(build("1", "1"));
    succeeds(desk.run("image", "import", image("1").toString()));
    StoredImage used = writer.current().images().values().iterator().next();
    for (int i = 2; i <= 32; i++) {
      writer.given(
          new Change.ImageImported(
              new StoredImage(
                  "sha256:" + Integer.toHexString(0x10 + i).repeat(32),
                  "other",
                  "v" + i,
                  i,
                  used.architecture(),
                  used.created(),
                  0,
                  1,
                  "",
                  List.of(),
                  used.importedAt().plusSeconds(i),
                  "ann",
                  false)));
    }
    succeeds(build("2", "2"));
    Desk.Outcome full = desk.run("image", "import", image("2").toString());
    assertThat(full.code()).isEqualTo(ExitCode.FAILED.code());
    assertThat(full.err())
        .contains("there are 32 images already", "no card needs other v2")
        .containsPattern("image remove sha256:[0-9a-f]{64} makes room");
    String named = full.err().replaceAll("(?s).*image remove (sha256:[0-9a-f]{64}).*", "$1");
    succeeds(desk.run("image", "remove", named));
    succeeds(desk.run("image", "import", image("2").toString()));
  }
}
