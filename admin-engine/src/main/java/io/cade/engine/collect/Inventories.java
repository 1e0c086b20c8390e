package io.cade.engine.collect;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * The last inventory of every card, as JSON in {@code CARD/inventory.json}. Replaced as a whole or
 * not at all. Thread-safe; calls block for the disk.
 */
public final class Inventories {
  private final Path directory;
  private final WireJson json = new WireJson();

  /**
   * @param directory of which each card has one of its own
   */
  public Inventories(Path directory) {
    this.directory = directory;
  }

  /** Keeps it in place of the card's last one. */
  public synchronized void keep(CardPosition at, Inventory inventory) throws IOException {
    Path own = directory.resolve(at.toString());
    Files.createDirectories(
        own, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path fresh = own.resolve("inventory.json.new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh,
        PosixFilePermissions.asFileAttribute(
            Set.copyOf(PosixFilePermissions.fromString("rw-------"))));
    Files.write(fresh, json.encode(inventory));
    Files.move(
        fresh,
        own.resolve("inventory.json"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** The card's last one; empty when it never sent one. */
  public synchronized Optional<Inventory> last(CardPosition at) throws IOException {
    Path file = directory.resolve(at.toString()).resolve("inventory.json");
    return Files.exists(file)
        ? Optional.of(json.decode(Files.readAllBytes(file), Inventory.class))
        : Optional.empty();
  }
}
