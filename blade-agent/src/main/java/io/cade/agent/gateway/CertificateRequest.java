package io.cade.agent.gateway;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.HexFormat;
import javax.security.auth.x500.X500Principal;

/**
 * A PKCS #10 request (RFC 2986 §4) for an EC key: name, key, no attributes, signed with ECDSA and
 * SHA-256. Written octet by octet in DER (X.690 §8, §10), since the JDK has no public class for it
 * and Bouncy Castle costs an agent more memory than the rest of its life (see {@link
 * io.cade.image.Pem}). Stateless.
 */
final class CertificateRequest {
  private static final int SEQUENCE = 0x30;
  private static final int BIT_STRING = 0x03;

  /** INTEGER 0: v1, the only version there is. */
  private static final byte[] VERSION = {0x02, 0x01, 0x00};

  /** [0] attributes, none. */
  private static final byte[] NO_ATTRIBUTES = {(byte) 0xa0, 0x00};

  /** OBJECT IDENTIFIER 1.2.840.10045.4.3.2, ecdsa-with-SHA256 (RFC 5758 §3.2). */
  private static final byte[] ECDSA_WITH_SHA256 = HexFormat.of().parseHex("06082a8648ce3d040302");

  private CertificateRequest() {}

  /**
   * The request in DER.
   *
   * @throws GeneralSecurityException when the private key cannot sign
   */
  static byte[] of(X500Principal name, KeyPair pair) throws GeneralSecurityException {
    byte[] info =
        der(SEQUENCE, VERSION, name.getEncoded(), pair.getPublic().getEncoded(), NO_ATTRIBUTES);
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(pair.getPrivate());
    signer.update(info);
    // A bit string begins with the number of bits that its last octet lacks.
    byte[] signature = der(BIT_STRING, new byte[1], signer.sign());
    return der(SEQUENCE, info, der(SEQUENCE, ECDSA_WITH_SHA256), signature);
  }

  /** Tag, length in as few octets as possible, and the parts one after the other. */
  private static byte[] der(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else if (length <= 0xff) {
      out.write(0x81);
      out.write(length);
    } else {
      // A name and a key of a curve: far from 64 KiB.
      out.write(0x82);
      out.write(length >> 8);
      out.write(length);
    }
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
