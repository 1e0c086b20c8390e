package io.cade.engine.cli;

import io.cade.image.Digests;
import io.cade.image.PackageReader;
import io.cade.image.blade.BladeSystem;
import io.cade.image.blade.KernelPackage;
import io.cade.image.boot.ImageBuilder;
import io.cade.image.boot.ImageCheck;
import io.cade.image.boot.ImageReader;
import io.cade.image.boot.ImageSigner;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParseResult;

/** What can be done with an image's file without an engine. Used by one thread. */
final class ImageDesk {
  private static final String DEFAULT_PACKAGE = "linux-image-amd64";

  /** iPXE of Debian's package: for BIOS, for UEFI, for UEFI with the firmware's own driver. */
  private static final List<Path> USUAL_LOADERS =
      List.of(
          Path.of("/usr/lib/ipxe/undionly.kpxe"),
          Path.of("/usr/lib/ipxe/ipxe.efi"),
          Path.of("/usr/lib/ipxe/snponly.efi"));

  private final Surroundings surroundings;
  private final Path state;

  /**
   * @param state directory in which signer and authority are looked for
   */
  ImageDesk(Surroundings surroundings, Path state) {
    this.surroundings = surroundings;
    this.state = state;
  }

  /** What the file says of itself, as the API would. */
  String show(Path file) throws CommandFailure {
    try {
      return switch (ImageReader.show(file)) {
        case ImageCheck.Rejected r ->
            throw new CommandFailure(ExitCode.FAILED, file + " is no boot image: " + r.reason());
        case ImageCheck.Accepted a ->
            ImageJson.of(file, a.image(), Digests.of(file), a.signer(), false);
      };
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** The same once it is proven. */
  String verify(ParseResult leaf, Path file) throws CommandFailure {
    List<X509Certificate> authorities = authorities(leaf);
    try {
      return switch (ImageReader.verify(file, authorities, surroundings.clock().instant())) {
        case ImageCheck.Rejected r ->
            throw new CommandFailure(ExitCode.FAILED, file + " must not be used: " + r.reason());
        case ImageCheck.Accepted a ->
            ImageJson.of(file, a.image(), Digests.of(file), a.signer(), true);
      };
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  List<X509Certificate> authorities(ParseResult leaf) throws CommandFailure {
    Path file = optional(leaf, ImageTree.CA).orElse(state.resolve("authority-certificate.pem"));
    if (!leaf.hasMatchedOption(ImageTree.CA) && Files.exists(state.resolve("endpoints.json"))) {
      file = Engine.find(state).authorityFile();
    }
    if (!Files.exists(file) && !leaf.hasMatchedOption(ImageTree.CA)) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "there is no "
              + file
              + " to check against; name the authority's certificate with --ca FILE, or the"
              + " engine's state directory with --state DIR");
    }
    try {
      List<X509Certificate> found = new ArrayList<>();
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      for (var each :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)))) {
        found.add((X509Certificate) each);
      }
      if (found.isEmpty()) {
        throw new CertificateException("none");
      }
      return found;
    } catch (CertificateException e) {
      throw new CommandFailure(ExitCode.FAILED, file + " holds no certificate in PEM");
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Builds an image; answers with what it is, as the API would. */
  String build(ParseResult leaf) throws CommandFailure {
    boolean profile = leaf.hasMatchedOption(ImageTree.PROFILE);
    String named = leaf.matchedOptionValue(ImageTree.PROFILE, "");
    if (profile && !named.equals("blade")) {
      throw usage("there is no profile '" + named + "'; there is blade");
    }
    if (!profile && !leaf.hasMatchedOption(ImageTree.KERNEL)) {
      throw usage("an image needs --profile blade or --kernel FILE");
    }
    if (profile
        && leaf.hasMatchedOption(ImageTree.KERNEL)
        && !leaf.hasMatchedOption(ImageTree.MODULES)) {
      throw usage("--kernel with a profile needs its drivers: --modules DIR");
    }
    Path out = path(leaf.matchedOptionValue(ImageTree.OUT, ""));
    Path folder = Optional.ofNullable(out.toAbsolutePath().getParent()).orElse(out);
    if (!Files.isDirectory(folder)) {
      throw new CommandFailure(ExitCode.FAILED, "there is no folder " + folder + " for --out");
    }
    Instant created = created(leaf);
    long build = leaf.matchedOptionValue(ImageTree.BUILD, created.getEpochSecond());
    ImageSigner signer = signer(leaf);
    ImageBuilder image =
        new ImageBuilder(
                leaf.matchedOptionValue(ImageTree.NAME, ""),
                leaf.matchedOptionValue(ImageTree.VERSION, ""),
                build,
                created,
                architecture(leaf))
            .minimumBuild(leaf.matchedOptionValue(ImageTree.MINIMUM_BUILD, 0L));
    Path scratch = null;
    try {
      scratch = Files.createTempDirectory(folder, ".cade-image-");
      if (profile) {
        blade(leaf, image, created, build, scratch);
      } else {
        image.kernel(input(leaf.matchedOptionValue(ImageTree.KERNEL, "")));
      }
      for (String initrd : all(leaf, ImageTree.INITRD)) {
        image.initrd(input(initrd));
      }
      if (leaf.hasMatchedOption(ImageTree.ROOTFS)) {
        image.rootfs(input(leaf.matchedOptionValue(ImageTree.ROOTFS, "")));
      }
      String line =
          leaf.matchedOptionValue(ImageTree.CMDLINE, profile ? BladeSystem.COMMAND_LINE : "");
      if (!line.isEmpty()) {
        image.commandLine(line);
      }
      for (Path loader : loaders(leaf, profile)) {
        image.loader(loader.getFileName().toString(), loader);
      }
      progress("writing and signing " + out);
      ImageBuilder.Built built = image.write(out, signer);
      return ImageJson.of(
          out,
          built.image(),
          built.digest(),
          signer.chain().getFirst().getSubjectX500Principal().getName(),
          true);
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "no image was built: " + words(e));
    } finally {
      discard(scratch);
    }
  }

  private void blade(
      ParseResult leaf, ImageBuilder image, Instant created, long build, Path scratch)
      throws IOException, CommandFailure {
    KernelPackage kernel;
    if (leaf.hasMatchedOption(ImageTree.KERNEL)) {
      kernel =
          new KernelPackage(
              input(leaf.matchedOptionValue(ImageTree.KERNEL, "")),
              path(leaf.matchedOptionValue(ImageTree.MODULES, "")));
    } else {
      Path cache =
          optional(leaf, ImageTree.CACHE)
              .orElse(path(surroundings.properties().getOrDefault("cade.home", "."), ".cade"))
              .resolve("kernels");
      kernel =
          KernelPackage.fetch(
              leaf.matchedOptionValue(ImageTree.KERNEL_PACKAGE, DEFAULT_PACKAGE),
              cache,
              this::progress);
    }
    Path initrd = scratch.resolve("initrd");
    BladeSystem.write(
        new BladeSystem.Ingredients(
            kernel.modules(),
            path(surroundings.properties().getOrDefault("java.home", "")),
            optional(leaf, ImageTree.BUSYBOX).orElse(Path.of("/bin/busybox")),
            classPath()),
        new BladeSystem.Label(
            leaf.matchedOptionValue(ImageTree.NAME, ""),
            leaf.matchedOptionValue(ImageTree.VERSION, ""),
            build,
            created),
        scratch,
        this::progress,
        initrd);
    image.kernel(kernel.kernel()).initrd(initrd);
  }

  private List<Path> classPath() {
    return Stream.of(
            surroundings.properties().getOrDefault("java.class.path", "").split(File.pathSeparator))
        .map(Path::of)
        .filter(p -> p.toString().endsWith(".jar"))
        .toList();
  }

  private List<Path> loaders(ParseResult leaf, boolean profile) throws CommandFailure {
    List<Path> found = new ArrayList<>();
    for (String each : all(leaf, ImageTree.LOADER)) {
      found.add(input(each));
    }
    if (found.isEmpty() && profile) {
      USUAL_LOADERS.stream().filter(Files::isRegularFile).forEach(found::add);
      if (found.isEmpty()) {
        progress(
            "no iPXE in /usr/lib/ipxe: cards whose firmware has none cannot boot this image;"
                + " install the package ipxe or name a loader with --loader");
      }
    }
    return found;
  }

  ImageSigner signer(ParseResult leaf) throws CommandFailure {
    Path demonstration = state.resolve("engine/pki/image-signer.pem");
    Path file =
        optional(leaf, ImageTree.KEY)
            .orElse(
                Files.exists(demonstration)
                    ? demonstration
                    : state.resolve("pki/image-signer.pem"));
    try {
      return ImageSigner.load(file);
    } catch (NoSuchFileException e) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "there is no signer's key "
              + file
              + "; name one with --key FILE, or the engine's state directory with --state DIR");
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private Instant created(ParseResult leaf) throws CommandFailure {
    String text =
        leaf.matchedOptionValue(
            ImageTree.CREATED, surroundings.environment().getOrDefault("SOURCE_DATE_EPOCH", ""));
    if (text.isEmpty()) {
      return Instant.ofEpochSecond(surroundings.clock().instant().getEpochSecond());
    }
    try {
      return text.matches("\\d{1,11}")
          ? Instant.ofEpochSecond(Long.parseLong(text))
          : Instant.ofEpochSecond(Instant.parse(text).getEpochSecond());
    } catch (DateTimeException e) {
      throw usage(
          "'" + text + "' is no instant; 2026-01-31T12:00:00Z or seconds since 1970 are meant");
    }
  }

  private String architecture(ParseResult leaf) {
    String own = surroundings.properties().getOrDefault("os.arch", "");
    return leaf.matchedOptionValue(ImageTree.ARCHITECTURE, own.equals("amd64") ? "x86_64" : own);
  }

  private static List<String> all(ParseResult leaf, String option) {
    return List.of(leaf.matchedOptionValue(option, new String[0]));
  }

  private static Optional<Path> optional(ParseResult leaf, String option) throws CommandFailure {
    return leaf.hasMatchedOption(option)
        ? Optional.of(path(leaf.matchedOptionValue(option, "")))
        : Optional.empty();
  }

  private static Path input(String text) throws CommandFailure {
    Path file = path(text);
    if (!Files.isRegularFile(file)) {
      throw new CommandFailure(
          ExitCode.FAILED,
          file + (Files.exists(file) ? " is not a plain file" : " does not exist"));
    }
    return file;
  }

  private static Path path(String first, String... more) throws CommandFailure {
    try {
      return Path.of(first, more);
    } catch (InvalidPathException e) {
      throw usage("'" + first + "' is no path");
    }
  }

  private void progress(String what) {
    surroundings.err().print("image: " + Words.printable(what) + "\n");
    surroundings.err().flush();
  }

  private static CommandFailure usage(String what) {
    return new CommandFailure(ExitCode.USAGE, what);
  }

  static CommandFailure unreadable(Path file, IOException e) {
    return new CommandFailure(
        ExitCode.FAILED,
        Files.notExists(file) ? file + " does not exist" : file + " cannot be read: " + words(e));
  }

  private static String words(IOException e) {
    return e instanceof NoSuchFileException
        ? e.getMessage() + " does not exist"
        : String.valueOf(e.getMessage());
  }

  private static void discard(@Nullable Path folder) {
    if (folder != null) {
      try {
        PackageReader.deleteTree(folder);
      } catch (IOException e) {
        // Rubbish beside the image; the command's own outcome is what counts.
      }
    }
  }
}
