package io.cade.agent.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.image.Pem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/**
 * Key pair and certificate of one card, in files of its directory that only their owner can read
 * (0600). One agent owns a directory. Safe for use by several threads.
 *
 * <p>A renewed pair lies beside the present one until the engine has seen it ({@link #keepNext},
 * {@link #useNext}); an agent that ends in between goes on with the renewed one, which the engine
 * knows.
 */
public final class CardIdentityStore {
  private static final String KEY_FILE = "card.key";
  private static final String CERTIFICATE_FILE = "card.crt";

  /** Key and certificate that are to follow, until they have been used. */
  private static final String NEXT_KEY_FILE = "card.next.key";

  private static final String NEXT_CERTIFICATE_FILE = "card.next.crt";
  private static final int SAN_URI = 6;

  private final Path directory;
  private final SecureRandom random;

  public CardIdentityStore(Path directory, SecureRandom random) {
    this.directory = directory;
    this.random = random;
  }

  /** The name that certificates carry for a position (SAN of type URI). */
  public static String uri(CardPosition position) {
    return "urn:cade:card:" + position;
  }

  /**
   * What the card can authenticate itself with now: its key (made when there is none) and, when it
   * fits authority, key, position and time, its certificate.
   *
   * @throws IOException when files cannot be read or written, or the authority is no certificate
   */
  public synchronized CardIdentity load(String authorityPem, CardPosition position, Instant now)
      throws IOException {
    X509Certificate authority = certificate(authorityPem, "the module's authority");
    endRenewal(authority, position, now);
    KeyPair pair = loadOrCreateKeys();
    Path file = directory.resolve(CERTIFICATE_FILE);
    Optional<X509Certificate> kept =
        Files.exists(file)
            ? usable(Files.readString(file), authority, pair.getPublic(), position, now)
            : Optional.empty();
    return new CardIdentity(authority, pair.getPrivate(), kept.orElse(null));
  }

  /** Whether there is or was a certificate, usable or not. */
  public synchronized boolean hadCertificate() {
    return Files.exists(directory.resolve(CERTIFICATE_FILE));
  }

  /**
   * A request for a card's first certificate (PKCS #10, RFC 2986) in PEM.
   *
   * @throws IOException when files cannot be read or written
   */
  public synchronized String certificateRequestPem(CardPosition position) throws IOException {
    return request(loadOrCreateKeys(), position);
  }

  private static String request(KeyPair pair, CardPosition position) throws IOException {
    try {
      return Pem.write(
          "CERTIFICATE REQUEST",
          CertificateRequest.of(new X500Principal("CN=card " + position), pair));
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot sign with the card's key", e);
    }
  }

  /**
   * Keeps an issued certificate, after checking that it is this card's.
   *
   * @throws IOException when it is not, or cannot be written
   */
  public synchronized void store(
      String certificatePem, String authorityPem, CardPosition position, Instant now)
      throws IOException {
    X509Certificate authority = certificate(authorityPem, "the module's authority");
    if (usable(certificatePem, authority, loadOrCreateKeys().getPublic(), position, now)
        .isEmpty()) {
      throw new IOException(
          "the certificate issued for card "
              + position
              + " does not fit its key, position, time or authority");
    }
    PrivateFiles.write(
        directory.resolve(CERTIFICATE_FILE), certificatePem.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * A request for the certificate that is to follow, with a new key, in PEM.
   *
   * @throws IOException when files cannot be read or written
   */
  public synchronized String nextRequestPem(CardPosition position) throws IOException {
    Files.deleteIfExists(directory.resolve(NEXT_CERTIFICATE_FILE));
    Files.deleteIfExists(directory.resolve(NEXT_KEY_FILE));
    return request(keys(NEXT_KEY_FILE), position);
  }

  /**
   * Keeps the certificate that was issued for {@link #nextRequestPem} beside the present one.
   *
   * @return what the card authenticates itself with from then on, once that has proved itself
   * @throws IOException when it does not fit, or cannot be written
   */
  public synchronized CardIdentity keepNext(
      String certificatePem, String authorityPem, CardPosition position, Instant now)
      throws IOException {
    X509Certificate authority = certificate(authorityPem, "the module's authority");
    KeyPair pair = keys(NEXT_KEY_FILE);
    X509Certificate next =
        usable(certificatePem, authority, pair.getPublic(), position, now)
            .orElseThrow(() ->
                new IOException(
                    "the certificate that is to follow does not fit the key, position, time or"
                        + " authority of card "
                        + position));
    PrivateFiles.write(
        directory.resolve(NEXT_CERTIFICATE_FILE),
        certificatePem.getBytes(StandardCharsets.US_ASCII));
    return new CardIdentity(authority, pair.getPrivate(), next);
  }

  /**
   * What an attempt to renew has left beside the present pair: the engine has issued it, and may
   * have seen it used. Empty when there is nothing usable.
   *
   * @throws IOException when files cannot be read
   */
  public synchronized Optional<CardIdentity> next(
      String authorityPem, CardPosition position, Instant now) throws IOException {
    Path certificate = directory.resolve(NEXT_CERTIFICATE_FILE);
    if (!Files.exists(certificate) || !Files.exists(directory.resolve(NEXT_KEY_FILE))) {
      return Optional.empty();
    }
    X509Certificate authority = certificate(authorityPem, "the module's authority");
    KeyPair pair = keys(NEXT_KEY_FILE);
    return usable(Files.readString(certificate), authority, pair.getPublic(), position, now)
        .map(found -> new CardIdentity(authority, pair.getPrivate(), found));
  }

  /** The engine has accepted the next certificate: it takes the place of the present one. */
  public synchronized void useNext() throws IOException {
    // In this order on the disk, too: a key without its certificate is found by endRenewal, a
    // certificate without its key would be lost.
    PrivateFiles.move(directory.resolve(NEXT_KEY_FILE), directory.resolve(KEY_FILE));
    PrivateFiles.move(
        directory.resolve(NEXT_CERTIFICATE_FILE), directory.resolve(CERTIFICATE_FILE));
  }

  /** The engine has refused the next certificate: the present one stays. */
  public synchronized void dropNext() throws IOException {
    Files.deleteIfExists(directory.resolve(NEXT_CERTIFICATE_FILE));
    Files.deleteIfExists(directory.resolve(NEXT_KEY_FILE));
  }

  /** Goes on where a renewal was cut off: between its two moves, or before them. */
  private void endRenewal(X509Certificate authority, CardPosition position, Instant now)
      throws IOException {
    Path next = directory.resolve(NEXT_CERTIFICATE_FILE);
    if (!Files.exists(next)) {
      return;
    }
    boolean keyWaits = Files.exists(directory.resolve(NEXT_KEY_FILE));
    PublicKey key = keys(keyWaits ? NEXT_KEY_FILE : KEY_FILE).getPublic();
    if (usable(Files.readString(next), authority, key, position, now).isEmpty()) {
      dropNext();
    } else if (keyWaits) {
      useNext();
    } else {
      PrivateFiles.move(next, directory.resolve(CERTIFICATE_FILE));
    }
  }

  private static Optional<X509Certificate> usable(
      String pem, X509Certificate authority, PublicKey key, CardPosition position, Instant now) {
    try {
      X509Certificate found = certificate(pem, "the card's certificate");
      found.verify(authority.getPublicKey());
      found.checkValidity(Date.from(now));
      return found.getPublicKey().equals(key) && names(found).contains(uri(position))
          ? Optional.of(found)
          : Optional.empty();
    } catch (IOException | GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  private static List<String> names(X509Certificate certificate) throws GeneralSecurityException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    return names == null
        ? List.of()
        : names.stream()
            .filter(name -> name.get(0).equals(SAN_URI))
            .map(name -> String.valueOf(name.get(1)))
            .toList();
  }

  private KeyPair loadOrCreateKeys() throws IOException {
    return keys(KEY_FILE);
  }

  private KeyPair keys(String name) throws IOException {
    Path file = directory.resolve(name);
    try {
      if (!Files.exists(file)) {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        KeyPair made = generator.generateKeyPair();
        String text =
            Pem.write("PRIVATE KEY", made.getPrivate().getEncoded())
                + Pem.write("PUBLIC KEY", made.getPublic().getEncoded());
        PrivateFiles.write(file, text.getBytes(StandardCharsets.US_ASCII));
        return made;
      }
      List<Pem.Block> blocks = Pem.read(Files.readString(file));
      KeyFactory factory = KeyFactory.getInstance("EC");
      PrivateKey secret =
          factory.generatePrivate(new PKCS8EncodedKeySpec(block(blocks, 0, "PRIVATE KEY", file)));
      PublicKey open =
          factory.generatePublic(new X509EncodedKeySpec(block(blocks, 1, "PUBLIC KEY", file)));
      return new KeyPair(open, secret);
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " holds no key pair; delete it to have a new one made", e);
    }
  }

  private static byte[] block(List<Pem.Block> blocks, int index, String type, Path file)
      throws IOException {
    if (index >= blocks.size() || !blocks.get(index).type().equals(type)) {
      throw new IOException(file + " holds no " + type + "; delete it to have a new one made");
    }
    return blocks.get(index).der();
  }

  private static X509Certificate certificate(String pem, String what) throws IOException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IOException(what + " is no certificate in PEM", e);
    }
  }
}
