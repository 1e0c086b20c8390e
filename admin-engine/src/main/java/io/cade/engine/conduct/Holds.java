package io.cade.engine.conduct;

import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import java.util.List;

/** What operators' actions on a card's power need of the conductor's rules. Pure. */
public final class Holds {
  private Holds() {}

  /**
   * What it takes to give a held card its power back, or not to take it: visitors may come again,
   * and what was stopped on it is ordered anew.
   */
  public static List<Change> released(Cabinet cabinet, Card card) {
    return HoldRules.released(cabinet, card);
  }
}
