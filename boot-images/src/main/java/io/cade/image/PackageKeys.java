package io.cade.image;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
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
import java.util.Set;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

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
      return pair(PackageSignature.parameters(loadPrivate(privateFile)));
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
    return write(PUBLIC, key.getEncoded());
  }

  /**
   * Writes a private key, readable and writable by its owner only (0600); replaces the file as a
   * whole.
   *
   * @throws IOException when it cannot be written
   */
  public static void storePrivate(Path file, PrivateKey key) throws IOException {
    store(file, write(PRIVATE, key.getEncoded()), "rw-------");
  }

  /**
   * Writes a public key; replaces the file as a whole.
   *
   * @throws IOException when it cannot be written
   */
  public static void storePublic(Path file, PublicKey key) throws IOException {
    store(file, publicPem(key), "rw-r--r--");
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
    try (PemReader reader = new PemReader(new StringReader(pem))) {
      PemObject object = reader.readPemObject();
      if (object == null || !object.getType().equals(type)) {
        throw new IOException(where + " holds no PEM block " + type);
      }
      return object.getContent();
    }
  }

  private static String write(String type, byte[] der) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(type, der));
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory cannot fail", e);
    }
    return text.toString();
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
