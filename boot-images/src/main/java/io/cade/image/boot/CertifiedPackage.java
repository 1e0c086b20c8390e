package io.cade.image.boot;

import io.cade.image.Digests;
import io.cade.image.PackageBuilder;
import io.cade.image.PackageCheck;
import io.cade.image.PackageReader;
import io.cade.image.PackageReader.Claims;
import io.cade.image.boot.Description.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A package that carries the certificates of its signer, so that it can be checked through an
 * authority: boot images and update bundles. Stateless; safe for use by several threads.
 */
public final class CertifiedPackage {
  /** File of the content that holds the signer's certificates. */
  public static final String CHAIN = "signer.pem";

  private CertifiedPackage() {}

  /** Outcome of looking at one. */
  public sealed interface Outcome {
    /**
     * Whether it is proven or only claims so depends on who says it.
     *
     * @param signer name of the signer's certificate
     */
    record Accepted(Claims claims, String signer) implements Outcome {}

    /**
     * Not to be used.
     *
     * @param reason for an operator to read, in one line
     */
    record Rejected(String reason) implements Outcome {}
  }

  /**
   * What is looked for.
   *
   * @param kind of the package
   * @param what it is, for people
   * @param files small files of the content that are wanted
   * @param limit bytes of one of them
   */
  public record Wanted(String kind, String what, Set<String> files, int limit) {
    public Wanted {
      files = Set.copyOf(files);
    }
  }

  private record Opened(List<X509Certificate> chain, Claims claims) {
    String signer() {
      return chain.getFirst().getSubjectX500Principal().getName();
    }
  }

  @FunctionalInterface
  private interface Step {
    PackageCheck with(PublicKey key) throws IOException;
  }

  /**
   * What it says of itself; nothing of it is proven.
   *
   * @throws IOException when the file cannot be read
   */
  public static Outcome show(Path file, Wanted wanted) throws IOException {
    try {
      Opened opened = open(file, wanted);
      return new Outcome.Accepted(opened.claims(), opened.signer());
    } catch (Refused e) {
      return new Outcome.Rejected(e.reason());
    }
  }

  /**
   * Checks form, signer, signature and every file.
   *
   * @param authorities certificates that are trusted
   * @param at when the signer's certificate must be valid
   * @throws IOException when the file cannot be read
   */
  public static Outcome verify(
      Path file, Wanted wanted, Collection<X509Certificate> authorities, Instant at)
      throws IOException {
    return check(file, wanted, authorities, at, key -> PackageReader.verify(file, key));
  }

  /**
   * Checks it while unpacking it into a directory that appears as a whole or not at all.
   *
   * @param target must not exist; its parent must
   * @throws IOException when the file cannot be read or the target cannot be written
   */
  public static Outcome unpack(
      Path file, Wanted wanted, Collection<X509Certificate> authorities, Instant at, Path target)
      throws IOException {
    return check(file, wanted, authorities, at, key -> PackageReader.unpack(file, key, target));
  }

  /**
   * Adds the signer's certificates and writes it.
   *
   * @throws IOException as {@link PackageBuilder#write} does
   */
  public static PackageBuilder.Built write(PackageBuilder content, Path target, ImageSigner signer)
      throws IOException {
    content.file(CHAIN, Chain.pem(signer.chain()).getBytes(StandardCharsets.US_ASCII));
    return content.write(target, signer.key());
  }

  private static Outcome check(
      Path file, Wanted wanted, Collection<X509Certificate> authorities, Instant at, Step step)
      throws IOException {
    try {
      Opened opened = open(file, wanted);
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
            new Outcome.Rejected("the file changed while it was checked");
        case PackageCheck.Verified v when !isDeclared(opened.claims()) ->
            new Outcome.Rejected("its description has another digest than declared");
        case PackageCheck.Verified v -> new Outcome.Accepted(opened.claims(), opened.signer());
        case PackageCheck.Rejected r -> new Outcome.Rejected(r.reason());
      };
    } catch (Refused e) {
      return new Outcome.Rejected(e.reason());
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

  private static Opened open(Path file, Wanted wanted) throws IOException, Refused {
    Set<String> files = new HashSet<>(wanted.files());
    files.add(CHAIN);
    int most = Math.max(wanted.limit(), BootImageLimits.MAX_CHAIN_BYTES);
    switch (PackageReader.peek(file, files, most)) {
      case PackageReader.Opening.Refused u -> throw new Refused(u.reason());
      case PackageReader.Opening.Understood r -> {
        String kind = r.claims().manifest().kind();
        if (!kind.equals(wanted.kind())) {
          throw new Refused("this is a package of kind " + kind + ", not " + wanted.what());
        }
        return new Opened(Chain.parse(r.claims().files().get(CHAIN)), r.claims());
      }
    }
  }
}
