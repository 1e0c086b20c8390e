package io.cade.engine.update;

import io.cade.agent.wire.WireJson;
import io.cade.image.Digests;
import io.cade.image.PackageReader;
import io.cade.image.boot.ImageCheck;
import io.cade.image.boot.ImageReader;
import io.cade.image.bundle.Bundle;
import io.cade.image.bundle.Bundle.Step;
import io.cade.image.bundle.BundleCheck;
import io.cade.image.bundle.BundleReader;
import io.cade.image.bundle.Downgrade.Back;
import io.cade.image.trust.Notice;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bundles on the engine's disk, each unpacked in a folder of its digest's name once it was
 * checked as a whole. At most {@value #MAX_BUNDLES}. Thread-safe; taking one blocks.
 */
public final class BundleDepot {
  public static final int MAX_BUNDLES = 16;

  private static final Logger LOG = LoggerFactory.getLogger(BundleDepot.class);
  private static final String RECORD = "bundle-record.json";

  /** Where {@link io.cade.image.bundle.BundleBuilder#ofEngine} puts it. */
  private static final String RELEASE = "payload/engine.release";

  private final Path bundles;
  private final Path downloads;
  private final Path trust;
  private final X509Certificate authority;
  private final InstantSource clock;
  private final WireJson json = new WireJson();
  // Guarded by this.
  private final Map<String, StoredBundle> known = new HashMap<>();

  private BundleDepot(Path root, X509Certificate authority, InstantSource clock) {
    this.bundles = root.resolve("bundles");
    this.downloads = root.resolve("downloads");
    this.trust = root.resolve("trust");
    this.authority = authority;
    this.clock = clock;
  }

  /** What a file turned out to be. */
  public sealed interface Taken {
    record Kept(StoredBundle bundle) implements Taken {}

    /** Nothing of it was kept. */
    record Rejected(String reason) implements Taken {}
  }

  /**
   * Opens the depot, making its folders the first time and clearing leftovers.
   *
   * @param authority certificate through which signers are checked
   * @throws IOException when the folder cannot be read or written
   */
  public static BundleDepot open(Path root, X509Certificate authority, InstantSource clock)
      throws IOException {
    BundleDepot depot = new BundleDepot(root, authority, clock);
    var closed = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    for (Path each : List.of(root, depot.bundles, depot.downloads)) {
      Files.createDirectories(each, closed);
    }
    depot.load();
    return depot;
  }

  private synchronized void load() throws IOException {
    List<Path> found;
    try (Stream<Path> list = Files.list(bundles)) {
      found = list.toList();
    }
    for (Path each : found) {
      Path record = each.resolve(RECORD);
      if (!Files.isRegularFile(record, LinkOption.NOFOLLOW_LINKS)) {
        // The end came before it was complete.
        PackageReader.deleteTree(each);
        continue;
      }
      try {
        StoredBundle bundle = json.decode(Files.readAllBytes(record), StoredBundle.class);
        known.put(bundle.digest(), bundle);
      } catch (IOException | RuntimeException e) {
        LOG.error("{} is damaged; the bundle is left aside: {}", record, e.getMessage());
      }
    }
  }

  /** All, newest first. */
  public synchronized List<StoredBundle> list() {
    return known.values().stream()
        .sorted(Comparator.comparing(StoredBundle::storedAt).reversed())
        .toList();
  }

  /** A new empty file for an upload, to be given to {@link #take} and then deleted. */
  public Path newUpload() throws IOException {
    return Files.createTempFile(bundles, ".upload-", "");
  }

  /** Where what is fetched goes; a part of it that is there goes on where it ended. */
  Path download(String digest) {
    return downloads.resolve(Digests.hex(digest) + ".part");
  }

  /** Folder in which it is kept what the module believes of a repository. */
  Path trust() {
    return trust;
  }

  /**
   * Checks a bundle and keeps it. Blocks for the time of reading it several times.
   *
   * @param notice what the operations centre said of it, or null
   * @throws IOException when the disk fails
   */
  public Taken take(Path file, @Nullable Notice notice, String by) throws IOException {
    String digest = Digests.of(file);
    synchronized (this) {
      StoredBundle there = known.get(digest);
      if (there != null) {
        return new Taken.Kept(there);
      }
      if (known.size() >= MAX_BUNDLES) {
        return new Taken.Rejected(
            "there are " + MAX_BUNDLES + " bundles already: remove one with update remove");
      }
    }
    Path fresh = bundles.resolve(".take-" + Digests.hex(digest));
    PackageReader.deleteTree(fresh);
    try {
      return switch (BundleReader.unpack(file, List.of(authority), clock.instant(), fresh)) {
        case BundleCheck.Rejected r -> new Taken.Rejected(r.reason());
        case BundleCheck.Accepted a when notice != null && !fits(a.bundle(), notice) ->
            new Taken.Rejected(
                "it is "
                    + a.bundle().name()
                    + ":"
                    + a.bundle().version()
                    + ", the repository says "
                    + notice.name()
                    + ":"
                    + notice.version());
        case BundleCheck.Accepted a -> keep(digest, fresh, a, notice, by);
      };
    } finally {
      PackageReader.deleteTree(fresh);
    }
  }

  private static boolean fits(Bundle bundle, Notice notice) {
    return bundle.name().equals(notice.name())
        && bundle.version().equals(notice.version())
        && bundle.build() == notice.build();
  }

  private Taken keep(
      String digest, Path fresh, BundleCheck.Accepted a, @Nullable Notice notice, String by)
      throws IOException {
    Bundle bundle = a.bundle();
    StoredBundle stored =
        new StoredBundle(
            digest,
            bundle.name(),
            bundle.version(),
            bundle.build(),
            bundle.target().architecture(),
            bundle.target().role(),
            bundle.from().rules(),
            image(fresh, bundle),
            service(bundle),
            bundle.upgrade().stream().map(BundleDepot::words).toList(),
            a.signer(),
            notice,
            clock.instant(),
            by);
    Files.write(fresh.resolve(RECORD), json.encode(stored));
    List<Path> all;
    try (Stream<Path> walk = Files.walk(fresh)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      force(path);
    }
    synchronized (this) {
      Path folder = folder(digest);
      PackageReader.deleteTree(folder);
      Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
      force(bundles);
      known.put(digest, stored);
    }
    return new Taken.Kept(stored);
  }

  private static StoredBundle.@Nullable Image image(Path unpacked, Bundle bundle)
      throws IOException {
    Bundle.Part part = bundle.image().orElse(null);
    if (part == null) {
      return null;
    }
    Path file = unpacked.resolve("content").resolve(part.path());
    long minimum =
        ImageReader.show(file) instanceof ImageCheck.Accepted i ? i.image().minimumBuild() : 0;
    return new StoredBundle.Image(part.path(), part.sha256(), part.size(), minimum);
  }

  /** What it brings to a service, when that is one and nothing else is in it. */
  private static StoredBundle.@Nullable ForService service(Bundle bundle) {
    Set<String> services = new HashSet<>();
    List<String> contents = new ArrayList<>();
    Map<String, String> files = new HashMap<>();
    List<Step.Migrate> programs = new ArrayList<>();
    for (Step step : bundle.upgrade()) {
      switch (step) {
        case Step.InstallPackage s -> {
          services.add(s.service());
          contents.add(s.part());
        }
        case Step.Configure s -> {
          services.add(s.service());
          files.put(s.file(), s.part());
        }
        case Step.Migrate s -> {
          services.add(s.service());
          programs.add(s);
        }
        case Step.InstallImage _, Step.InstallEngine _ -> {
          return null;
        }
      }
    }
    return services.size() == 1 && contents.size() <= 1 && programs.size() <= 1
        ? new StoredBundle.ForService(
            services.iterator().next(),
            contents.isEmpty() ? "" : contents.getFirst(),
            files,
            programs.isEmpty() ? "" : programs.getFirst().part(),
            programs.isEmpty() ? 0 : programs.getFirst().timeoutSeconds())
        : null;
  }

  /** A step, for people. */
  public static String words(Step step) {
    return switch (step) {
      case Step.InstallImage s -> "install image " + s.part() + " into the other slot and boot it";
      case Step.InstallPackage s -> "give service " + s.service() + " the content " + s.part();
      case Step.Configure s -> "put " + s.file() + " into the content of service " + s.service();
      case Step.Migrate s ->
          "carry the data of service %s over with %s, each card within %d s"
              .formatted(s.service(), s.part(), s.timeoutSeconds());
      case Step.InstallEngine s ->
          "hand over to release " + s.part() + " of the engine, on trial under its guard";
    };
  }

  /** A step of the way back, for people. */
  public static String words(Back step) {
    return switch (step) {
      case Back.BootBefore _ -> "boot the image of before from the slot that still has it";
      case Back.ContentBefore b -> "give service " + b.service() + " the content that it had";
      case Back.Migrate m ->
          "carry the data of service %s back with %s, each card within %d s"
              .formatted(m.service(), m.part(), m.timeoutSeconds());
      case Back.EngineBefore _ -> "the guard starts the release of before with its data";
    };
  }

  /** The file of an image that a bundle brought. */
  public synchronized Optional<Path> image(String digest) {
    for (StoredBundle bundle : known.values()) {
      StoredBundle.Image image = bundle.image();
      if (image != null && image.digest().equals(digest)) {
        return Optional.of(folder(bundle.digest()).resolve("content").resolve(image.path()));
      }
    }
    return Optional.empty();
  }

  /** A file of a bundle's content. */
  Path part(StoredBundle bundle, String path) {
    return folder(bundle.digest()).resolve("content").resolve(path);
  }

  /** The release of the engine that a bundle brought; empty when it is about something else. */
  Optional<Path> release(StoredBundle bundle) {
    Path file = folder(bundle.digest()).resolve("content").resolve(RELEASE);
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        ? Optional.of(file)
        : Optional.empty();
  }

  /** Those that a name means: {@code NAME:VERSION}, or the beginning of a digest. */
  public synchronized List<StoredBundle> named(String text) {
    List<StoredBundle> found = new ArrayList<>();
    for (StoredBundle each : known.values()) {
      String hex = Digests.hex(each.digest());
      if (each.label().equals(text)
          || each.digest().equals(text)
          || (text.length() >= 4 && hex.startsWith(text))) {
        found.add(each);
      }
    }
    return found;
  }

  /** Removes one; nothing happens when it is not there. */
  public synchronized void remove(String digest) throws IOException {
    if (known.remove(digest) != null) {
      PackageReader.deleteTree(folder(digest));
    }
  }

  private Path folder(String digest) {
    return bundles.resolve(Digests.hex(digest));
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      channel.force(true);
    }
  }
}
