package io.cade.image.blade;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Brings the libraries that programs need into a tree, at the place where this machine has them:
 * its loader looks there without a cache. What {@code ldd} does, without running anything. Not
 * thread-safe.
 */
final class SharedLibraries {
  /** Where the loaders of the usual distributions look of themselves (ld.so(8)). */
  private static final List<Path> PLACES =
      List.of(
          Path.of("/lib/x86_64-linux-gnu"),
          Path.of("/usr/lib/x86_64-linux-gnu"),
          Path.of("/lib/aarch64-linux-gnu"),
          Path.of("/usr/lib/aarch64-linux-gnu"),
          Path.of("/lib64"),
          Path.of("/usr/lib64"),
          Path.of("/lib"),
          Path.of("/usr/lib"));

  private final FileTree tree;
  private final Set<String> done = new HashSet<>();

  SharedLibraries(FileTree tree) {
    this.tree = tree;
  }

  /**
   * Adds what a program or library needs, and what that needs.
   *
   * @param provided names of libraries that are in the tree already, beside the program
   * @throws IOException when something is not found on this machine
   */
  void addFor(Path program, Set<String> provided) throws IOException {
    Deque<Path> open = new ArrayDeque<>();
    open.add(program);
    while (!open.isEmpty()) {
      Path file = open.remove();
      ElfFile elf = ElfFile.read(file);
      Optional<String> loader = elf.interpreter();
      if (loader.isPresent() && done.add(loader.get())) {
        place(loader.get(), Path.of(loader.get()));
      }
      for (String name : elf.needed()) {
        if (!provided.contains(name) && done.add(name)) {
          Path found = find(name, program);
          place(found.toString(), found);
          open.add(found.toRealPath());
        }
      }
    }
  }

  private void place(String at, Path source) throws IOException {
    String path = at.substring(1);
    // The loader is needed by name once, and as a library of that name by others.
    if (!tree.has(path)) {
      tree.copy(path, 0755, source.toRealPath());
    }
  }

  private static Path find(String name, Path program) throws IOException {
    for (Path place : PLACES) {
      Path candidate = place.resolve(name);
      if (Files.isRegularFile(candidate)) {
        return candidate;
      }
    }
    throw new IOException(
        "library " + name + ", needed by " + program + ", is in none of " + PLACES);
  }
}
