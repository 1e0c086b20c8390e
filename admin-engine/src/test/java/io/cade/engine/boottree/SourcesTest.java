package io.cade.engine.boottree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.dhcp.PeerChangeWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesTest {
  private static final CardPosition CARD = new CardPosition(1, 3);
  private static final CardPosition OTHER = new CardPosition(1, 4);
  private static final String KERNEL = "a".repeat(64);
  private static final String INITRD = "b".repeat(64);

  @TempDir private Path folder;

  @Test
  void theHostKeyOfASlotIsMadeOnceAndSurvivesARestart() throws Exception {
    SecureRandom random = new SecureRandom();
    String key = text(new HostKeySource(folder, random), CARD, HostKeySource.PRIVATE_KEY);
    HostKeySource restarted = new HostKeySource(folder, random);
    // The form has random check bytes; what counts is the public part.
    assertThat(text(restarted, CARD, HostKeySource.PUBLIC_KEY))
        .isEqualTo(text(new HostKeySource(folder, random), CARD, HostKeySource.PUBLIC_KEY))
        .isNotEqualTo(text(restarted, OTHER, HostKeySource.PUBLIC_KEY));
    assertThat(key).startsWith("-----BEGIN OPENSSH PRIVATE KEY-----\n");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("1.3.seed"))))
        .isEqualTo("rw-------");
  }

  @Test
  void opensshReadsTheHostKey() throws Exception {
    boolean found =
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(f -> Files.isExecutable(Path.of(f, "ssh-keygen")));
    Assumptions.assumeTrue(found, "needs ssh-keygen (package openssh-client)");
    HostKeySource source = new HostKeySource(folder, new SecureRandom());
    Path key =
        Files.writeString(folder.resolve("k"), text(source, CARD, HostKeySource.PRIVATE_KEY));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    Process process =
        new ProcessBuilder("ssh-keygen", "-y", "-f", key.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(text(source, CARD, HostKeySource.PUBLIC_KEY)).startsWith(said.strip());
  }

  @Test
  void templatesAreFilledForEachCard() throws Exception {
    Files.writeString(folder.resolve("motd"), "card ${position} costs 5$$\n");
    TemplateSource source =
        new TemplateSource(folder, position -> Map.of("position", position.toString()));
    assertThat(text(source, CARD, "motd")).isEqualTo("card 1.3 costs 5$\n");
    assertThat(text(source, OTHER, "motd")).isEqualTo("card 1.4 costs 5$\n");
    assertThat(source.open(CARD, "other")).isEmpty();
  }

  @Test
  void aTemplateWithAnUnknownPlaceIsNotServedHalfFilled() throws Exception {
    TemplateSource source = new TemplateSource(folder, position -> Map.of("a", "1"));
    for (String text : List.of("${b}", "${a", "$x", "${A}")) {
      Files.writeString(folder.resolve("t"), text);
      assertThatThrownBy(() -> source.open(CARD, "t"))
          .as(text)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("known are [a]");
    }
  }

  @Test
  void templatesOutsideTheirFolderAreOutOfReach() throws Exception {
    Path inside = Files.createDirectory(folder.resolve("templates"));
    Files.writeString(folder.resolve("secret"), "x");
    Files.createSymbolicLink(inside.resolve("link"), folder.resolve("secret"));
    Files.writeString(inside.resolve(".hidden"), "x");
    TemplateSource source = new TemplateSource(inside, position -> Map.of());
    assertThat(source.open(CARD, "link")).isEmpty();
    assertThat(source.open(CARD, ".hidden")).isEmpty();
    assertThat(source.open(CARD, "../secret")).isEmpty();
  }

  @Test
  void theScriptLoadsTheCardsImageByDigest() throws Exception {
    ImageStore store = store(new BootImage("blade", "1.2", KERNEL, List.of(INITRD), "quiet"));
    assertThat(text(new IpxeScriptSource(store, "http://10.0.0.1:9080"), CARD, "boot.ipxe"))
        .startsWith("#!ipxe\n")
        .contains("set base http://10.0.0.1:9080/\n")
        .contains("kernel ${base}images/sha256/" + KERNEL + "/vmlinuz initrd=initrd0 quiet ||")
        .contains("initrd --name initrd0 ${base}images/sha256/" + INITRD + "/initrd0 ||")
        .contains("\nboot ||");
    assertThat(text(new IpxeScriptSource(store, "http://10.0.0.1:9080"), OTHER, "boot.ipxe"))
        .contains("no image is assigned to card 1.4");
  }

  @Test
  void imagesAreServedByTheirDigestAlone() throws Exception {
    Files.writeString(folder.resolve(KERNEL), "kernel");
    ImageSource source = new ImageSource(store(new BootImage("x", "1", KERNEL, List.of(), "")));
    assertThat(text(source, CARD, "images/sha256/" + KERNEL + "/vmlinuz")).isEqualTo("kernel");
    assertThat(text(source, CARD, "images/sha256/" + KERNEL)).isEqualTo("kernel");
    assertThat(source.open(CARD, "images/sha256/" + INITRD)).isEmpty();
    assertThat(source.open(CARD, "images/sha256/../" + KERNEL)).isEmpty();
    assertThat(source.open(CARD, "images/" + KERNEL)).isEmpty();
  }

  @Test
  void anImageThatWouldBreakTheScriptIsRefused() {
    for (String bad : List.of("a\nboot", "\u00e9")) {
      assertThatThrownBy(() -> new BootImage("x", "1", KERNEL, List.of(), bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new BootImage("x", "1", "../../etc", List.of(), ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aCardWithoutServicesHasNone() throws Exception {
    ServicesSource source =
        new ServicesSource(new PeerChangeWriter(InstantSource.system())::current);
    assertThat(text(source, CARD, ServicesSource.SERVICES)).contains("\"services\" : [ ]");
    assertThat(text(source, CARD, ServicesSource.QUOTAS)).contains("\"position\" : \"1.3\"");
  }

  private ImageStore store(BootImage ofCard) {
    return new ImageStore() {
      @Override
      public Optional<Path> part(String sha256) {
        return Optional.of(folder.resolve(sha256)).filter(Files::exists);
      }

      @Override
      public Optional<BootImage> imageOf(CardPosition position) {
        return position.equals(CARD) ? Optional.of(ofCard) : Optional.empty();
      }
    };
  }

  private static String text(BootFileSource source, CardPosition position, String name)
      throws IOException {
    try (BootFile file = source.open(position, name).orElseThrow()) {
      ByteBuffer content = ByteBuffer.allocate((int) file.size());
      file.read(0, content);
      return new String(content.array(), StandardCharsets.UTF_8);
    }
  }
}
