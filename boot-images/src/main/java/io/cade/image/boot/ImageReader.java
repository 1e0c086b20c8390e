package io.cade.image.boot;

import io.cade.image.PackageReader.Claims;
import io.cade.image.boot.Description.Refused;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;

/**
 * Checks boot images. Believed is only what is signed by a key whose certificate leads to an
 * authority that the caller trusts. Files are streamed, whatever their size. Stateless; safe for
 * use by several threads.
 */
public final class ImageReader {
  private static final CertifiedPackage.Wanted IMAGE =
      new CertifiedPackage.Wanted(
          Description.KIND,
          "a boot image",
          Set.of(Description.FILE),
          BootImageLimits.MAX_DESCRIPTION_BYTES);

  private ImageReader() {}

  /**
   * What an image says of itself; nothing of it is proven.
   *
   * @throws IOException when the file cannot be read
   */
  public static ImageCheck show(Path file) throws IOException {
    return described(CertifiedPackage.show(file, IMAGE));
  }

  /**
   * Checks form, signer, signature and every part.
   *
   * @param authorities certificates that are trusted
   * @param at when the signer's certificate must be valid
   * @throws IOException when the file cannot be read
   */
  public static ImageCheck verify(Path file, Collection<X509Certificate> authorities, Instant at)
      throws IOException {
    return show(file) instanceof ImageCheck.Rejected r
        ? r
        : described(CertifiedPackage.verify(file, IMAGE, authorities, at));
  }

  /**
   * Checks an image while unpacking it: manifest, signature and {@code content/} with the parts at
   * their paths, in a directory that appears as a whole or not at all.
   *
   * @param target must not exist; its parent must
   * @throws IOException when the file cannot be read or the target cannot be written
   */
  public static ImageCheck unpack(
      Path file, Collection<X509Certificate> authorities, Instant at, Path target)
      throws IOException {
    // Described first: what is no image must not be unpacked, whoever signed it.
    return show(file) instanceof ImageCheck.Rejected r
        ? r
        : described(CertifiedPackage.unpack(file, IMAGE, authorities, at, target));
  }

  private static ImageCheck described(CertifiedPackage.Outcome outcome) {
    return switch (outcome) {
      case CertifiedPackage.Outcome.Rejected r -> new ImageCheck.Rejected(r.reason());
      case CertifiedPackage.Outcome.Accepted a -> {
        Claims claims = a.claims();
        try {
          yield new ImageCheck.Accepted(
              Description.image(claims.manifest(), claims.files().get(Description.FILE)),
              a.signer());
        } catch (Refused e) {
          yield new ImageCheck.Rejected(e.reason());
        }
      }
    };
  }
}
