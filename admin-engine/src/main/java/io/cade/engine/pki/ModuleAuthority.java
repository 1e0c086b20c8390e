package io.cade.engine.pki;

import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemObject;

/**
 * The module's certificate authority (DESIGN §7, RFC 5280): EC P-256, valid for ten years, path
 * length 0. Its key never leaves {@code DIR/authority.pem}, which is readable by the engine's user
 * only.
 *
 * <p>Thread-safe. Issuing costs one signature (well under a millisecond); identities kept on disk
 * cost file writes the first time and belong on a thread that may block.
 */
public final class ModuleAuthority {
  private static final Duration CA_LIFETIME = Duration.ofDays(3650);
  private static final Duration LEAF_LIFETIME = Duration.ofDays(365);

  /** A kept identity that ends sooner is issued anew. */
  private static final Duration RENEW_BEFORE = Duration.ofDays(30);

  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern IP_ADDRESS =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

  private final Path dir;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Identity authority;
  private final CertificateBuilder builder;

  private ModuleAuthority(Path dir, InstantSource clock, SecureRandom random, Identity authority) {
    this.dir = dir;
    this.clock = clock;
    this.random = random;
    this.authority = authority;
    this.builder = new CertificateBuilder(authority, random);
  }

  /**
   * Loads the authority of a directory, or founds it the first time. Key and certificate are one
   * file, so that a crash leaves both or neither.
   *
   * @throws IOException when the directory is not writable, or holds something else
   */
  public static ModuleAuthority open(Path dir, InstantSource clock, SecureRandom random)
      throws IOException {
    PemFiles.directory(dir);
    Path file = dir.resolve("authority.pem");
    if (!Files.exists(file)) {
      found(clock.instant(), random).store(file);
    }
    Identity authority = Identity.load(file);
    if (authority.certificate().getBasicConstraints() < 0) {
      throw new IOException(file + " holds no authority's certificate; restore it from a backup");
    }
    PemFiles.directory(dir.resolve("servers"));
    PemFiles.directory(dir.resolve("sites"));
    return new ModuleAuthority(dir, clock, random, authority);
  }

  private static Identity found(Instant now, SecureRandom random) throws IOException {
    try {
      KeyPair pair = newPair(random);
      return new Identity(
          pair.getPrivate(),
          List.of(CertificateBuilder.authority(pair, random, now, now.plus(CA_LIFETIME))));
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot found the module's authority", e);
    }
  }

  /** The authority's certificate: the only root that agents and proxies trust. */
  public X509Certificate certificate() {
    return authority.certificate();
  }

  /** The authority's certificate in PEM. */
  public String certificatePem() {
    return pem(certificate());
  }

  /**
   * A secret that only the authority can make, always the same for the same purpose: 64 hexadecimal
   * digits, from which nothing follows about its key (HMAC, RFC 2104).
   */
  public String derivedSecret(String purpose) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(authority.key().getEncoded(), "HmacSHA256"));
      return HexFormat.of()
          .formatHex(mac.doFinal(("cade " + purpose).getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  /** Any certificate in PEM. */
  public static String pem(X509Certificate certificate) {
    return PemFiles.text(List.of(Identity.pem(certificate)));
  }

  /**
   * Certificate and key of one of the engine's servers, kept on disk and issued anew only when the
   * names change or its end comes near.
   *
   * @param name file name and common name, one DNS label: {@code gateway}, {@code admin}
   * @param hosts IP addresses and DNS names under which it is reached
   */
  public Identity server(String name, List<String> hosts) throws IOException {
    return kept(dir.resolve("servers").resolve(label(name) + ".pem"), name, hosts);
  }

  /**
   * Certificate and key of a service's sites, kept on disk like {@link #server}.
   *
   * @param service its name, one DNS label
   * @param hosts host names of the service, 1 to 64
   */
  public Identity site(String service, List<String> hosts) throws IOException {
    return kept(dir.resolve("sites").resolve(label(service) + ".pem"), hosts.getFirst(), hosts);
  }

  /**
   * The signer of this module's boot images, an Ed25519 key whose certificate is for signing code
   * and as long-lived as the authority: an image must not stop booting because time passes. Kept in
   * {@code DIR/image-signer.pem}, readable by the engine's user only; delete the file to have a new
   * one.
   *
   * @return the file
   */
  public synchronized Path imageSigner() throws IOException {
    Path file = dir.resolve("image-signer.pem");
    if (Files.exists(file)) {
      return file;
    }
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      X509Certificate certificate =
          builder.leaf(
              "Cade image signer",
              pair.getPublic(),
              List.of(new GeneralName(GeneralName.uniformResourceIdentifier, "cade:image-signer")),
              List.of(KeyPurposeId.id_kp_codeSigning),
              clock.instant(),
              certificate().getNotAfter().toInstant());
      new Identity(pair.getPrivate(), List.of(certificate)).store(file);
      return file;
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot make the signer of boot images", e);
    }
  }

  /** When a kept identity with this certificate is issued anew. */
  public static Instant renewAt(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant().minus(RENEW_BEFORE);
  }

  /** Forgets the identity of a service that was deleted. */
  public void forgetSite(String service) throws IOException {
    Files.deleteIfExists(dir.resolve("sites").resolve(label(service) + ".pem"));
  }

  /**
   * Issues a card's certificate for one year, for use as client and server. Of the request only the
   * key counts: subject and names are the slot's.
   *
   * @param requestPem PKCS #10 request (RFC 2986) for an EC P-256 key
   * @throws CertificateException when the request is malformed, is not signed with its key, or has
   *     another kind of key
   */
  public X509Certificate issueCard(CardPosition position, String requestPem)
      throws CertificateException {
    PublicKey key = requestedKey(requestPem);
    Instant now = clock.instant();
    try {
      return builder.leaf(
          "card " + position,
          key,
          List.of(
              new GeneralName(
                  GeneralName.uniformResourceIdentifier, PeerIdentity.URI_PREFIX + position)),
          List.of(KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth),
          now,
          now.plus(LEAF_LIFETIME));
    } catch (GeneralSecurityException e) {
      throw new CertificateException("cannot issue a certificate for card " + position, e);
    }
  }

  private static PublicKey requestedKey(String pem) throws CertificateException {
    try {
      List<PemObject> objects = PemFiles.parse(pem);
      if (objects.size() != 1 || !objects.getFirst().getType().endsWith("CERTIFICATE REQUEST")) {
        throw new CertificateException("not one certificate request in PEM");
      }
      JcaPKCS10CertificationRequest request =
          new JcaPKCS10CertificationRequest(objects.getFirst().getContent());
      SubjectPublicKeyInfo info = request.getSubjectPublicKeyInfo();
      PublicKey key = request.getPublicKey();
      if (!(key instanceof ECPublicKey ec) || ec.getParams().getOrder().bitLength() != 256) {
        throw new CertificateException("the request's key is not EC P-256");
      }
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(info))) {
        throw new CertificateException("the request is not signed with its own key");
      }
      return key;
    } catch (IOException
        | GeneralSecurityException
        | OperatorCreationException
        | PKCSException
        | RuntimeException e) {
      // Bouncy Castle and the key factories throw RuntimeExceptions of many kinds for bad DER.
      if (e instanceof CertificateException known) {
        throw known;
      }
      throw new CertificateException("the certificate request cannot be understood", e);
    }
  }

  private synchronized Identity kept(Path file, String commonName, List<String> hosts)
      throws IOException {
    Instant now = clock.instant();
    if (Files.exists(file)) {
      Optional<Identity> known = usable(file, hosts, now);
      if (known.isPresent()) {
        return known.get();
      }
    }
    try {
      KeyPair pair = newPair(random);
      X509Certificate certificate =
          builder.leaf(
              commonName,
              pair.getPublic(),
              hosts.stream().map(ModuleAuthority::name).toList(),
              List.of(KeyPurposeId.id_kp_serverAuth),
              now,
              now.plus(LEAF_LIFETIME));
      Identity identity =
          new Identity(pair.getPrivate(), List.of(certificate, authority.certificate()));
      identity.store(file);
      return identity;
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot issue a certificate for " + commonName, e);
    }
  }

  private Optional<Identity> usable(Path file, List<String> hosts, Instant now) throws IOException {
    Identity identity = Identity.load(file);
    try {
      identity.certificate().verify(authority.certificate().getPublicKey());
      TreeSet<String> names = new TreeSet<>();
      var known = identity.certificate().getSubjectAlternativeNames();
      if (known != null) {
        known.forEach(n -> names.add(String.valueOf(n.get(1)).toLowerCase(Locale.ROOT)));
      }
      TreeSet<String> wanted = new TreeSet<>();
      hosts.forEach(h -> wanted.add(h.toLowerCase(Locale.ROOT)));
      Instant end = identity.certificate().getNotAfter().toInstant();
      return names.equals(wanted) && now.plus(RENEW_BEFORE).isBefore(end)
          ? Optional.of(identity)
          : Optional.empty();
    } catch (GeneralSecurityException e) {
      // Issued by an authority that was replaced since.
      return Optional.empty();
    }
  }

  private static GeneralName name(String host) {
    return IP_ADDRESS.matcher(host).matches()
        ? new GeneralName(GeneralName.iPAddress, host)
        : new GeneralName(GeneralName.dNSName, host);
  }

  private static String label(String text) {
    if (!LABEL.matcher(text).matches()) {
      throw new IllegalArgumentException("not one DNS label: '" + text + "'");
    }
    return text;
  }

  private static KeyPair newPair(SecureRandom random) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }
}
