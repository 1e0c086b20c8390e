package io.cade.image.boot;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** An authority like the engine's: EC P-256, with signers that have Ed25519 keys. */
public final class TestAuthority {
  static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
  static final Instant UNTIL = Instant.parse("2030-01-01T00:00:00Z");

  private final KeyPair keys;
  public final X509Certificate certificate;

  public TestAuthority(String name) throws Exception {
    keys = pair("EC");
    certificate = issue(name, name, keys, keys, null);
  }

  public ImageSigner signer() throws Exception {
    return signer("Ed25519", KeyPurposeId.id_kp_codeSigning);
  }

  public ImageSigner signer(String algorithm, KeyPurposeId purpose) throws Exception {
    KeyPair own = pair(algorithm);
    String authority = certificate.getSubjectX500Principal().getName();
    return new ImageSigner(
        own.getPrivate(), List.of(issue("CN=signer", authority, own, keys, purpose)));
  }

  private static KeyPair pair(String algorithm) throws Exception {
    return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
  }

  private static X509Certificate issue(
      String subject, String issuer, KeyPair own, KeyPair by, @Nullable KeyPurposeId purpose)
      throws Exception {
    var builder =
        new JcaX509v3CertificateBuilder(
            new X500Name(issuer),
            BigInteger.valueOf(System.nanoTime()),
            Date.from(FROM),
            Date.from(UNTIL),
            new X500Name(subject),
            own.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(purpose == null));
    if (purpose != null) {
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
    }
    return Chain.certificate(
        builder
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(by.getPrivate()))
            .getEncoded());
  }
}
