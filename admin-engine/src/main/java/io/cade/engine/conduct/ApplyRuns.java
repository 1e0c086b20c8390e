package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.device.ApplyRun;
import io.cade.engine.device.ApplyRun.Progress;
import io.cade.engine.device.ApplyRun.Stage;
import io.cade.engine.device.ApplyRun.Target;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What operators' actions on runs need of the conductor's rules. Pure. */
public final class ApplyRuns {
  private ApplyRuns() {}

  /**
   * How a run is to go.
   *
   * @param parallel 1 to 50 cards at once
   * @param canary 0 to 50 cards first
   * @param stopAt 0 to 100 percent that may fail
   * @param confirmSeconds 10 to 3,600
   */
  public record Way(
      int parallel, int canary, int stopAt, int confirmSeconds, boolean byOperator, boolean keep) {
    public static final Way USUAL = new Way(10, 1, 10, 60, false, false);
  }

  /** Positions of the cards of a type, in order. */
  public static List<CardPosition> cardsOf(Cabinet cabinet, String type) {
    return cabinet.cards().values().stream()
        .filter(c -> cabinet.devices().type(c.position(), c.role()).equals(type))
        .map(Card::position)
        .toList();
  }

  /**
   * A run that begins.
   *
   * @param cards in the order in which they are to come
   * @param whole whether these are all cards of the type
   */
  public static ApplyRun begin(
      Cabinet cabinet,
      DeviceModel model,
      int version,
      List<CardPosition> cards,
      boolean whole,
      Way way,
      String by,
      String why,
      Instant now) {
    List<Target> targets = new ArrayList<>();
    for (CardPosition at : cards) {
      targets.add(
          new Target(at, cabinet.devices().settledVersionOf(at, model), Progress.WAITING, ""));
    }
    return new ApplyRun(
        model.type(),
        version,
        way.canary() > 0 ? Stage.CANARY : Stage.WAVES,
        now,
        targets,
        whole,
        way.parallel(),
        way.canary(),
        way.stopAt(),
        way.confirmSeconds(),
        way.byOperator(),
        false,
        way.keep(),
        by,
        why,
        now,
        "");
  }

  /** The run, on its way back. */
  public static ApplyRun cancelled(ApplyRun run, String by, Instant now) {
    return run.into(Stage.RETURNING, now, "cancelled by " + by);
  }
}
