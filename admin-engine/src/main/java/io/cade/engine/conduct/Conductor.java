package io.cade.engine.conduct;

import io.cade.engine.model.Cabinet;
import io.cade.engine.observe.Observed;
import java.time.Instant;

/**
 * One pass over the whole module: cards, their power and their chassis, then what runs on them,
 * then the services, then the alarms that follow from all of it. What it keeps between passes is
 * only since when alarms wait to be raised or cleared; so one thread at a time may use it.
 */
public final class Conductor {
  private final ConductorPolicy policy;
  private final CardRules cards;
  private final HoldRules holds;
  private final HeatRules heat = new HeatRules();
  private final BudgetRules budget;
  private final ChassisRules chassis;
  private final RolloutRules rollouts = new RolloutRules();
  private final ImageUpdateRules imageUpdates;
  private final ShrinkRules shrinks = new ShrinkRules();
  private final DeviceRules devices = new DeviceRules();
  private final CommandRules commands;
  private final MoveRules moves = new MoveRules();
  private final PlacementRules placements;
  private final ServiceRules services = new ServiceRules();
  private final AlarmRules alarms;

  /** By what it decides. */
  ConductorPolicy policy() {
    return policy;
  }

  public Conductor(ConductorPolicy policy) {
    this.policy = policy;
    cards = new CardRules(policy);
    holds = new HoldRules(policy);
    budget = new BudgetRules(policy);
    chassis = new ChassisRules(policy);
    commands = new CommandRules(policy);
    imageUpdates = new ImageUpdateRules(policy);
    placements = new PlacementRules(policy);
    alarms = new AlarmRules(policy);
  }

  /**
   * @param listeningSince since when reports could be heard: silence before that means nothing
   */
  public Plan decide(Cabinet cabinet, Observed observed, Instant listeningSince, Instant now) {
    Draft draft =
        new Draft(cabinet, () -> Headroom.of(cabinet, observed, policy.thresholds()), now);
    cards.apply(draft, observed, listeningSince);
    budget.apply(draft, observed);
    holds.apply(draft, observed);
    chassis.apply(draft, observed);
    commands.apply(draft, observed);
    rollouts.apply(draft, observed);
    imageUpdates.apply(draft, observed);
    shrinks.apply(draft, observed);
    devices.apply(draft);
    moves.apply(draft, observed, listeningSince);
    placements.apply(draft, observed);
    services.apply(draft);
    alarms.apply(draft, observed);
    // Judged by the alarms as they are now, not by those that this pass has ended.
    heat.apply(draft, observed);
    return draft.plan();
  }
}
