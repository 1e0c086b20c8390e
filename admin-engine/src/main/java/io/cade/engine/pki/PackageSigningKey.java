package io.cade.engine.pki;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.util.io.pem.PemObject;

/**
 * The Ed25519 key (RFC 8032) that signs packages; agents learn its public half at introduction.
 *
 * @param publicKeyPem SubjectPublicKeyInfo in PEM
 */
public record PackageSigningKey(PrivateKey privateKey, String publicKeyPem) {
  private static final String FILE = "package-key.pem";

  /**
   * Loads the key of a directory, or makes one the first time.
   *
   * @throws IOException when the file cannot be read, written or understood
   */
  public static PackageSigningKey open(Path dir, SecureRandom random) throws IOException {
    PemFiles.directory(dir);
    Path file = dir.resolve(FILE);
    if (!Files.exists(file)) {
      byte[] der =
          PrivateKeyInfoFactory.createPrivateKeyInfo(new Ed25519PrivateKeyParameters(random))
              .getEncoded();
      PemFiles.write(file, List.of(new PemObject("PRIVATE KEY", der)));
    }
    List<PemObject> objects = PemFiles.read(file);
    if (objects.size() != 1 || !objects.getFirst().getType().equals("PRIVATE KEY")) {
      throw new IOException(file + " is not one private key; restore it from a backup");
    }
    byte[] der = objects.getFirst().getContent();
    try {
      PrivateKey key =
          KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der));
      if (!(PrivateKeyFactory.createKey(der) instanceof Ed25519PrivateKeyParameters parameters)) {
        throw new IOException(file + " is no Ed25519 key; restore it from a backup");
      }
      byte[] spki =
          SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(parameters.generatePublicKey())
              .getEncoded();
      return new PackageSigningKey(key, PemFiles.text(List.of(new PemObject("PUBLIC KEY", spki))));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " is no Ed25519 key; restore it from a backup", e);
    }
  }

  /** Without the private half, so that the record may be logged. */
  @Override
  public String toString() {
    return "PackageSigningKey[Ed25519]";
  }
}
