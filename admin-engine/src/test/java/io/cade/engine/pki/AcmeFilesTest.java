package io.cade.engine.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcmeFilesTest {
  private static final URI DIRECTORY = URI.create("https://ca.example/directory");
  private static final List<String> HOSTS = List.of("shop.example");

  @TempDir Path dir;
  private final SecureRandom random = new SecureRandom();
  private final InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-21T12:00:00Z"));
  private AcmeFiles files;

  @BeforeEach
  void open() throws Exception {
    files = AcmeFiles.open(dir.resolve("acme"), clock, random);
  }

  private UploadedCertificates.Checked certificate() throws Exception {
    Identity identity = ModuleAuthority.open(dir.resolve("ca"), clock, random).site("shop", HOSTS);
    return files.check(HOSTS, identity);
  }

  @Test
  void theAccountsKeyIsMadeOnceForEachAuthority() throws Exception {
    KeyPair made = files.account(DIRECTORY);
    open();
    assertThat(files.account(DIRECTORY).getPrivate()).isEqualTo(made.getPrivate());
    assertThat(files.account(DIRECTORY).getPublic()).isEqualTo(made.getPublic());
    assertThat(files.account(URI.create("https://ca.example/staging")).getPublic())
        .isNotEqualTo(made.getPublic());
  }

  @Test
  void anOrderWithItsKeyAWishAndACertificateOutliveARestart() throws Exception {
    KeyPair key = files.newKey();
    URI location = URI.create("https://ca.example/order/1?x=y:z");
    files.want("shop");
    files.begin("shop", new AcmeFiles.Begun(location, key));
    files.note("shop", AcmeState.FRESH.failed("busy", null, clock.instant()));
    open();
    AcmeFiles.Begun begun = files.begun("shop").orElseThrow();
    assertThat(begun.location()).isEqualTo(location);
    assertThat(begun.key().getPrivate()).isEqualTo(key.getPrivate());
    assertThat(begun.toString()).doesNotContain("key");
    assertThat(files.state("shop").orElseThrow().error()).isEqualTo("busy");
    assertThat(files.store("shop", certificate())).isTrue();
    open();
    assertThat(files.begun("shop")).as("its order is over").isEmpty();
    assertThat(files.find("shop", HOSTS)).isPresent();
    assertThat(files.validity("shop")).isPresent();
    assertThat(files.state("shop")).hasValue(AcmeState.FRESH);
  }

  @Test
  void nobodyButTheEnginesUserReadsAnyOfIt() throws Exception {
    files.account(DIRECTORY);
    files.want("shop");
    files.begin("shop", new AcmeFiles.Begun(DIRECTORY, files.newKey()));
    files.want("other");
    files.store("other", certificate());
    try (Stream<Path> all = Files.walk(dir.resolve("acme"))) {
      List<Path> found = all.toList();
      assertThat(found.stream().filter(Files::isRegularFile)).hasSize(5);
      for (Path each : found) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
            .as(each.toString())
            .isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------");
      }
    }
  }

  @Test
  void whoeverWantsNoneAnyMoreLeavesNoKeyBehind() throws Exception {
    files.want("shop");
    files.store("shop", certificate());
    files.begin("shop", new AcmeFiles.Begun(DIRECTORY, files.newKey()));
    assertThat(files.forget("shop")).isTrue();
    assertThat(files.forget("shop")).isFalse();
    try (Stream<Path> all = Files.walk(dir.resolve("acme"))) {
      assertThat(all.filter(Files::isRegularFile)).isEmpty();
    }
    files.note("shop", AcmeState.FRESH);
    assertThat(files.begin("shop", new AcmeFiles.Begun(DIRECTORY, files.newKey()))).isFalse();
    assertThat(files.store("shop", certificate())).as("too late").isFalse();
    assertThat(files.wanted()).isEmpty();
    assertThat(files.find("shop", HOSTS)).isEmpty();
  }

  @Test
  void aRuinedFileCostsOneOrderAndNotTheWish() throws Exception {
    files.want("shop");
    files.store("shop", certificate());
    Files.writeString(dir.resolve("acme/certificates/shop.pem"), "ruined");
    open();
    assertThat(files.wanted()).containsExactly("shop");
    assertThat(files.validity("shop")).isEmpty();
    Files.writeString(dir.resolve("acme/services/shop.json"), "{");
    open();
    assertThat(files.state("shop")).hasValue(AcmeState.FRESH);
  }
}
