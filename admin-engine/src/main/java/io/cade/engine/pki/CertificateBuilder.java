package io.cade.engine.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Puts certificates together as RFC 5280 §4.2 wants them. Thread-safe. */
final class CertificateBuilder {
  /**
   * Cards boot with clocks that are a little off, and a clock that was a day fast when something
   * was issued is set right later: none of that may make a certificate not yet valid.
   */
  private static final Duration BACKDATE = Duration.ofDays(2);

  private static final int SERIAL_BITS = 127;
  private static final String SIGNATURE = "SHA256withECDSA";

  private final Identity issuer;
  private final SecureRandom random;

  CertificateBuilder(Identity issuer, SecureRandom random) {
    this.issuer = issuer;
    this.random = random;
  }

  static X509Certificate authority(KeyPair pair, SecureRandom random, Instant from, Instant until)
      throws GeneralSecurityException {
    BigInteger serial = serial(random);
    X500Name name = name("Cade module " + serial.toString(16).substring(0, 8));
    X509v3CertificateBuilder certificate =
        new JcaX509v3CertificateBuilder(
            name,
            serial,
            Date.from(from.minus(BACKDATE)),
            Date.from(until),
            name,
            pair.getPublic());
    try {
      certificate.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      certificate.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      certificate.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
    return sign(certificate, pair.getPrivate(), random);
  }

  X509Certificate leaf(
      String commonName,
      PublicKey key,
      List<GeneralName> names,
      List<KeyPurposeId> purposes,
      Instant from,
      Instant until)
      throws GeneralSecurityException {
    X509v3CertificateBuilder certificate =
        new JcaX509v3CertificateBuilder(
            X500Name.getInstance(issuer.certificate().getSubjectX500Principal().getEncoded()),
            serial(random),
            Date.from(from.minus(BACKDATE)),
            Date.from(until),
            name(commonName),
            key);
    try {
      JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
      certificate.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      certificate.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      certificate.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
      certificate.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(names.toArray(GeneralName[]::new)));
      certificate.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          utils.createAuthorityKeyIdentifier(issuer.certificate()));
      certificate.addExtension(
          Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(key));
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
    return sign(certificate, issuer.key(), random);
  }

  private static X509Certificate sign(
      X509v3CertificateBuilder certificate, PrivateKey key, SecureRandom random)
      throws GeneralSecurityException {
    try {
      byte[] der =
          certificate
              .build(new JcaContentSignerBuilder(SIGNATURE).setSecureRandom(random).build(key))
              .getEncoded();
      return Identity.certificate(der);
    } catch (OperatorCreationException | IOException e) {
      throw new GeneralSecurityException("cannot sign a certificate", e);
    }
  }

  /** Random, so that it cannot be guessed; positive and never zero (RFC 5280 §4.1.2.2). */
  private static BigInteger serial(SecureRandom random) {
    return new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
  }

  private static X500Name name(String commonName) {
    // RFC 5280 allows 64 characters; a longer host name is in the subject alternative names anyway.
    String cn = commonName.length() > 64 ? commonName.substring(0, 64) : commonName;
    return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, cn).build();
  }
}
