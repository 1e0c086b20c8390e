package io.cade.engine.dhcp.decide;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.policy.Network;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Change;

/** The alarms that this room raises, and what they are keyed on. */
public final class Alarms {
  private Alarms() {}

  /** One for each MAC address: {@code mac 02:00:00:01:03:00}. */
  public static AlarmKey duplicate(MacAddress mac) {
    return new AlarmKey(AlarmType.DUPLICATE_MAC, "mac " + mac);
  }

  /** One for each slot that took a moved card: {@code card 2.5}. */
  public static AlarmKey moved(CardPosition to) {
    return new AlarmKey(AlarmType.CARD_MOVED, "card " + to);
  }

  /** One for each slot whose address somebody else uses: {@code address 127.1.1.3}. */
  public static AlarmKey conflict(Ipv4Address address) {
    return new AlarmKey(AlarmType.ADDRESS_CONFLICT, "address " + address);
  }

  /**
   * One for each pool, however many of its addresses are in use by others: {@code subnet
   * 10.20.0.0/24}.
   */
  public static AlarmKey conflict(Network subnet) {
    return new AlarmKey(AlarmType.ADDRESS_CONFLICT, "subnet " + subnet);
  }

  static Change raise(AlarmKey key, String text) {
    return new Change.AlarmRaised(key, key.type().severity(), text);
  }
}
