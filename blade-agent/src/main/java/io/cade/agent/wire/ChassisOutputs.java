package io.cade.agent.wire;

import java.util.List;

/**
 * The outputs of a chassis' expanders: what the elected reader shall set, and what it found set.
 * Slots are ascending.
 *
 * @param poweredOff slots whose cards get no power
 * @param blue slots whose blue LED is lit: the card may be pulled
 * @param locate slots whose locate LED blinks
 * @param fanFloorPercent drive below which the fans shall not go: the engine knows how hot the
 *     cards are, the reader only its own
 */
public record ChassisOutputs(
    List<Integer> poweredOff, List<Integer> blue, List<Integer> locate, int fanFloorPercent) {
  /** The reader alone decides how the fans turn. */
  public static final int NO_FLOOR = 0;

  /** As after power-on: every slot has power, no LED is lit. */
  public static final ChassisOutputs NONE =
      new ChassisOutputs(List.of(), List.of(), List.of(), NO_FLOOR);

  public ChassisOutputs {
    poweredOff = slots("poweredOff", poweredOff);
    blue = slots("blue", blue);
    locate = slots("locate", locate);
    Limits.range("fanFloorPercent", fanFloorPercent, 0, 100);
  }

  private static List<Integer> slots(String field, List<Integer> value) {
    List<Integer> slots = Limits.list(field, value, CardPosition.MAX_SLOT);
    slots.forEach(slot -> Limits.range(field, slot, 1, CardPosition.MAX_SLOT));
    return slots.stream().sorted().distinct().toList();
  }
}
