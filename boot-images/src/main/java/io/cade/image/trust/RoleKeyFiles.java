package io.cade.image.trust;

import io.cade.image.PackageKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Private keys of a repository's roles in a folder, one PEM file each ({@code root-1.pem}), 0600.
 * The folder may hold those of some roles only: each is to be where its owner is.
 */
public final class RoleKeyFiles {
  /** Keys of one role. */
  public static final int MAX_KEYS = 9;

  private final Path folder;

  public RoleKeyFiles(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes keys; none that are there already are touched.
   *
   * @param counts how many of each role
   * @throws IOException when there are keys of such a role already, or they cannot be written
   */
  public void make(Map<Role, Integer> counts, SecureRandom random) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (Role role : counts.keySet()) {
      if (Files.exists(file(role, 1))) {
        throw new IOException(
            "there are keys of " + role.word() + " in " + folder + " already; name another folder");
      }
    }
    for (Map.Entry<Role, Integer> each : counts.entrySet()) {
      for (int i = 1; i <= each.getValue(); i++) {
        PackageKeys.loadOrCreate(file(each.getKey(), i), random);
      }
    }
  }

  /**
   * The keys of a role; empty when the folder has none.
   *
   * @throws IOException when one cannot be read
   */
  public List<KeyPair> load(Role role) throws IOException {
    List<KeyPair> keys = new ArrayList<>();
    for (int i = 1; i <= MAX_KEYS && Files.exists(file(role, i)); i++) {
      keys.add(PackageKeys.loadOrCreate(file(role, i), new SecureRandom()));
    }
    return keys;
  }

  List<KeyPair> require(Role role) throws IOException {
    List<KeyPair> keys = load(role);
    if (keys.isEmpty()) {
      throw new IOException("there is no key of " + role.word() + " in " + folder);
    }
    return keys;
  }

  private Path file(Role role, int number) {
    return folder.resolve(role.word() + "-" + number + ".pem");
  }
}
