package io.cade.engine.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;

/**
 * Where the engine is and how to prove both sides to each other; read from the state directory for
 * every command, so that a restarted demonstration is found again.
 *
 * @param state directory that it was read from
 * @param base for example {@code https://127.0.0.1:9443}
 * @param authorization value of the header of that name (RFC 7617); secret
 * @param authority certificates (PEM) that alone are trusted
 * @param authorityFile where they were read, for messages
 */
record Engine(Path state, URI base, String authorization, String authority, Path authorityFile) {
  private static final int MAX_FILE = 1 << 20;

  /**
   * Reads {@code endpoints.json} and the files it names; relative names are meant from the state
   * directory.
   */
  static Engine find(Path state) throws CommandFailure {
    Path file = state.resolve("endpoints.json");
    Fields endpoints;
    String text = read(file);
    try {
      endpoints = Json.object(text);
    } catch (IOException e) {
      throw unreachable(file + " cannot be understood; start the engine anew to have it written");
    }
    Path passwordFile = state.resolve(required(endpoints, "passwordFile", file));
    Path authorityFile = state.resolve(required(endpoints, "caFile", file));
    String credentials = required(endpoints, "user", file) + ":" + read(passwordFile).strip();
    return new Engine(
        state,
        base(required(endpoints, "admin", file), file),
        "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)),
        read(authorityFile),
        authorityFile);
  }

  private static URI base(String admin, Path file) throws CommandFailure {
    try {
      URI base = URI.create("https://" + admin);
      if (base.getHost() != null && base.getPort() > 0 && base.getPath().isEmpty()) {
        return base;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw unreachable("'admin' in " + file + " is '" + admin + "', not an address host:port");
  }

  private static String required(Fields endpoints, String name, Path file) throws CommandFailure {
    String text = endpoints.text(name);
    if (text.isBlank()) {
      throw unreachable("'" + name + "' is missing in " + file);
    }
    return text;
  }

  private static String read(Path file) throws CommandFailure {
    try {
      if (Files.size(file) > MAX_FILE) {
        throw unreachable(file + " is larger than 1 MiB");
      }
      return Files.readString(file);
    } catch (AccessDeniedException e) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          "this user may not read " + file + "; run the command as the user of the engine");
    } catch (NoSuchFileException e) {
      throw unreachable(
          "there is no "
              + file
              + "; start an engine with ./cade demo, or name its state directory with --state DIR"
              + " or CADE_STATE");
    } catch (IOException e) {
      throw unreachable(file + " cannot be read: " + e.getMessage());
    }
  }

  private static CommandFailure unreachable(String why) {
    return new CommandFailure(ExitCode.UNREACHABLE, "cannot reach the engine: " + why);
  }

  String address() {
    return base.getAuthority();
  }

  @Override
  public String toString() {
    return "Engine[" + base + "]";
  }
}
