package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Where a card sits: the identity that roles, addresses, routes and alarms follow (SPEC C2).
 *
 * @param chassis 0 is the management chassis, 1 to {@value #MAX_CHASSIS} hold server cards
 * @param slot 1 to {@value #MAX_SLOT}
 */
public record CardPosition(int chassis, int slot) implements Comparable<CardPosition> {
  /** Chassis of server cards in one cabinet. */
  public static final int MAX_CHASSIS = 20;

  /** Slots of one chassis. */
  public static final int MAX_SLOT = 14;

  public CardPosition {
    if (chassis < 0 || chassis > MAX_CHASSIS || slot < 1 || slot > MAX_SLOT) {
      throw new IllegalArgumentException(
          "no such position: "
              + chassis
              + "."
              + slot
              + " (chassis 0 to "
              + MAX_CHASSIS
              + ", slot 1 to "
              + MAX_SLOT
              + ")");
    }
  }

  /**
   * Reads {@code chassis.slot}, for example {@code 1.3}.
   *
   * @throws IllegalArgumentException when the text is not of that form or out of range
   */
  @JsonCreator
  public static CardPosition parse(String text) {
    int dot = text.indexOf('.');
    if (dot < 1 || dot > 2 || text.length() > 5 || dot == text.length() - 1) {
      throw new IllegalArgumentException(
          "not a position: '" + text + "' (chassis.slot, like 1.3, is meant)");
    }
    try {
      return new CardPosition(
          Integer.parseUnsignedInt(text.substring(0, dot)),
          Integer.parseUnsignedInt(text.substring(dot + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "not a position: '" + text + "' (chassis.slot, like 1.3, is meant)", e);
    }
  }

  /** Whether the card belongs to the management chassis (engine, balancer, proxies). */
  public boolean isManagement() {
    return chassis == 0;
  }

  @Override
  public int compareTo(CardPosition other) {
    int byChassis = Integer.compare(chassis, other.chassis);
    return byChassis != 0 ? byChassis : Integer.compare(slot, other.slot);
  }

  @JsonValue
  @Override
  public String toString() {
    return chassis + "." + slot;
  }
}
