package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;

/**
 * The image of a slot whose card boots from the network, where it is not simply the image in use
 * (SPEC B5, U2): the engine is such a card's boot loader, and this is its slot record. An image on
 * trial has as many boots as there are attempts left; each is paid for, durably, before anything of
 * the image is handed out. Any other boot gets the image that stays. Images are named by the digest
 * of their file. Immutable.
 *
 * @param stays what the card boots, unless an attempt is left for the one on trial
 * @param trial image on trial, else empty
 * @param attemptsLeft boots that the trial still has
 * @param before while an update may still go back: what the card had, else empty
 */
public record SlotImage(
    CardPosition position, String stays, String trial, int attemptsLeft, String before) {

  /** A card that has stayed with an image so far gets another one for a single boot. */
  public static SlotImage onTrial(CardPosition position, String had, String image) {
    return new SlotImage(position, had, image, 1, had);
  }

  /** Whether the next boot is one of the image on trial. */
  public boolean hasAttempt() {
    return !trial.isEmpty() && attemptsLeft > 0;
  }

  /** What the next boot gets. */
  public String next() {
    return hasAttempt() ? trial : stays;
  }

  /** The same with one attempt less. */
  public SlotImage paid() {
    return new SlotImage(position, stays, trial, Math.max(0, attemptsLeft - 1), before);
  }

  /** An image that has proven good stays. */
  public SlotImage good(String image) {
    return new SlotImage(position, image, "", 0, before);
  }

  /** The image of before stays, and nothing is on trial. */
  public SlotImage returned() {
    return new SlotImage(position, before.isEmpty() ? stays : before, "", 0, before);
  }

  /** There is no way back any more: the update is over. */
  public SlotImage settled() {
    return new SlotImage(position, stays, trial, attemptsLeft, "");
  }

  /** Whether the slot may still boot the image. */
  public boolean names(String digest) {
    return digest.equals(stays) || digest.equals(trial) || digest.equals(before);
  }
}
