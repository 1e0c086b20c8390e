package io.cade.image.boot;

import io.cade.image.PackageBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Builds a boot image: the same input gives the same bytes, whatever times, order and locale the
 * machine has (Ed25519 signatures are deterministic, RFC 8032 §5.1.6). Files are streamed. Not
 * thread-safe.
 */
public final class ImageBuilder {
  private final String name;
  private final String version;
  private final long build;
  private final Instant created;
  private final String architecture;
  private final PackageBuilder content;
  private final List<Description.PartEntry> parts = new ArrayList<>();
  private long minimumBuild;
  private int initrds;

  /**
   * @param created part of the input, cut to seconds
   * @param architecture {@code x86_64} or {@code aarch64}
   */
  public ImageBuilder(
      String name, String version, long build, Instant created, String architecture) {
    this.name = name;
    this.version = version;
    this.build = build;
    this.created = created;
    this.architecture = architecture;
    this.content = new PackageBuilder(name, version, Description.KIND, build, created);
  }

  /**
   * What came out.
   *
   * @param digest of the whole file
   * @param bytes size of the file
   */
  public record Built(BootImage image, String digest, long bytes) {}

  public ImageBuilder kernel(Path file) {
    return part(PartRole.KERNEL, "kernel", file);
  }

  /** Adds an initial file system; they are loaded in the order in which they are added. */
  public ImageBuilder initrd(Path file) {
    return part(PartRole.INITRD, String.format(Locale.ROOT, "initrd/%02d", initrds++), file);
  }

  public ImageBuilder rootfs(Path file) {
    return part(PartRole.ROOTFS, "rootfs", file);
  }

  /** Adds a network boot program under the name by which firmware asks for it. */
  public ImageBuilder loader(String fileName, Path file) {
    return part(PartRole.LOADER, "loader/" + fileName, file);
  }

  /**
   * Sets the kernel's command line.
   *
   * @throws IllegalArgumentException when it is not one line of printable ASCII of at most {@value
   *     BootImageLimits#MAX_COMMAND_LINE} characters
   */
  public ImageBuilder commandLine(String line) {
    if (line.length() > BootImageLimits.MAX_COMMAND_LINE
        || line.chars().anyMatch(c -> c < 0x20 || c > 0x7e)) {
      throw new IllegalArgumentException(
          "a kernel's command line is one line of printable ASCII of at most "
              + BootImageLimits.MAX_COMMAND_LINE
              + " characters");
    }
    content.file("cmdline", line.getBytes(StandardCharsets.US_ASCII));
    parts.add(new Description.PartEntry(PartRole.CMDLINE, "cmdline"));
    return this;
  }

  /** Forbids images of a lower build once this one has proven good. */
  public ImageBuilder minimumBuild(long lowest) {
    minimumBuild = lowest;
    return this;
  }

  private ImageBuilder part(PartRole role, String path, Path file) {
    content.file(path, file);
    parts.add(new Description.PartEntry(role, path));
    return this;
  }

  /**
   * Writes the image, replacing the target as a whole.
   *
   * @throws IOException when an input cannot be read, changes meanwhile or the image would not be
   *     accepted; or the target cannot be written
   */
  public Built write(Path target, ImageSigner signer) throws IOException {
    parts.sort(Comparator.comparing(Description.PartEntry::path));
    Description description =
        new Description(Description.FORMAT, architecture, minimumBuild, parts);
    byte[] json = description.encode();
    content.file(Description.FILE, json);
    Path fresh = Files.createTempFile(target.toAbsolutePath().getParent(), ".image", ".tmp");
    try {
      PackageBuilder.Built built = CertifiedPackage.write(content, fresh, signer);
      BootImage image = Description.image(built.manifest(), json);
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
      return new Built(image, built.digest(), built.bytes());
    } catch (Description.Refused e) {
      throw new IOException("cannot build image " + name + " " + version + ": " + e.reason(), e);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  @Override
  public String toString() {
    return "ImageBuilder[" + name + " " + version + " " + build + " " + created + "]";
  }
}
