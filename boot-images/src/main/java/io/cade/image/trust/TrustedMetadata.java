package io.cade.image.trust;

import io.cade.image.Digests;
import io.cade.image.trust.Metadata.FileMeta;
import io.cade.image.trust.Metadata.Root;
import io.cade.image.trust.Metadata.Snapshot;
import io.cade.image.trust.Metadata.Targets;
import io.cade.image.trust.Metadata.Timestamp;
import io.cade.image.trust.Untrusted.Fault;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a module believes of a repository, and the only way to believe more: the client's workflow
 * of TUF (§5.3 to §5.6), one step a method, each answering with what is believed then or refusing.
 * Pure: time and bytes come in. Immutable.
 */
final class TrustedMetadata {
  private final Root root;
  private final @Nullable Timestamp timestamp;
  private final @Nullable Snapshot snapshot;
  private final @Nullable Targets targets;

  private TrustedMetadata(
      Root root,
      @Nullable Timestamp timestamp,
      @Nullable Snapshot snapshot,
      @Nullable Targets targets) {
    this.root = root;
    this.timestamp = timestamp;
    this.snapshot = snapshot;
    this.targets = targets;
  }

  /**
   * Begins with a root that was given by hand, or was believed before.
   *
   * @throws Untrusted when it is not signed by its own keys
   */
  static TrustedMetadata begin(byte[] json) throws Untrusted {
    Envelope envelope = Envelope.read(json, Role.ROOT);
    Root root = envelope.content(Role.ROOT, Root.class);
    envelope.requireSigned(Role.ROOT, root, "its own");
    return new TrustedMetadata(root, null, null, null);
  }

  Root root() {
    return root;
  }

  Optional<Timestamp> timestamp() {
    return Optional.ofNullable(timestamp);
  }

  Optional<Snapshot> snapshot() {
    return Optional.ofNullable(snapshot);
  }

  Optional<Targets> targets() {
    return Optional.ofNullable(targets);
  }

  /** The next root (§5.3): signed by the keys of the one that is believed and by its own. */
  TrustedMetadata withRoot(byte[] json) throws Untrusted {
    Envelope envelope = Envelope.read(json, Role.ROOT);
    envelope.requireSigned(Role.ROOT, root, "root " + root.version());
    Root next = envelope.content(Role.ROOT, Root.class);
    if (next.version() != root.version() + 1) {
      throw new Untrusted(
          Fault.ROLLED_BACK,
          "root %d was to follow root %d".formatted(next.version(), root.version()));
    }
    envelope.requireSigned(Role.ROOT, next, "root " + next.version());
    // After a theft of keys the thief may have driven versions up; then they count anew (§5.3.11).
    boolean kept = sameKeys(next, Role.TIMESTAMP) && sameKeys(next, Role.SNAPSHOT);
    return new TrustedMetadata(
        next,
        kept ? timestamp : null,
        kept ? snapshot : null,
        kept && sameKeys(next, Role.TARGETS) ? targets : null);
  }

  private boolean sameKeys(Root next, Role role) {
    var before = root.roles().get(role.word());
    return before != null && before.equals(next.roles().get(role.word()));
  }

  /**
   * @throws Untrusted when the time of the root is over
   */
  void requireCurrentRoot(Instant now) throws Untrusted {
    requireCurrent(root, now);
  }

  /**
   * A timestamp (§5.4).
   *
   * @param now null for one that was believed before: its time may be over meanwhile
   */
  TrustedMetadata withTimestamp(byte[] json, @Nullable Instant now) throws Untrusted {
    Envelope envelope = Envelope.read(json, Role.TIMESTAMP);
    envelope.requireSigned(Role.TIMESTAMP, root, "root " + root.version());
    Timestamp next = envelope.content(Role.TIMESTAMP, Timestamp.class);
    Timestamp before = timestamp;
    if (before != null) {
      if (next.version() < before.version()) {
        throw rolledBack(Role.TIMESTAMP, next.version(), before.version());
      }
      if (next.snapshot().version() < before.snapshot().version()) {
        throw rolledBack(Role.SNAPSHOT, next.snapshot().version(), before.snapshot().version());
      }
      if (next.version() == before.version() && !next.equals(before)) {
        throw new Untrusted(Fault.MIXED, "there are two timestamps of version " + next.version());
      }
    }
    requireCurrent(next, now);
    return new TrustedMetadata(root, next, snapshot, targets);
  }

  /**
   * With what was believed before, to compare what comes with. Each only has to be signed: the
   * three may be of different states, and need not name each other.
   */
  TrustedMetadata after(
      byte @Nullable [] timestampBefore,
      byte @Nullable [] snapshotBefore,
      byte @Nullable [] targetsBefore) {
    return new TrustedMetadata(
        root,
        signed(Role.TIMESTAMP, timestampBefore, Timestamp.class),
        signed(Role.SNAPSHOT, snapshotBefore, Snapshot.class),
        signed(Role.TARGETS, targetsBefore, Targets.class));
  }

  /** Null when there is none, it is damaged, or its keys count no more. */
  private <T extends Metadata> @Nullable T signed(
      Role role, byte @Nullable [] json, Class<T> type) {
    if (json == null) {
      return null;
    }
    try {
      Envelope envelope = Envelope.read(json, role);
      envelope.requireSigned(role, root, "root " + root.version());
      return envelope.content(role, type);
    } catch (Untrusted e) {
      return null;
    }
  }

  /** The snapshot that the timestamp names (§5.5). */
  TrustedMetadata withSnapshot(byte[] json, @Nullable Instant now) throws Untrusted {
    Timestamp by = timestamp;
    if (by == null) {
      throw new IllegalStateException("a snapshot comes after its timestamp");
    }
    requireSame(Role.SNAPSHOT, json, by.snapshot());
    Envelope envelope = Envelope.read(json, Role.SNAPSHOT);
    envelope.requireSigned(Role.SNAPSHOT, root, "root " + root.version());
    Snapshot next = envelope.content(Role.SNAPSHOT, Snapshot.class);
    requireVersion(Role.SNAPSHOT, next.version(), by.snapshot().version());
    Snapshot before = snapshot;
    if (before != null && next.targets().version() < before.targets().version()) {
      throw rolledBack(Role.TARGETS, next.targets().version(), before.targets().version());
    }
    requireCurrent(next, now);
    return new TrustedMetadata(root, by, next, targets);
  }

  /** The targets that the snapshot names (§5.6). */
  TrustedMetadata withTargets(byte[] json, @Nullable Instant now) throws Untrusted {
    Snapshot by = snapshot;
    if (by == null) {
      throw new IllegalStateException("targets come after their snapshot");
    }
    requireSame(Role.TARGETS, json, by.targets());
    Envelope envelope = Envelope.read(json, Role.TARGETS);
    envelope.requireSigned(Role.TARGETS, root, "root " + root.version());
    Targets next = envelope.content(Role.TARGETS, Targets.class);
    requireVersion(Role.TARGETS, next.version(), by.targets().version());
    Targets before = targets;
    if (before != null && next.version() < before.version()) {
      throw rolledBack(Role.TARGETS, next.version(), before.version());
    }
    requireCurrent(next, now);
    return new TrustedMetadata(root, timestamp, by, next);
  }

  /** What is believed, ascending by name of the file; empty before targets are. */
  List<Target> list() {
    Targets known = targets;
    return known == null
        ? List.of()
        : known.targets().entrySet().stream()
            .map(e ->
                new Target(
                    e.getKey(),
                    e.getValue().length(),
                    "sha256:" + e.getValue().hashes().get("sha256"),
                    e.getValue().custom()))
            .sorted(java.util.Comparator.comparing(Target::name))
            .toList();
  }

  /** Whether the snapshot or targets of before are still those that are named now. */
  static boolean isSame(byte @Nullable [] json, FileMeta named) {
    return json != null
        && json.length == named.length()
        && Digests.hex(Digests.of(json)).equals(named.sha256());
  }

  private static void requireSame(Role role, byte[] json, FileMeta named) throws Untrusted {
    if (!isSame(json, named)) {
      throw new Untrusted(
          Fault.MIXED, role.word() + " metadata is not the one that belongs to the rest");
    }
  }

  private static void requireVersion(Role role, long version, long named) throws Untrusted {
    if (version != named) {
      throw new Untrusted(
          Fault.MIXED,
          "%s metadata has version %d, %d is named".formatted(role.word(), version, named));
    }
  }

  private static Untrusted rolledBack(Role role, long version, long before) {
    return new Untrusted(
        Fault.ROLLED_BACK,
        "%s metadata has version %d, %d was seen before".formatted(role.word(), version, before));
  }

  private static void requireCurrent(Metadata metadata, @Nullable Instant now) throws Untrusted {
    if (now != null && !now.isBefore(metadata.end())) {
      throw new Untrusted(
          Fault.EXPIRED,
          "%s metadata, version %d, ended at %s; it is now %s"
              .formatted(metadata.type(), metadata.version(), metadata.expires(), now));
    }
  }

  /** The same, with what a repository's own writer has in its folder. */
  TrustedMetadata assuming(Timestamp stamp, Snapshot shot, Targets files) {
    return new TrustedMetadata(root, stamp, shot, files);
  }
}
