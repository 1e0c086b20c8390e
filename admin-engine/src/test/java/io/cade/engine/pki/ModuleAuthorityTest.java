package io.cade.engine.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.CardPosition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleAuthorityTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final CardPosition CARD = new CardPosition(1, 3);

  @TempDir Path dir;

  private ModuleAuthority open(String name) throws Exception {
    return open(name, NOW);
  }

  private ModuleAuthority open(String name, Instant now) throws Exception {
    return ModuleAuthority.open(dir.resolve(name), InstantSource.fixed(now), new SecureRandom());
  }

  private static void validate(X509Certificate leaf, X509Certificate root) throws Exception {
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(NOW));
    CertPathValidator.getInstance("PKIX")
        .validate(
            CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf)), parameters);
  }

  @Test
  void cardCertificateIsValidUnderTheAuthorityAndNamesTheSlotWhateverWasRequested()
      throws Exception {
    ModuleAuthority authority = open("a");
    KeyPair key = PkiFixtures.newKey();
    X509Certificate card =
        authority.issueCard(CARD, PkiFixtures.request("card 9.9 or root", key, key));

    validate(card, authority.certificate());
    assertThat(card.getSubjectX500Principal().getName()).isEqualTo("CN=card 1.3");
    assertThat(card.getPublicKey()).isEqualTo(key.getPublic());
    assertThat(card.getBasicConstraints()).isEqualTo(-1);
    assertThat(card.getExtendedKeyUsage())
        .containsExactly("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1");
    assertThat(Duration.between(NOW, card.getNotAfter().toInstant()))
        .isEqualTo(Duration.ofDays(365));
    PeerIdentity peer = PeerIdentity.of(card);
    assertThat(peer.position()).isEqualTo(CARD);
    assertThat(peer.serial()).isEqualTo(card.getSerialNumber().toString(16));
  }

  @Test
  void authorityMayNotHaveAuthoritiesBelowIt() throws Exception {
    assertThat(open("a").certificate().getBasicConstraints()).isZero();
  }

  @Test
  void certificateOfAnotherAuthorityIsRefused() throws Exception {
    KeyPair key = PkiFixtures.newKey();
    X509Certificate foreign =
        open("other").issueCard(CARD, PkiFixtures.request("card 1.3", key, key));
    X509Certificate root = open("a").certificate();

    assertThatThrownBy(() -> validate(foreign, root))
        .isInstanceOf(CertPathValidatorException.class);
  }

  @Test
  void requestSignedWithAnotherKeyIsRefused() throws Exception {
    String stolen = PkiFixtures.request("x", PkiFixtures.newKey(), PkiFixtures.newKey());

    assertThatThrownBy(() -> open("a").issueCard(CARD, stolen))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining("not signed with its own key");
  }

  @Test
  void requestThatIsRubbishIsRefusedAsSuch() throws Exception {
    ModuleAuthority authority = open("a");
    for (String rubbish :
        List.of(
            "",
            "hello",
            "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
            authority.certificatePem())) {
      assertThatThrownBy(() -> authority.issueCard(CARD, rubbish))
          .isInstanceOf(CertificateException.class);
    }
  }

  @Test
  void requestForAnotherKindOfKeyIsRefused() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(384);
    KeyPair big = generator.generateKeyPair();

    assertThatThrownBy(() -> open("a").issueCard(CARD, PkiFixtures.request("x", big, big)))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining("P-256");
  }

  @Test
  void authorityAndIdentitiesSurviveARestart() throws Exception {
    ModuleAuthority first = open("a");
    Identity site = first.site("shop", List.of("www.shop.example"));
    ModuleAuthority second = open("a", NOW.plus(Duration.ofDays(100)));

    assertThat(second.certificate()).isEqualTo(first.certificate());
    assertThat(second.site("shop", List.of("www.shop.example")).certificate())
        .isEqualTo(site.certificate());
  }

  @Test
  void siteCertificateIsIssuedAnewWhenNamesChangeOrItsEndIsNear() throws Exception {
    ModuleAuthority authority = open("a");
    Identity site = authority.site("shop", List.of("www.shop.example"));
    Identity other = authority.site("shop", List.of("www.shop.example", "shop.example"));
    ModuleAuthority later = open("a", NOW.plus(Duration.ofDays(340)));
    Identity renewed = later.site("shop", List.of("www.shop.example", "shop.example"));

    assertThat(other.certificate()).isNotEqualTo(site.certificate());
    assertThat(renewed.certificate()).isNotEqualTo(other.certificate());
    validate(other.certificate(), authority.certificate());
  }

  @Test
  void serverCertificateCarriesAddressesAndNames() throws Exception {
    X509Certificate server =
        open("a").server("gateway", List.of("127.0.0.1", "localhost")).certificate();

    assertThat(server.getSubjectAlternativeNames().stream().map(n -> n.get(1)).toList())
        .isEqualTo(List.of("127.0.0.1", "localhost"));
    assertThatThrownBy(() -> PeerIdentity.of(server)).isInstanceOf(CertificateException.class);
  }

  @Test
  void nameThatWouldLeaveTheDirectoryIsRefused() throws Exception {
    assertThatThrownBy(() -> open("a").site("../x", List.of("a.example")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void privateFilesAreUnreadableToOthersEvenWhereTheDirectoryWasOpen() throws Exception {
    Path open = dir.resolve("a");
    Files.createDirectory(open);
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    ModuleAuthority authority = open("a");
    authority.site("shop", List.of("www.shop.example"));
    PackageSigningKey.open(open, new SecureRandom());

    try (Stream<Path> all = Files.walk(open)) {
      for (Path p : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(p)))
            .as(p.toString())
            .isEqualTo(Files.isDirectory(p) ? "rwx------" : "rw-------");
      }
    }
  }

  @Test
  void damagedAuthorityIsReportedAndNotReplaced() throws Exception {
    open("a");
    Path file = dir.resolve("a/authority.pem");
    Files.writeString(file, "damaged");

    assertThatThrownBy(() -> open("a")).hasMessageContaining("authority.pem");
    assertThat(file).hasContent("damaged");
  }

  @Test
  void packageKeyIsMadeOnceAndSignsWhatItsPublicHalfVerifies() throws Exception {
    PackageSigningKey first = PackageSigningKey.open(dir, new SecureRandom());
    PackageSigningKey second = PackageSigningKey.open(dir, new SecureRandom());
    assertThat(second.publicKeyPem()).isEqualTo(first.publicKeyPem());

    var signer = java.security.Signature.getInstance("Ed25519");
    signer.initSign(first.privateKey());
    signer.update(new byte[] {1, 2, 3});
    byte[] signature = signer.sign();
    var verifier = java.security.Signature.getInstance("Ed25519");
    verifier.initVerify(
        java.security.KeyFactory.getInstance("Ed25519")
            .generatePublic(
                new java.security.spec.X509EncodedKeySpec(
                    PemFiles.parse(second.publicKeyPem()).getFirst().getContent())));
    verifier.update(new byte[] {1, 2, 3});
    assertThat(verifier.verify(signature)).isTrue();
  }
}
