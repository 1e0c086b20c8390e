package io.cade.image.trust;

import io.cade.image.DurableFile;
import io.cade.image.trust.Untrusted.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a module remembers of a repository between two looks, each file replaced as a whole and
 * durable before it is believed. One user at a time.
 */
public final class TrustStore {
  private final Path folder;

  /**
   * @param folder is made when the first root is stored
   */
  public TrustStore(Path folder) {
    this.folder = folder;
  }

  /** Whether a root was ever given. */
  public boolean isBegun() {
    return Files.exists(file(Role.ROOT));
  }

  /**
   * Takes the first root, by hand: all else is believed because of it. Another one than is there is
   * refused; it changes by {@link RepositoryClient} only.
   *
   * @return its version
   * @throws Untrusted when it is no root, not signed by its own keys, or its time is over
   */
  public long begin(byte[] root, Instant now) throws IOException, Untrusted {
    TrustedMetadata trusted = TrustedMetadata.begin(root);
    trusted.requireCurrentRoot(now);
    byte[] known = load(Role.ROOT).orElse(null);
    if (known != null && !Arrays.equals(known, root)) {
      throw new Untrusted(
          Fault.MIXED,
          "this module trusts another root already, version "
              + TrustedMetadata.begin(known).root().version()
              + "; remove the folder "
              + folder
              + " only if the repository was made anew");
    }
    Files.createDirectories(folder);
    store(Role.ROOT, root);
    return trusted.root().version();
  }

  Optional<byte[]> load(Role role) throws IOException {
    try {
      if (Files.size(file(role)) > Envelope.MAX_BYTES) {
        return Optional.empty();
      }
      return Optional.of(Files.readAllBytes(file(role)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  void store(Role role, byte[] json) throws IOException {
    DurableFile.replace(file(role), json);
  }

  void remove(Role role) throws IOException {
    Files.deleteIfExists(file(role));
  }

  private Path file(Role role) {
    return folder.resolve(role.word() + ".json");
  }

  /** What was believed last, as far as it is one state; times are not looked at. */
  TrustedMetadata remembered() throws IOException, Untrusted {
    TrustedMetadata known = root();
    byte @Nullable [] timestamp = load(Role.TIMESTAMP).orElse(null);
    if (timestamp == null) {
      return known;
    }
    try {
      known = known.withTimestamp(timestamp, null);
      byte @Nullable [] snapshot = load(Role.SNAPSHOT).orElse(null);
      byte @Nullable [] targets = load(Role.TARGETS).orElse(null);
      // A crash between two of them leaves an older one: it is fetched again.
      if (snapshot != null) {
        known = known.withSnapshot(snapshot, null);
        if (targets != null) {
          known = known.withTargets(targets, null);
        }
      }
      return known;
    } catch (Untrusted e) {
      if (e.fault() == Fault.MIXED) {
        return known;
      }
      // Signed by keys that the root has replaced.
      return root();
    }
  }

  /**
   * What the next look is compared with: everything that was ever believed and is signed by keys
   * that still count, also where it is not one state. A look that ends between two files leaves
   * such a memory, and whoever serves them can have it end there: what he serves next must not be
   * older all the same (§5.5.5, §5.6.4).
   */
  TrustedMetadata before() throws IOException, Untrusted {
    return root()
        .after(
            load(Role.TIMESTAMP).orElse(null),
            load(Role.SNAPSHOT).orElse(null),
            load(Role.TARGETS).orElse(null));
  }

  private TrustedMetadata root() throws IOException, Untrusted {
    return TrustedMetadata.begin(
        load(Role.ROOT)
            .orElseThrow(() ->
                new Untrusted(
                    Fault.UNKNOWN,
                    "this module trusts no repository yet: give it the root with"
                        + " ./cade update trust FILE")));
  }
}
