package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.CardChooser;
import io.cade.engine.conduct.Choice;
import io.cade.engine.conduct.Headroom;
import io.cade.engine.conduct.Rollouts;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.ServiceDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How many cards a service has, and which (SPEC A4, D3): plan it, change it. Both ask the same
 * {@link CardChooser} as the conductor. Thread-safe; stages complete exceptionally as those of
 * {@link Operations} do.
 */
public final class SizeOperations {
  private final ChangeWriter writer;
  private final AuditedActions actions;
  private final int slots;
  private final Function<Cabinet, Headroom> headroom;

  /**
   * @param headroom what is left of power and air
   */
  SizeOperations(
      ChangeWriter writer,
      AuditedActions actions,
      int slots,
      Function<Cabinet, Headroom> headroom) {
    this.writer = writer;
    this.actions = actions;
    this.slots = slots;
    this.headroom = headroom;
  }

  private Headroom headroom(Cabinet cabinet) {
    return headroom.apply(cabinet);
  }

  /**
   * What would become of each card if the service were to have so many. Changes nothing.
   *
   * @param name of a service, or for one
   * @throws Refusal INVALID for a name or number that no service can have
   */
  public Views.PlanView plan(String name, int cards) throws Refusal {
    check(name, cards);
    Cabinet cabinet = writer.current();
    Choice choice = CardChooser.choose(cabinet, headroom(cabinet), name, cards);
    boolean exists = cabinet.service(name).isPresent();
    boolean possible = choice.isComplete();
    String summary = choice.summary();
    if (exists && possible) {
      try {
        Resizing.resize(cabinet, headroom(cabinet), name, cards, Instant.EPOCH);
      } catch (Refusal e) {
        possible = false;
        summary += "; but not now: " + e.getMessage();
      }
    }
    return new Views.PlanView(
        name,
        exists,
        cards,
        possible,
        summary,
        choice.verdicts().stream()
            .map(v ->
                new Views.VerdictView(
                    v.position(), v.kind().name().toLowerCase(Locale.ROOT), v.reason()))
            .toList());
  }

  /**
   * Brings a service to another number of cards. Those that join are set up; those that leave are
   * emptied of visitors, then released.
   *
   * @param deadline for visitors who are bound to a card that leaves
   */
  public CompletionStage<Views.ServiceView> resize(
      Caller caller, String name, int cards, Duration deadline) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "resize service " + Operations.cut(name) + " to " + cards + " cards",
        true,
        (cabinet, now) -> {
          requireDeadline(deadline);
          Inspection.requireService(cabinet, name);
          check(name, cards);
          List<Change> changes =
              Resizing.resize(cabinet, headroom(cabinet), name, cards, now.plus(deadline));
          return new Decision<>(
              changes,
              Inspection.view(Rollouts.after(cabinet, changes, now).service(name).orElseThrow()));
        });
  }

  /**
   * Moves a service's place from one card to another: the new one is set up and serves before the
   * old one is emptied of visitors and given back.
   *
   * @param to null for the one that is chosen
   * @param deadline for visitors who are bound to {@code from}
   */
  public CompletionStage<Views.ServiceView> move(
      Caller caller, String name, CardPosition from, @Nullable CardPosition to, Duration deadline) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "move service "
            + Operations.cut(name)
            + " from card "
            + from
            + " to "
            + (to == null ? "another" : "card " + to),
        true,
        (cabinet, now) -> {
          requireDeadline(deadline);
          List<Change> changes =
              Moving.move(cabinet, headroom(cabinet), name, from, to, deadline, caller.user(), now);
          return new Decision<>(
              changes,
              Inspection.view(Rollouts.after(cabinet, changes, now).service(name).orElseThrow()));
        });
  }

  /** Free cards, and how many of them are kept back. */
  public Views.SparesView spares() {
    return view(writer.current(), writer.current().spares().cards());
  }

  private static Views.SparesView view(Cabinet cabinet, int keptBack) {
    return new Views.SparesView(keptBack, CardChooser.free(cabinet));
  }

  /** From now on so many free cards are kept back to take the place of failed ones. */
  public CompletionStage<Views.SparesView> keepBack(Caller caller, int cards) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "keep back " + cards + " spare cards",
        true,
        (cabinet, _) -> {
          if (cards < 0 || cards > slots) {
            throw new Refusal(
                Refusal.Kind.INVALID,
                "spare cards: "
                    + cards
                    + ", outside 0 to "
                    + slots
                    + ", the slots of this cabinet");
          }
          return Decision.of(view(cabinet, cards), new Change.SparesSet(cards));
        });
  }

  private static void requireDeadline(Duration deadline) throws Refusal {
    if (deadline.isNegative() || deadline.compareTo(TrafficOperations.LONGEST_DEADLINE) > 0) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "the deadline is " + deadline.toSeconds() + " s, outside 0 s to 7 days");
    }
  }

  private void check(String name, int cards) throws Refusal {
    if (cards > slots) {
      throw new Refusal(
          Refusal.Kind.INVALID, "cards is " + cards + ", but this cabinet has " + slots + " slots");
    }
    try {
      // The name is a DNS label, so it can stand for the host name, too.
      new ServiceDefinition(name, "", List.of(name), cards, "");
    } catch (IllegalArgumentException e) {
      throw new Refusal(Refusal.Kind.INVALID, Operations.cut(String.valueOf(e.getMessage())));
    }
  }
}
