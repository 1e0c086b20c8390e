package io.cade.engine.api;

import io.cade.engine.operate.Role;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The users of console and API: a text file with one {@code NAME:ROLE:HASH} a line, readable by the
 * engine's user only; empty lines and lines starting with {@code #} count for nothing. At most
 * {@value #MAX_USERS} users. Changes take effect within a second, without a restart.
 */
public final class UserFile {
  static final int MAX_USERS = 1_000;
  private static final int MAX_BYTES = 1 << 20;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,31}");

  private UserFile() {}

  record User(String name, Role role, PasswordHash hash) {}

  /**
   * Adds a user, or changes role and password of a known one; the file is replaced as a whole.
   *
   * @param password 12 characters or more
   * @throws IllegalArgumentException when name or password is not acceptable
   */
  public static void put(Path file, String name, Role role, char[] password, SecureRandom random)
      throws IOException {
    put(file, name, role, password, random, PasswordHash.ITERATIONS);
  }

  static void put(
      Path file, String name, Role role, char[] password, SecureRandom random, int iterations)
      throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "user name '" + name + "': letters, digits, dot, hyphen, underscore; at most 32");
    }
    if (password.length < 12) {
      throw new IllegalArgumentException("the password is shorter than 12 characters");
    }
    Map<String, User> users = new LinkedHashMap<>(read(file));
    users.put(name, new User(name, role, PasswordHash.of(password, iterations, random)));
    if (users.size() > MAX_USERS) {
      throw new IllegalArgumentException("there are " + MAX_USERS + " users already");
    }
    StringBuilder text = new StringBuilder("# user:role:hash\n");
    users
        .values()
        .forEach(u ->
            text.append(u.name())
                .append(':')
                .append(u.role().word())
                .append(':')
                .append(u.hash().text())
                .append('\n'));
    write(file, text.toString());
  }

  private static void write(Path file, String text) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(temporary);
    try (FileChannel out =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      var bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * All users by name; none when there is no such file.
   *
   * @throws IOException when it cannot be read, is open to others, or a line is malformed
   */
  static Map<String, User> read(Path file) throws IOException {
    String text;
    try {
      String others = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
      if (!others.endsWith("------")) {
        throw new IOException(file + " is open to other users (" + others + "): chmod 600 it");
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
      }
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      return Map.of();
    }
    Map<String, User> users = new LinkedHashMap<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      try {
        User user = parse(line.strip());
        if (users.put(user.name(), user) != null) {
          throw new IllegalArgumentException("user " + user.name() + " is there twice");
        }
      } catch (IllegalArgumentException e) {
        // Without the line's text: it holds a hash.
        throw new IOException(file + " line " + number + ": " + e.getMessage(), e);
      }
    }
    return users;
  }

  private static User parse(String line) {
    String[] parts = line.split(":", -1);
    if (parts.length != 3 || !NAME.matcher(parts[0]).matches()) {
      throw new IllegalArgumentException("user:role:hash is expected");
    }
    return new User(
        parts[0], Role.valueOf(parts[1].toUpperCase(Locale.ROOT)), PasswordHash.parse(parts[2]));
  }
}
