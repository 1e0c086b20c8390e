package io.cade.image.boot;

import io.cade.image.boot.Description.Refused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/** Certificates of a signer, and the way from them to an authority (RFC 5280 §6). */
final class Chain {
  /** Extended key usage that a signer of images must have (RFC 5280 §4.2.1.12). */
  static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

  private Chain() {}

  static X509Certificate certificate(byte[] der) throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  static String pem(List<X509Certificate> chain) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      for (X509Certificate each : chain) {
        writer.writeObject(new PemObject("CERTIFICATE", each.getEncoded()));
      }
    } catch (IOException | CertificateException e) {
      throw new IllegalStateException("a certificate that was read can be written", e);
    }
    return text.toString();
  }

  /**
   * @throws Refused when it is not some certificates in PEM
   */
  static List<X509Certificate> parse(byte @Nullable [] pem) throws Refused {
    List<X509Certificate> chain = new ArrayList<>();
    String text = pem == null ? "" : new String(pem, StandardCharsets.ISO_8859_1);
    try (PemReader reader = new PemReader(new StringReader(text))) {
      for (PemObject each = reader.readPemObject();
          each != null && chain.size() <= BootImageLimits.MAX_CHAIN;
          each = reader.readPemObject()) {
        chain.add(certificate(each.getContent()));
      }
    } catch (IOException | CertificateException | RuntimeException e) {
      // PEM and DER readers throw RuntimeExceptions of many kinds.
      throw new Refused("the signer's certificates cannot be read");
    }
    if (chain.isEmpty() || chain.size() > BootImageLimits.MAX_CHAIN) {
      throw new Refused(
          "the image carries "
              + (chain.isEmpty() ? "no" : "too many")
              + " certificates of its signer");
    }
    return chain;
  }

  /**
   * The signer's key, once the way to an authority is proven.
   *
   * @throws Refused when there is none, or the signer is not one of images
   */
  static PublicKey provenKey(
      List<X509Certificate> chain, Collection<X509Certificate> authorities, Instant at)
      throws Refused {
    X509Certificate signer = chain.getFirst();
    String name = signer.getSubjectX500Principal().getName();
    try {
      Set<TrustAnchor> anchors =
          authorities.stream().map(a -> new TrustAnchor(a, null)).collect(Collectors.toSet());
      List<X509Certificate> path = new ArrayList<>(chain);
      // An anchor is not part of the path (RFC 5280 §6.1).
      path.removeIf(authorities::contains);
      if (path.isEmpty()) {
        throw new Refused("the image is signed by the authority itself, not by a signer");
      }
      PKIXParameters parameters = new PKIXParameters(anchors);
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(at));
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
      List<String> purposes = signer.getExtendedKeyUsage();
      if (purposes == null || !purposes.contains(CODE_SIGNING)) {
        throw new Refused("certificate '" + name + "' is not for signing images");
      }
      boolean[] usage = signer.getKeyUsage();
      if (usage != null && !usage[0]) {
        throw new Refused("certificate '" + name + "' is not for signatures");
      }
    } catch (CertPathValidatorException e) {
      throw new Refused(
          "signer '"
              + name
              + "' is not certified by this module's authority"
              + (e.getReason() == CertPathValidatorException.BasicReason.EXPIRED
                  ? " any more: its certificate ended " + signer.getNotAfter().toInstant()
                  : ""));
    } catch (GeneralSecurityException e) {
      throw new Refused("signer '" + name + "' cannot be checked: " + e.getMessage());
    }
    return signer.getPublicKey();
  }
}
