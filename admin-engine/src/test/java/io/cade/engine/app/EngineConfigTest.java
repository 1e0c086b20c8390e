package io.cade.engine.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.config.ConfigProblems;
import io.cade.engine.acme.AcmeSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineConfigTest {
  @TempDir Path directory;

  @Test
  void aRealCardHasFiveMinutesToBootUnlessTheOperatorSaysOtherwise() throws Exception {
    assertThat(read("").bootTime()).isEqualTo(Duration.ofMinutes(5));
    assertThat(read("bootTime: 12 min\n").bootTime()).isEqualTo(Duration.ofMinutes(12));
  }

  @Test
  void aBootTimeThatNoCardCanKeepIsRefused() {
    assertThatThrownBy(() -> read("bootTime: 9 s\n"))
        .isInstanceOf(ConfigProblems.class)
        .hasMessageContaining("bootTime");
    assertThatThrownBy(() -> read("bootTime: 2 h\n"))
        .isInstanceOf(ConfigProblems.class)
        .hasMessageContaining("bootTime");
  }

  @Test
  void anEngineThatListensEverywhereTellsTheAddressThatCardsBootFrom() throws Exception {
    assertThat(read("listenAddress: 10.1.0.1\n").toldAddress()).isEqualTo("10.1.0.1");
    assertThat(read("listenAddress: 0.0.0.0\ndhcp: {boot: {server: 10.1.0.1}}\n").toldAddress())
        .isEqualTo("10.1.0.1");
    assertThat(read("listenAddress: 10.1.0.1\ndhcp: {boot: {server: 10.1.0.9}}\n").toldAddress())
        .as("another server has the boot files, not the gateway")
        .isEqualTo("10.1.0.1");
  }

  @Test
  void withoutTheSectionNothingIsOrdered() throws Exception {
    assertThat(read("").acme()).isNull();
  }

  @Test
  void anAuthorityIsConfiguredByItsDirectoryAContactAndAgreement() throws Exception {
    AcmeSettings read =
        Objects.requireNonNull(
            read("""
            acme:
              directory: https://ca.example/directory
              contact: mailto:hostmaster@example.com
              agreeToTerms: true
            """)
                .acme());
    assertThat(read.directory()).isEqualTo(URI.create("https://ca.example/directory"));
    assertThat(read.contacts()).containsExactly(URI.create("mailto:hostmaster@example.com"));
    assertThat(read.caFile()).isNull();
    assertThat(read.renewBefore()).isEqualTo(Duration.ofDays(30));
  }

  @Test
  void everythingThatIsWrongAboutTheAuthorityIsSaidWithItsLine() throws Exception {
    Path none = Files.writeString(directory.resolve("ca.pem"), "no certificate");
    assertThatThrownBy(() ->
            read(
                """
                acme:
                  directory: http://ca.example/directory
                  contact: hostmaster
                  agreeToTerms: false
                  caFile: %s
                  renewBefore: 1 s
                  email: x
                """
                    .formatted(none)))
        .isInstanceOf(ConfigProblems.class)
        .hasMessageContainingAll(
            "engine.yaml:3", "https URL of the authority's directory",
            "engine.yaml:4", "mailto:hostmaster@example.com is meant",
            "engine.yaml:5", "agreeToTerms' is not true",
            "engine.yaml:6", "holds no certificates in PEM",
            "engine.yaml:7", "renewBefore",
            "engine.yaml:8", "unknown key 'acme.email'");
    assertThatThrownBy(() -> read("acme: {renewBefore: 1 d}\n"))
        .hasMessageContainingAll("'acme.directory' is missing", "'acme.contact' is missing")
        .hasMessageContaining("agreeToTerms' is not true");
  }

  @Test
  void anAccountThatOneHasOtherwiseNeedsAKeyFileThatNobodyElseReads() throws Exception {
    Path key =
        Files.writeString(directory.resolve("mac"), "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysq\n");
    String acme =
        "acme: {directory: 'https://ca.example/', contact: 'mailto:a@b.example',"
            + " agreeToTerms: true, externalAccount: {keyId: kid-1, keyFile: '%s'}}\n";
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> read(acme.formatted(key))).hasMessageContaining("chmod 600");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    assertThat(Objects.requireNonNull(read(acme.formatted(key)).acme()).externalAccount())
        .isEqualTo(new AcmeSettings.ExternalAccount("kid-1", key));
    assertThatThrownBy(() -> read(acme.formatted(directory.resolve("none"))))
        .hasMessageContaining("cannot be read");
  }

  private EngineConfig read(String more) throws Exception {
    Path file = directory.resolve("engine.yaml");
    Files.writeString(file, "stateDirectory: " + directory.resolve("state") + "\n" + more);
    return EngineConfig.read(file);
  }
}
