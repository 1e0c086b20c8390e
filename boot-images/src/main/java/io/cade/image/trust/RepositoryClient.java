package io.cade.image.trust;

import io.cade.image.trust.Metadata.FileMeta;
import io.cade.image.trust.Untrusted.Fault;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * A module's look at a repository: TUF's client workflow over the web (§5). What was believed
 * before stays as it is when a look fails anywhere. One user at a time.
 */
public final class RepositoryClient {
  /** Roots that are followed in one look. */
  private static final int MAX_ROOTS = 256;

  private static final int MAX_TIMESTAMP_BYTES = 16 << 10;

  private final TrustStore store;
  private final RepositorySource source;

  public RepositoryClient(TrustStore store, RepositorySource source) {
    this.store = store;
    this.source = source;
  }

  /**
   * What a look found.
   *
   * @param root and the other versions of what is believed
   * @param expires when the first of it ends, so that nobody can hold newer metadata back for
   *     longer
   */
  public record View(
      long root,
      long timestamp,
      long snapshot,
      long targetsVersion,
      Instant expires,
      List<Target> targets) {
    public View {
      targets = List.copyOf(targets);
    }
  }

  /**
   * Looks.
   *
   * @throws Untrusted when something there must not be believed; the message says what
   * @throws IOException when the repository cannot be reached or the memory cannot be written
   */
  public View refresh(Instant now) throws IOException, InterruptedException, Untrusted {
    TrustedMetadata known = roots(store.before());
    known.requireCurrentRoot(now);
    byte[] timestamp = required("timestamp.json", MAX_TIMESTAMP_BYTES);
    known = known.withTimestamp(timestamp, now);
    store.store(Role.TIMESTAMP, timestamp);
    FileMeta snapshotFile = known.timestamp().orElseThrow().snapshot();
    byte[] snapshot = file(Role.SNAPSHOT, snapshotFile.version() + ".snapshot.json", snapshotFile);
    known = known.withSnapshot(snapshot, now);
    store.store(Role.SNAPSHOT, snapshot);
    FileMeta targetsFile = known.snapshot().orElseThrow().targets();
    byte[] targets = file(Role.TARGETS, targetsFile.version() + ".targets.json", targetsFile);
    known = known.withTargets(targets, now);
    store.store(Role.TARGETS, targets);
    return view(known);
  }

  /**
   * What was believed at the last look, as far as it still holds.
   *
   * @throws Untrusted when its time is over, or there never was a look
   */
  public View remembered(Instant now) throws IOException, Untrusted {
    TrustedMetadata known = store.remembered();
    known.requireCurrentRoot(now);
    if (known.timestamp().isEmpty() || known.snapshot().isEmpty() || known.targets().isEmpty()) {
      throw new Untrusted(Fault.UNKNOWN, "nothing is known of the repository: check it first");
    }
    View view = view(known);
    if (!now.isBefore(view.expires())) {
      throw new Untrusted(
          Fault.EXPIRED, "what is known of the repository ended at " + view.expires());
    }
    return view;
  }

  private static View view(TrustedMetadata known) {
    Metadata.Timestamp timestamp = known.timestamp().orElseThrow();
    Metadata.Snapshot snapshot = known.snapshot().orElseThrow();
    Metadata.Targets targets = known.targets().orElseThrow();
    Instant first =
        List.of(known.root().end(), timestamp.end(), snapshot.end(), targets.end()).stream()
            .min(Instant::compareTo)
            .orElseThrow();
    return new View(
        known.root().version(),
        timestamp.version(),
        snapshot.version(),
        targets.version(),
        first,
        known.list());
  }

  private TrustedMetadata roots(TrustedMetadata begin)
      throws IOException, InterruptedException, Untrusted {
    TrustedMetadata known = begin;
    for (int i = 0; i < MAX_ROOTS; i++) {
      byte[] next =
          source
              .fetch((known.root().version() + 1) + ".root.json", Envelope.MAX_BYTES)
              .orElse(null);
      if (next == null) {
        return known;
      }
      TrustedMetadata after = known.withRoot(next);
      // The old ones first: a crash in between must not leave them under a root that does not know
      // their keys.
      if (after.timestamp().isEmpty()) {
        store.remove(Role.TIMESTAMP);
        store.remove(Role.SNAPSHOT);
      }
      if (after.targets().isEmpty()) {
        store.remove(Role.TARGETS);
      }
      store.store(Role.ROOT, next);
      known = after;
    }
    throw new Untrusted(
        Fault.TOO_LARGE, "the repository has more than " + MAX_ROOTS + " roots to follow");
  }

  private byte[] file(Role role, String path, FileMeta named)
      throws IOException, InterruptedException, Untrusted {
    byte[] known = store.load(role).orElse(null);
    if (known != null && TrustedMetadata.isSame(known, named)) {
      return known;
    }
    if (named.length() < 1 || named.length() > Envelope.MAX_BYTES) {
      throw new Untrusted(
          Fault.TOO_LARGE, role.word() + " metadata is to have " + named.length() + " bytes");
    }
    return required(path, (int) named.length());
  }

  private byte[] required(String path, int limit)
      throws IOException, InterruptedException, Untrusted {
    return source
        .fetch(path, limit)
        .orElseThrow(() -> new Untrusted(Fault.MIXED, "the repository lacks " + path));
  }
}
