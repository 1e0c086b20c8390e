package io.cade.sim.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the simulator of a directory listens: {@code control.sock} in it, or, when that path is too
 * long for a Unix socket, the path that {@code control.path} in it holds.
 */
public final class ControlSocket {
  /** A socket's path has at most 108 bytes on Linux, 104 elsewhere. */
  private static final int MAX_BYTES = 100;

  private static final int MAX_FILE = 4096;

  private ControlSocket() {}

  /** The socket of the simulator with this directory; need not exist. */
  public static Path of(Path simDirectory) {
    Path told = pathFile(simDirectory);
    try {
      if (!fits(regular(simDirectory))
          && Files.isRegularFile(told)
          && Files.size(told) < MAX_FILE) {
        return Path.of(Files.readString(told).strip());
      }
    } catch (IOException e) {
      // As if it were not there: the simulator is then not found, which says where it was sought.
    }
    return regular(simDirectory);
  }

  static Path regular(Path simDirectory) {
    return simDirectory.toAbsolutePath().resolve("control.sock");
  }

  static Path pathFile(Path simDirectory) {
    return simDirectory.toAbsolutePath().resolve("control.path");
  }

  static boolean fits(Path socket) {
    return socket.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
  }
}
