package io.cade.image;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;

/** Ed25519 (RFC 8032) over a manifest, by the JDK: see {@link Pem} for why. */
final class PackageSignature {
  static final int BYTES = 64;

  // So that a signature given for another purpose never passes for one over a manifest.
  private static final byte[] PURPOSE = "cade-package-v1\n".getBytes(StandardCharsets.US_ASCII);

  private PackageSignature() {}

  static byte[] sign(byte[] manifest, PrivateKey key) {
    try {
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(key);
      signer.update(PURPOSE);
      signer.update(manifest);
      return signer.sign();
    } catch (InvalidKeyException e) {
      throw wrong(key, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform since 15 has Ed25519", e);
    }
  }

  static boolean verify(byte[] manifest, byte[] signature, PublicKey key) {
    try {
      Signature signer = Signature.getInstance("Ed25519");
      signer.initVerify(key);
      signer.update(PURPOSE);
      signer.update(manifest);
      return signature.length == BYTES && signer.verify(signature);
    } catch (InvalidKeyException e) {
      throw wrong(key, e);
    } catch (SignatureException e) {
      // Not the encoding of a signature at all.
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform since 15 has Ed25519", e);
    }
  }

  private static IllegalArgumentException wrong(Key key, InvalidKeyException cause) {
    return new IllegalArgumentException(
        "packages are signed with Ed25519, not " + key.getAlgorithm(), cause);
  }
}
