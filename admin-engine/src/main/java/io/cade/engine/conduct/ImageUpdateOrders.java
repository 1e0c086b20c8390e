package io.cade.engine.conduct;

import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.ImageUpdate.CardStep;
import io.cade.engine.model.ImageUpdate.State;
import java.time.Instant;
import java.util.List;

/** What operators' actions on updates need of the conductor's rules. Pure. */
public final class ImageUpdateOrders {
  private ImageUpdateOrders() {}

  /** The cards that run what the image may follow on, alive or not. */
  public static List<Card> concerned(Cabinet cabinet, ImageUpdate update) {
    return cabinet.cards().values().stream()
        .filter(card -> ImageUpdateChoice.concerns(update, card))
        .toList();
  }

  /**
   * Why no card can be given the image though some run what it may follow on: made for another
   * processor, or nothing would lead back. Empty when there is one that can.
   */
  public static String obstacle(Cabinet cabinet, ImageUpdate update) {
    List<Card> following =
        cabinet.cards().values().stream()
            .filter(card -> ImageUpdateChoice.follows(update, card))
            .toList();
    List<Card> fitting =
        following.stream().filter(card -> ImageUpdateChoice.fits(update, card)).toList();
    if (fitting.isEmpty()) {
      String others =
          following.stream()
              .map(card -> {
                var software = card.software();
                return card.position() + " " + (software == null ? "" : software.architecture());
              })
              .limit(8)
              .collect(java.util.stream.Collectors.joining(", "));
      return following.isEmpty()
          ? ""
          : "image %s %s is for %s; the cards that it may follow on are not: %s"
              .formatted(
                  update.name(), update.image().version(), update.image().architecture(), others);
    }
    return fitting.stream()
        .map(card -> ImageUpdateChoice.noWayBack(cabinet, card))
        .reduce((first, second) -> first.isEmpty() || second.isEmpty() ? "" : first)
        .orElse("");
  }

  /**
   * The changes when the engine could not take an image into its own store for cards that boot from
   * the network.
   *
   * @param digest of the image
   */
  public static List<Change> stagingFailed(Cabinet cabinet, String digest, String reason) {
    return cabinet.updates().values().stream()
        .filter(u -> u.stage() == ImageUpdate.Stage.RUNNING && u.image().digest().equals(digest))
        .<Change>map(u -> {
          ImageUpdate next = u;
          for (CardStep step : u.cards()) {
            if (step.state() == State.STAGING && step.command() == 0) {
              next = next.with(step.answered(false, reason));
            }
          }
          return new Change.ImageUpdateChanged(next);
        })
        .toList();
  }

  /** Whether cards are begun at this time of the day. */
  public static boolean isWithin(String window, Instant now) {
    return ImageUpdateChoice.isWithin(window, now);
  }

  /** The same update on its way back. */
  public static ImageUpdate cancelled(ImageUpdate update, String by, Instant now) {
    return update.into(ImageUpdate.Stage.RETURNING, now, "cancelled by " + by);
  }
}
