package io.cade.proxy.route;

import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.WireJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last snapshot on disk, so that a restarted proxy serves while the engine is away (SPEC P5).
 * Readable by the owner alone, for it holds the sites' private keys; replaced by an atomic rename,
 * so that there is always a whole one. Used by one thread.
 */
public final class SnapshotFile {
  private static final Logger log = LoggerFactory.getLogger(SnapshotFile.class);
  private static final String NAME = "routes.json";

  private final Path file;
  private final Path temporary;
  private final WireJson json = new WireJson();

  /**
   * @param stateDirectory exists and is writable
   */
  public SnapshotFile(Path stateDirectory) {
    this.file = stateDirectory.resolve(NAME);
    this.temporary = stateDirectory.resolve(NAME + ".new");
  }

  /** What was saved last; empty when nothing was, or when it cannot be read, which is logged. */
  public Optional<RouteSnapshot> load() {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(json.decode(Files.readAllBytes(file), RouteSnapshot.class));
    } catch (IOException e) {
      log.warn("{} is of no use, waiting for the engine's routes instead: {}", file, e.toString());
      return Optional.empty();
    }
  }

  /** Saves a snapshot; durable when this returns. */
  public void save(RouteSnapshot snapshot) throws IOException {
    Files.deleteIfExists(temporary);
    try (FileChannel out =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(json.encode(snapshot));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
