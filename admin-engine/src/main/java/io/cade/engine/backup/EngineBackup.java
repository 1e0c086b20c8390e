package io.cade.engine.backup;

import io.cade.engine.model.Cabinet;
import io.cade.engine.store.EngineState;
import io.cade.engine.store.RestoredData;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes backups of a running engine, one at a time. First everything is held still in a directory
 * of its own below the state directory: log and store as of one position, what is named by its
 * digest as hard links, the rest copied. From there it goes out without hurry. Thread-safe; calls
 * block.
 *
 * <p>Left out: what the engine makes anew at each start ({@code endpoints.json}, {@code lock}),
 * files that are being written ({@code *.new}, {@code *.part}), {@code uploads/}, the cards' crash
 * dumps, {@code cards/}, their logs and inventories, and {@code guard/}, which is about this
 * machine's releases.
 */
public final class EngineBackup {
  private static final Logger LOG = LoggerFactory.getLogger(EngineBackup.class);

  /** Where the engine's configuration file is found in a restored state directory. */
  public static final String CONFIGURATION = "configuration/engine.yaml";

  private static final String STAGING = "backup.part";
  private static final Set<String> LEFT_OUT =
      Set.of(
          "lock",
          "endpoints.json",
          "uploads",
          "cards",
          "log",
          "store",
          "configuration",
          "guard",
          RestoredData.MARK,
          STAGING);

  /**
   * Large, and fetched again when they are wanted; what the module believes beside them is kept.
   */
  private static final Set<Path> FETCHED_AGAIN =
      Set.of(Path.of("updates", "bundles"), Path.of("updates", "downloads"));

  /** Files in these never change once they have their name. */
  private static final List<String> BY_DIGEST = List.of("content", "packages", "images");

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  private final Path root;
  private final EngineState state;
  private final String engine;
  private final String version;
  private final @Nullable Path configuration;
  private final InstantSource clock;
  private final AtomicBoolean busy = new AtomicBoolean();

  private EngineBackup(
      Path root,
      EngineState state,
      String engine,
      String version,
      @Nullable Path configuration,
      InstantSource clock) {
    this.root = root;
    this.state = state;
    this.engine = engine;
    this.version = version;
    this.configuration = configuration;
    this.clock = clock;
  }

  /**
   * @param root state directory, locked by the caller; what a backup left in it when the engine was
   *     killed is removed
   * @param engine its name
   * @param configuration the engine's configuration file; null when it has none
   */
  public static EngineBackup open(
      Path root,
      EngineState state,
      String engine,
      String version,
      @Nullable Path configuration,
      InstantSource clock)
      throws IOException {
    BackupFile.delete(root.resolve(STAGING));
    return new EngineBackup(root, state, engine, version, configuration, clock);
  }

  /** Another backup is under way. */
  static final class Busy extends IOException {
    private static final long serialVersionUID = 1L;

    Busy() {
      super("another backup is being taken; try again when it is done");
    }
  }

  /**
   * Holds the engine's state still in a place of its own: every change that was acknowledged before
   * the call is in it.
   *
   * @return to be closed; until then there is no other
   * @throws IOException when something cannot be read or has no place in a backup
   */
  public Held hold() throws IOException {
    if (!busy.compareAndSet(false, true)) {
      throw new Busy();
    }
    Held held = new Held();
    try {
      held.gather();
      return held;
    } catch (IOException | RuntimeException e) {
      held.close();
      throw e;
    }
  }

  /** A state that does not change any more. Used by one thread at a time. */
  public final class Held implements AutoCloseable {
    private final Path staging = root.resolve(STAGING);
    private long position;
    private Cabinet cabinet = state.writer().current();

    private void gather() throws IOException {
      BackupFile.delete(staging);
      Files.createDirectory(
          staging,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      // Before the log: somebody may delete what the log's last change still names.
      linkAll();
      cabinet = state.writer().current();
      position = state.copyTo(staging);
      // And after it: somebody may have added what the log's last change names.
      linkAll();
      try (Stream<Path> all = Files.list(root)) {
        for (Path each : all.sorted().toList()) {
          String name = String.valueOf(each.getFileName());
          if (!LEFT_OUT.contains(name) && !BY_DIGEST.contains(name)) {
            Files.walkFileTree(each, new Taking(false));
          }
        }
      }
      if (configuration != null) {
        Path target = staging.resolve(CONFIGURATION);
        Files.createDirectory(target.resolveSibling(""));
        Files.copy(configuration, target);
      }
    }

    private void linkAll() throws IOException {
      for (String name : BY_DIGEST) {
        if (Files.exists(root.resolve(name))) {
          Files.walkFileTree(root.resolve(name), new Taking(true));
        }
      }
    }

    /** Octets of all files, before manifest and headers. */
    public long bytes() throws IOException {
      long sum = 0;
      for (Path file : files()) {
        sum += Files.size(file);
      }
      return sum;
    }

    private List<Path> files() throws IOException {
      try (Stream<Path> all = Files.walk(staging)) {
        return all.filter(f -> !Files.isDirectory(f, LinkOption.NOFOLLOW_LINKS)).sorted().toList();
      }
    }

    /** Writes the backup; the stream stays open. */
    public BackupManifest writeTo(OutputStream out) throws IOException {
      BackupWriter writer =
          new BackupWriter(
              out,
              new BackupManifest.Head(
                  BackupManifest.FORMAT,
                  engine,
                  version,
                  clock.instant(),
                  position,
                  cabinet.cards().size(),
                  cabinet.services().size()));
      for (Path file : files()) {
        writer.add(staging.relativize(file).toString(), file);
      }
      return writer.finish();
    }

    /** Gives the room back. */
    @Override
    public void close() {
      try {
        BackupFile.delete(staging);
      } catch (IOException e) {
        LOG.warn("{} could not be removed; the next backup or start does it", staging, e);
      } finally {
        busy.set(false);
      }
    }

    /** Takes a tree over into the staging directory. */
    private final class Taking extends SimpleFileVisitor<Path> {
      private final boolean linked;

      Taking(boolean linked) {
        this.linked = linked;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
          throws IOException {
        String name = String.valueOf(file.getFileName());
        if (linked && !DIGEST.matcher(root.relativize(file).getName(1).toString()).matches()) {
          // An upload that is under way.
          return FileVisitResult.CONTINUE;
        }
        if (name.endsWith(".new") || name.endsWith(".part")) {
          return FileVisitResult.CONTINUE;
        }
        if (!attributes.isRegularFile()) {
          throw new IOException(
              file + " is not a plain file: a backup cannot hold it; put a file in its place");
        }
        Path target = staging.resolve(root.relativize(file));
        Files.createDirectories(target.resolveSibling(""));
        try {
          if (!linked) {
            Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
          } else if (!Files.exists(target)) {
            link(file, target);
          }
        } catch (NoSuchFileException e) {
          // Deleted meanwhile: nobody needs it any more.
          if (Files.exists(file)) {
            throw e;
          }
        }
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
        String name = String.valueOf(directory.getFileName());
        return name.endsWith(".new")
                || name.endsWith(".part")
                || FETCHED_AGAIN.contains(root.relativize(directory))
            ? FileVisitResult.SKIP_SUBTREE
            : FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
        if (e instanceof NoSuchFileException) {
          return FileVisitResult.CONTINUE;
        }
        throw e;
      }
    }
  }

  private static void link(Path file, Path target) throws IOException {
    try {
      Files.createLink(target, file);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException e) {
      LOG.debug("{} is copied, for it cannot be linked", file, e);
      Files.copy(file, target);
    }
  }
}
