package io.cade.agent.data;

import io.cade.agent.gateway.PrivateFiles;
import io.cade.agent.wire.DataSteps;
import io.cade.agent.wire.DataSteps.Step;
import io.cade.agent.wire.WireJson;
import io.cade.image.Digests;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one service's data: {@code files} with the data, {@code programs} by their digests,
 * {@code state.json}. Its own user's alone (0700).
 */
final class DataFolder implements DataDisk {
  private static final FileAttribute<Set<PosixFilePermission>> CLOSED =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path root;
  private final Path files;
  private final Path programs;
  private final Path state;
  private final WireJson json = new WireJson();

  DataFolder(Path root) {
    this.root = root;
    this.files = root.resolve("files");
    this.programs = root.resolve("programs");
    this.state = root.resolve("state.json");
  }

  @Override
  public @Nullable DataState load() throws IOException {
    if (!Files.exists(state)) {
      return null;
    }
    try {
      return json.decode(Files.readAllBytes(state), DataState.class);
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      // Not to be guessed: a program that is run on data of another form destroys them.
      throw new IOException(state + " is damaged; it says which form the data have", e);
    }
  }

  @Override
  public void store(DataState next) throws IOException {
    Files.createDirectories(root, CLOSED);
    PrivateFiles.write(state, json.encode(next));
    // Nor may the folders be forgotten.
    force(root.resolveSibling("."));
    force(root.resolveSibling(".."));
  }

  @Override
  public boolean hasData() {
    return Files.isDirectory(files, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public Path directory() throws IOException {
    return Files.createDirectories(files, CLOSED);
  }

  @Override
  public void keep(Step step, Path program) throws IOException {
    Path kept = programs.resolve(Digests.hex(step.program()));
    if (Files.isRegularFile(kept, LinkOption.NOFOLLOW_LINKS)
        && Digests.of(kept).equals(step.program())) {
      return;
    }
    if (!Files.isRegularFile(program, LinkOption.NOFOLLOW_LINKS)
        || Files.size(program) > DataSteps.MAX_PROGRAM_BYTES
        || !Digests.of(program).equals(step.program())) {
      throw new IOException("the package holds another program than its list of steps says");
    }
    Files.createDirectories(programs, CLOSED);
    PrivateFiles.copy(program, kept);
    force(root);
  }

  @Override
  public Path program(Step step) throws IOException {
    Path kept = programs.resolve(Digests.hex(step.program()));
    if (!Files.isRegularFile(kept, LinkOption.NOFOLLOW_LINKS)
        || !Digests.of(kept).equals(step.program())) {
      throw new IOException("the program " + kept + " is not there or was changed");
    }
    Files.setPosixFilePermissions(kept, PosixFilePermissions.fromString("rwx------"));
    return kept.toAbsolutePath();
  }

  @Override
  public void settle() throws IOException {
    // One by one: a list of all of them would not fit into an agent's heap.
    Files.walkFileTree(
        files,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes is) throws IOException {
            if (is.isRegularFile()) {
              force(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failed)
              throws IOException {
            if (failed != null) {
              throw failed;
            }
            force(directory);
            return FileVisitResult.CONTINUE;
          }
        });
    force(root);
  }

  @Override
  public void tidy(Collection<Step> needed) throws IOException {
    if (!Files.isDirectory(programs)) {
      return;
    }
    Set<String> names =
        needed.stream().map(step -> Digests.hex(step.program())).collect(Collectors.toSet());
    List<Path> kept;
    try (Stream<Path> list = Files.list(programs)) {
      kept = list.toList();
    }
    for (Path each : kept) {
      if (!names.contains(each.getFileName().toString())) {
        Files.delete(each);
      }
    }
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      channel.force(true);
    }
  }
}
