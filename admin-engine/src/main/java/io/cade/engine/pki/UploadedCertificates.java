package io.cade.engine.pki;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.util.io.pem.PemObject;

/**
 * Certificates that customers brought for their sites (SPEC P2), one file a service, readable by
 * the engine's user only. Nothing gets in that a visitor's browser would stumble over. Thread-safe;
 * all but {@link #check} reads or writes files and belongs on a thread that may block.
 */
public final class UploadedCertificates {
  /** Bytes of chain, key and OCSP response together. */
  public static final int MAX_BYTES = 1 << 17;

  private static final int MAX_CHAIN = 8;
  private static final int MIN_RSA_BITS = 2048;
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String OCSP = "OCSP RESPONSE";
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private final Path dir;
  private final InstantSource clock;

  private UploadedCertificates(Path dir, InstantSource clock) {
    this.dir = dir;
    this.clock = clock;
  }

  /** Opens the directory, making it the first time. */
  public static UploadedCertificates open(Path dir, InstantSource clock) throws IOException {
    PemFiles.directory(dir);
    return new UploadedCertificates(dir, clock);
  }

  /**
   * A chain with its key that has passed the check. Its text never holds the key.
   *
   * @param ocspPem a PEM block, empty when none was given
   */
  public record Checked(Identity identity, String ocspPem) {
    /** The chain, with the OCSP response as one more block where there is one. */
    public String chainPem() {
      return identity.certificateChainPem() + ocspPem;
    }

    @Override
    public String toString() {
      return identity.toString();
    }
  }

  /**
   * Checks what somebody wants to have shown for his sites.
   *
   * @param hosts all names of the service
   * @param pem the chain, its own certificate first; the key, PKCS #8, PKCS #1 or SEC 1, not
   *     encrypted; and perhaps an OCSP response
   * @throws CertificateException says in one sentence what is wrong and what to do
   */
  public Checked check(Collection<String> hosts, String pem) throws CertificateException {
    PrivateKey key = null;
    String ocsp = "";
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (PemObject each : PemFiles.parse(pem)) {
        String type = each.getType();
        if (type.equals("CERTIFICATE")) {
          chain.add(Identity.certificate(each.getContent()));
        } else if (type.equals(OCSP)) {
          ocsp = staple(each);
        } else if (type.startsWith("ENCRYPTED") || pem.contains("Proc-Type: 4,ENCRYPTED")) {
          throw new CertificateException(
              "the key is encrypted; give it as it is, openssl pkey -in FILE takes the pass phrase"
                  + " away");
        } else if (type.endsWith("PRIVATE KEY")) {
          if (key != null) {
            throw new CertificateException("there are several keys; give the certificate's only");
          }
          key = key(each);
        }
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      // Bouncy Castle and the key factories throw RuntimeExceptions of many kinds for bad DER.
      if (e instanceof CertificateException known && known.getCause() == null) {
        throw known;
      }
      throw new CertificateException("chain or key is not PEM that can be understood", e);
    }
    if (chain.isEmpty()) {
      throw new CertificateException("there is no certificate in the chain; give it in PEM");
    }
    if (key == null) {
      throw new CertificateException("there is no key; give it in PEM, not encrypted");
    }
    checkChain(chain);
    checkKey(chain.getFirst().getPublicKey(), key);
    checkUse(chain.getFirst(), hosts);
    return new Checked(new Identity(key, chain), ocsp);
  }

  private static PrivateKey key(PemObject object) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(PemFiles.text(List.of(object))))) {
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
      return switch (parser.readObject()) {
        case PEMKeyPair pair -> converter.getKeyPair(pair).getPrivate();
        case PrivateKeyInfo info -> converter.getPrivateKey(info);
        case null, default -> throw new IOException("not a private key");
      };
    }
  }

  private static String staple(PemObject block) throws CertificateException {
    try {
      OCSPResp response = new OCSPResp(block.getContent());
      if (response.getStatus() == OCSPResp.SUCCESSFUL && response.getResponseObject() != null) {
        return PemFiles.text(List.of(block));
      }
    } catch (IOException | OCSPException e) {
      // Said below.
    }
    throw new CertificateException(
        "the OCSP response is not a successful one; openssl ocsp -respout gets one");
  }

  private void checkChain(List<X509Certificate> chain) throws CertificateException {
    if (chain.size() > MAX_CHAIN) {
      throw new CertificateException("the chain has more than " + MAX_CHAIN + " certificates");
    }
    Instant now = clock.instant();
    for (int i = 0; i < chain.size(); i++) {
      X509Certificate each = chain.get(i);
      String name = "the certificate of " + each.getSubjectX500Principal();
      if (now.isAfter(each.getNotAfter().toInstant())) {
        throw new CertificateException(
            name + " has expired on " + each.getNotAfter().toInstant() + "; have it renewed");
      }
      if (now.isBefore(each.getNotBefore().toInstant())) {
        throw new CertificateException(
            name + " is not valid before " + each.getNotBefore().toInstant());
      }
      if (i + 1 < chain.size()) {
        X509Certificate issuer = chain.get(i + 1);
        if (!each.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
            || issuer.getBasicConstraints() < 0
            || !isSignedBy(each, issuer)) {
          throw new CertificateException(
              "the chain is not in order: "
                  + name
                  + " is followed by "
                  + issuer.getSubjectX500Principal()
                  + ", who has not issued it; put each issuer behind what it has issued");
        }
      }
    }
  }

  private static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static void checkKey(PublicKey known, PrivateKey key) throws CertificateException {
    String algorithm =
        switch (known.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default ->
              throw new CertificateException(
                  "a key of the kind "
                      + known.getAlgorithm()
                      + " is not understood by all visitors; use EC P-256 or RSA");
        };
    if (known instanceof RSAKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
      throw new CertificateException(
          "the RSA key has fewer than " + MIN_RSA_BITS + " bits; visitors refuse it");
    }
    boolean matches;
    try {
      byte[] proof = {1, 2, 3};
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(proof);
      byte[] signed = signature.sign();
      signature.initVerify(known);
      signature.update(proof);
      matches = signature.verify(signed);
    } catch (GeneralSecurityException e) {
      matches = false; // a key of another kind
    }
    if (!matches) {
      throw new CertificateException(
          "the key does not belong to the first certificate of the chain; give the two that were"
              + " made together");
    }
  }

  private static void checkUse(X509Certificate certificate, Collection<String> hosts)
      throws CertificateException {
    List<String> purposes = certificate.getExtendedKeyUsage();
    if (purposes != null && !purposes.contains(SERVER_AUTH)) {
      throw new CertificateException("the certificate is not for servers (serverAuth)");
    }
    List<String> names = names(certificate);
    for (String host : hosts) {
      if (names.stream().noneMatch(name -> covers(name, host.toLowerCase(Locale.ROOT)))) {
        throw new CertificateException(
            "the certificate does not name " + host + ", but only " + String.join(", ", names));
      }
    }
  }

  /** DNS names of a certificate, in lower case; the common name no longer counts (RFC 9525). */
  public static List<String> names(X509Certificate certificate) throws CertificateException {
    List<String> names = new ArrayList<>();
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    if (alternatives != null) {
      for (List<?> each : alternatives) {
        if (Integer.valueOf(2).equals(each.getFirst())) {
          names.add(String.valueOf(each.get(1)).toLowerCase(Locale.ROOT));
        }
      }
    }
    return names;
  }

  /** RFC 9525 §6.3: an asterisk stands for exactly the first label. */
  static boolean covers(String name, String host) {
    int dot = host.indexOf('.');
    return name.equals(host)
        || (name.startsWith("*.") && dot > 0 && name.substring(1).equals(host.substring(dot)));
  }

  /** Keeps it for the service; durable on return. */
  public void store(String service, Checked checked) throws IOException {
    List<PemObject> objects = new ArrayList<>();
    objects.add(new PemObject("PRIVATE KEY", checked.identity().key().getEncoded()));
    checked.identity().chain().forEach(c -> objects.add(Identity.pem(c)));
    objects.addAll(PemFiles.parse(checked.ocspPem()));
    PemFiles.write(file(service), objects);
  }

  /**
   * What was stored for the service, if it is still good for these names.
   *
   * @throws CertificateException when something is there that is not good any more
   */
  public Optional<Checked> find(String service, Collection<String> hosts)
      throws IOException, CertificateException {
    try {
      return Optional.of(check(hosts, PemFiles.text(PemFiles.read(file(service)))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Forgets it. */
  public boolean remove(String service) throws IOException {
    return Files.deleteIfExists(file(service));
  }

  private Path file(String service) {
    if (!LABEL.matcher(service).matches()) {
      throw new IllegalArgumentException("not one DNS label: '" + service + "'");
    }
    return dir.resolve(service + ".pem");
  }
}
