package io.cade.engine.model;

/**
 * Free cards that are kept back, in the whole cabinet, to take the place of failed ones (SPEC A4):
 * new services, and services that grow, do not get them.
 *
 * @param cards how many, 0 or more
 */
public record SparePool(int cards) {
  /** Nothing is kept back. */
  public static final SparePool NONE = new SparePool(0);

  public SparePool {
    if (cards < 0) {
      throw new IllegalArgumentException("spare cards: " + cards + " is less than 0");
    }
  }
}
