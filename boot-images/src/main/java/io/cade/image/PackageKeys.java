package io.cade.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import java.util.Set;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;

/**
 * The Ed25519 keys that sign packages, in PEM (PKCS #8, RFC 5958, and SubjectPublicKeyInfo, RFC
 * 8410). Private keys are written for their owner only. Stateless.
 */
public final class PackageKeys {
  private static final String PRIVATE = "PRIVATE KEY";
  private static final String PUBLIC = "PUBLIC KEY";
  private static final int MAX_PEM_BYTES = 4096;

  private PackageKeys() {}

  /** A new key pair. */
  public static KeyPair generate(SecureRandom random) {
    return pair(new Ed25519PrivateKeyParameters(random));
  }

  /**
   * The key pair of a private key's file, made when there is none.
   *
   * @throws IOException when the file cannot be read or written, or is no such key
   */
  public static KeyPair loadOrCreate(Path privateFile, SecureRandom random) throws IOException {
    try {
      return pair(parameters(loadPrivate(privateFile)));
    } catch (NoSuchFileException e) {
      KeyPair created = generate(random);
      storePrivate(privateFile, created.getPrivate());
      return created;
    }
  }

  /**
   * Reads a private key.
   *
   * @throws IOException when the file cannot be read or is no such key
   */
  public static PrivateKey loadPrivate(Path file) throws IOException {
    byte[] der = read(text(file), PRIVATE, file.toString());
    try {
      return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " is no Ed25519 private key", e);
    }
  }

  /**
   * Reads a public key.
   *
   * @throws IOException when the file cannot be read or is no such key
   */
  public static PublicKey loadPublic(Path file) throws IOException {
    return parsePublic(text(file));
  }

  /**
   * Reads a public key from PEM.
   *
   * @throws IOException when it is no such key
   */
  public static PublicKey parsePublic(String pem) throws IOException {
    byte[] der = read(pem, PUBLIC, "the public key");
    try {
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw new IOException("the public key is no Ed25519 key", e);
    }
  }

  /** The public key in PEM. */
  public static String publicPem(PublicKey key) {
    return Pem.write(PUBLIC, key.getEncoded());
  }

  /**
   * Writes a private key, readable and writable by its owner only (0600); replaces the file as a
   * whole.
   *
   * @throws IOException when it cannot be written
   */
  public static void storePrivate(Path file, PrivateKey key) throws IOException {
    store(file, Pem.write(PRIVATE, key.getEncoded()), "rw-------");
  }

  /**
   * Writes a public key; replaces the file as a whole.
   *
   * @throws IOException when it cannot be written
   */
  public static void storePublic(Path file, PublicKey key) throws IOException {
    store(file, publicPem(key), "rw-r--r--");
  }

  /** A private key of the JDK does not say which public one belongs to it. */
  private static Ed25519PrivateKeyParameters parameters(PrivateKey key) throws IOException {
    if (PrivateKeyFactory.createKey(key.getEncoded()) instanceof Ed25519PrivateKeyParameters own) {
      return own;
    }
    throw new IllegalArgumentException(
        "packages are signed with Ed25519, not " + key.getAlgorithm());
  }

  private static KeyPair pair(Ed25519PrivateKeyParameters parameters) {
    try {
      KeyFactory factory = KeyFactory.getInstance("Ed25519");
      byte[] secret = PrivateKeyInfoFactory.createPrivateKeyInfo(parameters).getEncoded();
      byte[] open =
          SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(parameters.generatePublicKey())
              .getEncoded();
      return new KeyPair(
          factory.generatePublic(new X509EncodedKeySpec(open)),
          factory.generatePrivate(new PKCS8EncodedKeySpec(secret)));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("every Java platform since 15 has Ed25519", e);
    }
  }

  private static String text(Path file) throws IOException {
    if (Files.size(file) > MAX_PEM_BYTES) {
      throw new IOException(file + " is larger than any key in PEM");
    }
    return Files.readString(file, StandardCharsets.US_ASCII);
  }

  private static byte[] read(String pem, String type, String where) throws IOException {
    List<Pem.Block> blocks = Pem.read(pem);
    if (blocks.isEmpty() || !blocks.getFirst().type().equals(type)) {
      throw new IOException(where + " holds no PEM block " + type);
    }
    return blocks.getFirst().der();
  }

  private static void store(Path file, String pem, String permissions) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(directory, ".key", ".tmp");
    try {
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(permissions));
      try (FileChannel out = FileChannel.open(temporary, Set.of(StandardOpenOption.WRITE))) {
        ByteBuffer bytes = StandardCharsets.US_ASCII.encode(pem);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
