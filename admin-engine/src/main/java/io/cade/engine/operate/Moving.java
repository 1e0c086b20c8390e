package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.CardChooser;
import io.cade.engine.conduct.Choice;
import io.cade.engine.conduct.Choice.Kind;
import io.cade.engine.conduct.Choice.Verdict;
import io.cade.engine.conduct.Headroom;
import io.cade.engine.conduct.Moves;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Move;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which changes begin to move a service's place from one card to another (SPEC A4). Pure: the
 * conductor sets the new card up, then empties the old one and gives it back.
 */
public final class Moving {
  private Moving() {}

  /**
   * One move.
   *
   * @param to null for the one that is chosen as {@code service plan} does
   * @param drain how long visitors who are bound to {@code from} may stay
   * @throws Refusal NOT_FOUND for the service; CONFLICT when it is not on {@code from}, {@code to}
   *     is not free, or something else is under way
   */
  public static List<Change> move(
      Cabinet cabinet,
      Headroom headroom,
      String name,
      CardPosition from,
      @Nullable CardPosition to,
      Duration drain,
      String by,
      Instant now)
      throws Refusal {
    Service service = Inspection.requireService(cabinet, name);
    requireQuiet(service);
    if (service.on(from).isEmpty()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "service "
              + name
              + " is not on card "
              + from
              + ", but on "
              + service.placements().stream()
                  .map(Placement::position)
                  .map(CardPosition::toString)
                  .collect(Collectors.joining(", ")));
    }
    Choice choice = CardChooser.replace(cabinet, headroom, service, from, Set.of());
    CardPosition chosen = to == null ? best(choice, name, from) : free(choice, service, to);
    return Moves.begin(
        service,
        new Move(
            from,
            chosen,
            Move.Stage.SETUP,
            now,
            drain,
            false,
            by,
            to == null ? "ordered; " + choice.verdicts().getFirst().reason() : "ordered",
            "",
            List.of()));
  }

  private static CardPosition best(Choice choice, String name, CardPosition from) throws Refusal {
    if (!choice.isComplete()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "no card can take the place of "
              + from
              + " for service "
              + name
              + ": "
              + choice.shortage());
    }
    return choice.joining().getFirst();
  }

  private static CardPosition free(Choice choice, Service service, CardPosition to) throws Refusal {
    if (service.on(to).isPresent()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT, "service " + service.name() + " is on card " + to + " already");
    }
    Verdict verdict =
        choice.verdicts().stream()
            .filter(v -> v.position().equals(to))
            .findFirst()
            .orElseThrow(
                () -> new Refusal(Refusal.Kind.NOT_FOUND, "no card was ever seen in slot " + to));
    if (verdict.kind() != Kind.JOINS && verdict.kind() != Kind.SPARE) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "card " + to + " cannot take the place of another: " + verdict.reason());
    }
    return to;
  }

  private static void requireQuiet(Service service) throws Refusal {
    VersionOperations.requireNoRollout(service);
    VersionOperations.requireNoMove(service);
    if (service.phase() != ServicePhase.SETUP && service.phase() != ServicePhase.ANNOUNCED) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "service "
              + service.name()
              + " is in phase "
              + service.phase()
              + ": it can be moved while it is set up or served");
    }
    if (service.placements().size() > service.definition().cards()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "service "
              + service.name()
              + " is giving back cards: it can be moved when they are released");
    }
  }
}
