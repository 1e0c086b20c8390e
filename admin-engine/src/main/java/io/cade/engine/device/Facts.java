package io.cade.engine.device;

import io.cade.agent.wire.CardPosition;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a card and may stand in an item: {@code {{card}}}, {@code {{chassis}}}, {@code
 * {{slot}}}, {@code {{address}}}, {@code {{mac}}}; and {@code {{open}}} for two braces as such.
 *
 * @param address empty while it has none
 * @param mac empty while no card was seen
 * @param services that are bound to it, in order
 */
public record Facts(CardPosition card, String address, String mac, List<String> services) {
  /** Names that no parameter may have. */
  public static final Set<String> NAMES =
      Set.of("card", "chassis", "slot", "address", "mac", "open");

  public Facts {
    services = List.copyOf(services);
  }

  /** The value of a fact; empty text where it is not known yet, null for what is none. */
  @Nullable String of(String name) {
    return switch (name) {
      case "card" -> card.toString();
      case "chassis" -> String.valueOf(card.chassis());
      case "slot" -> String.valueOf(card.slot());
      case "address" -> address;
      case "mac" -> mac;
      case "open" -> "{{";
      default -> null;
    };
  }
}
