package io.cade.engine.pki;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;

/**
 * A private key and the certificate to it, followed by the certificate of its issuer. Immutable.
 */
public record Identity(PrivateKey key, List<X509Certificate> chain) {
  public Identity {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("an identity has at least its own certificate");
    }
  }

  /** Its own certificate. */
  public X509Certificate certificate() {
    return chain.getFirst();
  }

  /** The chain in PEM, own certificate first. */
  public String certificateChainPem() {
    return PemFiles.text(chain.stream().map(Identity::pem).toList());
  }

  /** PKCS #8 key in PEM. Secret. */
  public String privateKeyPem() {
    return PemFiles.text(List.of(new PemObject("PRIVATE KEY", key.getEncoded())));
  }

  /** Without the key, so that the record may be logged. */
  @Override
  public String toString() {
    return "Identity[" + certificate().getSubjectX500Principal() + "]";
  }

  static PemObject pem(X509Certificate certificate) {
    try {
      return new PemObject("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
  }

  void store(Path file) throws IOException {
    List<PemObject> objects = new ArrayList<>();
    objects.add(new PemObject("PRIVATE KEY", key.getEncoded()));
    chain.forEach(c -> objects.add(pem(c)));
    PemFiles.write(file, objects);
  }

  static Identity load(Path file) throws IOException {
    try {
      PrivateKey key = null;
      List<X509Certificate> chain = new ArrayList<>();
      for (PemObject o : PemFiles.read(file)) {
        switch (o.getType()) {
          case "PRIVATE KEY" ->
              key =
                  KeyFactory.getInstance("EC")
                      .generatePrivate(new PKCS8EncodedKeySpec(o.getContent()));
          case "CERTIFICATE" -> chain.add(certificate(o.getContent()));
          default -> throw new IOException(file + " holds an unexpected " + o.getType());
        }
      }
      if (key == null || chain.isEmpty()) {
        throw new IOException(file + " is not complete: key and certificate are expected");
      }
      return new Identity(key, chain);
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " cannot be understood; restore it from a backup", e);
    }
  }

  static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }
}
