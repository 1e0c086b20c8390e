package io.cade.agent.run;

import io.cade.agent.core.AgentMemory;
import io.cade.agent.gateway.PrivateFiles;
import io.cade.agent.wire.WireJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an {@link AgentMemory} over power cuts, also on a disk that services have filled: beside
 * the file that counts there is a spare one of the same length. A new memory is written over the
 * spare one, which takes no further room; then they change places. So a card whose disk is full can
 * still be told to remove what fills it. Owned by the agent's loop.
 */
final class MemoryFile {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryFile.class);

  /** Length of a file, or a multiple of it: JSON, and blanks behind. Few memories need more. */
  private static final int ROOM_BYTES = 32 << 10;

  private final Path file;
  private final Path spare;
  private final Path former;
  private final WireJson json = new WireJson();

  MemoryFile(Path cardDirectory) {
    this.file = cardDirectory.resolve("memory.json");
    this.spare = cardDirectory.resolve(".memory.spare");
    this.former = cardDirectory.resolve(".memory.former");
  }

  AgentMemory load() throws IOException {
    // Another name of either file; an agent that was ended in the midst of a change has left it.
    Files.deleteIfExists(former);
    makeSpare();
    if (!Files.exists(file)) {
      return AgentMemory.empty();
    }
    try {
      return json.decode(Files.readAllBytes(file), AgentMemory.class);
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      // All of it can be had again from the engine; a card that does not start cannot.
      Path aside = file.resolveSibling("memory.json.unreadable");
      LOG.warn("{} is unreadable and was put aside as {}", file, aside, e);
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      return AgentMemory.empty();
    }
  }

  /**
   * Returns when the memory is durable.
   *
   * @throws IOException when it cannot be kept; then the one before stands
   */
  void store(AgentMemory memory) throws IOException {
    write(json.encode(memory));
    boolean kept = keepFormer();
    Files.move(spare, file, StandardCopyOption.ATOMIC_MOVE);
    if (kept) {
      Files.move(former, spare, StandardCopyOption.ATOMIC_MOVE);
    }
    PrivateFiles.syncNames(file);
    makeSpare();
  }

  /** Its room is not to be given away for the moment between two renamings either. */
  private boolean keepFormer() throws IOException {
    Files.deleteIfExists(former);
    if (!Files.exists(file)) {
      return false;
    }
    try {
      Files.createLink(former, file);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("{} cannot have a second name", file, e);
      return false;
    }
  }

  /** Without one this agent works as well, but for a full disk. */
  private void makeSpare() throws IOException {
    try {
      if (!Files.exists(spare) || Files.size(spare) < ROOM_BYTES) {
        write(new byte[0]);
      }
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      LOG.warn("no room for {}: commands may wait until there is some", spare, e);
    }
  }

  /** Over the spare file, from its beginning to its end. */
  private void write(byte[] text) throws IOException {
    int rooms = Math.max(1, (text.length + ROOM_BYTES - 1) / ROOM_BYTES);
    byte[] whole = Arrays.copyOf(text, rooms * ROOM_BYTES);
    Arrays.fill(whole, text.length, whole.length, (byte) ' ');
    try (FileChannel out =
        FileChannel.open(
            spare,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(whole);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      // What was longer is given back; the room of one is always kept.
      out.truncate(whole.length);
      out.force(false);
    }
  }
}
