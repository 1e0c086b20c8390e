package io.cade.engine.conduct;

import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.DiskStatus;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.SupplyStatus;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.observe.Observed;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/** What the rules about hardware ask of observations. Stateless. */
public final class CardHardware {
  /** What a card may draw whose inventory does not say. */
  static final int STANDARD_WATTS = 60;

  /** Fans, hub and chips of a chassis. */
  public static final int CHASSIS_WATTS = 40;

  private CardHardware() {}

  /** The chassis' status if it was read within the time that counts as now. */
  static Optional<ChassisStatus> fresh(
      Observed observed, int chassis, ConductorPolicy policy, Instant now) {
    Observed.ChassisHeard heard = observed.chassis().get(chassis);
    return heard == null || now.isAfter(heard.at().plus(policy.silence()))
        ? Optional.empty()
        : Optional.of(heard.status());
  }

  /** What the card may draw at most. */
  public static int maxWatts(Card card) {
    HardwareDescriptor hardware = card.hardware();
    Integer watts = hardware == null ? null : hardware.maxWatts();
    return watts == null ? STANDARD_WATTS : watts;
  }

  /**
   * Whether the card draws, or is about to draw, power: one that is off without a hold was released
   * a moment ago, and what it will draw is not to be promised twice.
   */
  public static boolean draws(Card card) {
    return card.hold() == null
        && card.state() != CardState.ABSENT
        && !card.position().isManagement();
  }

  /**
   * What the good supplies may give for cards, in air as warm as it is; empty when no inventory
   * tells, for then nothing can be refused.
   */
  public static OptionalInt capacityForCards(ChassisStatus status) {
    if (status.supplies().isEmpty()
        || status.supplies().stream().anyMatch(s -> s.good() && s.capacityWatts() == 0)) {
      return OptionalInt.empty();
    }
    int all =
        status.supplies().stream()
            .filter(SupplyStatus::good)
            .mapToInt(SupplyStatus::usableWatts)
            .sum();
    // No good supply at all, and yet somebody reads the bus: the contacts lie.
    return all == 0 ? OptionalInt.empty() : OptionalInt.of(Math.max(0, all - CHASSIS_WATTS));
  }

  /** Whether every disk that the card told of is in its mirror with all data. */
  static boolean disksHealthy(Observed observed, Card card) {
    Observed.CardHeard heard = observed.cards().get(card.position());
    return heard == null
        || heard.disks().stream().allMatch(d -> d.state() == DiskStatus.State.HEALTHY);
  }
}
