package io.cade.engine.guard;

import io.cade.engine.store.RestoredData;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The checkpoint: the engine's data beside itself, taken while no engine runs, so that plain copies
 * fit together. What is named by its digest is linked. Putting it back is nothing but renaming: it
 * takes no room, and after a power cut it goes on where it stood.
 *
 * <p>Left out: what is made anew at each start, crash dumps, the guard's own folder, and {@code
 * updates/}: what was believed of a repository must never become older.
 */
final class DataCopy {
  private static final Set<String> LEFT_OUT =
      Set.of("lock", "endpoints.json", "uploads", "updates", "guard", "backup.part");

  /** Files in these never change once they have their name. */
  private static final Set<String> BY_DIGEST = Set.of("content", "packages", "images");

  /** What must be free beside the copy itself. */
  private static final long MARGIN = 64L << 20;

  private final Path state;
  private final DurableFiles files;

  DataCopy(Path state, DurableFiles files) {
    this.state = state;
    this.files = files;
  }

  private Path folder() {
    return state.resolve("guard/checkpoint");
  }

  private Path aside() {
    return state.resolve("guard/set-aside");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> list = Files.list(state)) {
      return list.map(p -> p.getFileName().toString())
          .filter(name -> !LEFT_OUT.contains(name) && !name.endsWith(".new"))
          .sorted()
          .toList();
    }
  }

  /**
   * Whether there is room for a checkpoint.
   *
   * @return empty when there is, else why not, for people
   */
  String objection() throws IOException {
    long needed = MARGIN;
    for (String name : names()) {
      if (!BY_DIGEST.contains(name)) {
        needed += bytes(state.resolve(name));
      }
    }
    long room = Files.getFileStore(state).getUsableSpace();
    return room >= needed
        ? ""
        : "a copy of the engine's data needs %,d MiB, %s has %,d MiB left"
            .formatted(needed >> 20, state, room >> 20);
  }

  private static long bytes(Path path) throws IOException {
    long[] sum = {0};
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            sum[0] += attributes.size();
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            // Deleted meanwhile: the engine runs when it asks.
            return FileVisitResult.CONTINUE;
          }
        });
    return sum[0];
  }

  /** Copies all; what an earlier try has left is thrown away. The caller knows that none writes. */
  void take() throws IOException {
    String objection = objection();
    if (!objection.isEmpty()) {
      throw new IOException(objection);
    }
    drop();
    files.delete(aside());
    Path fresh = state.resolve("guard/checkpoint.part");
    files.delete(fresh);
    Files.createDirectory(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    List<String> names = names();
    for (String name : names) {
      files.copy(state.resolve(name), fresh.resolve(name), BY_DIGEST.contains(name));
    }
    files.replace(fresh.resolve(".names"), Texts.line(String.join("\n", names)));
    files.move(fresh, folder());
  }

  /**
   * Puts it back; what was there is set aside, for people to look at. May be called again until it
   * has returned, and after that does nothing.
   *
   * @throws IOException when there is no checkpoint
   */
  void restore() throws IOException {
    Path list = folder().resolve(".names");
    if (!Files.exists(list)) {
      throw new IOException("there is no checkpoint in " + folder());
    }
    Files.createDirectories(
        aside(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    List<String> names = Files.readString(list).lines().filter(name -> !name.isEmpty()).toList();
    for (String name : names) {
      Path copy = folder().resolve(name);
      // Not there any more: it was put back before a power cut.
      if (exists(copy)) {
        setAside(name);
        files.move(copy, state.resolve(name));
      }
    }
    for (String name : names()) {
      if (!names.contains(name)) {
        setAside(name);
      }
    }
    // Before any engine starts with them: cards have done more since than these data know of.
    files.replace(state.resolve(RestoredData.MARK), RestoredData.mark());
  }

  private void setAside(String name) throws IOException {
    if (exists(state.resolve(name))) {
      files.delete(aside().resolve(name));
      files.move(state.resolve(name), aside().resolve(name));
    }
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Throws the checkpoint away. */
  void drop() throws IOException {
    files.delete(folder());
  }
}
