package io.cade.engine.dhcp;

import io.cade.engine.dhcp.wire.Ipv4Address;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of pools that are on offer, so that two clients are not offered the same one (RFC 2131
 * §3.1 step 2). They are not durable: after a restart a client whose offer was forgotten is served
 * or refused like any other. At most {@value #MAX}. Owned by the service's loop.
 */
final class Offers {
  static final int MAX = 4_096;
  static final Duration KEPT = Duration.ofSeconds(30);

  /** How far an offer is. */
  enum State {
    /** Not on offer to this client. */
    NONE,
    /** It is being found out whether somebody uses the address. */
    PROBING,
    /** The client may have it. */
    READY
  }

  private record Offer(String client, Instant until, State state) {}

  // In the order of their ends: all are kept equally long.
  private final Map<Ipv4Address, Offer> offers = new LinkedHashMap<>();

  /** Whether an address is on offer to somebody else. */
  boolean isOthers(Ipv4Address address, String client, Instant now) {
    Offer offer = current(address, now);
    return offer != null && !offer.client.equals(client);
  }

  State of(Ipv4Address address, String client, Instant now) {
    Offer offer = current(address, now);
    return offer != null && offer.client.equals(client) ? offer.state : State.NONE;
  }

  /** Keeps an address for a client; false when too many are kept already. */
  boolean put(Ipv4Address address, String client, State state, Instant now) {
    for (Iterator<Offer> all = offers.values().iterator(); all.hasNext(); ) {
      if (all.next().until.isAfter(now)) {
        break;
      }
      all.remove();
    }
    offers.remove(address);
    if (offers.size() >= MAX) {
      return false;
    }
    offers.put(address, new Offer(client, now.plus(KEPT), state));
    return true;
  }

  void remove(Ipv4Address address) {
    offers.remove(address);
  }

  private @Nullable Offer current(Ipv4Address address, Instant now) {
    Offer offer = offers.get(address);
    return offer != null && offer.until.isAfter(now) ? offer : null;
  }
}
