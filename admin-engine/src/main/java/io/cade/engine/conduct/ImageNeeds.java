package io.cade.engine.conduct;

import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.SlotImage;
import io.cade.engine.model.StoredImage;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which images in the engine's store somebody needs: what all cards boot, what a slot boots, tries
 * or may go back to, what a card runs or ran last (it is its way back from the next update), and
 * what is on its way. Pure.
 */
public final class ImageNeeds {
  /** Whose the images are that updates brought; those of people are theirs to remove. */
  public static final String BROUGHT_BY = "engine";

  /** So many that updates brought and nobody needs are kept, the newest ones: for a way back. */
  public static final int KEPT = 4;

  private ImageNeeds() {}

  /** Images that nobody needs, oldest first. */
  public static List<StoredImage> unneeded(Cabinet cabinet) {
    Set<String> needed = new HashSet<>();
    for (SlotImage slot : cabinet.slotImages().values()) {
      needed.addAll(List.of(slot.stays(), slot.trial(), slot.before()));
    }
    for (Card card : cabinet.cards().values()) {
      for (StoredImage image : cabinet.images().values()) {
        if (EngineSlots.runs(card, image)) {
          needed.add(image.digest());
        }
      }
    }
    for (ImageUpdate update : cabinet.updates().values()) {
      if (update.stage().isActive()) {
        needed.add(update.image().digest());
      }
    }
    return cabinet.images().values().stream()
        .filter(image -> !image.used() && !needed.contains(image.digest()))
        .sorted(Comparator.comparing(StoredImage::importedAt).thenComparing(StoredImage::digest))
        .toList();
  }

  /** Those of them that updates have left behind and that are one too many. */
  public static List<StoredImage> leftOver(Cabinet cabinet) {
    List<StoredImage> brought =
        unneeded(cabinet).stream().filter(i -> i.importedBy().equals(BROUGHT_BY)).toList();
    return brought.subList(0, Math.max(0, brought.size() - KEPT));
  }
}
