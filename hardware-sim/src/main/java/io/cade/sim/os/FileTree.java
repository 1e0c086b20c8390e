package io.cade.sim.os;

import io.cade.agent.device.NoItemException;
import io.cade.agent.wire.DeviceItem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * The files of a simulated card, as files below one directory; their modes and owners are kept
 * elsewhere, since the simulator need not be root. Owned by {@link SimulatedSystem}.
 */
final class FileTree {
  private final Path root;

  FileTree(Path root) {
    this.root = root;
  }

  /** Absent is null. */
  @Nullable String read(String path) throws IOException {
    Path file = place(path);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoItemException(
          path + " is " + (Files.isDirectory(file) ? "a directory" : "a link, no regular file"));
    }
    long size = Files.size(file);
    if (size > 4L * DeviceItem.MAX_CONTENT) {
      throw new NoItemException(path + " has " + size + " bytes, too many for an item");
    }
    byte[] bytes = Files.readAllBytes(file);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (text.length() > DeviceItem.MAX_CONTENT || text.indexOf('\0') >= 0) {
        throw new NoItemException(path + " has " + size + " bytes and is no text of an item");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw new NoItemException(path + " has " + size + " bytes that are no text");
    }
  }

  void write(String path, String content) throws IOException {
    Path file = place(path);
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(path + " is a directory");
    }
    Path parent = file.resolveSibling(".");
    Files.createDirectories(parent.normalize());
    Path fresh = Files.createTempFile(parent.normalize(), ".", ".cade-new");
    try {
      Files.writeString(fresh, content);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  void delete(String path) throws IOException {
    Files.deleteIfExists(place(path));
  }

  /** Where a path leads, not over links. */
  private Path place(String path) throws IOException {
    Path place = root;
    String[] names = path.substring(1).split("/", -1);
    for (int i = 0; i < names.length; i++) {
      place = place.resolve(names[i]);
      if (i < names.length - 1
          && Files.exists(place, LinkOption.NOFOLLOW_LINKS)
          && !Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
        throw new NoItemException("on the way to " + path + " is no directory but a file or link");
      }
    }
    return place;
  }
}
