package io.cade.agent.debian;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.PackageItem;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Packages by dpkg-query(1) and apt-get(8), always with their exact version. A version that could
 * not be put back (no repository has it, nor {@code /var/cache/apt/archives}) is not replaced.
 * Packages that came along as dependencies stay. Below another root, dpkg(1) alone installs from
 * that root's archives.
 */
final class PackageFunctions implements ItemFunctions<PackageItem> {
  private static final String INTERRUPTED = "dpkg --configure -a";

  /** How long lists of packages are an answer, after they were fetched. */
  private static final Duration FRESH = Duration.ofMinutes(5);

  /** How long it is not tried again after they could not be fetched: a model has many packages. */
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final Path root;
  private final boolean live;
  private final Programs programs;
  private final LongSupplier nanos;

  // As read last: a look at 60 packages is one program, and none while nothing has changed.
  private Map<String, String> installed = Map.of();
  private @Nullable FileTime asOf;

  // When the lists of packages may be fetched next; null before the first time.
  private @Nullable Long nextFetch;
  private String fetchTrouble = "";

  /**
   * @param live whether the root is the one that runs
   * @param nanos monotonic, as {@link System#nanoTime}
   */
  PackageFunctions(Path root, boolean live, Programs programs, LongSupplier nanos) {
    this.root = root;
    this.live = live;
    this.programs = programs;
    this.nanos = nanos;
  }

  @Override
  public void check(PackageItem wanted) throws IOException, InterruptedException {
    if (wanted.name().endsWith("-") || wanted.name().endsWith(".")) {
      throw new IOException("'" + wanted.name() + "' is no name of a package");
    }
    String now = installed().get(wanted.name());
    if (now != null && (wanted.version().isEmpty() || wanted.version().equals(now))) {
      return;
    }
    List<String> versions = versions(wanted);
    if (!isToBeHad(versions, wanted.version())) {
      throw new IOException(
          "there is no "
              + (wanted.version().isEmpty() ? "package " : "version " + wanted.version() + " of ")
              + wanted.name()
              + (versions.isEmpty() ? "" : "; there are " + String.join(", ", versions))
              + (fetchTrouble.isEmpty()
                  ? ""
                  : "; the lists of packages could not be fetched: " + fetchTrouble));
    }
    if (now != null && !versions.contains(now)) {
      throw new IOException(
          "version "
              + now
              + ", which is there now, could not be put back: neither a repository nor"
              + " /var/cache/apt/archives has it");
    }
  }

  private static boolean isToBeHad(List<String> versions, String wanted) {
    return wanted.isEmpty() ? !versions.isEmpty() : versions.contains(wanted);
  }

  /** Versions to be had, the newest of the repositories first. */
  private List<String> versions(PackageItem wanted) throws IOException, InterruptedException {
    List<String> versions = known(wanted.name());
    if (live && !isToBeHad(versions, wanted.version()) && fetch()) {
      versions = known(wanted.name());
    }
    return versions;
  }

  /**
   * Has the lists of packages fetched, unless that was only just done: a repository may have got
   * what is wanted since.
   *
   * @return whether it was tried: also of several repositories that failed, one may be new
   */
  private boolean fetch() throws InterruptedException {
    long now = nanos.getAsLong();
    if (nextFetch != null && now - nextFetch < 0) {
      return false;
    }
    try {
      String _ = programs.must(List.of("apt-get", "-q", "update"), "", Programs.LONG);
      fetchTrouble = "";
    } catch (IOException e) {
      fetchTrouble = String.valueOf(e.getMessage());
    }
    nextFetch = nanos.getAsLong() + (fetchTrouble.isEmpty() ? FRESH : PAUSE).toNanos();
    return true;
  }

  private List<String> known(String name) throws IOException, InterruptedException {
    List<String> versions = new ArrayList<>();
    if (live) {
      versions.addAll(offered(name));
    }
    for (Path archive : archives(name)) {
      String version = versionOf(archive);
      if (!versions.contains(version)) {
        versions.add(version);
      }
    }
    return versions;
  }

  private List<String> offered(String name) throws IOException, InterruptedException {
    Programs.Said said = programs.look("apt-cache", "madison", name);
    return said.text()
        .lines()
        .map(line -> line.split("\\|", -1))
        .filter(f -> f.length >= 3 && f[0].strip().equals(name))
        .map(f -> f[1].strip())
        .distinct()
        .toList();
  }

  private List<Path> archives(String name) throws IOException {
    List<Path> found = new ArrayList<>();
    Path folder = root.resolve("var/cache/apt/archives");
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, name + "_*.deb")) {
        all.forEach(found::add);
      }
    }
    return found;
  }

  /** {@code NAME_VERSION_ARCHITECTURE.deb}, with the colon of an epoch written as %3a. */
  private static String versionOf(Path archive) {
    String[] parts = String.valueOf(archive.getFileName()).split("_", -1);
    return parts.length == 3 ? parts[1].replace("%3a", ":") : "";
  }

  private synchronized Map<String, String> installed() throws IOException, InterruptedException {
    Path status = root.resolve("var/lib/dpkg/status");
    FileTime changed = Files.exists(status) ? Files.getLastModifiedTime(status) : null;
    if (changed == null) {
      return Map.of();
    }
    if (!changed.equals(asOf)) {
      List<String> words = new ArrayList<>(List.of("dpkg-query"));
      if (!live) {
        words.add("--admindir=" + root.resolve("var/lib/dpkg"));
      }
      words.addAll(List.of("-W", "-f", "${db:Status-Abbrev}\t${Package}\t${Version}\n"));
      String text = programs.must(words, "", Programs.SHORT);
      Map<String, String> all = new TreeMap<>();
      for (String line : text.lines().toList()) {
        String[] f = line.split("\t", -1);
        if (f.length == 3 && f[0].startsWith("ii")) {
          all.put(f[1], f[2]);
        }
      }
      installed = all;
      asOf = changed;
    }
    return installed;
  }

  @Override
  public DeviceItem look(String name) throws IOException, InterruptedException {
    String version = installed().get(name);
    return version == null ? new AbsentItem("package:" + name) : new PackageItem(name, version);
  }

  /** Inventory. */
  List<PackageItem> all() throws IOException, InterruptedException {
    return installed().entrySet().stream()
        .map(e -> new PackageItem(e.getKey(), e.getValue()))
        .toList();
  }

  @Override
  public void change(PackageItem wanted) throws IOException, InterruptedException {
    String now = installed().get(wanted.name());
    if (now != null && (wanted.version().isEmpty() || wanted.version().equals(now))) {
      return;
    }
    List<String> versions = versions(wanted);
    if (!isToBeHad(versions, wanted.version())) {
      throw new IOException("there is no " + wanted.name() + " " + wanted.version());
    }
    String version = wanted.version().isEmpty() ? versions.getFirst() : wanted.version();
    Path archive =
        archives(wanted.name()).stream()
            .filter(a -> versionOf(a).equals(version))
            .findFirst()
            .orElse(null);
    if (!live) {
      if (archive == null) {
        throw new IOException("there is no archive of it below " + root);
      }
      manage(List.of("dpkg", "--root=" + root, "--install", archive.toString()));
      return;
    }
    boolean isOffered = offered(wanted.name()).contains(version);
    List<String> words =
        new ArrayList<>(
            List.of(
                "apt-get",
                "-q",
                "-y",
                "--no-install-recommends",
                "--allow-downgrades",
                // Whatever would have to go for it is not this command's to remove.
                "--no-remove",
                "-o",
                "Dpkg::Options::=--force-confold",
                "-o",
                "DPkg::Lock::Timeout=60",
                "install"));
    words.add(isOffered || archive == null ? wanted.name() + "=" + version : archive.toString());
    manage(words);
  }

  @Override
  public void remove(String name) throws IOException, InterruptedException {
    if (!installed().containsKey(name)) {
      return;
    }
    if (live) {
      removesNothingElse(name);
    }
    manage(
        live
            ? List.of("apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=60", "purge", name)
            : List.of("dpkg", "--root=" + root, "--purge", name));
  }

  private void removesNothingElse(String name) throws IOException, InterruptedException {
    String plan = programs.must(List.of("apt-get", "-q", "-s", "purge", name), "", Programs.SHORT);
    List<String> others =
        plan.lines()
            .filter(line -> line.startsWith("Remv ") || line.startsWith("Purg "))
            .map(line -> line.split(" ", -1)[1].replaceAll(":.*", ""))
            .filter(other -> !other.equals(name))
            .distinct()
            .toList();
    if (!others.isEmpty()) {
      throw new IOException("others need it and would go too: " + String.join(", ", others));
    }
  }

  /**
   * Runs a package manager; one that was interrupted before, by a power cut, is put right first.
   */
  private void manage(List<String> words) throws IOException, InterruptedException {
    Programs.Said said = programs.run(words, "", Programs.LONG);
    if (!said.well() && said.text().contains(INTERRUPTED)) {
      List<String> repair = new ArrayList<>(List.of("dpkg"));
      if (!live) {
        repair.add("--root=" + root);
      }
      repair.addAll(List.of("--force-confold", "--configure", "-a"));
      String _ = programs.must(repair, "", Programs.LONG);
      said = programs.run(words, "", Programs.LONG);
    }
    asOf = null;
    if (!said.well()) {
      throw new IOException(words.getFirst() + ": " + said.cause());
    }
  }
}
