package io.cade.image.blade;

import io.cade.image.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Linux kernel out of Debian's packages, without installing it: fetched with {@code apt-get
 * download} into a cache at first use, checked against the digest that apt knows from its signed
 * lists, unpacked with {@code dpkg-deb}.
 *
 * @param kernel file {@code vmlinuz-VERSION}
 * @param modules folder {@code lib/modules/VERSION}
 */
public record KernelPackage(Path kernel, Path modules) {
  private static final Pattern NAME = Pattern.compile("linux-image-[a-z0-9.+-]{1,80}");
  private static final Pattern DEPENDS =
      Pattern.compile("^\\s*Depends: (linux-image-\\d[a-z0-9.+-]*)$", Pattern.MULTILINE);

  /**
   * The kernel of a package.
   *
   * @param name for example {@code linux-image-amd64} (drivers for real cards) or {@code
   *     linux-image-cloud-amd64} (smaller: virtual machines only)
   * @param cache folder of the builder, made when missing
   * @param progress told what takes long
   * @throws IOException when the package cannot be had; the message says what to do
   */
  public static KernelPackage fetch(String name, Path cache, Consumer<String> progress)
      throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IOException("'" + name + "' is not the name of a kernel's package");
    }
    String real = name.matches("linux-image-\\d.*") ? name : dependency(name);
    String facts = apt(List.of("apt-cache", "show", "--no-all-versions", real), name);
    String version = field(facts, "Version", real);
    String digest = "sha256:" + field(facts, "SHA256", real);
    Files.createDirectories(cache);
    Path unpacked = cache.resolve(real + "_" + version.replace(':', '_'));
    if (!Files.isDirectory(unpacked)) {
      Path archive = download(real, version, digest, cache, progress);
      progress.accept("unpacking " + archive.getFileName());
      Path fresh = Files.createTempDirectory(cache, ".unpack-");
      Tool.run(
          List.of("dpkg-deb", "-x", archive.toString(), fresh.toString()), Tool.Output.answer());
      Files.move(fresh, unpacked, StandardCopyOption.ATOMIC_MOVE);
      Files.delete(archive);
    }
    return found(unpacked, real);
  }

  private static KernelPackage found(Path unpacked, String name) throws IOException {
    Path modules = only(unpacked.resolve("lib/modules"), "").orElse(null);
    if (modules == null) {
      modules = only(unpacked.resolve("usr/lib/modules"), "").orElse(null);
    }
    Optional<Path> kernel = only(unpacked.resolve("boot"), "vmlinuz-");
    if (modules == null || kernel.isEmpty()) {
      throw new IOException(
          "package " + name + " in " + unpacked + " holds no kernel; delete that folder");
    }
    return new KernelPackage(kernel.get(), modules);
  }

  private static String dependency(String name) throws IOException {
    Matcher match = DEPENDS.matcher(apt(List.of("apt-cache", "depends", name), name));
    if (!match.find()) {
      throw new IOException("package " + name + " names no kernel" + advice());
    }
    return match.group(1);
  }

  private static Path download(
      String name, String version, String digest, Path cache, Consumer<String> progress)
      throws IOException {
    progress.accept("downloading the kernel's package " + name + " " + version + ", once");
    Path fresh = Files.createTempDirectory(cache, ".download-");
    try {
      // The sandbox user may not write here; the package's digest is checked below anyway.
      Tool.run(
          List.of(
              "apt-get",
              "-q",
              "-o",
              "APT::Sandbox::User=root",
              "-o",
              "Acquire::Retries=2",
              "download",
              name + "=" + version),
          Tool.Output.in(fresh));
      Path archive =
          only(fresh, name + "_")
              .orElseThrow(() -> new IOException("apt-get download " + name + " left no file"));
      if (!Digests.of(archive).equals(digest)) {
        throw new IOException("package " + name + " has another digest than apt's lists say");
      }
      return Files.move(archive, cache.resolve(name + ".deb"), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new IOException(e.getMessage() + advice(), e);
    } finally {
      try (Stream<Path> left = Files.list(fresh)) {
        for (Path each : left.toList()) {
          Files.delete(each);
        }
      }
      Files.delete(fresh);
    }
  }

  private static String apt(List<String> command, String name) throws IOException {
    try {
      return Tool.run(command, Tool.Output.answer());
    } catch (IOException e) {
      throw new IOException(
          "package " + name + " cannot be looked up (" + e.getMessage() + ")" + advice(), e);
    }
  }

  private static String advice() {
    return "; refresh the lists with apt-get update, or name a kernel with --kernel FILE and its"
        + " drivers with --modules DIR";
  }

  private static String field(String facts, String key, String name) throws IOException {
    Matcher match = Pattern.compile("^" + key + ": (\\S+)$", Pattern.MULTILINE).matcher(facts);
    if (!match.find()) {
      throw new IOException("apt does not say the " + key + " of package " + name + advice());
    }
    return match.group(1);
  }

  private static Optional<Path> only(Path folder, String prefix) throws IOException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(p -> p.getFileName().toString().startsWith(prefix)).sorted().findFirst();
    }
  }
}
