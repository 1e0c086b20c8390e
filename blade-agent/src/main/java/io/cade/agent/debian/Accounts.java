package io.cade.agent.debian;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The local accounts, as in {@code /etc/passwd} and {@code /etc/group} (passwd(5), group(5)). Read
 * anew each time: others change them too.
 */
final class Accounts {
  private static final int MAX_BYTES = 8 << 20;

  private final Path root;

  Accounts(Path root) {
    this.root = root;
  }

  /** One line of {@code /etc/passwd}. */
  record Account(String name, int id, int group, String home, String shell) {}

  @Nullable Account account(String name) throws IOException {
    for (String[] f : lines("etc/passwd", 7)) {
      if (f[0].equals(name)) {
        return new Account(f[0], Integer.parseInt(f[2]), Integer.parseInt(f[3]), f[5], f[6]);
      }
    }
    return null;
  }

  /** Groups that name the account as a member, beside its own. */
  List<String> groupsOf(Account account) throws IOException {
    List<String> groups = new ArrayList<>();
    for (String[] f : lines("etc/group", 4)) {
      if (!f[2].equals(Integer.toString(account.group()))
          && List.of(f[3].split(",", -1)).contains(account.name())) {
        groups.add(f[0]);
      }
    }
    return groups;
  }

  boolean hasGroup(String name) throws IOException {
    return lines("etc/group", 4).stream().anyMatch(f -> f[0].equals(name));
  }

  int userId(String nameOrNumber) throws IOException {
    return id("etc/passwd", 7, "account", nameOrNumber);
  }

  int groupId(String nameOrNumber) throws IOException {
    return id("etc/group", 4, "group", nameOrNumber);
  }

  private int id(String file, int fields, String what, String name) throws IOException {
    for (String[] f : lines(file, fields)) {
      if (f[0].equals(name)) {
        return Integer.parseInt(f[2]);
      }
    }
    if (name.matches("\\d{1,9}")) {
      return Integer.parseInt(name);
    }
    throw new IOException("there is no " + what + " '" + name + "'");
  }

  String userName(int id) throws IOException {
    return name("etc/passwd", 7, id);
  }

  String groupName(int id) throws IOException {
    return name("etc/group", 4, id);
  }

  private String name(String file, int fields, int id) throws IOException {
    for (String[] f : lines(file, fields)) {
      if (f[2].equals(Integer.toString(id))) {
        return f[0];
      }
    }
    return Integer.toString(id);
  }

  private List<String[]> lines(String name, int fields) throws IOException {
    Path file = root.resolve(name);
    List<String[]> lines = new ArrayList<>();
    if (!Files.exists(file)) {
      return lines;
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
    }
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      String[] f = line.split(":", -1);
      if (f.length == fields
          && f[2].matches("\\d{1,9}")
          && (fields < 7 || f[3].matches("\\d{1,9}"))) {
        lines.add(f);
      }
    }
    return lines;
  }
}
