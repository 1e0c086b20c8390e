package io.cade.image.boot;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * Who signs images: an Ed25519 key (RFC 8032, RFC 8410) and the certificates that lead from it to
 * the module's authority.
 *
 * @param chain the signer's own first; the authority's may be left out
 */
public record ImageSigner(PrivateKey key, List<X509Certificate> chain) {
  private static final int MAX_FILE_BYTES = 64 << 10;

  public ImageSigner {
    chain = List.copyOf(chain);
  }

  /**
   * Reads a file of PEM blocks: one private key (PKCS #8), then certificates.
   *
   * @throws IOException when it cannot be read or is no such file; the message says what to do
   */
  public static ImageSigner load(Path file) throws IOException {
    if (Files.size(file) > MAX_FILE_BYTES) {
      throw new IOException(file + " is larger than any key with its certificates");
    }
    List<X509Certificate> chain = new ArrayList<>();
    PrivateKey key = null;
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    try (PemReader reader = new PemReader(new StringReader(text))) {
      for (PemObject each = reader.readPemObject(); each != null; each = reader.readPemObject()) {
        switch (each.getType()) {
          case "PRIVATE KEY" ->
              key =
                  KeyFactory.getInstance("Ed25519")
                      .generatePrivate(new PKCS8EncodedKeySpec(each.getContent()));
          case "CERTIFICATE" -> chain.add(Chain.certificate(each.getContent()));
          default -> throw new IOException("there is a PEM block " + each.getType());
        }
      }
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      throw new IOException(
          file + " is not a signer's file (an Ed25519 key and its certificates in PEM)", e);
    }
    if (key == null || chain.isEmpty()) {
      throw new IOException(
          file
              + " lacks "
              + (key == null ? "the private key" : "the signer's certificate")
              + "; a signer's file has an Ed25519 key and its certificates in PEM");
    }
    return new ImageSigner(key, chain);
  }

  /** Without the key, so that the record may be logged. */
  @Override
  public String toString() {
    return "ImageSigner[" + chain.getFirst().getSubjectX500Principal().getName() + "]";
  }
}
