package io.cade.engine.images;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.boottree.BootFile;
import io.cade.engine.boottree.BootFileSource;
import io.cade.engine.boottree.BootImage;
import io.cade.engine.boottree.ImageStore;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.StoredImage;
import io.cade.image.Digests;
import io.cade.image.PackageReader;
import io.cade.image.boot.ImageCheck;
import io.cade.image.boot.ImageReader;
import io.cade.image.boot.PartRole;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images on the engine's disk, each unpacked in a folder of its digest's name, and what cards
 * get of them. An image is known only when the model says so: what is in the folder without that is
 * the leftover of a crash. Thread-safe; importing blocks.
 */
public final class ImageCatalogue implements ImageStore, BootFileSource {
  private static final Logger LOG = LoggerFactory.getLogger(ImageCatalogue.class);
  private static final String UPLOAD = ".upload-";

  /** For the scripts of the image: by what it was booted, and from where it gets the rest. */
  private static final String HANDED_ON = "BOOTIF=01-${netX/mac:hexhyp} cade.boot=${base}";

  private final Path root;
  private final Supplier<Cabinet> current;
  private final X509Certificate authority;
  private final InstantSource clock;

  private ImageCatalogue(
      Path root, Supplier<Cabinet> current, X509Certificate authority, InstantSource clock) {
    this.root = root;
    this.current = current;
    this.authority = authority;
    this.clock = clock;
  }

  /** What an upload turned out to be. */
  public sealed interface Import {
    /**
     * Unpacked and durable under its digest, not yet known to the model.
     *
     * @param digest of the image's file
     */
    record Unpacked(String digest, io.cade.image.boot.BootImage image, String signer)
        implements Import {}

    /** Not an image of this module. */
    record Rejected(String reason) implements Import {}
  }

  /**
   * Opens the catalogue, making its folder the first time and clearing leftovers.
   *
   * @param current newest durable state
   * @param authority certificate through which signers are checked
   * @throws IOException when the folder cannot be read or written
   */
  public static ImageCatalogue open(
      Path root, Supplier<Cabinet> current, X509Certificate authority, InstantSource clock)
      throws IOException {
    var closed = PosixFilePermissions.fromString("rwx------");
    Files.createDirectories(root, PosixFilePermissions.asFileAttribute(closed));
    ImageCatalogue catalogue = new ImageCatalogue(root, current, authority, clock);
    catalogue.clear();
    return catalogue;
  }

  private void clear() throws IOException {
    Cabinet cabinet = current.get();
    List<Path> found;
    try (Stream<Path> list = Files.list(root)) {
      found = list.toList();
    }
    for (Path each : found) {
      if (!cabinet.images().containsKey("sha256:" + each.getFileName())) {
        PackageReader.deleteTree(each);
      }
    }
    for (StoredImage image : cabinet.images().values()) {
      if (!Files.isDirectory(folder(image.digest()))) {
        LOG.error(
            "image {} {} is not on the disk any more; import it again",
            image.name(),
            image.version());
      }
    }
  }

  /** A new empty file for an upload, to be given to {@link #unpack} and then deleted. */
  public Path newUpload() throws IOException {
    return Files.createTempFile(root, UPLOAD, "");
  }

  /**
   * Checks an upload and unpacks it. Blocks for the time of reading it three times.
   *
   * @throws IOException when the disk fails
   */
  public Import unpack(Path upload) throws IOException {
    String digest = Digests.of(upload);
    Path folder = folder(digest);
    if (Files.isDirectory(folder)) {
      // Known, or left by a transaction that was refused: cheap to do again, and then certain.
      if (current.get().images().containsKey(digest)) {
        return outcome(digest, ImageReader.show(upload));
      }
      PackageReader.deleteTree(folder);
    }
    ImageCheck check = ImageReader.unpack(upload, List.of(authority), clock.instant(), folder);
    if (check instanceof ImageCheck.Accepted) {
      makeDurable(folder);
    }
    return outcome(digest, check);
  }

  private static Import outcome(String digest, ImageCheck check) {
    return switch (check) {
      case ImageCheck.Accepted a -> new Import.Unpacked(digest, a.image(), a.signer());
      case ImageCheck.Rejected r -> new Import.Rejected(r.reason());
    };
  }

  private void makeDurable(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      force(path);
    }
    force(root);
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      channel.force(true);
    }
  }

  /**
   * Deletes an image that the model does not know any more.
   *
   * @throws IOException when it cannot be deleted
   */
  void discard(String digest) throws IOException {
    if (!current.get().images().containsKey(digest)) {
      PackageReader.deleteTree(folder(digest));
    }
  }

  @Override
  public Optional<Path> part(String sha256) {
    String wanted = "sha256:" + sha256;
    for (StoredImage image : current.get().images().values()) {
      for (StoredImage.Part part : image.parts()) {
        if (part.sha256().equals(wanted)) {
          return Optional.of(path(image, part));
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<BootImage> imageOf(CardPosition position) {
    Cabinet cabinet = current.get();
    return cabinet
        .slotImage(position)
        .map(slot -> cabinet.images().get(slot.next()))
        .or(this::used)
        .map(this::described);
  }

  /** An image by its digest, for a loader. */
  Optional<BootImage> described(String digest) {
    return Optional.ofNullable(current.get().images().get(digest)).map(this::described);
  }

  /**
   * Serves the network boot programs of the image in use under their names. They come from there
   * for all cards: an image on trial is a kernel and what it loads, not what loads it.
   */
  @Override
  public Optional<BootFile> open(CardPosition position, String name) throws IOException {
    StoredImage image = used().orElse(null);
    if (image == null) {
      return Optional.empty();
    }
    for (StoredImage.Part part : parts(image, PartRole.LOADER)) {
      if (part.path().equals("loader/" + name)) {
        return Optional.of(BootFile.of(path(image, part), Digests.hex(part.sha256())));
      }
    }
    return Optional.empty();
  }

  /** All slots take the same kind of card; should two architectures be in use, the usual one. */
  private Optional<StoredImage> used() {
    return current.get().images().values().stream()
        .filter(StoredImage::used)
        .max(Comparator.comparing(StoredImage::architecture));
  }

  private BootImage described(StoredImage image) {
    return new BootImage(
        image.name(),
        image.version(),
        Digests.hex(parts(image, PartRole.KERNEL).getFirst().sha256()),
        parts(image, PartRole.INITRD).stream().map(p -> Digests.hex(p.sha256())).toList(),
        (commandLine(image) + " " + HANDED_ON).strip());
  }

  private String commandLine(StoredImage image) {
    List<StoredImage.Part> parts = parts(image, PartRole.CMDLINE);
    if (parts.isEmpty()) {
      return "";
    }
    try {
      return Files.readString(path(image, parts.getFirst()), StandardCharsets.US_ASCII).strip();
    } catch (IOException e) {
      LOG.error("command line of image {} {} is lost", image.name(), image.version(), e);
      return "";
    }
  }

  private static List<StoredImage.Part> parts(StoredImage image, PartRole role) {
    return image.parts().stream().filter(p -> p.role().equals(role.word())).toList();
  }

  private Path path(StoredImage image, StoredImage.Part part) {
    return folder(image.digest()).resolve("content").resolve(part.path());
  }

  private Path folder(String digest) {
    return root.resolve(Digests.hex(digest));
  }
}
