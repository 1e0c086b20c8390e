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

  private CircuitId() {}

  public static String format(CardPosition position) {
    return position.chassis() + "/" + position.slot();
  }

  /** Empty when it is not of that form or there is no such position. */
  public static Optional<CardPosition> parse(Octets circuitId) {
    if (circuitId.length() > 5) {
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
