package io.cade.sim.virtual;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.dhcp.decide.ChassisSubnets;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.sim.hub.Backplane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The cabinet to be simulated.
 *
 * @param services names of services, each on {@code cardsPerService} cards
 */
record Layout(
    int chassis,
    int slots,
    List<String> services,
    int cardsPerService,
    Duration reportInterval,
    Duration leaseTime) {
  /** 2 chassis of 4 cards, 2 services of 2 cards. */
  static Layout small() {
    return new Layout(
        2, 4, List.of("shop", "wiki"), 2, Duration.ofSeconds(1), Duration.ofMinutes(2));
  }

  /** 2 chassis of 14 cards, 4 services of 5 cards. */
  static Layout full() {
    return new Layout(
        2,
        14,
        List.of("shop", "wiki", "blog", "mail"),
        5,
        Duration.ofSeconds(1),
        Duration.ofHours(1));
  }

  Backplane backplane() {
    return new Backplane(0);
  }

  Ipv4Address engineAddress() {
    return Ipv4Address.of(127, 0, 0, 1);
  }

  ChassisSubnets plan() {
    return new ChassisSubnets(Ipv4Address.of(127, 1, 0, 0), chassis);
  }

  List<CardPosition> positions() {
    List<CardPosition> all = new ArrayList<>();
    for (int c = 1; c <= chassis; c++) {
      for (int s = 1; s <= slots; s++) {
        all.add(new CardPosition(c, s));
      }
    }
    return all;
  }
}
