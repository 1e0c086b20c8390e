package io.cade.image.bundle;

import io.cade.image.PackageReader;
import io.cade.image.boot.CertifiedPackage;
import io.cade.image.boot.ImageCheck;
import io.cade.image.boot.ImageReader;
import io.cade.image.bundle.BundleForm.Refused;
import io.cade.image.release.ReleasePackage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;

/**
 * Checks update bundles. Believed is only what is signed by a key whose certificate leads to an
 * authority that the caller trusts; boot images within are checked by their own signatures as well.
 * Files are streamed. Stateless; safe for use by several threads.
 */
public final class BundleReader {
  private static final CertifiedPackage.Wanted BUNDLE =
      new CertifiedPackage.Wanted(
          BundleForm.KIND, "an update bundle", Set.of(BundleForm.FILE), BundleForm.MAX_BYTES);

  private BundleReader() {}

  /**
   * What a bundle says of itself; nothing of it is proven.
   *
   * @throws IOException when the file cannot be read
   */
  public static BundleCheck show(Path file) throws IOException {
    return described(CertifiedPackage.show(file, BUNDLE));
  }

  /**
   * Checks form, signer, signature, every part, and the images within. Unpacks it for that into a
   * directory beside the file's own, which is gone afterwards.
   *
   * @param work directory in which there is room for the content
   * @throws IOException when the file cannot be read or there is no room
   */
  public static BundleCheck verify(
      Path file, Collection<X509Certificate> authorities, Instant at, Path work)
      throws IOException {
    Path holder = Files.createTempDirectory(work, ".verify-");
    try {
      return unpack(file, authorities, at, holder.resolve("bundle"));
    } finally {
      PackageReader.deleteTree(holder);
    }
  }

  /**
   * Checks a bundle while unpacking it: manifest, signature and {@code content/} with the parts at
   * their paths, in a directory that appears as a whole or not at all.
   *
   * @param target must not exist; its parent must
   * @throws IOException when the file cannot be read or the target cannot be written
   */
  public static BundleCheck unpack(
      Path file, Collection<X509Certificate> authorities, Instant at, Path target)
      throws IOException {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    if (show(file) instanceof BundleCheck.Rejected r) {
      return r;
    }
    Path holder = Files.createTempDirectory(target.toAbsolutePath().getParent(), ".unpack-bundle-");
    try {
      Path fresh = holder.resolve("bundle");
      BundleCheck check = described(CertifiedPackage.unpack(file, BUNDLE, authorities, at, fresh));
      if (check instanceof BundleCheck.Accepted a) {
        check = images(a, fresh, authorities, at);
      }
      if (check instanceof BundleCheck.Accepted) {
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
      }
      return check;
    } finally {
      PackageReader.deleteTree(holder);
    }
  }

  private static BundleCheck images(
      BundleCheck.Accepted accepted,
      Path unpacked,
      Collection<X509Certificate> authorities,
      Instant at)
      throws IOException {
    Bundle bundle = accepted.bundle();
    for (Bundle.Part part : bundle.parts()) {
      if (part.kind() == Bundle.Kind.ENGINE) {
        String objection =
            switch (ReleasePackage.verify(
                unpacked.resolve("content").resolve(part.path()), authorities, at)) {
              case ReleasePackage.Check.Rejected r -> r.reason();
              case ReleasePackage.Check.Accepted r
                  when !bundle.name().equals(ReleasePackage.NAME)
                      || !r.version().equals(bundle.version())
                      || r.build() != bundle.build() ->
                  "it is another than the bundle says";
              case ReleasePackage.Check.Accepted _ -> "";
            };
        if (!objection.isEmpty()) {
          return new BundleCheck.Rejected(
              "the release in the bundle must not be used: " + objection);
        }
      }
      if (part.kind() == Bundle.Kind.IMAGE) {
        String objection =
            switch (ImageReader.verify(
                unpacked.resolve("content").resolve(part.path()), authorities, at)) {
              case ImageCheck.Rejected r -> r.reason();
              case ImageCheck.Accepted i
                  when !bundle.target().architecture().equals(i.image().architecture()) ->
                  "it is for " + i.image().architecture();
              case ImageCheck.Accepted i
                  when bundle.image().isPresent()
                      && (!i.image().name().equals(bundle.name())
                          || !i.image().version().equals(bundle.version())
                          || i.image().build() != bundle.build()) ->
                  "it is another than the bundle says";
              case ImageCheck.Accepted _ -> "";
            };
        if (!objection.isEmpty()) {
          return new BundleCheck.Rejected(
              "the image " + part.path() + " of the bundle must not be used: " + objection);
        }
      }
    }
    return accepted;
  }

  private static BundleCheck described(CertifiedPackage.Outcome outcome) {
    return switch (outcome) {
      case CertifiedPackage.Outcome.Rejected r -> new BundleCheck.Rejected(r.reason());
      case CertifiedPackage.Outcome.Accepted a -> {
        try {
          yield new BundleCheck.Accepted(
              BundleForm.bundle(a.claims().manifest(), a.claims().files().get(BundleForm.FILE)),
              a.signer());
        } catch (Refused e) {
          yield new BundleCheck.Rejected(e.reason());
        }
      }
    };
  }
}
