package io.cade.engine.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadedCertificatesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final List<String> HOSTS = List.of("shop.example", "www.shop.example");

  @TempDir Path dir;
  private final SecureRandom random = new SecureRandom();
  private Identity good;
  private UploadedCertificates uploaded;

  @BeforeEach
  void start() throws Exception {
    good =
        ModuleAuthority.open(dir.resolve("ca"), InstantSource.fixed(NOW), random)
            .site("shop", HOSTS);
    uploaded = UploadedCertificates.open(dir.resolve("uploaded"), InstantSource.fixed(NOW));
  }

  private static String pem(Identity identity) {
    return identity.certificateChainPem() + identity.privateKeyPem();
  }

  private void refused(String pem, String reason) {
    assertThatThrownBy(() -> uploaded.check(HOSTS, pem))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void goodChainWithItsKeyIsKeptReadableByItsOwnerOnlyAndFoundAgain() throws Exception {
    uploaded.store("shop", uploaded.check(HOSTS, pem(good)));
    Path file = dir.resolve("uploaded").resolve("shop.pem");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    UploadedCertificates.Checked found = uploaded.find("shop", HOSTS).orElseThrow();
    assertThat(found.identity().certificate()).isEqualTo(good.certificate());
    assertThat(found.toString()).doesNotContain("PRIVATE");
    assertThat(uploaded.find("other", HOSTS)).isEmpty();
    assertThat(uploaded.remove("shop")).isTrue();
    assertThat(uploaded.find("shop", HOSTS)).isEmpty();
  }

  @Test
  void keyOfAnotherCertificateIsRefused() throws Exception {
    Identity other =
        ModuleAuthority.open(dir.resolve("other"), InstantSource.fixed(NOW), random)
            .site("shop", HOSTS);
    refused(good.certificateChainPem() + other.privateKeyPem(), "key does not belong");
  }

  @Test
  void chainInWrongOrderIsRefused() {
    List<java.security.cert.X509Certificate> chain = good.chain();
    String issuerFirst = ModuleAuthority.pem(chain.get(1)) + ModuleAuthority.pem(chain.get(0));
    refused(issuerFirst + good.privateKeyPem(), "not in order");
  }

  @Test
  void namesThatAreNotCoveredAreNamed() {
    assertThatThrownBy(() -> uploaded.check(List.of("new.example"), pem(good)))
        .hasMessageContaining("does not name new.example")
        .hasMessageContaining("www.shop.example");
  }

  @Test
  void asteriskStandsForOneLabelOnly() {
    assertThat(UploadedCertificates.covers("*.shop.example", "www.shop.example")).isTrue();
    assertThat(UploadedCertificates.covers("*.shop.example", "a.www.shop.example")).isFalse();
    assertThat(UploadedCertificates.covers("*.shop.example", "shop.example")).isFalse();
    assertThat(UploadedCertificates.covers("*.example", "shopxexample")).isFalse();
  }

  @Test
  void certificateThatHasEndedIsRefusedAndNoLongerFound() throws Exception {
    uploaded.store("shop", uploaded.check(HOSTS, pem(good)));
    InstantSource later = InstantSource.fixed(NOW.plus(Duration.ofDays(400)));
    UploadedCertificates then = UploadedCertificates.open(dir.resolve("uploaded"), later);
    assertThatThrownBy(() -> then.find("shop", HOSTS)).hasMessageContaining("has expired");
    InstantSource before = InstantSource.fixed(NOW.minus(Duration.ofDays(400)));
    UploadedCertificates early = UploadedCertificates.open(dir.resolve("uploaded"), before);
    assertThatThrownBy(() -> early.find("shop", HOSTS)).hasMessageContaining("not valid before");
  }

  @Test
  void whatIsMissingOrUnreadableIsSaid() {
    refused(good.privateKeyPem(), "no certificate");
    refused(good.certificateChainPem(), "no key");
    refused("nonsense", "no certificate");
    refused(pem(good) + good.privateKeyPem(), "several keys");
    refused(
        good.certificateChainPem()
            + "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "encrypted");
    refused(
        pem(good) + "-----BEGIN OCSP RESPONSE-----\nMIIB\n-----END OCSP RESPONSE-----\n", "OCSP");
  }
}
