package io.cade.image.slot;

/** One of the two places for an image in a card's image store. */
public enum Slot {
  A,
  B;

  /** The other one. */
  public Slot other() {
    return this == A ? B : A;
  }
}
