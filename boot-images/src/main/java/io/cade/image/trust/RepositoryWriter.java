package io.cade.image.trust;

import io.cade.image.Digests;
import io.cade.image.trust.Metadata.FileMeta;
import io.cade.image.trust.Metadata.RoleKeys;
import io.cade.image.trust.Metadata.Root;
import io.cade.image.trust.Metadata.Snapshot;
import io.cade.image.trust.Metadata.TargetEntry;
import io.cade.image.trust.Metadata.Targets;
import io.cade.image.trust.Metadata.Timestamp;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a repository: a folder that any web server can serve as it is. What names a file is
 * written after it, so that a look in the midst of it sees the one state or the other. Not
 * thread-safe; one writer at a time.
 */
public final class RepositoryWriter {
  private final Path folder;
  private final Terms terms;

  /**
   * For how long metadata holds. Short is safe against somebody who holds newer metadata back, and
   * has to be signed anew the more often.
   */
  public record Terms(Duration root, Duration targets, Duration snapshot, Duration timestamp) {
    /** A year, 90 days, 7 days and 1 day. */
    public static Terms standard() {
      return new Terms(
          Duration.ofDays(365), Duration.ofDays(90), Duration.ofDays(7), Duration.ofDays(1));
    }
  }

  public RepositoryWriter(Path folder, Terms terms) {
    this.folder = folder;
    this.terms = terms;
  }

  /**
   * Begins a repository with the root of version 1 and no targets.
   *
   * @param keys of all roles
   * @param thresholds how many of a role's keys must sign
   * @throws IOException when there is a repository already, or it cannot be written
   */
  public Path create(RoleKeyFiles keys, Map<Role, Integer> thresholds, Instant now)
      throws IOException {
    Path first = folder.resolve("1.root.json");
    if (Files.exists(first)) {
      throw new IOException("there is a repository in " + folder + " already");
    }
    Files.createDirectories(folder.resolve("targets"));
    Map<Role, List<KeyPair>> all = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      all.put(role, keys.require(role));
    }
    write(
        first,
        Envelope.sign(root(1, all, thresholds, now), all.getOrDefault(Role.ROOT, List.of())));
    sign(keys, 0, new HashMap<>(), now);
    return first;
  }

  private Root root(
      long version, Map<Role, List<KeyPair>> all, Map<Role, Integer> thresholds, Instant now)
      throws IOException {
    Map<String, TrustKey> keys = new HashMap<>();
    Map<String, RoleKeys> roles = new HashMap<>();
    for (Map.Entry<Role, List<KeyPair>> each : all.entrySet()) {
      List<String> ids = new ArrayList<>();
      for (KeyPair pair : each.getValue()) {
        TrustKey key = TrustKey.of(pair.getPublic());
        keys.put(key.id(), key);
        ids.add(key.id());
      }
      roles.put(each.getKey().word(), new RoleKeys(ids, thresholds.getOrDefault(each.getKey(), 1)));
    }
    Root root =
        new Root(
            Role.ROOT.word(), Metadata.SPEC, true, version, end(now, terms.root()), keys, roles);
    if (!root.objection().isEmpty()) {
      throw new IOException("the root " + root.objection());
    }
    return root;
  }

  /**
   * Gives the roles other keys: the next root, signed by the old keys and the new ones, and all
   * else anew. Modules follow by themselves.
   *
   * @param old with the root's keys so far
   * @param fresh with the keys of all roles from now on
   * @throws IOException when keys are missing, or it cannot be written
   */
  public Path rotate(
      RoleKeyFiles old, RoleKeyFiles fresh, Map<Role, Integer> thresholds, Instant now)
      throws IOException {
    TrustedMetadata known = read();
    Map<Role, List<KeyPair>> all = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      all.put(role, fresh.require(role));
    }
    long version = known.root().version() + 1;
    Map<String, KeyPair> signers = new HashMap<>();
    for (RoleKeyFiles each : List.of(old, fresh)) {
      for (KeyPair pair : each.require(Role.ROOT)) {
        signers.put(TrustKey.of(pair.getPublic()).id(), pair);
      }
    }
    byte[] json = Envelope.sign(root(version, all, thresholds, now), List.copyOf(signers.values()));
    try {
      known.withRoot(json);
    } catch (Untrusted e) {
      throw new IOException("the new root would not be believed: " + e.getMessage(), e);
    }
    // A module that looks between the two finds the old ones unsigned, and looks again.
    Path written = write(folder.resolve(version + ".root.json"), json);
    Targets targets = known.targets().orElseThrow();
    sign(fresh, targets.version(), new HashMap<>(targets.targets()), now);
    return written;
  }

  /**
   * Adds a file, or replaces the one of its name, and signs everything anew.
   *
   * @return what modules will see of it
   * @throws IOException when keys are missing, or it cannot be read or written
   */
  public Target publish(RoleKeyFiles keys, String name, Path file, Notice notice, Instant now)
      throws IOException {
    TrustedMetadata known = read();
    String digest = Digests.of(file);
    Target target = new Target(name, Files.size(file), digest, notice);
    Path place = folder.resolve(target.path());
    if (!Files.exists(place)) {
      Path fresh = Files.createTempFile(folder.resolve("targets"), ".publish-", "");
      try {
        Files.copy(file, fresh, StandardCopyOption.REPLACE_EXISTING);
        if (!Digests.of(fresh).equals(digest)) {
          throw new IOException(file + " changed while it was copied");
        }
        force(fresh);
        Files.setPosixFilePermissions(
            fresh, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
    }
    Targets before = known.targets().orElseThrow();
    Map<String, TargetEntry> all = new HashMap<>(before.targets());
    all.put(name, new TargetEntry(Map.of("sha256", Digests.hex(digest)), target.length(), notice));
    sign(keys, before.version(), all, now);
    return target;
  }

  /**
   * Takes a file back: modules do not see it any more.
   *
   * @throws IOException when there is none of that name, or keys are missing
   */
  public void withdraw(RoleKeyFiles keys, String name, Instant now) throws IOException {
    Targets before = read().targets().orElseThrow();
    Map<String, TargetEntry> all = new HashMap<>(before.targets());
    if (all.remove(name) == null) {
      throw new IOException(
          "the repository has no " + name + "; it has " + before.targets().keySet());
    }
    sign(keys, before.version(), all, now);
  }

  /**
   * Signs snapshot and timestamp anew before their time is over; needs neither the keys of the root
   * nor those of the targets.
   *
   * @throws IOException when keys are missing, or it cannot be written
   */
  public void renew(RoleKeyFiles keys, Instant now) throws IOException {
    TrustedMetadata known = read();
    Targets targets = known.targets().orElseThrow();
    snapshot(
        keys,
        known,
        targets.version(),
        Files.readAllBytes(folder.resolve(targets.version() + ".targets.json")),
        now);
  }

  private void sign(RoleKeyFiles keys, long before, Map<String, TargetEntry> all, Instant now)
      throws IOException {
    Targets targets =
        new Targets(Role.TARGETS.word(), Metadata.SPEC, before + 1, end(now, terms.targets()), all);
    if (!targets.objection().isEmpty()) {
      throw new IOException("the list of targets " + targets.objection());
    }
    byte[] json = Envelope.sign(targets, keys.require(Role.TARGETS));
    write(folder.resolve(targets.version() + ".targets.json"), json);
    snapshot(keys, before == 0 ? null : read(), targets.version(), json, now);
  }

  private void snapshot(
      RoleKeyFiles keys,
      @org.jspecify.annotations.Nullable TrustedMetadata known,
      long targetsVersion,
      byte[] targets,
      Instant now)
      throws IOException {
    long last = known == null ? 0 : known.snapshot().map(Snapshot::version).orElse(0L);
    Snapshot snapshot =
        new Snapshot(
            Role.SNAPSHOT.word(),
            Metadata.SPEC,
            last + 1,
            end(now, terms.snapshot()),
            Map.of(Snapshot.TARGETS, meta(targets, targetsVersion)));
    byte[] json = Envelope.sign(snapshot, keys.require(Role.SNAPSHOT));
    long stamp = known == null ? 0 : known.timestamp().map(Timestamp::version).orElse(0L);
    Timestamp timestamp =
        new Timestamp(
            Role.TIMESTAMP.word(),
            Metadata.SPEC,
            stamp + 1,
            end(now, terms.timestamp()),
            Map.of(Timestamp.SNAPSHOT, meta(json, snapshot.version())));
    byte[] last2 = Envelope.sign(timestamp, keys.require(Role.TIMESTAMP));
    write(folder.resolve(snapshot.version() + ".snapshot.json"), json);
    write(folder.resolve("timestamp.json"), last2);
  }

  /** What the repository says now; its times are not looked at. */
  private TrustedMetadata read() throws IOException {
    Path first = folder.resolve("1.root.json");
    if (!Files.exists(first)) {
      throw new IOException("there is no repository in " + folder + "; begin one with update keys");
    }
    try {
      TrustedMetadata known = TrustedMetadata.begin(Files.readAllBytes(first));
      for (long next = 2; Files.exists(folder.resolve(next + ".root.json")); next++) {
        known = known.withRoot(Files.readAllBytes(folder.resolve(next + ".root.json")));
      }
      // A rotation may have just begun: then the numbers count, not the signatures.
      Timestamp timestamp =
          Envelope.read(Files.readAllBytes(folder.resolve("timestamp.json")), Role.TIMESTAMP)
              .content(Role.TIMESTAMP, Timestamp.class);
      byte[] snapshot =
          Files.readAllBytes(folder.resolve(timestamp.snapshot().version() + ".snapshot.json"));
      Snapshot named =
          Envelope.read(snapshot, Role.SNAPSHOT).content(Role.SNAPSHOT, Snapshot.class);
      byte[] targets =
          Files.readAllBytes(folder.resolve(named.targets().version() + ".targets.json"));
      return known.assuming(
          timestamp,
          named,
          Envelope.read(targets, Role.TARGETS).content(Role.TARGETS, Targets.class));
    } catch (Untrusted e) {
      throw new IOException("the repository in " + folder + " is damaged: " + e.getMessage(), e);
    }
  }

  private static FileMeta meta(byte[] json, long version) {
    return new FileMeta(Map.of("sha256", Digests.hex(Digests.of(json))), json.length, version);
  }

  private static String end(Instant now, Duration term) {
    return now.plus(term).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static Path write(Path file, byte[] json) throws IOException {
    Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
    Files.write(fresh, json);
    force(fresh);
    return Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}
