package io.cade.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.PublicKey;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/** Ed25519 (RFC 8032) over a manifest. */
final class PackageSignature {
  static final int BYTES = 64;

  // So that a signature given for another purpose never passes for one over a manifest.
  private static final byte[] PURPOSE = "cade-package-v1\n".getBytes(StandardCharsets.US_ASCII);

  private PackageSignature() {}

  static byte[] sign(byte[] manifest, PrivateKey key) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, parameters(key));
    signer.update(PURPOSE, 0, PURPOSE.length);
    signer.update(manifest, 0, manifest.length);
    return signer.generateSignature();
  }

  static boolean verify(byte[] manifest, byte[] signature, PublicKey key) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(false, parameters(key));
    signer.update(PURPOSE, 0, PURPOSE.length);
    signer.update(manifest, 0, manifest.length);
    return signature.length == BYTES && signer.verifySignature(signature);
  }

  static Ed25519PrivateKeyParameters parameters(PrivateKey key) {
    try {
      AsymmetricKeyParameter parameters = PrivateKeyFactory.createKey(key.getEncoded());
      if (parameters instanceof Ed25519PrivateKeyParameters ed25519) {
        return ed25519;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("not a PKCS #8 private key", e);
    }
    throw new IllegalArgumentException("packages are signed with Ed25519, not " + kind(key));
  }

  private static Ed25519PublicKeyParameters parameters(PublicKey key) {
    try {
      AsymmetricKeyParameter parameters = PublicKeyFactory.createKey(key.getEncoded());
      if (parameters instanceof Ed25519PublicKeyParameters ed25519) {
        return ed25519;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("not an X.509 public key", e);
    }
    throw new IllegalArgumentException("packages are signed with Ed25519, not " + kind(key));
  }

  private static String kind(java.security.Key key) {
    return key.getAlgorithm();
  }
}
