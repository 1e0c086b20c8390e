package io.cade.image.boot;

import io.cade.image.Digests;
import io.cade.image.PackageCheck;
import io.cade.image.PackageReader;
import io.cade.image.PackageReader.Claims;
import io.cade.image.boot.Description.Refused;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Checks boot images. Believed is only what is signed by a key whose certificate leads to an
 * authority that the caller trusts. Files are streamed, whatever their size. Stateless; safe for
 * use by several threads.
 */
public final class ImageReader {
  private ImageReader() {}

  private record Opened(BootImage image, List<X509Certificate> chain, Claims claims) {
    String signer() {
      return chain.getFirst().getSubjectX500Principal().getName();
    }
  }

  @FunctionalInterface
  private interface Step {
    PackageCheck with(PublicKey key) throws IOException;
  }

  /**
   * What an image says of itself; nothing of it is proven.
   *
   * @throws IOException when the file cannot be read
   */
  public static ImageCheck show(Path file) throws IOException {
    try {
      Opened opened = open(file);
      return new ImageCheck.Accepted(opened.image(), opened.signer());
    } catch (Refused e) {
      return new ImageCheck.Rejected(e.reason());
    }
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
    return check(file, authorities, at, key -> PackageReader.verify(file, key));
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
    return check(file, authorities, at, key -> PackageReader.unpack(file, key, target));
  }

  private static ImageCheck check(
      Path file, Collection<X509Certificate> authorities, Instant at, Step step)
      throws IOException {
    try {
      Opened opened = open(file);
      PublicKey key = Chain.provenKey(opened.chain(), authorities, at);
      PackageCheck outcome;
      try {
        outcome = step.with(key);
      } catch (IllegalArgumentException e) {
        throw new Refused("the signer's key is not an Ed25519 key");
      }
      return switch (outcome) {
        // Looked at twice: what was read first must be what was proven then.
        case PackageCheck.Verified v when !v.manifest().equals(opened.claims().manifest()) ->
            new ImageCheck.Rejected("the file changed while it was checked");
        case PackageCheck.Verified v when !isDeclared(opened.claims()) ->
            new ImageCheck.Rejected("the image's description has another digest than declared");
        case PackageCheck.Verified v -> new ImageCheck.Accepted(opened.image(), opened.signer());
        case PackageCheck.Rejected r -> new ImageCheck.Rejected(r.reason());
      };
    } catch (Refused e) {
      return new ImageCheck.Rejected(e.reason());
    }
  }

  private static boolean isDeclared(Claims claims) {
    return claims.manifest().files().stream()
        .filter(entry -> claims.files().containsKey(entry.path()))
        .allMatch(entry -> {
          byte[] content = claims.files().get(entry.path());
          return content != null && Digests.of(content).equals(entry.sha256());
        });
  }

  private static Opened open(Path file) throws IOException, Refused {
    int limit = Math.max(BootImageLimits.MAX_DESCRIPTION_BYTES, BootImageLimits.MAX_CHAIN_BYTES);
    return switch (PackageReader.peek(file, Set.of(Description.FILE, Description.CHAIN), limit)) {
      case PackageReader.Opening.Refused u -> throw new Refused(u.reason());
      case PackageReader.Opening.Understood r ->
          new Opened(
              Description.image(r.claims().manifest(), r.claims().files().get(Description.FILE)),
              Chain.parse(r.claims().files().get(Description.CHAIN)),
              r.claims());
    };
  }
}
