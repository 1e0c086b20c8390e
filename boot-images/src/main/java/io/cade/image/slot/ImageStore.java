package io.cade.image.slot;

import io.cade.image.Digests;
import io.cade.image.boot.BootImage;
import io.cade.image.boot.ImageCheck;
import io.cade.image.boot.ImageReader;
import io.cade.image.slot.SlotContent.Standing;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A card's image store: images in files named by their digest, and the {@link SlotFile} that says
 * which of them is in which slot. An image is complete and durable before a slot names it, so that
 * a power cut at any moment leaves a slot with the old image or with the new one. One user at a
 * time; not thread-safe.
 */
public final class ImageStore {
  private static final String SUFFIX = ".img";

  private final Path folder;

  /**
   * @param folder is made when something is stored
   */
  public ImageStore(Path folder) {
    this.folder = folder;
  }

  /** What a card booted from a slot. */
  public record Booted(Slot slot, BootImage image, Path file) {}

  /** The state as it is on the medium. */
  public SlotState state() throws IOException {
    return new SlotFile(folder).load();
  }

  /** Where an image is put before it is given to {@link #stage}; replaced when it is there. */
  public Path incoming(String digest) throws IOException {
    Files.createDirectories(folder);
    return folder.resolve(".incoming-" + Digests.hex(digest));
  }

  /** The slot that holds an image and may still boot it. */
  public Optional<Slot> slotOf(String digest) throws IOException {
    return slotOf(state(), digest);
  }

  private static Optional<Slot> slotOf(SlotState state, String digest) {
    return Stream.of(Slot.values())
        .filter(s ->
            state
                .content(s)
                .filter(c -> c.digest().equals(digest) && c.standing() != Standing.BAD)
                .isPresent())
        .findFirst();
  }

  /**
   * Checks an image and puts it into the slot that does not run, for one boot on trial.
   *
   * @param file of {@link #incoming}; it is gone afterwards
   * @throws IOException when it must not be used or cannot be stored; nothing is changed then
   */
  public void stage(
      String digest,
      Path file,
      Collection<X509Certificate> authorities,
      Instant now,
      Optional<String> permit)
      throws IOException {
    try {
      SlotFile slots = new SlotFile(folder);
      SlotState state = slots.load();
      if (slotOf(state, digest).isPresent()) {
        return;
      }
      if (!Digests.of(file).equals(digest)) {
        throw new IOException("what was fetched is not the image " + digest);
      }
      BootImage image =
          switch (ImageReader.verify(file, authorities, now)) {
            case ImageCheck.Rejected r ->
                throw new IOException("the image is refused: " + r.reason());
            case ImageCheck.Accepted a -> a.image();
          };
      SlotState.Installation installation =
          state.install(
              digest,
              image.version(),
              image.build(),
              image.minimumBuild(),
              1,
              permit.map(reason ->
                  new SlotState.DowngradePermit(
                      "engine", reason, image.build(), now.getEpochSecond())));
      switch (installation) {
        case SlotState.Installation.Refused r -> throw new IOException(r.reason());
        case SlotState.Installation.Allowed a -> {
          force(file);
          Files.move(file, file(digest), StandardCopyOption.ATOMIC_MOVE);
          force(folder);
          slots.store(a.next());
          tidy(a.next());
        }
      }
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /**
   * Decides at power-on; an attempt is on record before it is made. A damaged image is bad.
   *
   * @return empty when nothing here may be booted: the card boots from the network
   */
  public Optional<Booted> powerOn() throws IOException {
    SlotFile slots = new SlotFile(folder);
    SlotState state = slots.load();
    if (state.equals(SlotState.empty())) {
      return Optional.empty();
    }
    while (true) {
      switch (state.boot()) {
        case SlotState.Boot.Nothing n -> {
          slots.store(n.next());
          return Optional.empty();
        }
        case SlotState.Boot.From from -> {
          slots.store(from.next());
          Booted booted = load(from.slot(), from.next());
          if (booted != null) {
            return Optional.of(booted);
          }
          state = from.next().markBad(from.slot());
          slots.store(state);
        }
      }
    }
  }

  private @Nullable Booted load(Slot slot, SlotState state) throws IOException {
    String digest = state.content(slot).orElseThrow().digest();
    Path file = file(digest);
    if (!Files.exists(file) || !Digests.of(file).equals(digest)) {
      return null;
    }
    return ImageReader.show(file) instanceof ImageCheck.Accepted a
        ? new Booted(slot, a.image(), file)
        : null;
  }

  /**
   * The image that runs stays.
   *
   * @throws IOException when another one runs, or it cannot be stored
   */
  public void markGood(String digest) throws IOException {
    SlotFile slots = new SlotFile(folder);
    SlotState state = slots.load();
    Slot booted = state.booted();
    if (booted == null
        || !state.content(booted).map(SlotContent::digest).equals(Optional.of(digest))) {
      throw new IOException("another image runs on this card than the one to be marked good");
    }
    SlotState good = state.markGood();
    if (!good.equals(state)) {
      slots.store(good);
    }
  }

  /**
   * Takes an image back: it is never booted again.
   *
   * @param reason on whose behalf, and why
   * @return whether it is the one that runs, so that the card has to restart
   */
  public boolean withdraw(String digest, String reason, Instant now) throws IOException {
    SlotFile slots = new SlotFile(folder);
    SlotState state = slots.load();
    // Bad or not: a card that runs what was taken back has to restart.
    Slot running = state.booted();
    boolean runs =
        running != null
            && state.content(running).map(SlotContent::digest).equals(Optional.of(digest));
    Slot slot = slotOf(state, digest).orElse(null);
    if (slot != null) {
      slots.store(state.withdraw(slot, "engine", reason, now.getEpochSecond()));
    }
    return runs;
  }

  private void tidy(SlotState state) throws IOException {
    Set<Path> kept = new HashSet<>();
    for (Slot slot : Slot.values()) {
      state.content(slot).ifPresent(c -> kept.add(file(c.digest())));
    }
    List<Path> found;
    try (Stream<Path> list = Files.list(folder)) {
      found = list.filter(p -> p.toString().endsWith(SUFFIX)).toList();
    }
    for (Path each : found) {
      if (!kept.contains(each)) {
        Files.delete(each);
      }
    }
  }

  private Path file(String digest) {
    return folder.resolve(Digests.hex(digest) + SUFFIX);
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
