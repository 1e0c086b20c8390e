package io.cade.proxy.route;

import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.WireJson;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
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

  /** Saves a snapshot, without the keys of session tickets; durable when this returns. */
  public void save(RouteSnapshot snapshot) throws IOException {
    Files.deleteIfExists(temporary);
    Files.createFile(
        temporary,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    // Not a FileChannel: the daemon's stop interrupts this thread, which would break the save off.
    try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
      out.write(json.encode(snapshot.withoutTicketKeys()));
      out.getFD().sync();
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
