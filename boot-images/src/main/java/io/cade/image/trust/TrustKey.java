package io.cade.image.trust;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cade.image.Digests;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/**
 * A public key in metadata (TUF §4.2): Ed25519, as 64 hexadecimal digits.
 *
 * @param keytype {@code ed25519}
 * @param scheme {@code ed25519}
 */
@JsonPropertyOrder({"keytype", "keyval", "scheme"})
record TrustKey(String keytype, KeyValue keyval, String scheme) {
  private static final String ED25519 = "ed25519";
  // SubjectPublicKeyInfo of Ed25519 (RFC 8410 §4) up to the 32 bytes of the key.
  private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");
  private static final int BYTES = 32;

  /**
   * @param hex lower-case hexadecimal
   */
  record KeyValue(@com.fasterxml.jackson.annotation.JsonProperty("public") String hex) {}

  static TrustKey of(PublicKey key) {
    byte[] der = key.getEncoded();
    if (der.length != PREFIX.length + BYTES) {
      throw new IllegalArgumentException("metadata is signed with Ed25519 keys");
    }
    return new TrustKey(
        ED25519, new KeyValue(HexFormat.of().formatHex(der, PREFIX.length, der.length)), ED25519);
  }

  /** Its name in metadata: the digest of its canonical form, so that nothing can pass for it. */
  String id() {
    ObjectNode form = JsonNodeFactory.instance.objectNode();
    form.put("keytype", keytype).put("scheme", scheme);
    form.putObject("keyval").put("public", keyval.hex());
    return Digests.hex(Digests.of(CanonicalJson.encode(form)));
  }

  boolean isUsable() {
    return keytype.equals(ED25519)
        && scheme.equals(ED25519)
        && keyval.hex().matches("[0-9a-f]{64}");
  }

  boolean verifies(byte[] bytes, String signatureHex) {
    if (!isUsable() || !signatureHex.matches("[0-9a-f]{128}")) {
      return false;
    }
    byte[] der = new byte[PREFIX.length + BYTES];
    System.arraycopy(PREFIX, 0, der, 0, PREFIX.length);
    System.arraycopy(HexFormat.of().parseHex(keyval.hex()), 0, der, PREFIX.length, BYTES);
    try {
      Signature check = Signature.getInstance("Ed25519");
      check.initVerify(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der)));
      check.update(bytes);
      return check.verify(HexFormat.of().parseHex(signatureHex));
    } catch (GeneralSecurityException e) {
      // No point of the curve, or no signature of this scheme.
      return false;
    }
  }
}
