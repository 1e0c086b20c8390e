package io.cade.engine.dhcp.wire;

import io.cade.agent.wire.CardPosition;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The form in which the hubs of this module write a card's position into the circuit id of option
 * 82: ASCII {@code chassis/slot}, decimal without leading zeros, for example {@code 1/3}.
 */
public final class CircuitId {
  private static final Pattern FORM = Pattern.compile("([1-9][0-9]?)/([1-9][0-9]?)");

  private static final Pattern SLOT = Pattern.compile("[1-9][0-9]?");

  private CircuitId() {}

  public static String format(CardPosition position) {
    return position.chassis() + "/" + position.slot();
  }

  /**
   * The slot that a relay agent of one chassis means: a decimal number as text, or the port of the
   * binary form that switches write (0, 4, VLAN in two octets, module, port).
   */
  public static Optional<CardPosition> parseSlot(Octets circuitId, int chassis) {
    int slot;
    if (circuitId.length() == 6 && circuitId.at(0) == 0 && circuitId.at(1) == 4) {
      slot = circuitId.at(5);
    } else if (circuitId.length() >= 1
        && circuitId.length() <= 2
        && SLOT.matcher(circuitId.text()).matches()) {
      slot = Integer.parseInt(circuitId.text());
    } else {
      return Optional.empty();
    }
    return slot >= 1
            && slot <= CardPosition.MAX_SLOT
            && chassis >= 1
            && chassis <= CardPosition.MAX_CHASSIS
        ? Optional.of(new CardPosition(chassis, slot))
        : Optional.empty();
  }

  /** Empty when it is not of that form or there is no such position. */
  public static Optional<CardPosition> parse(Octets circuitId) {
    if (circuitId.length() < 3 || circuitId.length() > 5) {
      return Optional.empty();
    }
    String text = circuitId.text();
    Matcher matcher = FORM.matcher(text);
    if (text.length() != circuitId.length() || !matcher.matches()) {
      return Optional.empty();
    }
    int chassis = Integer.parseInt(matcher.group(1));
    int slot = Integer.parseInt(matcher.group(2));
    return chassis <= CardPosition.MAX_CHASSIS && slot <= CardPosition.MAX_SLOT
        ? Optional.of(new CardPosition(chassis, slot))
        : Optional.empty();
  }
}
