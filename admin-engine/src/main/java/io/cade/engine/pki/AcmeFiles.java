package io.cade.engine.pki;

import io.cade.agent.wire.WireJson;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.bouncycastle.util.io.pem.PemHeader;
import org.bouncycastle.util.io.pem.PemObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to survive of certificates that a certificate authority issues by ACME (RFC 8555): who
 * wants them, how the last try went, the account's key, the key of an order that runs, the
 * certificates. All files are readable by the engine's user only; how tries went is kept in memory,
 * too, so that it can be asked often. Thread-safe; what throws IOException belongs on a thread that
 * may block.
 */
public final class AcmeFiles {
  private static final Logger LOG = LoggerFactory.getLogger(AcmeFiles.class);
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final String ORDER = "Order";
  private static final String WISH = ".json";

  private final Path accounts;
  private final Path orders;
  private final Path wishes;
  private final UploadedCertificates sites;
  private final SecureRandom random;
  private final WireJson json = new WireJson();
  // Both are written by whoever holds the monitor of this object, after the files.
  private final Map<String, AcmeState> states = new ConcurrentHashMap<>();
  private final Map<String, Validity> validities = new ConcurrentHashMap<>();

  /** When a certificate begins and ends. */
  public record Validity(Instant from, Instant until) {
    static Validity of(X509Certificate certificate) {
      return new Validity(
          certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant());
    }
  }

  /**
   * An order that was put up and whose certificate has not been fetched yet.
   *
   * @param location where the authority keeps it
   * @param key its certificate's
   */
  public record Begun(URI location, KeyPair key) {
    /** Without the key, so that it may be logged. */
    @Override
    public String toString() {
      return "Begun[" + location + "]";
    }
  }

  private AcmeFiles(Path dir, InstantSource clock, SecureRandom random) throws IOException {
    this.accounts = made(dir.resolve("accounts"));
    this.orders = made(dir.resolve("orders"));
    this.wishes = made(dir.resolve("services"));
    this.sites = UploadedCertificates.open(dir.resolve("certificates"), clock);
    this.random = random;
  }

  /**
   * Opens the directory, making it the first time.
   *
   * @throws IOException when it is not writable
   */
  public static AcmeFiles open(Path dir, InstantSource clock, SecureRandom random)
      throws IOException {
    PemFiles.directory(dir);
    AcmeFiles files = new AcmeFiles(dir, clock, random);
    files.load(dir.resolve("certificates"));
    return files;
  }

  private static Path made(Path dir) throws IOException {
    PemFiles.directory(dir);
    return dir;
  }

  private void load(Path certificates) throws IOException {
    try (DirectoryStream<Path> each = Files.newDirectoryStream(wishes, "*" + WISH)) {
      for (Path file : each) {
        String name = String.valueOf(file.getFileName());
        String service = name.substring(0, name.length() - WISH.length());
        if (LABEL.matcher(service).matches()) {
          load(service, file, certificates.resolve(service + ".pem"));
        }
      }
    }
  }

  /** What is ruined costs one order, not the start of the engine. */
  private void load(String service, Path wish, Path certificate) {
    AcmeState state = AcmeState.FRESH;
    try {
      state = json.decode(Files.readAllBytes(wish), AcmeState.class);
      if (Files.exists(certificate)) {
        validities.put(service, Validity.of(Identity.load(certificate).certificate()));
      }
    } catch (IOException e) {
      LOG.warn("a certificate for service {} is ordered anew: {}", service, e.toString());
    }
    states.put(service, state);
  }

  // ---- who wants one, and how it went

  /** Services that want such certificates. */
  public SortedSet<String> wanted() {
    return new TreeSet<>(states.keySet());
  }

  /** How the tries for a service went; empty when it wants no such certificate. */
  public Optional<AcmeState> state(String service) {
    return Optional.ofNullable(states.get(service));
  }

  /** From now on the service wants one; durable on return. */
  public synchronized void want(String service) throws IOException {
    AcmeState known = states.get(service);
    keep(service, known == null ? AcmeState.FRESH : known.again());
  }

  /** Notes how a try went, unless nobody wants it any more. */
  public synchronized void note(String service, AcmeState state) throws IOException {
    if (states.containsKey(service)) {
      keep(service, state);
    }
  }

  private void keep(String service, AcmeState state) throws IOException {
    PemFiles.write(file(wishes, service, WISH), ByteBuffer.wrap(json.encode(state)));
    states.put(service, state);
  }

  /**
   * The service wants none any more; its certificate and keys are erased.
   *
   * @return whether it wanted one
   */
  public synchronized boolean forget(String service) throws IOException {
    // The wish first: what a crash leaves behind of the rest is overwritten or erased later.
    boolean wanted = Files.deleteIfExists(file(wishes, service, WISH));
    states.remove(service);
    validities.remove(service);
    sites.remove(service);
    Files.deleteIfExists(file(orders, service, ".pem"));
    return wanted;
  }

  // ---- certificates

  /** When the certificate that is there begins and ends. */
  public Optional<Validity> validity(String service) {
    return Optional.ofNullable(validities.get(service));
  }

  /**
   * The certificate, if the service wants one and one is there that is good for these names.
   *
   * @throws CertificateException when one is there that is not good
   */
  public Optional<UploadedCertificates.Checked> find(String service, Collection<String> hosts)
      throws IOException, CertificateException {
    return states.containsKey(service) ? sites.find(service, hosts) : Optional.empty();
  }

  /**
   * Whether a certificate can be shown for these names; nothing that visitors would stumble over is
   * taken from an authority either.
   */
  public UploadedCertificates.Checked check(Collection<String> hosts, Identity identity)
      throws CertificateException {
    return sites.check(hosts, identity.certificateChainPem() + identity.privateKeyPem());
  }

  /**
   * Keeps a certificate, which ends its order; durable on return.
   *
   * @return false, and nothing is kept, when the service does not want it any more
   */
  public synchronized boolean store(String service, UploadedCertificates.Checked checked)
      throws IOException {
    if (!states.containsKey(service)) {
      return false;
    }
    sites.store(service, checked);
    validities.put(service, Validity.of(checked.identity().certificate()));
    keep(service, AcmeState.FRESH);
    Files.deleteIfExists(file(orders, service, ".pem"));
    return true;
  }

  // ---- keys

  /** The key of the engine's account at an authority, made the first time (RFC 8555 §7.3). */
  public synchronized KeyPair account(URI directory) throws IOException {
    Path file = accounts.resolve(name(directory));
    if (!Files.exists(file)) {
      PemFiles.write(file, pem(newKey(), List.of()));
    }
    return keys(file, PemFiles.read(file));
  }

  private static String name(URI directory) throws IOException {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(directory.toString().getBytes(StandardCharsets.UTF_8));
      String host = String.valueOf(directory.getHost()).replaceAll("[^A-Za-z0-9.-]", "_");
      return host + "-" + HexFormat.of().formatHex(digest, 0, 6) + ".pem";
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  /** A new key for a certificate, EC P-256. */
  public KeyPair newKey() throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot make a key", e);
    }
  }

  /**
   * An order is about to be fulfilled. Kept, because a certificate that was issued right before a
   * crash would be lost without its key, and authorities count what they issue.
   *
   * @return false, and nothing is kept, when the service does not want it any more
   */
  public synchronized boolean begin(String service, Begun order) throws IOException {
    if (!states.containsKey(service)) {
      return false;
    }
    PemFiles.write(
        file(orders, service, ".pem"),
        pem(order.key(), List.of(new PemHeader(ORDER, order.location().toASCIIString()))));
    return true;
  }

  /** The order that was begun last, if it was not ended. */
  public synchronized Optional<Begun> begun(String service) throws IOException {
    Path file = file(orders, service, ".pem");
    try {
      List<PemObject> objects = PemFiles.read(file);
      for (PemObject each : objects) {
        for (Object header : each.getHeaders()) {
          if (header instanceof PemHeader h && h.getName().equals(ORDER)) {
            return Optional.of(new Begun(URI.create(h.getValue()), keys(file, objects)));
          }
        }
      }
      return Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " names no order", e);
    }
  }

  /** Nothing is to be had from the order any more. */
  public synchronized void end(String service) throws IOException {
    Files.deleteIfExists(file(orders, service, ".pem"));
  }

  private static List<PemObject> pem(KeyPair key, List<PemHeader> headers) {
    return List.of(
        new PemObject("PRIVATE KEY", headers, key.getPrivate().getEncoded()),
        new PemObject("PUBLIC KEY", key.getPublic().getEncoded()));
  }

  private static KeyPair keys(Path file, List<PemObject> objects) throws IOException {
    try {
      KeyFactory factory = KeyFactory.getInstance("EC");
      PrivateKey secret = null;
      PublicKey known = null;
      for (PemObject each : objects) {
        switch (each.getType()) {
          case "PRIVATE KEY" ->
              secret = factory.generatePrivate(new PKCS8EncodedKeySpec(each.getContent()));
          case "PUBLIC KEY" ->
              known = factory.generatePublic(new X509EncodedKeySpec(each.getContent()));
          default -> throw new IOException(file + " holds an unexpected " + each.getType());
        }
      }
      if (secret == null || known == null) {
        throw new IOException(file + " is not complete: both halves of a key are expected");
      }
      return new KeyPair(known, secret);
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " cannot be understood; restore it from a backup", e);
    }
  }

  private static Path file(Path dir, String service, String end) {
    if (!LABEL.matcher(service).matches()) {
      throw new IllegalArgumentException("not one DNS label: '" + service + "'");
    }
    return dir.resolve(service + end);
  }
}
