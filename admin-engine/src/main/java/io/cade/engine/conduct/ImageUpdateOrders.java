package io.cade.engine.conduct;

import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.ImageUpdate;
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

  /** Whether cards are begun at this time of the day. */
  public static boolean isWithin(String window, Instant now) {
    return ImageUpdateChoice.isWithin(window, now);
  }

  /** The same update on its way back. */
  public static ImageUpdate cancelled(ImageUpdate update, String by, Instant now) {
    return update.into(ImageUpdate.Stage.RETURNING, now, "cancelled by " + by);
  }
}
