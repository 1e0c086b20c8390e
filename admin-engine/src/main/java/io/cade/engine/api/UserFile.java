package io.cade.engine.api;

import io.cade.engine.operate.Caller;
import io.cade.engine.operate.Role;
import io.cade.image.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The users of console and API: a text file with one {@code NAME:ROLE:HASH} a line, of a tenant
 * {@code NAME:tenant(SERVICE,SERVICE):HASH}, readable by the engine's user only; empty lines and
 * lines starting with {@code #} count for nothing. At most {@value #MAX_USERS} users. Changes take
 * effect within a second, without a restart.
 */
public final class UserFile {
  static final int MAX_USERS = 1_000;
  private static final int MAX_BYTES = 1 << 20;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,31}");

  /** Most services of one tenant. */
  static final int MAX_SERVICES = 100;

  private static final String TENANT = Role.TENANT.word() + "(";
  private static final Pattern SERVICE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private UserFile() {}

  /**
   * @param services of a tenant; of others none
   */
  record User(String name, Role role, SortedSet<String> services, PasswordHash hash) {
    User {
      services = Collections.unmodifiableSortedSet(new TreeSet<>(services));
    }

    Caller caller() {
      return new Caller(name, role, services);
    }

    private String line() {
      String what = role == Role.TENANT ? TENANT + String.join(",", services) + ")" : role.word();
      return name + ":" + what + ":" + hash.text() + "\n";
    }
  }

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
    if (password.length < 12) {
      throw new IllegalArgumentException("the password is shorter than 12 characters");
    }
    put(file, new User(name, role, new TreeSet<>(), PasswordHash.of(password, iterations, random)));
  }

  /**
   * Adds a user, or puts another in the place of one of that name.
   *
   * @throws IllegalArgumentException when the user is not acceptable, or there are too many
   */
  static void put(Path file, User user) throws IOException {
    if (!NAME.matcher(user.name()).matches()) {
      throw new IllegalArgumentException(
          "user name '" + user.name() + "': letters, digits, dot, hyphen, underscore; at most 32");
    }
    requireServices(user.role(), user.services());
    Map<String, User> users = new LinkedHashMap<>(read(file));
    users.put(user.name(), user);
    if (users.size() > MAX_USERS) {
      throw new IllegalArgumentException("there are " + MAX_USERS + " users already");
    }
    write(file, users.values());
  }

  /** Takes a user away; nothing happens when there is none of that name. */
  static void remove(Path file, String name) throws IOException {
    Map<String, User> users = new LinkedHashMap<>(read(file));
    if (users.remove(name) != null) {
      write(file, users.values());
    }
  }

  private static void requireServices(Role role, SortedSet<String> services) {
    if (role != Role.TENANT) {
      if (!services.isEmpty()) {
        throw new IllegalArgumentException("only a tenant has services, not a " + role.word());
      }
      return;
    }
    if (services.isEmpty() || services.size() > MAX_SERVICES) {
      throw new IllegalArgumentException(
          "a tenant has 1 to " + MAX_SERVICES + " services, not " + services.size());
    }
    for (String service : services) {
      if (!SERVICE.matcher(service).matches()) {
        throw new IllegalArgumentException("'" + service + "' is not the name of a service");
      }
    }
  }

  private static void write(Path file, Collection<User> users) throws IOException {
    StringBuilder text = new StringBuilder("# user:role:hash\n");
    users.forEach(user -> text.append(user.line()));
    DurableFile.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
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
    boolean tenant = parts[1].startsWith(TENANT) && parts[1].endsWith(")");
    SortedSet<String> services = new TreeSet<>();
    if (tenant) {
      String list = parts[1].substring(TENANT.length(), parts[1].length() - 1);
      services.addAll(Arrays.asList(list.split(",", -1)));
    }
    Role role = tenant ? Role.TENANT : Role.valueOf(parts[1].toUpperCase(Locale.ROOT));
    requireServices(role, services);
    return new User(parts[0], role, services, PasswordHash.parse(parts[2]));
  }
}
