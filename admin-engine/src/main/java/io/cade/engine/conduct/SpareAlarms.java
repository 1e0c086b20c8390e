package io.cade.engine.conduct;

import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import java.time.Duration;

/**
 * Tells that the next card that fails may find no other to take its place: fewer are free than an
 * operator wants kept back. A card that only restarts is back before that counts. Pure.
 */
final class SpareAlarms {
  static final AlarmKey KEY = new AlarmKey(AlarmType.SPARES_SHORT, "cabinet");

  private SpareAlarms() {}

  /**
   * @param patience a card that restarts is back within this time
   */
  static void apply(Cabinet cabinet, DueAlarms due, Duration patience) {
    int wanted = cabinet.spares().cards();
    if (wanted == 0) {
      return;
    }
    int free = CardChooser.free(cabinet).size();
    // That an image is brought to a free card is planned, and it is back in minutes.
    long coming =
        cabinet.cards().values().stream()
            .filter(c -> c.drain() == null && ImageUpdateRules.explains(cabinet, c))
            .filter(c -> cabinet.servicesOn(c.position()).isEmpty())
            .count();
    if (free + coming < wanted) {
      due.add(
          KEY,
          new DueAlarms.Due(
              KEY.type().severity(),
              "%s free, and %d %s to be kept back for failed ones; spare show tells which"
                  .formatted(
                      free == 0 ? "no card is" : free == 1 ? "1 card is" : free + " cards are",
                      wanted,
                      wanted == 1 ? "is" : "are"),
              "",
              null,
              1,
              patience));
    }
  }
}
