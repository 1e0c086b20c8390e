package io.cade.agent.hw;

/**
 * Power outputs and LEDs of a chassis' slots; bit 0 is slot 1.
 *
 * @param poweredOff slots that get no power
 * @param blue slots whose blue LED is lit
 * @param locate slots whose locate LED is on
 */
public record SlotOutputs(int poweredOff, int blue, int locate) {
  public SlotOutputs {
    int most = (1 << ChassisBus.SLOTS) - 1;
    if ((poweredOff | blue | locate) < 0 || poweredOff > most || blue > most || locate > most) {
      throw new IllegalArgumentException("a chassis has " + ChassisBus.SLOTS + " slots");
    }
  }
}
