package io.cade.engine.images;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.ImageNeeds;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.StoredImage;
import io.cade.engine.operate.AuditedActions;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can be done with boot images. Each action is carried out together with its record of audit.
 * Thread-safe; stages complete exceptionally with {@link Refusal} or what the disk says.
 */
public final class ImageOperations {
  private static final Logger LOG = LoggerFactory.getLogger(ImageOperations.class);
  private static final int MAX_REASON = 256;

  private final ChangeWriter writer;
  private final AuditedActions actions;
  private final ImageCatalogue catalogue;
  private final Executor blocking;

  /**
   * @param blocking carries out what waits for the disk
   */
  public ImageOperations(ChangeWriter writer, ImageCatalogue catalogue, Executor blocking) {
    this.writer = writer;
    this.actions = new AuditedActions(writer);
    this.catalogue = catalogue;
    this.blocking = blocking;
  }

  /** All images, newest build first. */
  public List<ImageView> images() {
    Cabinet cabinet = writer.current();
    return cabinet.images().values().stream()
        .sorted(Comparator.comparingLong(StoredImage::build).reversed())
        .map(image -> view(cabinet, image))
        .toList();
  }

  private static ImageView view(Cabinet cabinet, StoredImage image) {
    return ImageView.of(
        image,
        cabinet.slotImages().values().stream()
            .filter(s -> s.names(image.digest()))
            .map(s -> s.position().toString())
            .toList());
  }

  /** Where an upload is to be put before it is given to {@link #importImage}. */
  public Path newUpload() throws IOException {
    return catalogue.newUpload();
  }

  /** Whether an import would be accepted as things stand; asked before the upload. */
  public CompletionStage<Boolean> checkImport(Caller caller) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "import an image",
        false,
        (cabinet, _) -> {
          checkRoom(cabinet, 0);
          return Decision.nothing(true);
        });
  }

  /**
   * Imports an image. The first one of an architecture is used at once.
   *
   * @param upload file of {@link #newUpload}; deleted in any case
   * @param use whether cards are to boot it from now on
   */
  public CompletionStage<ImageView> importImage(Caller caller, Path upload, boolean use) {
    return CompletableFuture.supplyAsync(() -> unpack(upload), blocking)
        .thenCompose(outcome ->
            switch (outcome) {
              case ImageCatalogue.Import.Rejected r ->
                  actions.<ImageView>refused(
                      caller,
                      "import an image",
                      new Refusal(Refusal.Kind.CONTENT, "the image is refused: " + r.reason()));
              case ImageCatalogue.Import.Unpacked u ->
                  keep(caller, u, use ? Use.NOW : Use.WHEN_FIRST);
            })
        .whenCompleteAsync((_, _) -> discard(upload), blocking);
  }

  /**
   * Takes an image in that is not to be used by all cards, the same way.
   *
   * @param file is left where it is
   */
  CompletionStage<ImageView> takeIn(Caller caller, Path file) {
    return CompletableFuture.supplyAsync(() -> unpack(file), blocking)
        .thenCompose(outcome ->
            switch (outcome) {
              case ImageCatalogue.Import.Rejected r ->
                  actions.<ImageView>refused(
                      caller,
                      "import an image",
                      new Refusal(Refusal.Kind.CONTENT, "the image is refused: " + r.reason()));
              case ImageCatalogue.Import.Unpacked u -> keep(caller, u, Use.NEVER);
            });
  }

  /** Whether all cards are to boot what is imported. */
  private enum Use {
    NOW,
    WHEN_FIRST,
    NEVER
  }

  private ImageCatalogue.Import unpack(Path upload) {
    try {
      return catalogue.unpack(upload);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private CompletionStage<ImageView> keep(
      Caller caller, ImageCatalogue.Import.Unpacked unpacked, Use use) {
    var image = unpacked.image();
    String action =
        "import image " + image.name() + " " + image.version() + " (build " + image.build() + ")";
    List<String> leftOver = new ArrayList<>();
    return actions
        .carryOut(
            caller,
            Role.OPERATOR,
            action,
            true,
            (cabinet, now) -> {
              leftOver.clear();
              StoredImage known = cabinet.images().get(unpacked.digest());
              if (known != null && (known.used() || use != Use.NOW)) {
                return Decision.nothing(view(cabinet, known));
              }
              StoredImage fresh = known != null ? known : stored(unpacked, caller, now);
              List<Change> changes = new ArrayList<>();
              if (known == null) {
                checkName(cabinet, fresh);
                if (use == Use.NEVER) {
                  for (StoredImage old : ImageNeeds.leftOver(cabinet)) {
                    changes.add(new Change.ImageRemoved(old.digest()));
                    changes.add(
                        new Change.Audited(
                            caller.user(),
                            "remove image %s %s, which no card needs any more"
                                .formatted(old.name(), old.version()),
                            "done"));
                    leftOver.add(old.digest());
                  }
                }
                checkRoom(cabinet, leftOver.size());
                changes.add(new Change.ImageImported(fresh));
              }
              Optional<StoredImage> before = used(cabinet, fresh.architecture());
              boolean uses = use == Use.NOW || (use == Use.WHEN_FIRST && before.isEmpty());
              if (uses) {
                checkNotOlder(before, fresh);
                changes.add(new Change.ImageUsed(fresh.digest()));
              }
              return new Decision<>(changes, ImageView.of(fresh.withUsed(uses)));
            })
        .whenCompleteAsync(
            (_, e) -> {
              if (e != null) {
                tidy(unpacked.digest());
              } else {
                leftOver.forEach(this::tidy);
              }
            },
            blocking);
  }

  /**
   * Lets cards boot another image from now on; those that run are not touched.
   *
   * @param digest of the image
   * @param permit why an older image is wanted, from somebody who may allow it; goes on record
   */
  public CompletionStage<ImageView> use(Caller caller, String digest, Optional<String> permit) {
    String reason = permit.map(r -> r.substring(0, Math.min(r.length(), MAX_REASON))).orElse("");
    return actions.carryOut(
        caller,
        // Going back can reopen a hole that was closed: not for everybody.
        permit.isPresent() ? Role.ADMINISTRATOR : Role.OPERATOR,
        "use image " + cut(digest) + (permit.isPresent() ? ", older allowed: " + reason : ""),
        true,
        (cabinet, _) -> {
          StoredImage image = require(cabinet, digest);
          if (permit.isPresent() && reason.isBlank()) {
            throw new Refusal(Refusal.Kind.INVALID, "a permit for an older image needs a reason");
          }
          if (permit.isEmpty()) {
            checkNotOlder(used(cabinet, image.architecture()), image);
          }
          return image.used()
              ? Decision.nothing(ImageView.of(image))
              : Decision.of(
                  ImageView.of(image.withUsed(true)), new Change.ImageUsed(image.digest()));
        });
  }

  /** Removes an image that is not in use. */
  public CompletionStage<ImageView> remove(Caller caller, String digest) {
    return actions
        .carryOut(
            caller,
            Role.OPERATOR,
            "remove image " + cut(digest),
            true,
            (cabinet, _) -> {
              StoredImage image = require(cabinet, digest);
              if (image.used()) {
                throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "cards boot image "
                        + image.name()
                        + " "
                        + image.version()
                        + ": use another one first");
              }
              List<String> slots = view(cabinet, image).slots();
              if (!slots.isEmpty()) {
                throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "image "
                        + image.name()
                        + " "
                        + image.version()
                        + " is what slots "
                        + String.join(", ", slots)
                        + " boot, or go back to: wait for the update, or use another image for all"
                        + " cards (image use)");
              }
              return Decision.of(ImageView.of(image), new Change.ImageRemoved(image.digest()));
            })
        .whenCompleteAsync(
            (removed, e) -> {
              if (e == null) {
                tidy(removed.digest());
              }
            },
            blocking);
  }

  private static StoredImage stored(
      ImageCatalogue.Import.Unpacked unpacked, Caller caller, Instant now) {
    var image = unpacked.image();
    return new StoredImage(
        unpacked.digest(),
        image.name(),
        image.version(),
        image.build(),
        image.architecture(),
        image.created(),
        image.minimumBuild(),
        image.bytes(),
        unpacked.signer(),
        image.parts().stream()
            .map(p -> new StoredImage.Part(p.role().word(), p.path(), p.size(), p.sha256()))
            .toList(),
        now,
        caller.user(),
        false);
  }

  private static void checkRoom(Cabinet cabinet, int leaving) throws Refusal {
    if (cabinet.images().size() - leaving < Cabinet.MAX_IMAGES) {
      return;
    }
    throw new Refusal(
        Refusal.Kind.LIMIT,
        "there are %d images already: ".formatted(Cabinet.MAX_IMAGES)
            + ImageNeeds.unneeded(cabinet).stream()
                .findFirst()
                .map(i ->
                    "no card needs %s %s, image remove %s makes room"
                        .formatted(i.name(), i.version(), i.digest()))
                .orElse("cards need all of them; image use NAME:VERSION brings cards together"));
  }

  private static void checkName(Cabinet cabinet, StoredImage fresh) throws Refusal {
    for (StoredImage each : cabinet.images().values()) {
      if (each.name().equals(fresh.name())
          && each.version().equals(fresh.version())
          && each.architecture().equals(fresh.architecture())) {
        throw new Refusal(
            Refusal.Kind.CONFLICT,
            "there is another image "
                + fresh.name()
                + " "
                + fresh.version()
                + " already: give the new one a version of its own");
      }
    }
  }

  private static void checkNotOlder(Optional<StoredImage> before, StoredImage next) throws Refusal {
    if (before.isPresent() && next.build() < before.get().build()) {
      StoredImage used = before.get();
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "build "
              + next.build()
              + " is older than build "
              + used.build()
              + " of image "
              + used.name()
              + " "
              + used.version()
              + " in use"
              + (next.build() < used.minimumBuild()
                  ? ", which forbids builds below " + used.minimumBuild()
                  : "")
              + ": an administrator may allow it with --allow-older REASON");
    }
  }

  private static Optional<StoredImage> used(Cabinet cabinet, String architecture) {
    return cabinet.images().values().stream()
        .filter(i -> i.used() && i.architecture().equals(architecture))
        .findFirst();
  }

  /** By digest, by its beginning of at least eight digits, or by {@code NAME:VERSION}. */
  private static StoredImage require(Cabinet cabinet, String wanted) throws Refusal {
    List<StoredImage> found =
        cabinet.images().values().stream()
            .filter(i ->
                (i.name() + ":" + i.version()).equals(wanted)
                    || i.digest().equals(wanted)
                    || (wanted.matches("(sha256:)?[0-9a-f]{8,64}")
                        && i.digest().startsWith("sha256:" + wanted.replace("sha256:", ""))))
            .toList();
    if (found.size() != 1) {
      throw new Refusal(
          Refusal.Kind.NOT_FOUND,
          (found.isEmpty() ? "no image is " : "more than one image is ")
              + cut(wanted)
              + "; image list shows them");
    }
    return found.getFirst();
  }

  private void tidy(String digest) {
    try {
      catalogue.discard(digest);
    } catch (IOException e) {
      LOG.warn("cannot delete image {}; the next start of the engine will", digest, e);
    }
  }

  private static void discard(Path upload) {
    try {
      Files.deleteIfExists(upload);
    } catch (IOException e) {
      LOG.warn("cannot delete {}; the next start of the engine will", upload, e);
    }
  }

  private static String cut(String text) {
    return text.length() > 100 ? text.substring(0, 100) + "…" : text;
  }
}
